#include "tests/domain/stage.hpp"

#include "domain/state_image.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::tests {

using namespace domain;

namespace {

constexpr std::uint64_t nobody_else = 999;

auto bits_of(char drawn) -> std::uint8_t {
  switch (drawn) {
  case 'a': return seat_attribute::accessible;
  case 'c': return seat_attribute::companion;
  case 'r': return seat_attribute::restricted_view;
  case 'A': return seat_attribute::accessible | seat_attribute::restricted_view;
  case 'b': return seat_attribute::accessible | seat_attribute::companion;
  default: return 0;
  }
}

auto drawn_as_held(const std::vector<drawn_row>& rows) -> std::vector<seat_index> {
  std::vector<seat_index> held;
  seat_index seat = 0;
  for (const auto& row : rows) {
    for (const char drawn : row.seats) {
      if (drawn == 'x') {
        held.push_back(seat);
      }
      ++seat;
    }
  }
  return held;
}

} // namespace

auto buyer(std::uint64_t number) -> caller {
  return {caller::kind::buyer, {number, number + 1}, {}, {}};
}

auto box_office(organisation_id of) -> caller {
  return {caller::kind::box_office, {}, of, key_id{5}};
}

auto organiser(organisation_id of) -> caller {
  return {caller::kind::organiser, {}, of, key_id{6}};
}

auto drawn_layout(const std::vector<drawn_row>& rows, std::size_t areas, std::optional<plan_point> focal)
    -> layout_spec {
  layout_spec spec;
  spec.focal = focal;
  for (const auto& drawn : rows) {
    row_spec row;
    row.name = "r";
    row.count = static_cast<std::uint32_t>(drawn.seats.size());
    row.origin = drawn.origin;
    row.pitch = drawn.pitch;
    row.angle = drawn.angle;
    for (std::uint32_t i = 0; i < row.count; ++i) {
      if (const auto bits = bits_of(drawn.seats[i]); bits != 0) {
        row.attributes.push_back({row.first + i, bits});
      }
    }
    spec.sections.push_back({"s" + std::to_string(spec.sections.size()), drawn.tier, {row}});
  }
  for (std::size_t i = 0; i < areas; ++i) {
    spec.areas.push_back({"floor" + std::to_string(i), "t0", 10});
  }
  return spec;
}

auto built(layout_spec spec) -> std::shared_ptr<const layout> {
  auto made = layout::build(std::move(spec));
  REQUIRE_MESSAGE(made, made.error().front().pointer << ": " << made.error().front().message);
  return *made;
}

auto small_layout() -> std::shared_ptr<const layout> {
  return built(drawn_layout({{".........."}}, 1));
}

auto sound_config() -> event_config {
  event_config config;
  config.name = "Tosca";
  config.currency = {{'E', 'U', 'R'}};
  for (int i = 0; i < 4; ++i) {
    config.tiers.push_back({"t" + std::to_string(i), "Tier", 1'000 * (i + 1)});
  }
  config.max_per_order = 8;
  config.max_per_buyer = 6;
  return config;
}

stage::stage(std::vector<drawn_row> rows, std::size_t areas, std::optional<plan_point> focal) {
  auto config = sound_config();
  config.max_per_order = config.max_per_buyer = limits::tickets_max;
  REQUIRE(act(organiser(), create_event{the_event, ours, config, built(drawn_layout(rows, areas, focal))}));
  REQUIRE(act(organiser(), publish_event{}));
  const auto held = drawn_as_held(rows);
  for (std::size_t from = 0; from < held.size(); from += limits::places_per_hold_max) {
    const auto end = std::min<std::size_t>(from + limits::places_per_hold_max, held.size());
    hold(buyer(nobody_else),
         {held.begin() + static_cast<std::ptrdiff_t>(from), held.begin() + static_cast<std::ptrdiff_t>(end)});
  }
}

stage::stage() : stage(event_status::published) {}

stage::stage(event_status status, event_config config) {
  if (status == event_status::absent) {
    return;
  }
  REQUIRE(act(organiser(), create_event{the_event, ours, std::move(config), small_layout()}));
  if (status != event_status::draft) {
    REQUIRE(act(organiser(), publish_event{}));
  }
  const command_body last[] = {pause_event{}, close_event{}, cancel_event{}};
  if (status > event_status::published) {
    REQUIRE(act(organiser(), last[static_cast<std::size_t>(status) - static_cast<std::size_t>(event_status::paused)]));
  }
}

auto stage::ask(const caller& by, command_body what, command_id id) const -> tl::expected<facts, rejection> {
  return decide(state, {by, id, std::move(what)}, now);
}

auto stage::act(const caller& by, command_body what, command_id id) -> tl::expected<facts, rejection> {
  auto made = ask(by, std::move(what), id);
  if (made) {
    apply(*made);
  }
  return made;
}

void stage::apply(const facts& made) {
  for (const auto& one : made) {
    domain::apply(state, one);
    history.push_back(one);
  }
}

auto stage::hold(const caller& by, std::vector<seat_index> which) -> hold_number {
  const auto made = act(by, seats(std::move(which)));
  REQUIRE(made);
  return state.last_hold();
}

auto stage::hold_places(const caller& by, area_index area, std::uint32_t quantity) -> hold_number {
  REQUIRE(act(by, places({{area, quantity}})));
  return state.last_hold();
}

void stage::confirm(hold_number which) {
  REQUIRE(act(box_office(), paid(which)));
}

auto seats(std::vector<seat_index> which) -> hold_seats {
  hold_seats what;
  what.seats = std::move(which);
  return what;
}

auto places(std::vector<area_quantity> which) -> hold_seats {
  hold_seats what;
  what.areas = std::move(which);
  return what;
}

auto best(best_available wanted) -> hold_seats {
  hold_seats what;
  what.best = std::move(wanted);
  return what;
}

auto paid(hold_number hold) -> confirm_hold {
  return {hold, payment_record{}};
}

auto name_of(reason why) -> std::string {
  static const std::array<const char*, 38> names{"not_found",
                                                 "already_remembered",
                                                 "key_reused",
                                                 "already_exists",
                                                 "invalid",
                                                 "version_mismatch",
                                                 "layout_frozen",
                                                 "wrong_status",
                                                 "sale_not_open",
                                                 "wrong_access_code",
                                                 "hold_expired",
                                                 "hold_ended",
                                                 "hold_confirmed",
                                                 "order_refunded",
                                                 "no_such_ticket",
                                                 "refund_closed",
                                                 "claim_void",
                                                 "resale_closed",
                                                 "offer_taken",
                                                 "ticket_revoked",
                                                 "ticket_used",
                                                 "not_admitted",
                                                 "payment_in_progress",
                                                 "already_extended",
                                                 "payments_not_configured",
                                                 "order_limit_exceeded",
                                                 "buyer_limit_exceeded",
                                                 "card_limit_exceeded",
                                                 "velocity_exceeded",
                                                 "waitlist_closed",
                                                 "waitlist_full",
                                                 "already_waiting",
                                                 "places_available",
                                                 "holds_exhausted",
                                                 "seat_unavailable",
                                                 "area_full",
                                                 "no_such_seats",
                                                 "last_admin_key"};
  return names.at(static_cast<std::size_t>(why) - 1);
}

namespace {

struct fact_names {
  auto operator()(const event_created&) const -> std::string { return "created"; }
  auto operator()(const event_amended&) const -> std::string { return "amended"; }
  auto operator()(const layout_replaced&) const -> std::string { return "layout"; }
  auto operator()(const event_published&) const -> std::string { return "published"; }
  auto operator()(const event_paused&) const -> std::string { return "paused"; }
  auto operator()(const event_resumed&) const -> std::string { return "resumed"; }
  auto operator()(const event_closed&) const -> std::string { return "closed"; }
  auto operator()(const event_cancelled&) const -> std::string { return "cancelled"; }
  auto operator()(const hold_created& what) const -> std::string { return numbered("held", what.hold); }
  auto operator()(const hold_extended& what) const -> std::string { return numbered("extended", what.hold); }
  auto operator()(const hold_released& what) const -> std::string { return numbered("released", what.hold); }
  auto operator()(const hold_expired& what) const -> std::string { return numbered("expired", what.hold); }
  auto operator()(const hold_frozen& what) const -> std::string { return numbered("frozen", what.hold); }
  auto operator()(const hold_thawed& what) const -> std::string { return numbered("thawed", what.hold); }
  auto operator()(const order_returned& what) const -> std::string { return numbered("returned", what.hold); }
  auto operator()(const order_confirmed& what) const -> std::string { return numbered("confirmed", what.hold); }
  auto operator()(const seats_allocated& what) const -> std::string { return numbered("apart", what.what.number); }
  auto operator()(const allocation_changed& what) const -> std::string { return numbered("moved", what.allocation); }
  auto operator()(const allocation_released& what) const -> std::string { return numbered("back", what.allocation); }
  auto operator()(const organisation_created&) const -> std::string { return "organisation"; }
  auto operator()(const venue_created&) const -> std::string { return "venue"; }
  auto operator()(const venue_amended&) const -> std::string { return "venue amended"; }
  auto operator()(const key_created&) const -> std::string { return "key"; }
  auto operator()(const key_revoked&) const -> std::string { return "key revoked"; }
  auto operator()(const slug_reserved&) const -> std::string { return "slug"; }
  auto operator()(const ticket_transferred& what) const -> std::string { return numbered("handed", what.ticket.order); }
  auto operator()(const ticket_admitted& what) const -> std::string { return numbered("admitted", what.ticket.order); }
  auto operator()(const scan_turned_away& what) const -> std::string {
    return numbered("turned away", what.ticket.order);
  }
  auto operator()(const admission_undone& what) const -> std::string { return numbered("undone", what.ticket.order); }
  auto operator()(const payment_requested& what) const -> std::string { return numbered("requested", what.payment); }
  auto operator()(const payment_intended& what) const -> std::string { return numbered("intended", what.payment); }
  auto operator()(const payment_prepared& what) const -> std::string { return numbered("prepared", what.payment); }
  auto operator()(const payment_authorised& what) const -> std::string { return numbered("authorised", what.payment); }
  auto operator()(const payment_booked& what) const -> std::string { return numbered("booked", what.payment); }
  auto operator()(const payment_captured& what) const -> std::string { return numbered("captured", what.payment); }
  auto operator()(const payment_turned& what) const -> std::string { return numbered("turned", what.payment); }
  auto operator()(const payment_restored& what) const -> std::string { return numbered("restored", what.payment); }
  auto operator()(const payment_voided& what) const -> std::string { return numbered("voided", what.payment); }
  auto operator()(const payment_freed& what) const -> std::string { return numbered("freed", what.payment); }
  auto operator()(const payment_hinted& what) const -> std::string { return numbered("hinted", what.payment); }
  auto operator()(const refund_requested& what) const -> std::string { return numbered("refund of", what.payment); }
  auto operator()(const refund_owed& what) const -> std::string { return numbered("refund owed", what.payment); }
  auto operator()(const refund_refused& what) const -> std::string { return numbered("refund refused", what.payment); }
  auto operator()(const refund_paid& what) const -> std::string { return numbered("refund paid", what.payment); }
  auto operator()(const ticket_offered& what) const -> std::string { return numbered("offered", what.ticket.order); }
  auto operator()(const offer_withdrawn& what) const -> std::string { return numbered("withdrawn", what.ticket.order); }
  auto operator()(const resale_held& what) const -> std::string { return numbered("resale", what.hold); }
  auto operator()(const ticket_resold& what) const -> std::string { return numbered("resold", what.hold); }
  auto operator()(const resale_owed& what) const -> std::string { return numbered("resale owed", what.payment); }
  auto operator()(const payment_scored& what) const -> std::string { return numbered("scored", what.payment); }
  auto operator()(const waitlist_joined& what) const -> std::string { return numbered("waits", what.order); }
  auto operator()(const waitlist_left& what) const -> std::string { return numbered("left", what.order); }
  auto operator()(const review_closed& what) const -> std::string { return numbered("reviewed", what.payment); }
  /// A waiting room's.
  template <class Other>
  auto operator()(const Other&) const -> std::string {
    return "of another stream";
  }

  template <class Number>
  static auto numbered(const char* name, Number number) -> std::string {
    return std::string{name} + " " + std::to_string(number.value());
  }
};

} // namespace

auto name_of(const fact_body& body) -> std::string {
  return std::visit(fact_names{}, body);
}

auto told(const tl::expected<facts, rejection>& decision) -> std::string {
  if (!decision) {
    std::string text = name_of(decision.error().why);
    for (const auto& conflict : decision.error().conflicts) {
      text += " " + std::to_string(conflict.seat) + std::string{"?hsb"[static_cast<std::size_t>(conflict.status)]};
    }
    for (const auto& conflict : decision.error().area_conflicts) {
      text += " " + std::to_string(conflict.area) + ":" + std::to_string(conflict.available);
    }
    for (const auto& fault : decision.error().faults) {
      text += " " + fault.pointer;
    }
    return text;
  }
  std::string text = "ok";
  for (const auto& one : *decision) {
    text += ", " + name_of(one.body);
  }
  return text;
}

} // namespace holdfast::tests

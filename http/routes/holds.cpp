#include "domain/card_number.hpp"
#include "domain/hold_wish.hpp"
#include "domain/limits.hpp"
#include "http/body.hpp"
#include "http/booking_json.hpp"
#include "http/routes/context.hpp"

#include <string>
#include <utility>

namespace holdfast::http::routes {

namespace {

using domain::caller;
namespace limits = domain::limits;

/// "section/row/number": two parts of a label and a number.
constexpr std::size_t seat_label_bytes_max = 2 * limits::label_part_bytes_max + 12;
/// The largest wish that can be granted: every seat with its quotes and comma, and room for the rest.
constexpr std::size_t wish_bytes_max = limits::places_per_hold_max * (seat_label_bytes_max + 4) + 4'096;

auto read_seats(const json_object& body, domain::hold_wish& wish) -> bool {
  const auto seats = body.optional_array("seats", 1, limits::places_per_hold_max);
  if (!seats) {
    return false;
  }
  wish.seats.reserve(seats->size());
  for (const auto seat : *seats) {
    wish.seats.emplace_back(seat.text({.bytes_min = 1, .bytes_max = seat_label_bytes_max}));
  }
  return true;
}

auto read_names(const json_object& from, std::string_view name, std::size_t bytes_max) -> std::vector<std::string> {
  std::vector<std::string> names;
  if (const auto list = from.optional_array(name, 0, limits::sections_per_event_max)) {
    for (const auto item : *list) {
      names.emplace_back(item.text({.bytes_min = 1, .bytes_max = bytes_max}));
    }
  }
  return names;
}

auto read_best(const json_object& body, domain::hold_wish& wish) -> bool {
  const auto best = body.optional_object("best_available");
  if (!best) {
    return false;
  }
  auto& wanted = wish.best_available.emplace();
  wanted.quantity = best->integer<std::uint32_t>("quantity", 1, limits::best_available_quantity_max);
  wanted.tiers = read_names(*best, "tiers", limits::tier_id_bytes_max);
  wanted.sections = read_names(*best, "sections", limits::label_part_bytes_max);
  wanted.accessible =
      best->optional_integer<std::uint32_t>("accessible", 0, limits::best_available_quantity_max).value_or(0);
  wanted.adjacent = best->optional_boolean("adjacent").value_or(true);
  if (wanted.accessible > wanted.quantity) {
    best->fault("accessible", "more accessible seats than seats");
  }
  return true;
}

auto read_areas(const json_object& body, domain::hold_wish& wish) -> bool {
  const auto areas = body.optional_array("areas", 1, limits::areas_per_event_max);
  if (!areas) {
    return false;
  }
  for (const auto item : *areas) {
    const auto area = item.object();
    domain::hold_wish::area wanted;
    wanted.name = area.text("area", {.bytes_min = 1, .bytes_max = limits::label_part_bytes_max});
    wanted.quantity = area.integer<std::uint32_t>("quantity", 1, limits::places_per_hold_max);
    wish.areas.push_back(std::move(wanted));
  }
  return true;
}

auto read_wish(exchange& ex) -> std::optional<domain::hold_wish> {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return std::nullopt;
  }
  domain::hold_wish wish;
  const int kinds = static_cast<int>(read_seats(*body, wish)) + static_cast<int>(read_best(*body, wish)) +
                    static_cast<int>(read_areas(*body, wish));
  if (kinds != 1) {
    body->fault({}, "exactly one of seats, best_available and areas is needed");
  }
  if (!body_is_sound(ex, document)) {
    return std::nullopt;
  }
  return wish;
}

void create_hold(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  auto wish = event ? read_wish(ex) : std::nullopt;
  if (!wish) {
    return;
  }
  domain::command what{.by = caller_of(ex.who(), caller::kind::box_office), .id = command_id_of(ex, in), .body = {}};
  const auto meta = meta_of(ex);
  in.engine.submit(*event, std::move(what), std::move(*wish), meta, reply_to(ex, in));
}

auto hold_of(exchange& ex, const context& in) -> std::optional<domain::public_ids::hold_ref> {
  const auto hold = in.ids.parse_hold(ex.parameter("hold"));
  if (!hold) {
    ex.refuse(problem_kind::not_found);
  }
  return hold;
}

void extend_hold(exchange& ex, const context& in) {
  const auto hold = hold_of(ex, in);
  if (!hold || !has_no_fields(ex)) {
    return;
  }
  domain::command what{.by = caller_of(ex.who(), caller::kind::box_office),
                       .id = command_id_of(ex, in),
                       .body = domain::extend_hold{hold->hold}};
  const auto meta = meta_of(ex);
  in.engine.submit(hold->event, std::move(what), meta, reply_to(ex, in));
}

void release_hold(exchange& ex, const context& in) {
  const auto hold = hold_of(ex, in);
  if (!hold) {
    return;
  }
  domain::command what{
      .by = caller_of(ex.who(), caller::kind::box_office), .id = {}, .body = domain::release_hold{hold->hold}};
  const auto meta = meta_of(ex);
  in.engine.submit(hold->event, std::move(what), meta, reply_to(ex, in));
}

auto owns(const principal& who, const domain::owner& by) noexcept -> bool {
  return who.is_buyer() ? by.subject == who.subject && !by.organisation : by.organisation == who.organisation;
}

void show_hold(deferred&& to, const domain::public_ids& ids, projections::read_outcome outcome,
               const std::shared_ptr<const projections::booking_line>& line, const actors::engine_port& engine) {
  const auto now = engine.now();
  using kind = projections::booking_line::kind;
  if (!was_read(*to, outcome)) {
    // answered
  } else if (!line || !owns(to->who(), line->what.by)) {
    to->refuse(problem_kind::not_found);
  } else if (line->status == kind::expired ||
             (line->status == kind::held && now >= line->what.expires_at && engine.ends_holds())) {
    to->refuse(problem_kind::hold_expired);
  } else if (line->status == kind::released) {
    to->refuse(problem_kind::hold_ended);
  } else {
    const booking_context in{
        .ids = ids, .seats = *line->seats, .event = line->event, .currency = line->currency, .seq = line->seq};
    auto out = to->json();
    if (line->status == kind::held) {
      write_hold(out, line->what, in, now);
      to->answer().header("Expires-In-Ms",
                          static_cast<std::uint64_t>(std::max<std::int64_t>((line->what.expires_at - now).count, 0)));
    } else {
      write_order(out, line->what, in);
    }
    to->answer().header("X-View-Seq", line->seq);
  }
  to.complete();
}

void read_hold(exchange& ex, const context& in) {
  const auto hold = hold_of(ex, in);
  if (!hold || !only_queries(ex, {"min_seq"})) {
    return;
  }
  const auto min_seq = min_seq_of(ex);
  if (!min_seq) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.views.booking(
      hold->event, hold->hold, *min_seq,
      [to, &in](projections::read_outcome outcome, const std::shared_ptr<const projections::booking_line>& line) {
        show_hold(std::move(*to), in.ids, outcome, line, in.engine);
      });
}

auto read_payment(const json_object& body) -> domain::payment_record {
  const auto payment = body.object("payment");
  domain::payment_record made;
  const auto method = payment.text("method", {.bytes_min = 1, .bytes_max = 64});
  using by = domain::payment_record::method;
  if (method == payment_method_text(by::cash)) {
    made.by = by::cash;
  } else if (method == payment_method_text(by::card_terminal)) {
    made.by = by::card_terminal;
  } else if (method == payment_method_text(by::complimentary)) {
    made.by = by::complimentary;
  } else {
    payment.fault("method", "cash, card_terminal or complimentary");
  }
  constexpr text_rule short_text{.bytes_min = 1, .bytes_max = limits::payment_text_bytes_max};
  made.reference = payment.optional_text("reference", short_text).value_or(std::string_view{});
  made.reason = payment.optional_text("reason", short_text).value_or(std::string_view{});
  if (made.by == by::complimentary && made.reason.empty()) {
    payment.fault("reason", "a complimentary ticket needs a reason");
  }
  const auto plain = [](std::string_view text) {
    return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-") ==
           std::string_view::npos;
  };
  if (!plain(made.reference)) {
    payment.fault("reference", "only letters, digits, blanks, dots, underscores and hyphens");
  }
  if (!plain(made.reason)) {
    payment.fault("reason", "only letters, digits, blanks, dots, underscores and hyphens");
  }
  return made;
}

/// Data about people has no store here: it is refused rather than dropped.
auto names_people(const json_object& body) -> bool {
  bool named = false;
  for (const auto* field : {"email", "attendees"}) {
    if (body.find(field)) {
      body.fault(field, "this server does not take personal data");
      named = true;
    }
  }
  return named;
}

void confirm_hold(exchange& ex, const context& in) {
  const auto hold = hold_of(ex, in);
  if (!hold) {
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  domain::confirm_hold confirm{.hold = hold->hold, .payment = std::nullopt};
  const bool people = names_people(*body);
  if (ex.who().is_buyer()) {
    // A buyer pays by a gateway's method; the event decides whose hold it is before it says that there is no gateway.
    if (const auto payment = body->optional_object("payment")) {
      static_cast<void>(payment->text("method", {.bytes_min = 1, .bytes_max = 128}));
    }
  } else {
    confirm.payment = read_payment(*body);
  }
  if (people) {
    ex.refuse(problem_kind::field_not_supported, {.errors = document.faults()});
    return;
  }
  if (!body_is_sound(ex, document)) {
    return;
  }
  if (confirm.payment && domain::has_card_number(confirm.payment->reference, confirm.payment->reason)) {
    ex.refuse(problem_kind::card_number_refused);
    return;
  }
  domain::command what{
      .by = caller_of(ex.who(), caller::kind::box_office), .id = command_id_of(ex, in), .body = std::move(confirm)};
  const auto meta = meta_of(ex);
  in.engine.submit(hold->event, std::move(what), meta, reply_to(ex, in));
}

} // namespace

void add_holds(router& table, const context& in) {
  constexpr auto owner = permission::buyer_or_key(domain::key_scope::sell);
  table.add({.verb = method::post,
             .pattern = "/v1/events/{event}/holds",
             .who = owner,
             .body_bytes_max = wish_bytes_max,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, create_hold)});
  table.add({.verb = method::get,
             .pattern = "/v1/holds/{hold}",
             .who = owner,
             .rate = rate_class::view,
             .run = with(in, read_hold)});
  table.add({.verb = method::delete_,
             .pattern = "/v1/holds/{hold}",
             .who = owner,
             .rate = rate_class::act,
             .run = with(in, release_hold)});
  table.add({.verb = method::post,
             .pattern = "/v1/holds/{hold}/extend",
             .who = owner,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, extend_hold)});
  table.add({.verb = method::post,
             .pattern = "/v1/holds/{hold}/confirm",
             .who = owner,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, confirm_hold)});
}

} // namespace holdfast::http::routes

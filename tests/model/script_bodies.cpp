#include "tests/model/script_bodies.hpp"

#include "tests/model/script.hpp"
#include "tests/model/script_allocations.hpp"
#include "tests/model/script_payments.hpp"
#include "tests/model/script_plan.hpp"
#include "tests/model/script_waitlist.hpp"

#include <algorithm>

namespace holdfast::model {
namespace {

using namespace domain;

/// One answer in ten is out of range.
auto index_or_wrong(dice& random, std::uint32_t count) -> std::uint32_t {
  return count == 0 || random.chance(2) ? count + static_cast<std::uint32_t>(random.below(3))
                                        : static_cast<std::uint32_t>(random.below(count));
}

auto best_seats(const step& next, const naive_event& twin, dice& random) -> hold_seats {
  best_available wanted;
  wanted.quantity = next.quantity;
  wanted.adjacent = random.chance(75);
  if (random.chance(25)) {
    wanted.accessible = static_cast<std::uint32_t>(random.between(1, next.quantity));
  }
  const auto tiers = twin.seats ? static_cast<std::uint32_t>(twin.seats->tier_ids().size()) : 0;
  const auto sections = twin.seats ? static_cast<std::uint32_t>(twin.seats->spec().sections.size()) : 0;
  for (auto more = random.chance(30) ? random.between(1, 2) : 0; more > 0 && tiers > 0; --more) {
    wanted.tiers.push_back(static_cast<tier_index>(random.below(tiers)));
  }
  for (auto more = random.chance(20) ? random.between(1, 2) : 0; more > 0 && sections > 0; --more) {
    wanted.sections.push_back(static_cast<std::uint32_t>(random.below(sections)));
  }
  hold_seats body;
  body.best = wanted;
  return body;
}

auto malformed_hold(const naive_event& twin, dice& random) -> hold_seats {
  const auto count = twin.seats ? twin.seats->seat_count() : 0;
  const auto tiers = twin.seats ? twin.seats->tier_ids().size() : 0;
  const auto sections = twin.seats ? twin.seats->spec().sections.size() : 0;
  best_available one;
  one.quantity = 1;
  hold_seats body;
  switch (random.below(14)) {
  case 0: break;
  case 1: body.seats = {0}, body.areas = {{0, 1}}; break;
  case 2: body.seats = {0, 1, 0}; break;
  case 3: body.seats = {0, count}; break;
  case 4: body.areas = {{static_cast<area_index>(twin.seats ? twin.seats->area_count() : 0), 1}}; break;
  case 5: body.areas = {{0, 0}}; break;
  case 6: body.areas = {{0, 1}, {0, 1}}; break;
  case 7: one.quantity = 0, body.best = one; break;
  case 8: one.quantity = limits::best_available_quantity_max + 1, body.best = one; break;
  case 9: one.accessible = 2, body.best = one; break;
  case 10: one.tiers = {static_cast<tier_index>(tiers)}, body.best = one; break;
  case 11: one.sections = {static_cast<std::uint32_t>(sections)}, body.best = one; break;
  case 12: body.seats = {0}, body.best = one; break;
  default: body.areas = {{0, 1}}, body.best = one; break;
  }
  return body;
}

auto some_payment(dice& random) -> std::optional<payment_record> {
  using method = payment_record::method;
  switch (random.below(20)) {
  case 9: return payment_record{method::card, "", ""};
  case 0:
  case 1: return {};
  case 2:
  case 3: return payment_record{method::complimentary, "", "Press"};
  case 4: return payment_record{method::complimentary, "guest 7", ""};
  case 5: return payment_record{method::cash, std::string(limits::payment_text_bytes_max + 1, 'x'), ""};
  case 6: return payment_record{method::cash, "till/3", ""};
  case 7: return payment_record{method::card_terminal, "", "no @ sign"};
  case 8: return payment_record{method::card_terminal, std::string(limits::payment_text_bytes_max, '9'), "A-b_c.d 9"};
  default: return payment_record{method::cash, "till 3", ""};
  }
}

auto some_confirmation(const step& next, const naive_event& twin, dice& random) -> confirm_hold {
  const auto hold = target_of(next, twin);
  auto payment = some_payment(random);
  return {hold, std::move(payment), some_names(twin, hold, random)};
}

auto version_wish(const naive_event& twin, dice& random) -> std::optional<std::uint64_t> {
  const auto kind = random.below(10);
  return kind < 6 ? std::nullopt : kind < 9 ? std::optional{twin.version} : std::optional{twin.version + 1};
}

auto amended_tiers(const naive_event& twin, dice& random) -> std::vector<price_tier> {
  auto tiers = twin.config.tiers;
  switch (random.below(8)) {
  case 0: tiers.push_back({"x" + std::to_string(random.below(50)), "More", 100}); break;
  case 1:
    tiers.erase(tiers.begin() + static_cast<std::ptrdiff_t>(tiers.empty() ? 0 : random.index(tiers.size())));
    break;
  case 2: tiers.push_back(tiers.front()); break;
  case 3:
    (random.chance(50) ? tiers.front().price : tiers.front().fee) = random.chance(50) ? -1 : limits::price_max + 1;
    break;
  case 4: std::reverse(tiers.begin(), tiers.end()); break;
  default:
    for (auto& tier : tiers) {
      tier.price = static_cast<minor_units>(random.below(30'000));
      tier.fee = static_cast<minor_units>(random.chance(50) ? random.below(700) : 0);
    }
    break;
  }
  return tiers;
}

auto some_window_edge(const naive_event& twin, dice& random, std::uint64_t span_s) -> std::optional<instant> {
  return random.chance(50) ? std::nullopt
                           : std::optional{twin.time + seconds(static_cast<std::int64_t>(random.below(span_s)))};
}

auto some_amendment(const naive_event& twin, dice& random) -> event_amendment {
  const auto small = [&] { return static_cast<std::uint32_t>(random.between(1, 12)); };
  const auto span = [&] { return seconds(static_cast<std::int64_t>(random.between(60, 3'600))); };
  event_amendment changes;
  switch (random.below(33)) {
  case 30:
  case 31: changes.waitlist_offer = random.chance(80) ? span() : millis{}; break;
  case 32: changes.waitlist_offer = random.chance(50) ? seconds(59) : hours(73); break;
  case 28: changes.tax = some_tax(random); break;
  case 29: changes.risk_on_failure = static_cast<risk_verdict>(random.below(5)); break;
  case 22:
  case 23: changes.velocity = some_velocity(random); break;
  case 24:
  case 25:
  case 26: changes.returns_to_allocation = some_keeper(twin, random); break;
  case 27: changes.resale_max_percent = random.chance(90) ? static_cast<std::uint32_t>(random.below(101)) : 101; break;
  case 18:
  case 19: changes.price_rules = some_rules(twin.config, twin.time, random); break;
  case 20:
  case 21: changes.phases = some_phases(twin.config, twin.time, random); break;
  case 16:
    changes.performers = std::vector<performer>{{"Floria", random.chance(50) ? "https://floria.example" : ""}};
    break;
  case 17:
    changes.few = few_left{random.chance(50) ? few_left::unit::percent : few_left::unit::places,
                           static_cast<std::uint32_t>(random.below(110))};
    break;
  case 0: changes.name = random.chance(70) ? "Aida" : ""; break;
  case 1: changes.max_per_order = small(); break;
  case 14: changes.max_per_card = random.chance(90) ? small() : random.chance(50) ? 0 : limits::tickets_max + 1; break;
  case 2: changes.max_per_buyer = small(); break;
  case 3: changes.max_per_order = random.chance(50) ? 0 : limits::tickets_max + 1; break;
  case 4: changes.max_per_buyer = random.chance(50) ? 0 : limits::tickets_max + 1; break;
  case 5: changes.hold_time = random.chance(70) ? span() : random.chance(50) ? seconds(59) : seconds(3'601); break;
  case 6: changes.hold_extension = random.chance(75) ? span() : seconds(0); break;
  case 7:
    changes.hold_cap =
        random.chance(70) ? std::max(twin.config.hold_time, span()) : millis{limits::hold_cap_max.count + 1};
    break;
  case 8: changes.sale_opens_at = some_window_edge(twin, random, 300); break;
  case 9: changes.sale_closes_at = some_window_edge(twin, random, 7'200); break;
  case 15: changes.refunds_until = some_window_edge(twin, random, 7'200); break;
  case 10: changes.currency = currency_code{{'U', 'S', 'D'}}; break;
  case 11: changes.venue = venue_summary{venue_id{8}, "Arena", "Wien", "AT", "Europe/Vienna", {}, {}}; break;
  default:
    if (!twin.config.tiers.empty()) {
      changes.tiers = amended_tiers(twin, random);
    }
    break;
  }
  return changes;
}

auto other_layout(const naive_event& twin, dice& random) -> replace_layout {
  auto spec = random_layout(random);
  if (random.chance(15) && !spec.sections.empty()) {
    spec.sections.front().tier = "unpriced";
  }
  replace_layout body{version_wish(twin, random), nullptr};
  if (auto built = layout::build(std::move(spec)); built && !random.chance(3)) {
    body.seats = *built;
  }
  return body;
}

} // namespace

auto some_seats(const step& next, const naive_event& twin, dice& random) -> hold_seats {
  hold_seats body;
  const auto count = twin.seats ? twin.seats->seat_count() : 0;
  if (count == 0) {
    body.seats.push_back(static_cast<seat_index>(random.below(3)));
    return body;
  }
  const bool neighbours = random.chance(70);
  auto seat = static_cast<seat_index>(random.below(count));
  bool only_free = random.chance(85);
  if (!twin.owners.empty() && random.chance(15)) {
    seat = std::next(twin.owners.begin(), static_cast<std::ptrdiff_t>(random.index(twin.owners.size())))->first;
    only_free = false;
  }
  for (std::uint32_t tried = 0; tried < 2 * count && body.seats.size() < next.quantity; ++tried) {
    const bool fresh = std::find(body.seats.begin(), body.seats.end(), seat) == body.seats.end();
    if (fresh && (!only_free || twin.seat(seat) == seat_status::available)) {
      body.seats.push_back(seat);
    }
    seat = neighbours ? (seat + 1) % count : static_cast<seat_index>(random.below(count));
  }
  if (body.seats.empty()) {
    body.seats.push_back(seat);
  }
  if (random.chance(30)) {
    std::reverse(body.seats.begin(), body.seats.end());
  }
  return body;
}

auto standing_places(const step& next, const naive_event& twin, dice& random) -> hold_seats {
  hold_seats body;
  const auto areas = twin.seats ? twin.seats->area_count() : 0;
  for (auto more = random.between(1, 2); more > 0; --more) {
    const auto area = static_cast<area_index>(index_or_wrong(random, areas));
    const bool fresh =
        std::none_of(body.areas.begin(), body.areas.end(), [&](const auto& a) { return a.area == area; });
    if (fresh) {
      body.areas.push_back({area, next.quantity});
    }
  }
  return body;
}

namespace callers {

auto buyer(std::uint64_t number) -> caller {
  return {caller::kind::buyer, {number * 1'000, number}, {}, {}};
}
auto box_office(organisation_id of, std::uint64_t key) -> caller {
  return {caller::kind::box_office, {}, of, key_id{key}};
}
auto organiser(organisation_id of) -> caller {
  return {caller::kind::organiser, {}, of, key_id{9}};
}

auto at(unsigned who) -> caller {
  if (who < 40) {
    return buyer(1 + who % 4);
  }
  if (who < 60) {
    return box_office(own_organisation, who < 54 ? 1 : 2);
  }
  switch (who) {
  case 60: return box_office(foreign_organisation, 3);
  case 61: return organiser(foreign_organisation);
  case 62: return organiser(own_organisation);
  default: return caller{};
  }
}

} // namespace callers

auto target_of(const step& next, const naive_event& twin) -> hold_number {
  std::vector<hold_number> live;
  for (const auto& [number, what] : twin.bookings) {
    if (what.status == booking_status::held) {
      live.push_back(number);
    }
  }
  const auto back = next.target / 4U;
  if (next.target % 4 != 3 && !live.empty()) {
    return live[live.size() - 1 - back % live.size()];
  }
  const auto last = twin.last_hold.value();
  return back < last ? hold_number{last - back} : hold_number{back % 2 == 0 ? 0 : last + 3};
}

auto owner_of(const naive_event& twin, hold_number hold, unsigned who) -> caller {
  const auto live = twin.bookings.find(hold);
  const auto ended = twin.ended.find(hold);
  if (live == twin.bookings.end() && ended == twin.ended.end()) {
    return callers::buyer(1);
  }
  const auto& by = live != twin.bookings.end() ? live->second.by : ended->second.by;
  return by.organisation ? callers::box_office(by.organisation, who % 2 + 1U)
                         : caller{caller::kind::buyer, by.subject, {}, {}};
}

auto some_names(const naive_event& twin, hold_number hold, dice& random) -> std::uint32_t {
  const auto found = twin.bookings.find(hold);
  if (found == twin.bookings.end() || random.chance(60)) {
    return 0;
  }
  const auto places = static_cast<std::uint32_t>(places_in(found->second));
  return random.chance(70) ? places : places + 1 - static_cast<std::uint32_t>(random.below(3));
}

auto body_of(const step& next, const naive_event& twin, dice& random) -> command_body {
  switch (next.what) {
  case wish::hold_best: return best_seats(next, twin, random);
  case wish::hold_areas: return standing_places(next, twin, random);
  case wish::hold_malformed: return malformed_hold(twin, random);
  case wish::extend: return extend_hold{target_of(next, twin)};
  case wish::release: return release_hold{target_of(next, twin)};
  case wish::confirm: return some_confirmation(next, twin, random);
  case wish::end_due: return end_due_holds{};
  case wish::amend: return amend_event{version_wish(twin, random), some_amendment(twin, random)};
  case wish::replace_layout: return other_layout(twin, random);
  case wish::publish: return publish_event{version_wish(twin, random)};
  case wish::pause: return pause_event{version_wish(twin, random)};
  case wish::resume: return resume_event{version_wish(twin, random)};
  case wish::close: return close_event{version_wish(twin, random)};
  case wish::cancel: return cancel_event{version_wish(twin, random)};
  case wish::allocate: return seats_apart(next, twin, random);
  case wish::change_allocation: return moved_seats(next, twin, random);
  case wish::release_allocation: return release_allocation{some_allocation(twin, random)};
  case wish::freeze:
  case wish::thaw:
  case wish::confirm_paid:
  case wish::take_back:
  case wish::return_order: return payment_command(next, twin, random);
  case wish::join: return some_waiting(twin, random);
  case wish::leave: return leave_waitlist{};
  case wish::match: return match_waitlist{};
  default: return some_seats(next, twin, random);
  }
}

} // namespace holdfast::model

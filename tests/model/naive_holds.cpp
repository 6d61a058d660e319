#include "tests/model/naive_holds.hpp"

#include "tests/model/naive_plan.hpp"
#include "tests/model/naive_resale.hpp"

#include <algorithm>
#include <set>

namespace holdfast::model {
namespace {

using namespace domain;

/// Whether seats, best and areas say one thing that could be true of this layout.
auto well_formed(const naive_event& twin, const hold_seats& what) -> bool {
  const auto& plan = *twin.seats;
  if ((what.seats.empty() ? 0 : 1) + (what.areas.empty() ? 0 : 1) + (what.best ? 1 : 0) != 1) {
    return false;
  }
  const std::set<seat_index> seats(what.seats.begin(), what.seats.end());
  if (seats.size() != what.seats.size() || (!seats.empty() && *seats.rbegin() >= plan.seat_count())) {
    return false;
  }
  std::set<area_index> areas;
  for (const auto& part : what.areas) {
    if (part.area >= plan.area_count() || part.quantity == 0 || !areas.insert(part.area).second) {
      return false;
    }
  }
  if (!what.best) {
    return true;
  }
  const auto& best = *what.best;
  const std::set<tier_index> tiers(best.tiers.begin(), best.tiers.end());
  const std::set<std::uint32_t> sections(best.sections.begin(), best.sections.end());
  const auto tier_exists = [&](auto tier) { return tier < plan.tier_ids().size(); };
  const auto section_exists = [&](auto section) { return section < plan.spec().sections.size(); };
  return tiers.size() == best.tiers.size() && sections.size() == best.sections.size() && best.quantity >= 1 &&
         best.quantity <= limits::best_available_quantity_max && best.accessible <= best.quantity &&
         std::all_of(best.tiers.begin(), best.tiers.end(), tier_exists) &&
         std::all_of(best.sections.begin(), best.sections.end(), section_exists);
}

auto sound_text(const std::string& text) -> bool {
  return text.size() <= limits::payment_text_bytes_max && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ' || c == '.' ||
                  c == '_' || c == '-';
         });
}

auto luhn(const std::string& digits) -> bool {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[digits.size() - 1 - i] - '0';
    const int twice = 2 * digit;
    sum += i % 2 == 0 ? digit : twice / 10 + twice % 10;
  }
  return sum % 10 == 0;
}

/// A run of 13 to 19 digits, single separators aside, that begins like a card number and passes Luhn's check.
auto shows_a_card(const std::string& text) -> bool {
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    std::string digits;
    for (std::size_t i = begin; i < text.size() && digits.size() < 20; ++i) {
      const bool digit = text[i] >= '0' && text[i] <= '9';
      const bool separator = i > begin && i + 1 < text.size() && text[i - 1] >= '0' && text[i - 1] <= '9' &&
                             std::string_view{" ._-"}.find(text[i]) != std::string_view::npos;
      if (digit) {
        digits += text[i];
      } else if (!separator) {
        break;
      }
    }
    const bool inside = begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9';
    if (!inside && digits.size() >= 13 && digits.size() <= 19 && digits[0] >= '2' && digits[0] <= '6' && luhn(digits)) {
      return true;
    }
  }
  return false;
}

/// What a box office may say about how it was paid.
auto sound_payment(const payment_record& what) -> bool {
  return storable(what) && what.by != payment_record::method::card &&
         (what.by != payment_record::method::complimentary || !what.reason.empty());
}

auto requested_places(const hold_seats& what) -> std::uint64_t {
  std::uint64_t sum = what.seats.size() + (what.best ? what.best->quantity : 0);
  for (const auto& part : what.areas) {
    sum += part.quantity;
  }
  return sum;
}

/// Places an owner has when overdue holds have ended.
auto places_now(const naive_event& twin, const owner& who, instant now) -> std::uint64_t {
  auto places = twin.places_of(who);
  for (const auto number : twin.endable(now)) {
    if (twin.bookings.at(number).by == who) {
      places -= places_in(twin.bookings.at(number));
    }
  }
  return places;
}

auto area_free_now(const naive_event& twin, area_index area, allocation_number grant, instant now) -> std::uint32_t {
  const auto taken = twin.area(area);
  if (grant && twin.apart(grant, area) == 0) {
    return 0;
  }
  auto free = grant ? twin.apart(grant, area) - twin.used(grant, area)
                    : twin.seats->spec().areas[area].capacity - taken.held - taken.sold - taken.blocked;
  for (const auto number : twin.endable(now)) {
    const auto& due = twin.bookings.at(number);
    for (const auto& part : due.areas) {
      free += part.area == area && !is_borrowed(due) && twin.source_of(due, area) == grant ? part.quantity : 0;
    }
  }
  return free;
}

/// Whose places a hold may have; nothing: it is refused.
auto grant_for(const naive_event& twin, const hold_seats& what) -> std::optional<allocation_number> {
  if (what.access_code) {
    for (const auto& [number, one] : twin.allocations) {
      if (one.code == what.access_code) {
        return number;
      }
    }
    return presale_known(twin, *what.access_code) ? std::optional{allocation_number{}} : std::nullopt;
  }
  if (!what.allocation) {
    return allocation_number{};
  }
  const auto found = twin.allocations.find(*what.allocation);
  const bool usable = found != twin.allocations.end() && found->second.kind != allocation_kind::kill;
  return usable ? what.allocation : std::nullopt;
}

} // namespace

auto limits_allow(const naive_event& twin, const caller& by, std::uint64_t places, instant now)
    -> std::optional<expectation> {
  if (places > twin.config.max_per_order) {
    auto result = refuse(reason::order_limit_exceeded);
    result.refused->limit = twin.config.max_per_order;
    return result;
  }
  const auto current = places_now(twin, owner_for(by), now);
  if (by.as == caller::kind::buyer && current + places > twin.config.max_per_buyer) {
    auto result = refuse(reason::buyer_limit_exceeded);
    result.refused->limit = twin.config.max_per_buyer;
    result.refused->current = current;
    return result;
  }
  return {};
}

namespace {

auto conflicts_of(const naive_event& twin, const hold_seats& what, allocation_number grant, instant now)
    -> std::optional<expectation> {
  auto taken = refuse(reason::seat_unavailable);
  for (const auto seat : what.seats) {
    const auto status = seat_now(twin, seat, grant, now);
    if (status != seat_status::available) {
      taken.refused->conflicts.push_back({seat, status});
    }
  }
  taken.grant = grant;
  if (!taken.refused->conflicts.empty()) {
    return taken;
  }
  auto full = refuse(reason::area_full);
  for (const auto& part : what.areas) {
    const auto free = area_free_now(twin, part.area, grant, now);
    if (free < part.quantity) {
      full.refused->area_conflicts.push_back({part.area, free});
    }
  }
  return full.refused->area_conflicts.empty() ? std::nullopt : std::optional{full};
}

auto created_hold(const naive_event& twin, const caller& by, const hold_seats& what, allocation_number grant,
                  instant now) -> expectation {
  hold_created made;
  made.hold = hold_number{twin.last_hold.value() + 1};
  made.by = owner_for(by);
  made.sold_by = by.as == caller::kind::buyer ? key_id{} : by.key;
  made.allocation = grant;
  made.seats = what.seats;
  for (const auto seat : what.seats) {
    made.prices.push_back(twin.price(twin.seats->tier_of_seat(seat)));
  }
  made.fees = twin.fees_of_seats(what.seats);
  for (const auto& part : what.areas) {
    const auto tier = twin.seats->tier_of_area(part.area);
    made.areas.push_back({part.area, part.quantity, twin.price(tier), twin.fee(tier)});
  }
  made.tax = twin.config.tax;
  made.expires_at = now + twin.config.hold_time;
  made.cap_at = now + twin.config.hold_cap;
  auto result = effect_of(std::move(made));
  result.choice = what.best;
  return result;
}

/// How a hold or order looks to somebody who names it.
enum class hold_phase { unknown, live, overdue, expired, released, order };

auto phase_of(const naive_event& twin, hold_number number, instant now) -> hold_phase {
  if (const auto found = twin.bookings.find(number); found != twin.bookings.end()) {
    return found->second.status == booking_status::confirmed ? hold_phase::order
           : found->second.expires_at <= now                 ? hold_phase::overdue
                                                             : hold_phase::live;
  }
  if (const auto* ended = twin.ended_at(number, twin.time)) {
    return ended->ended == ended_hold::how::expired ? hold_phase::expired : hold_phase::released;
  }
  return hold_phase::unknown;
}

/// What a command that wants a live hold is told about any other; nothing for a live one.
auto not_live(hold_phase phase) -> std::optional<expectation> {
  switch (phase) {
  case hold_phase::overdue:
  case hold_phase::expired: return refuse(reason::hold_expired);
  case hold_phase::released: return refuse(reason::hold_ended);
  case hold_phase::order: return refuse(reason::hold_confirmed);
  default: return {};
  }
}

} // namespace

auto refuse(reason why) -> expectation {
  expectation result;
  result.refused.emplace().why = why;
  return result;
}

auto effect_of(fact_body body) -> expectation {
  expectation result;
  result.effect.push_back(std::move(body));
  return result;
}

auto storable(const payment_record& what) -> bool {
  return sound_text(what.reference) && sound_text(what.reason) && !shows_a_card(what.reference) &&
         !shows_a_card(what.reason);
}

auto sells(const naive_event& twin, const caller& by) -> bool {
  return by.as == caller::kind::box_office && by.organisation == twin.organisation;
}

auto owner_for(const caller& by) -> owner {
  return by.as == caller::kind::buyer ? owner{by.subject, {}} : owner{{}, by.organisation};
}

auto knows(const naive_event& twin, hold_number number) -> bool {
  return phase_of(twin, number, twin.time) != hold_phase::unknown;
}

auto owns(const naive_event& twin, const caller& by, hold_number number) -> bool {
  const auto live = twin.bookings.find(number);
  const auto& is = live != twin.bookings.end() ? live->second.by : twin.ended.at(number).by;
  return (by.as == caller::kind::buyer || by.as == caller::kind::box_office) && is == owner_for(by);
}

auto seat_now(const naive_event& twin, seat_index seat, allocation_number grant, instant now) -> seat_status {
  const auto owned = twin.owners.find(seat);
  if (owned != twin.owners.end() && phase_of(twin, owned->second, now) != hold_phase::overdue) {
    return twin.seat(seat);
  }
  return twin.open_to(seat, grant) ? seat_status::available : seat_status::blocked;
}

auto expect_hold(const naive_event& twin, const caller& by, const hold_seats& what, instant now) -> expectation {
  const bool named_rightly = !what.allocation || (by.as == caller::kind::box_office && !what.access_code);
  if (!well_formed(twin, what) || !named_rightly) {
    return refuse(reason::invalid);
  }
  const auto presale = what.access_code ? presale_open(twin, *what.access_code, now) : std::string{};
  const bool house = what.allocation && of_the_house(twin, *what.allocation, owner_for(by), what.seats);
  const auto grant = grant_for(twin, what);
  const bool guessed = what.access_code && !grant;
  const bool otherwise = twin.on_sale(now) || house;
  if (!otherwise && presale.empty()) {
    auto closed = refuse(guessed && any_presale_open(twin, now) ? reason::wrong_access_code : reason::sale_not_open);
    closed.refused->unknown_code = guessed;
    return closed;
  }
  if (!grant) {
    auto wrong = refuse(guessed ? reason::wrong_access_code : reason::invalid);
    wrong.refused->unknown_code = guessed;
    return wrong;
  }
  if (auto beyond = limits_allow(twin, by, requested_places(what), now)) {
    return *beyond;
  }
  if (auto taken = conflicts_of(twin, what, *grant, now)) {
    return *taken;
  }
  auto result = created_hold(twin, by, what, *grant, now);
  std::get<hold_created>(result.effect.front()).phase = otherwise ? "" : presale;
  result.grant = *grant;
  return result;
}

auto expect_extension(const naive_event& twin, hold_number number, instant now) -> expectation {
  if (twin.status == event_status::cancelled) {
    return refuse(reason::wrong_status);
  }
  if (auto other = not_live(phase_of(twin, number, now))) {
    return *other;
  }
  const auto& hold = twin.bookings.at(number);
  if (hold.frozen) {
    return refuse(reason::payment_in_progress);
  }
  if (is_borrowed(hold) && holder_of_offer(twin, hold.bought_from->ticket) != number) {
    return refuse(reason::hold_ended);
  }
  const auto until = std::min(hold.expires_at + twin.config.hold_extension, hold.cap_at);
  if (hold.extended || until <= hold.expires_at) {
    return refuse(reason::already_extended);
  }
  return effect_of(hold_extended{number, until});
}

auto expect_release(const naive_event& twin, const caller& by, hold_number number, instant now) -> expectation {
  const auto phase = phase_of(twin, number, now);
  if (phase == hold_phase::released) {
    return {};
  }
  if (auto other = not_live(phase)) {
    return *other;
  }
  if (twin.bookings.at(number).frozen) {
    return refuse(reason::payment_in_progress);
  }
  return effect_of(hold_released{number, by.as == caller::kind::box_office ? by.key : key_id{}});
}

auto expect_confirmation(const naive_event& twin, const caller& by, const confirm_hold& what, instant now)
    -> expectation {
  if (what.payment && !sound_payment(*what.payment)) {
    return refuse(reason::invalid);
  }
  if (twin.status == event_status::cancelled) {
    return refuse(reason::wrong_status);
  }
  if (auto other = not_live(phase_of(twin, what.hold, now))) {
    return *other;
  }
  if (sells(twin, by) && is_borrowed(twin.bookings.at(what.hold))) {
    return refuse(reason::resale_closed);
  }
  if (twin.bookings.at(what.hold).frozen) {
    return refuse(reason::payment_in_progress);
  }
  if (what.attendees != 0 && what.attendees != places_in(twin.bookings.at(what.hold))) {
    return refuse(reason::invalid);
  }
  if (!what.payment || !sells(twin, by)) {
    return refuse(reason::payments_not_configured);
  }
  const auto free = what.payment->by == payment_record::method::complimentary;
  const auto& hold = twin.bookings.at(what.hold);
  return effect_of(order_confirmed{what.hold, *what.payment, by.key, free ? 0 : total_of(hold)});
}

} // namespace holdfast::model

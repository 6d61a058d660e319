#include "domain/alternatives.hpp"
#include "domain/check.hpp"
#include "domain/decide_hold_right.hpp"
#include "domain/decide_parts.hpp"
#include "domain/ended_first.hpp"
#include "domain/limits.hpp"
#include "domain/seat_choice.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::domain {
namespace {

void append_best_faults(const layout& seats, const best_available& best, std::vector<config_fault>& to) {
  const std::string at = "/best_available";
  if (best.quantity == 0 || best.quantity > limits::best_available_quantity_max) {
    to.push_back({at + "/quantity", "1 to 100"});
  }
  if (best.accessible > best.quantity) {
    to.push_back({at + "/accessible", "at most the quantity"});
  }
  if (std::ranges::any_of(best.tiers, [&](tier_index tier) { return tier >= seats.tier_ids().size(); })) {
    to.push_back({at + "/tiers", "no such tier"});
  }
  if (std::ranges::any_of(best.sections,
                          [&](std::uint32_t section) { return section >= seats.spec().sections.size(); })) {
    to.push_back({at + "/sections", "no such section"});
  }
  if (has_repeats(best.tiers)) {
    to.push_back({at + "/tiers", "a tier is named twice"});
  }
  if (has_repeats(best.sections)) {
    to.push_back({at + "/sections", "a section is named twice"});
  }
}

void append_area_faults(const layout& seats, const std::vector<area_quantity>& wanted, std::vector<config_fault>& to) {
  std::vector<area_index> areas;
  for (const auto& [area, quantity] : wanted) {
    areas.push_back(area);
    if (area >= seats.area_count()) {
      to.push_back({"/areas", "no such area"});
    }
    if (quantity == 0) {
      to.push_back({"/areas", "a quantity is at least 1"});
    }
  }
  if (has_repeats(std::move(areas))) {
    to.push_back({"/areas", "an area is named twice"});
  }
}

auto faults_of(const layout& seats, const hold_seats& what, bool by_box_office) -> std::vector<config_fault> {
  std::vector<config_fault> faults;
  const int kinds = (what.seats.empty() ? 0 : 1) + (what.best ? 1 : 0) + (what.areas.empty() ? 0 : 1);
  if (kinds != 1) {
    faults.push_back({"", "exactly one of seats, best_available and areas"});
  }
  if (std::ranges::any_of(what.seats, [&](seat_index seat) { return seat >= seats.seat_count(); })) {
    faults.push_back({"/seats", "no such seat"});
  }
  if (has_repeats(what.seats)) {
    faults.push_back({"/seats", "a seat is named twice"});
  }
  if (what.best) {
    append_best_faults(seats, *what.best, faults);
  }
  append_area_faults(seats, what.areas, faults);
  if (what.allocation && !by_box_office) {
    faults.push_back({"/allocation", "only a box office names an allocation"});
  }
  if (what.allocation && what.access_code) {
    faults.push_back({"/allocation", "an allocation or an access code, not both"});
  }
  return faults;
}

/// What a seat is to somebody who may have an allocation's; a hold that is due and can be ended has ended.
auto status_for(const question& ask, seat_index seat, const allocation* pool, ended_first& ends) -> seat_status {
  const auto& data = ask.data;
  const bool own = pool != nullptr && data.pool_of(seat) == pool->number.value();
  const auto free = own ? seat_status::available : data.free_status(seat);
  const auto holder = data.holders[seat];
  if (holder == 0) {
    return free;
  }
  if (!data.bookings.find(hold_number{holder})->is_due(ask.now)) {
    return data.statuses[seat];
  }
  if (free == seat_status::available && !ends.add(holder)) {
    return data.statuses[seat];
  }
  return free;
}

/// The seats that cannot be had, as a rejection.
auto seat_conflicts(const question& ask, const std::vector<seat_index>& seats, const allocation* pool,
                    ended_first& ends) -> std::optional<rejection> {
  const auto& data = ask.data;
  rejection no;
  for (const auto seat : seats) {
    if (const auto status = status_for(ask, seat, pool, ends); status != seat_status::available) {
      no.conflicts.push_back({seat, status});
    }
  }
  if (no.conflicts.empty()) {
    return std::nullopt;
  }
  no.why = reason::seat_unavailable;
  if (pool == nullptr) {
    no.alternatives = find_alternatives(data, data.view(), seats);
  } else {
    const own_seats own{data, pool, {}};
    no.alternatives = find_alternatives(data, own.view(data), seats);
  }
  return no;
}

/// Places of an area that are free once the holds to be ended are; ends more of those that are due while too few are.
auto places_free(const question& ask, const area_quantity& wanted, const allocation* pool, ended_first& ends)
    -> std::uint32_t {
  const auto* const part = pool == nullptr ? nullptr : pool->find(wanted.area);
  if (pool != nullptr && part == nullptr) {
    return 0;
  }
  std::uint32_t places = part == nullptr ? ask.data.free_places(wanted.area) : part->quantity - part->used;
  places += ends.places_in(wanted.area, pool);
  if (places >= wanted.quantity) {
    return places;
  }
  for (const auto& due : ends.due()) {
    const auto more = ends.places_of(due.hold, wanted.area, pool);
    if (more > 0 && !ends.has(due.hold)) {
      const bool fits = ends.add(due.hold);
      HF_CHECK(fits, "what is ended for an area or a limit is among the first holds that are due");
      places += more;
      if (places >= wanted.quantity) {
        break;
      }
    }
  }
  return places;
}

auto area_conflicts(const question& ask, const std::vector<area_quantity>& areas, const allocation* pool,
                    ended_first& ends) -> std::optional<rejection> {
  rejection no;
  for (const auto& wanted : areas) {
    const auto places = places_free(ask, wanted, pool, ends);
    if (places < wanted.quantity) {
      no.area_conflicts.push_back({wanted.area, places});
    }
  }
  if (no.area_conflicts.empty()) {
    return std::nullopt;
  }
  no.why = reason::area_full;
  return no;
}

/// The best seats as they are once holds past their deadline have ended; ends those of them that had any. Of more such holds than one
/// decision can end, the first count as ended.
auto chosen(const question& ask, const best_available& wanted, const allocation* pool, ended_first& ends)
    -> std::optional<std::vector<seat_index>> {
  const auto& data = ask.data;
  const auto endable = ends.endable();
  if (endable.empty() && pool == nullptr) {
    return choose_best(data.view(), wanted);
  }
  // Made for this choice alone: while holds are due that the deadline actor has not ended yet, which it does within a second, and for an
  // allocation, of whose own rows.
  const own_seats own{data, pool, endable};
  auto seats = choose_best(own.view(data), wanted);
  if (seats) {
    for (const auto seat : *seats) {
      if (data.holders[seat] != 0) {
        ends.add(data.holders[seat]);
      }
    }
  }
  return seats;
}

} // namespace

auto new_hold(const question& ask, std::vector<seat_index> seats, const std::vector<area_quantity>& areas)
    -> hold_created {
  const auto& data = ask.data;
  hold_created hold;
  hold.hold = hold_number{data.last_hold + 1};
  hold.by = ask.as_owner();
  hold.sold_by = ask.key();
  hold.seats = std::move(seats);
  hold.prices.reserve(hold.seats.size());
  for (const auto seat : hold.seats) {
    const auto tier = data.seats->tier_of_seat(seat);
    hold.prices.push_back(data.tier_prices[tier]);
    if (data.tier_fees[tier] != 0) {
      hold.fees.resize(hold.seats.size());
      hold.fees[hold.prices.size() - 1] = data.tier_fees[tier];
    }
  }
  hold.areas.reserve(areas.size());
  for (const auto& [area, quantity] : areas) {
    const auto tier = data.seats->tier_of_area(area);
    hold.areas.push_back({area, quantity, data.tier_prices[tier], data.tier_fees[tier]});
  }
  hold.tax = data.config.tax;
  hold.expires_at = ask.now + data.config.hold_time;
  hold.cap_at = ask.now + data.config.hold_cap;
  return hold;
}

auto decide_hold(const question& ask, const hold_seats& what) -> decision {
  const auto& data = ask.data;
  if (auto faults = faults_of(*data.seats, what, ask.is_box_office()); !faults.empty()) {
    return invalid(std::move(faults));
  }
  const auto right = right_of(ask, what);
  if (!right.open) {
    // Who mistypes a code while others buy with theirs is told so, and not that the sale is closed.
    const bool mistyped = right.unknown_code && right.others_may;
    auto no = rejected(mistyped ? reason::wrong_access_code : reason::sale_not_open);
    no.value().unknown_code = right.unknown_code;
    return no;
  }
  const auto grant = granted(ask, what);
  if (!grant) {
    return tl::unexpected{grant.error()};
  }
  const auto* const pool = *grant;
  ended_first ends{ask};
  if (auto no = limit_exceeded(ask, what.places(), ends)) {
    return tl::unexpected{*std::move(no)};
  }
  if (data.last_hold == limits::hold_number_max) {
    return rejected(reason::holds_exhausted);
  }
  if (auto no = seat_conflicts(ask, what.seats, pool, ends)) {
    return tl::unexpected{*std::move(no)};
  }
  if (auto no = area_conflicts(ask, what.areas, pool, ends)) {
    return tl::unexpected{*std::move(no)};
  }
  auto seats = what.seats;
  if (what.best) {
    auto best = chosen(ask, *what.best, pool, ends);
    if (!best) {
      return rejected(reason::no_such_seats);
    }
    seats = *std::move(best);
  }
  auto made = ends.as_facts();
  auto hold = new_hold(ask, std::move(seats), what.areas);
  hold.allocation = pool == nullptr ? allocation_number{} : pool->number;
  hold.phase = right.phase == nullptr ? std::string{} : right.phase->id;
  made.push_back({ask.now, ask.id, std::move(hold)});
  return made;
}

} // namespace holdfast::domain

#include "tests/model/naive_allocations.hpp"

#include "tests/model/naive_holds.hpp"

#include <algorithm>
#include <set>

namespace holdfast::model {
namespace {

using namespace domain;

auto exist(const naive_event& twin, const std::vector<seat_index>& seats) -> bool {
  return std::all_of(seats.begin(), seats.end(), [&](auto seat) { return seat < twin.seats->seat_count(); });
}

auto over(const naive_event& twin) -> bool {
  return twin.status == event_status::closed || twin.status == event_status::cancelled;
}

auto sound(const naive_event& twin, const allocate_seats& what) -> bool {
  const std::set<seat_index> seats(what.seats.begin(), what.seats.end());
  std::set<area_index> areas;
  for (const auto& part : what.areas) {
    if (part.area >= twin.seats->area_count() || part.quantity == 0 || !areas.insert(part.area).second) {
      return false;
    }
  }
  const bool presale = what.kind == allocation_kind::presale;
  const bool taken = std::any_of(twin.allocations.begin(), twin.allocations.end(),
                                 [&](const auto& entry) { return what.code && entry.second.code == what.code; });
  return seats.size() == what.seats.size() && exist(twin, what.seats) && what.seats.size() + what.areas.size() > 0 &&
         what.code.has_value() == presale && !taken && !what.name.empty() && !what.reason.empty();
}

auto sound(const naive_event& twin, const change_allocation& what) -> bool {
  std::set<seat_index> all(what.add.begin(), what.add.end());
  all.insert(what.remove.begin(), what.remove.end());
  std::set<area_index> areas;
  for (const auto& part : what.areas) {
    if (part.area >= twin.seats->area_count() || !areas.insert(part.area).second) {
      return false;
    }
  }
  const bool giver = what.from == allocation_number{} || twin.allocations.contains(what.from);
  return all.size() == what.add.size() + what.remove.size() && exist(twin, what.add) && exist(twin, what.remove) &&
         giver && what.from != what.allocation;
}

auto pool_of(const naive_event& twin, seat_index seat) -> allocation_number {
  const auto pool = twin.pools.find(seat);
  return pool == twin.pools.end() ? allocation_number{} : pool->second;
}

/// Seats that are wanted of an allocation, or of nobody's, and are not, or that somebody has.
auto conflicts(const naive_event& twin, const std::vector<seat_index>& seats, allocation_number from = {})
    -> std::optional<expectation> {
  auto taken = refuse(reason::seat_unavailable);
  for (const auto seat : seats) {
    if (twin.owners.contains(seat) || pool_of(twin, seat) != from) {
      taken.refused->conflicts.push_back({seat, twin.seat(seat)});
    }
  }
  return taken.refused->conflicts.empty() ? std::nullopt : std::optional{taken};
}

/// Places of an area that nobody has, of an allocation or (zero) of the public's.
auto free_of(const naive_event& twin, allocation_number number, area_index area) -> std::uint32_t {
  const auto taken = twin.area(area);
  return number ? twin.apart(number, area) - twin.used(number, area)
                : twin.seats->spec().areas[area].capacity - taken.held - taken.sold - taken.blocked;
}

} // namespace

auto code_hash(std::uint8_t code) -> access_code_hash {
  access_code_hash hash{};
  hash.fill(code);
  return hash;
}

auto expect_allocation(const naive_event& twin, const caller& by, const allocate_seats& what) -> expectation {
  if (!sound(twin, what)) {
    return refuse(reason::invalid);
  }
  if (over(twin)) {
    return refuse(reason::wrong_status);
  }
  if (auto taken = conflicts(twin, what.seats)) {
    return *taken;
  }
  auto full = refuse(reason::area_full);
  allocation made{allocation_number{static_cast<std::uint16_t>(twin.last_allocation.value() + 1)},
                  what.kind,
                  what.name,
                  what.reason,
                  what.code,
                  {}};
  for (const auto& part : what.areas) {
    const auto free = free_of(twin, {}, part.area);
    if (part.quantity > free) {
      full.refused->area_conflicts.push_back({part.area, free});
    }
    made.areas.push_back({part.area, part.quantity, 0});
  }
  if (!full.refused->area_conflicts.empty()) {
    return full;
  }
  return effect_of(seats_allocated{made, what.seats, by.key});
}

auto expect_allocation(const naive_event& twin, const caller& by, const change_allocation& what) -> expectation {
  if (!twin.allocations.contains(what.allocation)) {
    return refuse(reason::not_found);
  }
  if (!sound(twin, what)) {
    return refuse(reason::invalid);
  }
  if (over(twin)) {
    return refuse(reason::wrong_status);
  }
  const auto has = [&](seat_index seat) { return pool_of(twin, seat) == what.allocation; };
  allocation_changed change{what.allocation, what.add, what.remove, by.key, what.from, what.areas};
  std::erase_if(change.areas,
                [&](const area_quantity& one) { return twin.apart(what.allocation, one.area) == one.quantity; });
  std::erase_if(change.added, has);
  std::erase_if(change.removed, [&](seat_index seat) { return !has(seat); });
  if (auto taken = conflicts(twin, change.added, what.from)) {
    return *taken;
  }
  auto full = refuse(reason::area_full);
  for (const auto& part : change.areas) {
    const auto has_now = twin.apart(what.allocation, part.area);
    const auto of = part.quantity < has_now ? what.allocation : what.from;
    const auto free = free_of(twin, of, part.area);
    if ((part.quantity < has_now ? has_now - part.quantity : part.quantity - has_now) > free) {
      full.refused->area_conflicts.push_back({part.area, free});
    }
  }
  if (!full.refused->area_conflicts.empty()) {
    return full;
  }
  const bool same = change.added.empty() && change.removed.empty() && change.areas.empty();
  return same ? expectation{} : effect_of(change);
}

auto expect_allocation(const naive_event& twin, const caller& by, const release_allocation& what) -> expectation {
  if (what.allocation == allocation_number{} || what.allocation > twin.last_allocation) {
    return refuse(reason::not_found);
  }
  return twin.allocations.contains(what.allocation) ? effect_of(allocation_released{what.allocation, by.key})
                                                    : expectation{};
}

void write_places(naive_event& twin, allocation_number number, const area_quantity& now) {
  auto& areas = twin.allocations.at(number).areas;
  const auto found = std::find_if(areas.begin(), areas.end(), [&](const auto& one) { return one.area == now.area; });
  if (found == areas.end()) {
    areas.push_back({now.area, now.quantity, 0});
  } else if (now.quantity == 0) {
    areas.erase(found);
  } else {
    found->quantity = now.quantity;
  }
}

namespace {

auto set_apart(naive_event& twin, allocation_number number, const std::vector<seat_index>& seats,
               allocation_number from = {}) -> complaint {
  for (const auto seat : seats) {
    const auto pool = twin.pools.find(seat);
    if (seat >= twin.seats->seat_count() || twin.owners.contains(seat) ||
        (pool == twin.pools.end() ? allocation_number{} : pool->second) != from) {
      return "it sets a seat apart that is not there, or not available";
    }
    twin.pools[seat] = number;
  }
  return {};
}

auto fold_area(naive_event& twin, const allocation_changed& what, const area_quantity& part) -> complaint {
  const auto before = twin.apart(what.allocation, part.area);
  if (part.area >= twin.seats->area_count() || part.quantity == before ||
      part.quantity < twin.used(what.allocation, part.area)) {
    return "it changes no area of an allocation, or gives back what somebody has";
  }
  if (what.from && part.quantity > before) {
    const auto left = twin.apart(what.from, part.area);
    if (part.quantity - before > left - twin.used(what.from, part.area)) {
      return "an allocation gives places that it has not free";
    }
    write_places(twin, what.from, {part.area, left - (part.quantity - before)});
  }
  write_places(twin, what.allocation, part);
  const auto taken = twin.area(part.area);
  return taken.held + taken.sold + taken.blocked > twin.seats->spec().areas[part.area].capacity
             ? complaint{"it sets places apart that are not there"}
             : complaint{};
}

} // namespace

auto fold_allocation(naive_event& twin, const seats_allocated& what) -> complaint {
  if (what.what.number.value() != twin.last_allocation.value() + 1) {
    return "allocation numbers are not dense";
  }
  if (twin.status == event_status::closed || twin.status == event_status::cancelled) {
    return "it sets places apart of what is over";
  }
  for (const auto& part : what.what.areas) {
    const auto taken = twin.area(part.area);
    const auto capacity = twin.seats->spec().areas[part.area].capacity;
    if (part.quantity == 0 || part.used != 0 || taken.held + taken.sold + taken.blocked + part.quantity > capacity) {
      return "it sets places apart that are not there, or used";
    }
  }
  twin.last_allocation = what.what.number;
  twin.allocations[what.what.number] = what.what;
  return set_apart(twin, what.what.number, what.seats, {});
}

auto fold_allocation(naive_event& twin, const allocation_changed& what) -> complaint {
  if (!twin.allocations.contains(what.allocation)) {
    return "it changes an allocation that is not there";
  }
  if (what.added.empty() && what.removed.empty() && what.areas.empty()) {
    return "it changes nothing of an allocation";
  }
  if (what.from == what.allocation || (what.from && !twin.allocations.contains(what.from))) {
    return "places come from where they go, or from an allocation that is not there";
  }
  for (const auto seat : what.removed) {
    const auto pool = twin.pools.find(seat);
    if (pool == twin.pools.end() || pool->second != what.allocation) {
      return "an allocation gives back a seat that it has not";
    }
    twin.pools.erase(pool);
  }
  for (const auto& part : what.areas) {
    if (auto fault = fold_area(twin, what, part)) {
      return fault;
    }
  }
  return set_apart(twin, what.allocation, what.added, what.from);
}

auto fold_allocation(naive_event& twin, const allocation_released& what) -> complaint {
  std::erase_if(twin.pools, [&](const auto& entry) { return entry.second == what.allocation; });
  return twin.allocations.erase(what.allocation) == 1 ? complaint{} : "it releases an allocation that is not there";
}

} // namespace holdfast::model

#include "journal/audit/event_check.hpp"

#include <algorithm>
#include <set>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint64_t kind_presale = 2;
constexpr std::uint64_t kind_kill = 3;
constexpr std::uint64_t kind_last = 4;
constexpr std::size_t code_hash_size = 32;

auto text(std::uint64_t number) -> std::string {
  return std::to_string(number);
}

} // namespace

auto event_check::pool::find(std::uint64_t which) -> area* {
  const auto found = std::find_if(areas.begin(), areas.end(), [&](const auto& entry) { return entry.first == which; });
  return found == areas.end() ? nullptr : &found->second;
}

/// Seats that are set apart go only to holds that name their allocation, and the areas of such a hold are the allocation's.
void event_check::check_allocation(const hold_created& what) {
  const auto found = pools_.find(what.allocation);
  if (what.allocation != 0 && (found == pools_.end() || found->second.kind == kind_kill))
    refuse(violation_kind::illegal_allocation, "hold " + text(what.hold) + " names allocation " +
                                                   text(what.allocation) + ", of which nobody can have anything");
  if (what.allocation != 0 && what.by.is_buyer() && found != pools_.end() && found->second.kind != kind_presale)
    refuse(violation_kind::illegal_allocation,
           "hold " + text(what.hold) + " is a buyer's and names an allocation that is no presale");
  for (const auto seat : what.seats) {
    const auto its_pool = seat < seat_pool_.size() ? seat_pool_[static_cast<std::size_t>(seat)] : 0;
    if (its_pool != 0 && its_pool != what.allocation)
      refuse(violation_kind::seat_set_apart, "seat " + text(seat) + " goes to hold " + text(what.hold) +
                                                 " and is set apart for allocation " + text(its_pool));
  }
  for (const auto& part : what.areas) {
    if (found == pools_.end())
      break;
    const auto* its = found->second.find(part.area);
    if (its == nullptr || part.quantity > its->quantity - its->used)
      refuse(violation_kind::area_over_capacity, "allocation " + text(what.allocation) + " has not " +
                                                     text(part.quantity) + " places of area " + text(part.area) +
                                                     " left");
  }
}

void event_check::count(const booking& what, const area_places& part, bool take) {
  if (part.area >= area_taken_.size())
    return;
  const auto at = static_cast<std::size_t>(part.area);
  area_taken_[at] += take ? part.quantity : 0 - part.quantity;
  const auto found = pools_.find(what.allocation);
  auto* its = found == pools_.end() ? nullptr : found->second.find(part.area);
  if (its == nullptr)
    return;
  its->used += take ? part.quantity : 0 - part.quantity;
  area_apart_[at] -= take ? part.quantity : 0 - part.quantity;
}

void event_check::set_apart(std::uint64_t allocation, const std::vector<std::uint64_t>& seats, std::uint64_t from) {
  for (const auto seat : seats) {
    if (seat >= seat_pool_.size()) {
      refuse(violation_kind::unknown_seat, "seat " + text(seat) + " does not exist, and was set apart");
      continue;
    }
    const auto at = static_cast<std::size_t>(seat);
    if (seat_owner_[at] != 0 || (seat_pool_[at] != 0 && seat_pool_[at] != from))
      refuse(violation_kind::seat_owned_twice,
             "seat " + text(seat) + " was set apart for allocation " + text(allocation) + " and was not free");
    else if (seat_pool_[at] != from)
      refuse(violation_kind::illegal_allocation,
             "seat " + text(seat) + " was moved from allocation " + text(from) + ", which has it not");
    seat_pool_[at] = allocation;
  }
}

void event_check::set_apart(pool& to, const std::vector<area_places>& areas) {
  std::set<std::uint64_t> seen;
  for (const auto& part : areas) {
    if (part.area >= area_taken_.size() || part.quantity == 0 || !seen.insert(part.area).second) {
      refuse(violation_kind::unknown_area,
             "area " + text(part.area) + " does not exist, comes twice or no place of it was set apart");
      continue;
    }
    const auto at = static_cast<std::size_t>(part.area);
    const auto used = area_taken_[at] + area_apart_[at];
    const auto capacity = seats_.areas[at].capacity;
    if (part.quantity > capacity || used > capacity - part.quantity)
      refuse(violation_kind::area_over_capacity,
             "area " + text(part.area) + " has not " + text(part.quantity) + " free places that can be set apart");
    area_apart_[at] += part.quantity;
    to.areas.push_back({part.area, {part.quantity, 0}});
  }
}

void event_check::resize(pool& its, pool* from, const std::vector<area_places>& areas) {
  std::set<std::uint64_t> seen;
  for (const auto& part : areas) {
    if (part.area >= area_taken_.size() || !seen.insert(part.area).second) {
      refuse(violation_kind::unknown_area, "area " + text(part.area) + " does not exist, or comes twice");
      continue;
    }
    const auto at = static_cast<std::size_t>(part.area);
    auto* mine = its.find(part.area);
    if (mine == nullptr)
      mine = &its.areas.emplace_back(part.area, pool::area{}).second;
    const auto more = part.quantity - std::min(part.quantity, mine->quantity);
    auto* theirs = from == nullptr ? nullptr : from->find(part.area);
    const auto capacity = seats_.areas[at].capacity;
    const auto taken = std::min(area_taken_[at] + area_apart_[at], capacity);
    const auto free = from == nullptr ? capacity - taken : theirs == nullptr ? 0 : theirs->quantity - theirs->used;
    if (more > free || part.quantity < mine->used) {
      refuse(violation_kind::area_over_capacity, "an allocation was given " + text(part.quantity) + " places of area " +
                                                     text(part.area) +
                                                     ", which are not free or fewer than are held and sold of them");
      continue;
    }
    if (theirs != nullptr && more > 0) {
      theirs->quantity -= more;
      area_apart_[at] -= more;
    }
    area_apart_[at] += part.quantity - mine->quantity;
    mine->quantity = part.quantity;
  }
  for (auto* each : {&its, from}) {
    if (each != nullptr)
      std::erase_if(each->areas, [](const auto& entry) { return entry.second.quantity == 0; });
  }
}

auto event_check::live_pool(std::uint64_t allocation, const char* done) -> pool* {
  const auto found = pools_.find(allocation);
  if (found != pools_.end())
    return &found->second;
  refuse(violation_kind::illegal_allocation,
         std::string{done} + " allocation " + text(allocation) + ", which is not there");
  return nullptr;
}

void event_check::on(const seats_allocated& what) {
  if (status_ == life::closed || status_ == life::cancelled)
    refuse(violation_kind::illegal_life_change, "places were set apart after the event's end");
  if (what.allocation != last_pool_ + 1)
    refuse(violation_kind::illegal_allocation,
           "allocation " + text(what.allocation) + " follows allocation " + text(last_pool_));
  if (what.kind < 1 || what.kind > kind_last ||
      (what.kind == kind_presale) != (what.code_hash.size() == code_hash_size))
    refuse(violation_kind::illegal_allocation,
           "allocation " + text(what.allocation) +
               " is of no known kind, or a presale without a code, or the other way round");
  if (what.seats.empty() && what.areas.empty())
    refuse(violation_kind::illegal_allocation, "allocation " + text(what.allocation) + " is one of nothing");
  last_pool_ = what.allocation;
  auto& made = pools_[what.allocation];
  made.kind = what.kind;
  made.code_hash = what.code_hash;
  set_apart(what.allocation, what.seats);
  set_apart(made, what.areas);
}

void event_check::on(const allocation_changed& what) {
  if (status_ == life::closed || status_ == life::cancelled)
    refuse(violation_kind::illegal_life_change, "places were set apart after the event's end");
  auto* its = live_pool(what.allocation, "changed");
  auto* from = what.from == 0 ? nullptr : live_pool(what.from, "took places of");
  if (its == nullptr || (what.from != 0 && from == nullptr))
    return;
  if (from == its)
    refuse(violation_kind::illegal_allocation, "allocation " + text(what.allocation) + " took places of itself");
  for (const auto seat : what.removed) {
    if (seat >= seat_pool_.size() || seat_pool_[static_cast<std::size_t>(seat)] != what.allocation)
      refuse(violation_kind::illegal_allocation,
             "seat " + text(seat) + " was given back by allocation " + text(what.allocation) + ", which has it not");
    else
      seat_pool_[static_cast<std::size_t>(seat)] = 0;
  }
  set_apart(what.allocation, what.added, what.from);
  resize(*its, from, what.areas);
}

void event_check::on(const allocation_released& what) {
  const auto* gone = live_pool(what.allocation, "released");
  if (gone == nullptr)
    return;
  for (const auto& [area, its] : gone->areas)
    area_apart_[static_cast<std::size_t>(area)] -= its.quantity - its.used;
  std::replace(seat_pool_.begin(), seat_pool_.end(), what.allocation, std::uint64_t{0});
  pools_.erase(what.allocation);
}

} // namespace holdfast::journal::audit

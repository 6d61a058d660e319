#include "tests/model/script_waitlist.hpp"

#include "tests/model/script_bodies.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace holdfast::model {
namespace {

using namespace domain;

/// About what a place of some tier costs: a little less, exactly that, or more than anything.
auto some_limit(const naive_event& twin, dice& random) -> minor_units {
  if (twin.config.tiers.empty() || random.chance(35)) {
    return limits::price_max;
  }
  const auto& tier = random.pick(twin.config.tiers);
  booking priced;
  priced.tax = twin.config.tax;
  const auto cost = tier.price + tier.fee;
  const auto all = cost + tax_on(priced, cost);
  const auto limit = random.chance(60) ? all : all + static_cast<minor_units>(random.below(3)) - 1;
  return std::clamp<minor_units>(limit, 0, limits::price_max);
}

auto standing_choice(const naive_event& twin, dice& random) -> waitlist_choice {
  waitlist_choice made;
  for (std::uint32_t i = 0; i < twin.seats->area_count(); ++i) {
    if (made.areas.empty() || random.chance(50)) {
      made.areas.push_back({static_cast<area_index>(i), static_cast<std::uint32_t>(random.between(1, 4))});
    }
  }
  return made;
}

auto seated_choice(const naive_event& twin, dice& random) -> waitlist_choice {
  waitlist_choice made;
  for (auto groups = random.chance(70) ? 1 : random.between(2, 4); groups > 0; --groups) {
    made.groups.push_back(static_cast<std::uint32_t>(random.chance(80) ? random.between(1, 3) : random.between(4, 8)));
  }
  const auto tiers = twin.seats->tier_ids().size();
  for (std::size_t i = 0; random.chance(40) && i < tiers; ++i) {
    if (random.chance(50)) {
      made.tiers.push_back(static_cast<tier_index>(i));
    }
  }
  made.accessible = random.chance(10) ? static_cast<std::uint32_t>(random.between(1, made.groups.front())) : 0;
  return made;
}

/// What nobody can wait for.
void spoil(const naive_event& twin, waitlist_choice& of, dice& random) {
  switch (random.below(9)) {
  case 0: of.groups.clear(), of.areas.clear(); break;
  case 1: of.groups = {1}, of.areas = {{0, 1}}; break;
  case 2: of.groups.push_back(0); break;
  case 3: of.groups.assign(limits::waitlist_groups_max + 1, 1); break;
  case 4: of.each_max = random.chance(50) ? -1 : limits::price_max + 1; break;
  case 5: of.tiers = {1, 0}; break;
  case 6: of.tiers = {static_cast<tier_index>(twin.seats->tier_ids().size())}; break;
  case 7: of.areas.push_back({static_cast<area_index>(twin.seats->area_count()), 1}); break;
  default: of.accessible = of.groups.empty() ? 1 : of.groups.front() + 1; break;
  }
}

auto some_choice(const naive_event& twin, dice& random) -> waitlist_choice {
  const bool standing = twin.seats->area_count() > 0 && (twin.seats->seat_count() == 0 || random.chance(30));
  auto made = standing ? standing_choice(twin, random) : seated_choice(twin, random);
  made.each_max = some_limit(twin, random);
  if (random.chance(3)) {
    spoil(twin, made, random);
  }
  return made;
}

/// Everything that anybody could hold, but some of it where `spare` is more than nothing.
auto all_apart(const naive_event& twin, unsigned spare_percent, dice& random) -> allocate_seats {
  allocate_seats made;
  made.kind = allocation_kind::kill;
  made.name = "stage";
  made.reason = "not built yet";
  for (seat_index seat = 0; seat < twin.seats->seat_count(); ++seat) {
    if (twin.seat(seat) == seat_status::available && !random.chance(spare_percent)) {
      made.seats.push_back(seat);
    }
  }
  for (std::uint32_t i = 0; i < twin.seats->area_count(); ++i) {
    const auto area = static_cast<area_index>(i);
    const auto taken = twin.area(area);
    const auto free = twin.seats->spec().areas[area].capacity - taken.held - taken.sold - taken.blocked;
    if (free > 0) {
      made.areas.push_back({area, free});
    }
  }
  return made;
}

/// Some of what was set apart, a stretch of it.
auto some_back(const allocate_seats& apart, allocation_number of, dice& random) -> change_allocation {
  change_allocation made;
  made.allocation = of;
  if (!apart.seats.empty()) {
    const auto count = random.between(1, std::min<std::size_t>(apart.seats.size(), 6));
    const auto first = random.below(apart.seats.size() - count + 1);
    const auto from = apart.seats.begin() + static_cast<std::ptrdiff_t>(first);
    made.remove.assign(from, from + static_cast<std::ptrdiff_t>(count));
  } else if (!apart.areas.empty()) {
    const auto& part = apart.areas.front();
    const auto back = static_cast<std::uint32_t>(random.between(1, std::min(part.quantity, 4U)));
    made.areas.push_back({part.area, part.quantity - back});
  }
  return made;
}

} // namespace

auto some_waiting(const naive_event& twin, dice& random) -> join_waitlist {
  join_waitlist made;
  if (!twin.seats || random.chance(1)) {
    return made;
  }
  for (auto more = random.chance(60) ? 1 : random.between(2, 4); more > 0; --more) {
    made.choices.push_back(some_choice(twin, random));
  }
  if (random.chance(2)) {
    made.choices.resize(limits::waitlist_choices_max + 1, made.choices.front());
  }
  if (random.chance(40)) {
    made.rank = static_cast<std::uint32_t>(random.below(5));
  }
  return made;
}

auto somebody_waiting(const step& next, const naive_event& twin) -> caller {
  if (twin.waitlist.empty()) {
    return callers::buyer(1);
  }
  const auto which = static_cast<std::ptrdiff_t>(next.target % twin.waitlist.size());
  return {caller::kind::buyer, std::next(twin.waitlist.begin(), which)->second.who, {}, {}};
}

auto sold_out_evening(const naive_event& twin, dice& random) -> std::vector<command> {
  if (!twin.seats) {
    return {};
  }
  const auto organiser = callers::organiser(twin.organisation);
  const auto apart = all_apart(twin, random.chance(70) ? 0 : 20, random);
  const allocation_number number{static_cast<std::uint16_t>(twin.last_allocation.value() + 1)};
  std::vector<command> all{{organiser, {}, apart}};
  const auto joins = random.between(1, 5);
  for (std::uint64_t i = 0; i < joins; ++i) {
    all.push_back({callers::buyer(1 + random.below(8)), {}, some_waiting(twin, random)});
  }
  for (auto back = random.between(0, 2); back > 0; --back) {
    all.push_back({organiser, {}, some_back(apart, number, random)});
  }
  if (random.chance(40)) {
    all.push_back({organiser, {}, release_allocation{number}});
  }
  all.push_back({{}, {}, match_waitlist{}});
  return all;
}

} // namespace holdfast::model

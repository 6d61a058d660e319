#include "tests/model/naive_waitlist.hpp"

#include "tests/model/naive_choice.hpp"
#include "tests/model/naive_holds.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace holdfast::model {
namespace {

using namespace domain;

auto places_in(const waitlist_choice& choice) -> std::uint64_t {
  std::uint64_t sum = 0;
  for (const auto group : choice.groups) {
    sum += group;
  }
  for (const auto& part : choice.areas) {
    sum += part.quantity;
  }
  return sum;
}

auto sound(const naive_event& twin, const waitlist_choice& choice) -> bool {
  const auto& plan = *twin.seats;
  if (choice.groups.empty() == choice.areas.empty() || choice.groups.size() > 4) {
    return false;
  }
  for (const auto group : choice.groups) {
    if (group < 1 || group > limits::best_available_quantity_max) {
      return false;
    }
  }
  for (std::size_t i = 0; i < choice.tiers.size(); ++i) {
    if (choice.tiers[i] >= plan.tier_ids().size() || (i > 0 && choice.tiers[i] <= choice.tiers[i - 1])) {
      return false;
    }
  }
  for (std::size_t i = 0; i < choice.areas.size(); ++i) {
    const auto& part = choice.areas[i];
    if (part.area >= plan.area_count() || part.quantity == 0 || (i > 0 && part.area <= choice.areas[i - 1].area)) {
      return false;
    }
  }
  const bool seats_only = choice.areas.empty() || (choice.tiers.empty() && choice.accessible == 0);
  return seats_only && (choice.groups.empty() || choice.accessible <= choice.groups.front()) && choice.each_max >= 0 &&
         choice.each_max <= limits::price_max;
}

/// Whether an empty house could meet a sound choice at all.
auto has_house_for(const naive_event& twin, const waitlist_choice& choice) -> bool {
  const auto& plan = *twin.seats;
  const auto wants = [&](tier_index tier) {
    return choice.tiers.empty() || std::ranges::count(choice.tiers, tier) > 0;
  };
  const bool rows = std::ranges::all_of(choice.groups, [&](std::uint32_t group) {
    return std::ranges::any_of(plan.rows(),
                               [&](const layout::row& row) { return wants(row.tier) && row.count >= group; });
  });
  bool accessible = choice.accessible == 0;
  for (seat_index seat = 0; seat < plan.seat_count() && !accessible; ++seat) {
    accessible = wants(plan.tier_of_seat(seat)) && (plan.attributes(seat) & seat_attribute::accessible) != 0;
  }
  const bool areas = std::ranges::all_of(
      choice.areas, [&](const area_quantity& part) { return part.quantity <= plan.spec().areas[part.area].capacity; });
  return rows && accessible && areas;
}

/// What one place of a tier costs now, with everything.
auto cost_of(const naive_event& twin, tier_index tier) -> minor_units {
  booking priced;
  priced.tax = twin.config.tax;
  const auto cost = twin.price(tier) + twin.fee(tier);
  return cost + tax_on(priced, cost);
}

auto is_free(const naive_event& twin, seat_index seat) -> bool {
  return !twin.owners.contains(seat) && !twin.pools.contains(seat);
}

auto free_places(const naive_event& twin, area_index area) -> std::uint64_t {
  const auto taken = twin.area(area);
  return std::uint64_t{twin.seats->spec().areas[area].capacity} - taken.held - taken.sold - taken.blocked;
}

/// Seats for all groups, one group after the other, each the best that those before it left.
auto seats_for(const naive_event& twin, const waitlist_choice& choice) -> std::optional<std::vector<seat_index>> {
  best_available wanted;
  wanted.adjacent = true;
  wanted.accessible = choice.accessible;
  for (std::uint32_t i = 0; i < twin.seats->tier_ids().size(); ++i) {
    const auto tier = static_cast<tier_index>(i);
    const bool named = choice.tiers.empty() || std::ranges::count(choice.tiers, tier) > 0;
    if (named && cost_of(twin, tier) <= choice.each_max) {
      wanted.tiers.push_back(tier);
    }
  }
  if (wanted.tiers.empty()) {
    return std::nullopt;
  }
  std::vector<seat_index> all;
  for (const auto group : choice.groups) {
    wanted.quantity = group;
    const auto best = best_by_force(*twin.seats, wanted, [&](seat_index seat) {
      return is_free(twin, seat) && std::ranges::count(all, seat) == 0;
    });
    if (!best) {
      return std::nullopt;
    }
    all.insert(all.end(), best->begin(), best->end());
    wanted.accessible = 0;
  }
  return all;
}

/// The places by which a choice can be met now, whole; nothing when it cannot be.
auto met_by(const naive_event& twin, const waitlist_choice& choice) -> std::optional<hold_seats> {
  hold_seats all;
  if (!choice.groups.empty()) {
    auto seats = seats_for(twin, choice);
    if (!seats) {
      return std::nullopt;
    }
    all.seats = std::move(*seats);
  }
  for (const auto& part : choice.areas) {
    const bool cheap = cost_of(twin, twin.seats->tier_of_area(part.area)) <= choice.each_max;
    if (!cheap || free_places(twin, part.area) < part.quantity) {
      return std::nullopt;
    }
  }
  all.areas = choice.areas;
  return all;
}

/// What somebody who waits would be offered now: the first of their choices that can be met and that they may have.
auto offer_for(const naive_event& twin, const waitlist_order& order) -> std::optional<hold_seats> {
  const owner who{order.who, {}};
  for (const auto& choice : order.choices) {
    const auto places = places_in(choice);
    if (places > twin.config.max_per_order || twin.places_of(who) + places > twin.config.max_per_buyer) {
      continue;
    }
    if (auto met = met_by(twin, choice)) {
      return met;
    }
  }
  return std::nullopt;
}

auto offered_hold(const naive_event& twin, const waitlist_order& order, const hold_seats& what, instant now)
    -> hold_created {
  hold_created made;
  made.hold = hold_number{twin.last_hold.value() + 1};
  made.by = owner{order.who, {}};
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
  made.expires_at = now + twin.config.waitlist_offer;
  made.cap_at = std::max(made.expires_at, now + twin.config.hold_cap);
  made.waitlist = order.number;
  return made;
}

/// The first offer that is to be made at this moment.
auto next_offer(const naive_event& twin, instant now) -> std::optional<hold_created> {
  for (const auto& order : in_their_order(twin)) {
    if (order.offered != 0) {
      continue;
    }
    if (const auto what = offer_for(twin, order)) {
      return offered_hold(twin, order, *what, now);
    }
  }
  return std::nullopt;
}

auto waits_already(const naive_event& twin, const subject_id& who) -> const waitlist_order* {
  for (const auto& [number, order] : twin.waitlist) {
    if (order.who == who) {
      return &order;
    }
  }
  return nullptr;
}

auto last_rank(const naive_event& twin) -> std::uint32_t {
  std::uint32_t last = 0;
  for (const auto& [number, order] : twin.waitlist) {
    last = std::max(last, order.rank);
  }
  return last;
}

} // namespace

auto in_their_order(const naive_event& twin) -> std::vector<waitlist_order> {
  std::vector<waitlist_order> all;
  for (const auto& [number, order] : twin.waitlist) {
    all.push_back(order);
  }
  std::ranges::stable_sort(all, {}, &waitlist_order::rank);
  return all;
}

auto expect_waitlist(const naive_event& twin, const caller& by, const join_waitlist& what, instant now) -> expectation {
  const bool shape = !what.choices.empty() && what.choices.size() <= 4 &&
                     std::ranges::all_of(what.choices, [&](const auto& choice) { return sound(twin, choice); });
  if (!shape) {
    return refuse(reason::invalid);
  }
  if (!std::ranges::all_of(what.choices, [&](const auto& choice) { return has_house_for(twin, choice); })) {
    return refuse(reason::invalid);
  }
  if (!twin.on_sale(now)) {
    return refuse(reason::sale_not_open);
  }
  std::uint64_t most = 0;
  for (const auto& choice : what.choices) {
    most = std::max(most, places_in(choice));
  }
  if (auto beyond = limits_allow(twin, by, most, now)) {
    return *beyond;
  }
  if (twin.config.waitlist_offer == millis{}) {
    return refuse(reason::waitlist_closed);
  }
  if (waits_already(twin, by.subject) != nullptr) {
    return refuse(reason::already_waiting);
  }
  for (const auto& choice : what.choices) {
    if (met_by(twin, choice)) {
      return refuse(reason::places_available);
    }
  }
  return effect_of(waitlist_joined{waitlist_number{twin.last_waitlist.value() + 1}, by.subject,
                                   what.rank.value_or(last_rank(twin)), what.choices});
}

/// What was offered and is past its deadline has lapsed: that is how its buyer goes.
auto expect_waitlist(const naive_event& twin, const caller& by, const leave_waitlist&, instant now) -> expectation {
  const auto* its = waits_already(twin, by.subject);
  if (its == nullptr) {
    return refuse(reason::not_found);
  }
  if (its->offered == 0) {
    return effect_of(waitlist_left{its->number});
  }
  const hold_number offered{its->offered};
  return twin.bookings.at(offered).expires_at <= now ? effect_of(hold_expired{offered})
                                                     : expect_release(twin, by, offered, now);
}

auto expect_waitlist(const naive_event& twin, const match_waitlist&, instant now) -> expectation {
  expectation result;
  if (!twin.on_sale(now) || twin.config.waitlist_offer == millis{}) {
    return result;
  }
  // One after the other, each in what those before it left.
  auto later = twin;
  later.time = now;
  while (result.effect.size() < limits::facts_per_command_max) {
    const auto next = next_offer(later, now);
    if (!next || fold(later, {now, {}, *next})) {
      break;
    }
    result.effect.emplace_back(*next);
  }
  return result;
}

auto fold_waitlist(naive_event& twin, const waitlist_joined& what) -> complaint {
  if (what.order.value() != twin.last_waitlist.value() + 1) {
    return "numbers of the waitlist are not dense";
  }
  if (!twin.on_sale(twin.time) || twin.config.waitlist_offer == millis{}) {
    return "somebody goes on a waitlist that is closed, or while nothing is sold";
  }
  if (what.who == subject_id{} || waits_already(twin, what.who) != nullptr) {
    return "nobody goes on the waitlist, or somebody a second time";
  }
  if (what.choices.empty() || !std::ranges::all_of(what.choices, [&](const auto& one) { return sound(twin, one); })) {
    return "somebody waits for what there is not";
  }
  twin.waitlist[what.order] = {what.order, what.who, what.rank, twin.time, what.choices, 0};
  twin.last_waitlist = what.order;
  return {};
}

auto fold_waitlist(naive_event& twin, const waitlist_left& what) -> complaint {
  const auto found = twin.waitlist.find(what.order);
  if (found == twin.waitlist.end() || found->second.offered != 0) {
    return "somebody leaves the waitlist who does not wait";
  }
  twin.waitlist.erase(found);
  return {};
}

auto check_offered(const naive_event& twin, const hold_created& made) -> complaint {
  const auto found = twin.waitlist.find(made.waitlist);
  if (found == twin.waitlist.end() || found->second.offered != 0 || made.by != owner{found->second.who, {}}) {
    return "it offers to somebody who does not wait";
  }
  if (made.sold_by || made.allocation || !made.phase.empty() || twin.config.waitlist_offer == millis{}) {
    return "an offer is somebody's sale, or of what is set apart, or of a closed waitlist";
  }
  const auto right = next_offer(twin, twin.time);
  if (!right || right->waitlist != made.waitlist) {
    return "an offer overtakes somebody, or gives nobody what they want";
  }
  if (right->seats != made.seats || right->areas != made.areas) {
    return "other places are offered than those that are wanted";
  }
  return made.expires_at == right->expires_at && made.cap_at == right->cap_at
             ? complaint{}
             : "an offer is held for another time than it is to be";
}

void end_waiting(naive_event& twin, hold_number hold) {
  std::erase_if(twin.waitlist, [&](const auto& entry) { return entry.second.offered == hold.value(); });
}

} // namespace holdfast::model

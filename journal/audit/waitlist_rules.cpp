#include "journal/audit/waitlist_rules.hpp"

#include <algorithm>
#include <numeric>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint8_t bit_accessible = 1;
constexpr std::uint8_t bit_companion = 2;
constexpr std::size_t groups_max = 4;
constexpr std::uint64_t group_seats_max = 100;
constexpr std::int64_t each_most = 1'000'000'000'000;

template <class Items, class Key>
auto is_ascending(const Items& items, Key key) -> bool {
  return std::adjacent_find(items.begin(), items.end(),
                            [&](const auto& a, const auto& b) { return key(a) >= key(b); }) == items.end();
}

} // namespace

auto waiting_line::order::least() const -> std::uint64_t {
  auto least = UINT64_MAX;
  for (const auto& one : choices)
    least = std::min(least, one.places());
  return least;
}

void waiting_line::wait_no_more(std::uint64_t number, const order& its) {
  const auto found = waiting_.find(its.least());
  if (found == waiting_.end())
    return;
  found->second.erase({its.rank, number});
  if (found->second.empty())
    waiting_.erase(found);
}

void waiting_line::join(const waitlist_joined& what, std::int64_t at_ms) {
  end(what.order);
  order made{{what.who_high, what.who_low, 0}, what.rank, at_ms, what.choices};
  buyers_.insert(made.who);
  ranks_.insert(made.rank);
  waiting_[made.least()].insert({what.rank, what.order});
  orders_.emplace(what.order, std::move(made));
  last_ = what.order;
}

void waiting_line::end(std::uint64_t number) {
  const auto found = orders_.find(number);
  if (found == orders_.end())
    return;
  buyers_.erase(found->second.who);
  ranks_.erase(ranks_.find(found->second.rank));
  wait_no_more(number, found->second);
  orders_.erase(found);
}

void waiting_line::end_all() {
  orders_.clear();
  buyers_.clear();
  ranks_.clear();
  waiting_.clear();
}

void waiting_line::offer(std::uint64_t number, std::uint64_t hold) {
  if (const auto found = orders_.find(number); found != orders_.end()) {
    found->second.offered = hold;
    wait_no_more(number, found->second);
  }
}

auto waiting_line::find(std::uint64_t number) const -> const order* {
  const auto found = orders_.find(number);
  return found == orders_.end() ? nullptr : &found->second;
}

places_taken::places_taken(const hold_created& hold, const seating& hall, const std::vector<std::uint64_t>& tier_costs)
    : seats_{hold.seats}, areas_{hold.areas}, hall_{hall}, tier_costs_{tier_costs} {
  std::sort(seats_.begin(), seats_.end());
}

auto places_taken::is_tier_wanted(std::uint64_t tier, const waitlist_choice& wanted) const -> bool {
  return (wanted.tiers.empty() || std::find(wanted.tiers.begin(), wanted.tiers.end(), tier) != wanted.tiers.end()) &&
         tier_costs_[static_cast<std::size_t>(tier)] <= static_cast<std::uint64_t>(wanted.each_max);
}

auto places_taken::is_group(std::size_t from, std::uint64_t seats, std::uint64_t accessible,
                            const waitlist_choice& wanted) const -> bool {
  if (seats == 0 || seats > seats_.size() - std::min(from, seats_.size()))
    return false;
  std::uint64_t with_access = 0;
  for (auto i = from; i < from + seats; ++i) {
    const auto seat = static_cast<std::size_t>(seats_[i]);
    if (seat >= hall_.seat_tier.size() || seats_[i] != seats_[from] + (i - from) ||
        hall_.seat_row[seat] != hall_.seat_row[static_cast<std::size_t>(seats_[from])] ||
        !is_tier_wanted(hall_.seat_tier[seat], wanted))
      return false;
    const auto bits = hall_.seat_bits[seat];
    with_access += (bits & bit_accessible) != 0 ? 1 : 0;
    // A companion's seat is for whoever asked for accessible ones.
    if (accessible == 0 && (bits & (bit_accessible | bit_companion)) != 0)
      return false;
  }
  return with_access == accessible;
}

/// Groups stand one after the other in the order of their seats, which may be any order of the groups.
auto places_taken::are_groups(const waitlist_choice& wanted) const -> bool {
  if (!areas_.empty() || wanted.groups.size() > groups_max || wanted.places() != seats_.size())
    return false;
  std::vector<std::size_t> turn(wanted.groups.size());
  std::iota(turn.begin(), turn.end(), std::size_t{0});
  do {
    std::size_t from = 0;
    bool all = true;
    for (const auto group : turn) {
      all = all && is_group(from, wanted.groups[group], group == 0 ? wanted.accessible : 0, wanted);
      from += static_cast<std::size_t>(wanted.groups[group]);
    }
    if (all)
      return true;
  } while (std::next_permutation(turn.begin(), turn.end()));
  return false;
}

auto places_taken::is_cheap_enough(const area_places& part, const waitlist_choice& wanted) const -> bool {
  if (part.area >= hall_.areas.size())
    return false;
  const auto& tier = hall_.areas[static_cast<std::size_t>(part.area)].tier;
  const auto at = std::find(hall_.tiers.begin(), hall_.tiers.end(), tier) - hall_.tiers.begin();
  return tier_costs_[static_cast<std::size_t>(at)] <= static_cast<std::uint64_t>(wanted.each_max);
}

/// Whether each area that is wanted is among those taken, with as many places or more.
auto places_taken::are_areas(const waitlist_choice& wanted) const -> bool {
  return std::all_of(wanted.areas.begin(), wanted.areas.end(), [&](const auto& one) {
    return std::any_of(areas_.begin(), areas_.end(), [&](const area_places& part) {
      return part.area == one.first && part.quantity >= one.second && is_cheap_enough(part, wanted);
    });
  });
}

auto places_taken::meet(const waitlist_choice& wanted) const -> bool {
  if (!wanted.groups.empty())
    return are_groups(wanted);
  std::uint64_t places = 0;
  for (const auto& part : areas_)
    places += part.quantity;
  return seats_.empty() && places == wanted.places() && are_areas(wanted);
}

auto places_taken::would_do(const waitlist_choice& wanted, const waitlist_choice* met) const -> bool {
  if (wanted.groups.empty())
    return are_areas(wanted);
  if (wanted.groups.size() == 1) {
    for (std::size_t from = 0; from < seats_.size(); ++from) {
      if (is_group(from, wanted.groups.front(), wanted.accessible, wanted))
        return true;
    }
    return false;
  }
  if (met == nullptr || met->groups != wanted.groups || met->accessible != wanted.accessible)
    return false;
  for (std::size_t tier = 0; tier < tier_costs_.size(); ++tier) {
    if (is_tier_wanted(tier, wanted) != is_tier_wanted(tier, *met))
      return false;
  }
  return true;
}

auto choice_fault(const waitlist_choice& wanted, const seating& hall) -> const char* {
  if (wanted.groups.empty() == wanted.areas.empty())
    return "of neither seats nor standing places, or of both";
  if (wanted.groups.size() > groups_max || std::any_of(wanted.groups.begin(), wanted.groups.end(),
                                                       [](auto seats) { return seats < 1 || seats > group_seats_max; }))
    return "of more than 4 groups, or of one that has not 1 to 100 seats";
  if (wanted.accessible > (wanted.groups.empty() ? 0 : wanted.groups.front()))
    return "of more accessible seats than the first group has";
  if (!is_ascending(wanted.tiers, [](auto tier) { return tier; }) || (wanted.groups.empty() && !wanted.tiers.empty()) ||
      (!wanted.tiers.empty() && wanted.tiers.back() >= hall.tiers.size()))
    return "of tiers that the layout has not, that come twice, or that are no seats'";
  if (!is_ascending(wanted.areas, [](const auto& part) { return part.first; }) ||
      std::any_of(wanted.areas.begin(), wanted.areas.end(),
                  [&](const auto& part) { return part.first >= hall.areas.size() || part.second == 0; }))
    return "of areas that the layout has not, that come twice, or of no place of one";
  if (wanted.each_max < 0 || wanted.each_max > each_most)
    return "for a price that nothing has";
  return nullptr;
}

} // namespace holdfast::journal::audit

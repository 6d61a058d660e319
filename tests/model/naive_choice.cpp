#include "tests/model/naive_choice.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace holdfast::model {
namespace {

using namespace domain;

__extension__ using wide = unsigned __int128;

auto is_accessible(const layout& seats, seat_index seat) -> bool {
  return (seats.attributes(seat) & seat_attribute::accessible) != 0;
}

auto is_ordinary(const layout& seats, seat_index seat) -> bool {
  return (seats.attributes(seat) & (seat_attribute::accessible | seat_attribute::companion)) == 0;
}

auto is_restricted(const layout& seats, seat_index seat) -> bool {
  return (seats.attributes(seat) & seat_attribute::restricted_view) != 0;
}

auto allowed(const layout& seats, std::uint32_t row, const best_available& wanted) -> bool {
  const auto& where = seats.rows()[row];
  const auto has = [](const auto& list, auto what) {
    return list.empty() || std::find(list.begin(), list.end(), what) != list.end();
  };
  return has(wanted.tiers, where.tier) && has(wanted.sections, where.section);
}

/// A point in 2^-21 hundredths of the layout's unit.
struct spot {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

/// The middle of a group of a row.
auto middle(const layout& seats, std::uint32_t row, std::uint32_t position, std::uint32_t quantity) -> spot {
  const auto origin = seats.origin_of(row);
  const auto step = seats.step_of(row);
  const auto halves = 2 * std::int64_t{position} + quantity - 1;
  return {origin.x * (std::int64_t{1} << 21) + step.x * halves, origin.y * (std::int64_t{1} << 21) + step.y * halves};
}

auto squared_distance(spot a, spot b) -> wide {
  const auto square = [](std::int64_t v) {
    const auto size = static_cast<wide>(v < 0 ? -v : v);
    return size * size;
  };
  return square(a.x - b.x) + square(a.y - b.y);
}

auto focal_spot(const layout& seats) -> spot {
  return {seats.focal().x * (std::int64_t{1} << 21), seats.focal().y * (std::int64_t{1} << 21)};
}

/// Seats side by side.
struct group {
  bool lonely = false; ///< it leaves a seat alone
  std::uint64_t restricted = 0;
  wide squared = 0;
  seat_index first = 0;

  [[nodiscard]] auto rank() const { return std::tuple{lonely, restricted, squared, first}; }
};

/// Whether a seat beside the group would be left alone; `step` leads away from the group.
auto leaves_alone(const layout& seats, std::uint32_t row, std::int64_t beside, std::int64_t step,
                  const seat_filter& free) -> bool {
  const auto& where = seats.rows()[row];
  const auto open = [&](std::int64_t position) {
    const auto seat = where.first_seat + static_cast<seat_index>(position);
    return position >= 0 && position < where.count && is_ordinary(seats, seat) && free(seat);
  };
  return open(beside) && !open(beside + step);
}

auto suits(const layout& seats, seat_index seat, const best_available& wanted, const seat_filter& free) -> bool {
  return free(seat) && (is_ordinary(seats, seat) || wanted.accessible > 0);
}

auto group_at(const layout& seats, std::uint32_t row, std::uint32_t position, const best_available& wanted,
              const seat_filter& free, spot target) -> std::optional<group> {
  group made;
  made.first = seats.rows()[row].first_seat + position;
  std::uint32_t accessible = 0;
  for (auto seat = made.first; seat < made.first + wanted.quantity; ++seat) {
    if (!suits(seats, seat, wanted, free)) {
      return {};
    }
    accessible += is_accessible(seats, seat) ? 1U : 0U;
    made.restricted += is_restricted(seats, seat) ? 1U : 0U;
  }
  if (accessible != wanted.accessible) {
    return {};
  }
  made.lonely = leaves_alone(seats, row, std::int64_t{position} - 1, -1, free) ||
                leaves_alone(seats, row, std::int64_t{position} + wanted.quantity, 1, free);
  made.squared = squared_distance(middle(seats, row, position, wanted.quantity), target);
  return made;
}

auto all_groups(const layout& seats, const best_available& wanted, const seat_filter& free, spot target)
    -> std::vector<group> {
  std::vector<group> all;
  for (std::uint32_t row = 0; row < seats.rows().size(); ++row) {
    const auto count = seats.rows()[row].count;
    for (std::uint32_t position = 0; allowed(seats, row, wanted) && position + wanted.quantity <= count; ++position) {
      if (auto one = group_at(seats, row, position, wanted, free, target)) {
        all.push_back(*one);
      }
    }
  }
  return all;
}

auto least(const std::vector<group>& groups) {
  return std::min_element(groups.begin(), groups.end(),
                          [](const group& a, const group& b) { return a.rank() < b.rank(); });
}

/// The `count` best single seats among those that `which` lets through.
auto best_singles(const layout& seats, const best_available& wanted, std::uint32_t count, const seat_filter& which)
    -> std::optional<std::vector<seat_index>> {
  std::vector<std::tuple<bool, wide, seat_index>> ranked;
  for (std::uint32_t row = 0; row < seats.rows().size(); ++row) {
    const auto& where = seats.rows()[row];
    for (std::uint32_t position = 0; allowed(seats, row, wanted) && position < where.count; ++position) {
      const auto seat = where.first_seat + position;
      if (which(seat)) {
        ranked.emplace_back(is_restricted(seats, seat),
                            squared_distance(middle(seats, row, position, 1), focal_spot(seats)), seat);
      }
    }
  }
  if (ranked.size() < count) {
    return {};
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<seat_index> chosen;
  for (std::uint32_t i = 0; i < count; ++i) {
    chosen.push_back(std::get<seat_index>(ranked[i]));
  }
  return chosen;
}

auto best_apart(const layout& seats, const best_available& wanted, const seat_filter& free)
    -> std::optional<std::vector<seat_index>> {
  auto chosen = best_singles(seats, wanted, wanted.accessible,
                             [&](seat_index seat) { return free(seat) && is_accessible(seats, seat); });
  const auto others = best_singles(seats, wanted, wanted.quantity - wanted.accessible, [&](seat_index seat) {
    return suits(seats, seat, wanted, free) && !is_accessible(seats, seat);
  });
  if (!chosen || !others) {
    return {};
  }
  chosen->insert(chosen->end(), others->begin(), others->end());
  std::sort(chosen->begin(), chosen->end());
  return chosen;
}

auto side_by_side(const layout& seats, const std::vector<seat_index>& chosen) -> bool {
  return seats.row_of(chosen.front()) == seats.row_of(chosen.back()) &&
         chosen.back() - chosen.front() + 1 == chosen.size();
}

/// What an offer instead of these seats must be like; nothing when they are of several tiers.
auto kind_of(const layout& seats, const std::vector<seat_index>& asked_for) -> std::optional<best_available> {
  best_available kind;
  kind.quantity = static_cast<std::uint32_t>(asked_for.size());
  kind.tiers = {seats.tier_of_seat(asked_for.front())};
  for (const auto seat : asked_for) {
    if (seats.tier_of_seat(seat) != kind.tiers.front()) {
      return {};
    }
    kind.accessible += is_accessible(seats, seat) ? 1U : 0U;
  }
  return kind;
}

auto middle_of(const layout& seats, const std::vector<seat_index>& which) -> spot {
  spot sum;
  for (const auto seat : which) {
    const auto row = seats.row_of(seat);
    const auto at = middle(seats, row, seat - seats.rows()[row].first_seat, 1);
    sum.x += at.x;
    sum.y += at.y;
  }
  const auto count = static_cast<std::int64_t>(which.size());
  return {sum.x / count, sum.y / count};
}

/// Seats that may be offered.
auto free_for(const naive_event& twin, allocation_number grant) -> seat_filter {
  return [&twin, grant](seat_index seat) {
    const auto pool = twin.pools.find(seat);
    return !twin.owners.contains(seat) && (pool == twin.pools.end() ? allocation_number{} : pool->second) == grant;
  };
}

auto judge_offer(const naive_event& twin, const best_available& kind, spot target, allocation_number grant,
                 const alternative& offer) -> complaint {
  const auto& seats = *twin.seats;
  const auto free = free_for(twin, grant);
  if (offer.seats.size() != kind.quantity || !std::is_sorted(offer.seats.begin(), offer.seats.end()) ||
      offer.seats.back() >= seats.seat_count() || !side_by_side(seats, offer.seats)) {
    return "an alternative is not as many seats side by side";
  }
  const auto row = seats.row_of(offer.seats.front());
  auto in_row = all_groups(seats, kind, free, target);
  std::erase_if(in_row, [&](const group& one) { return seats.row_of(one.first) != row; });
  const auto best = least(in_row);
  if (best == in_row.end() || best->first != offer.seats.front()) {
    return "an alternative is not the best of its row, or not free, or of another kind";
  }
  minor_units total = 0;
  booking priced;
  priced.tax = twin.config.tax;
  for (const auto seat : offer.seats) {
    const auto cost = twin.price(seats.tier_of_seat(seat)) + twin.fee(seats.tier_of_seat(seat));
    total += cost + tax_on(priced, cost);
  }
  return total == offer.total ? complaint{} : "an alternative has the wrong total";
}

} // namespace

auto judge_offers(const naive_event& twin, const std::vector<seat_index>& asked_for, allocation_number grant,
                  const std::vector<alternative>& offers) -> complaint {
  const auto& seats = *twin.seats;
  const auto kind = kind_of(seats, asked_for);
  if (!kind) {
    return offers.empty() ? complaint{} : "there are alternatives to seats of several tiers";
  }
  const auto target = middle_of(seats, asked_for);
  const auto free = free_for(twin, grant);
  std::set<std::uint32_t> rows;
  for (const auto& one : all_groups(seats, *kind, free, target)) {
    rows.insert(seats.row_of(one.first));
  }
  // With accessible seats only so many rows are looked at: then there may be fewer offers than rows, but never none of few.
  const bool all_looked_at = kind->accessible == 0 || seats.rows().size() <= 16;
  if (all_looked_at && offers.size() != std::min<std::size_t>(rows.size(), limits::alternatives_max)) {
    return "there are " + std::to_string(offers.size()) +
           " alternatives, and rows with one: " + std::to_string(rows.size());
  }
  std::set<std::uint32_t> offered;
  for (const auto& offer : offers) {
    if (auto wrong = judge_offer(twin, *kind, target, grant, offer)) {
      return wrong;
    }
    if (!offered.insert(seats.row_of(offer.seats.front())).second) {
      return "two alternatives are of one row";
    }
  }
  const auto home = seats.row_of(asked_for.front());
  const bool home_first = offers.empty() || !rows.contains(home) || seats.row_of(offers.front().seats.front()) == home;
  return home_first ? complaint{} : "the row of the seats asked for has an alternative, and it is not the first";
}

auto best_by_force(const layout& seats, const best_available& wanted, const seat_filter& free)
    -> std::optional<std::vector<seat_index>> {
  const auto groups = all_groups(seats, wanted, free, focal_spot(seats));
  if (const auto best = least(groups); best != groups.end()) {
    std::vector<seat_index> chosen;
    for (std::uint32_t i = 0; i < wanted.quantity; ++i) {
      chosen.push_back(best->first + i);
    }
    return chosen;
  }
  return wanted.adjacent ? std::nullopt : best_apart(seats, wanted, free);
}

auto judge_choice(const layout& seats, const best_available& wanted, const std::vector<seat_index>& chosen,
                  const seat_filter& free) -> complaint {
  if (chosen.size() != wanted.quantity || !std::is_sorted(chosen.begin(), chosen.end())) {
    return "best available chose another number of seats, or out of order";
  }
  std::uint32_t accessible = 0;
  for (const auto seat : chosen) {
    if (seat >= seats.seat_count() || !free(seat) || !allowed(seats, seats.row_of(seat), wanted)) {
      return "best available chose a seat that is taken, or of another tier or section";
    }
    if (!suits(seats, seat, wanted, free)) {
      return "best available gave an accessible or companion's seat to people who asked for none";
    }
    accessible += is_accessible(seats, seat) ? 1U : 0U;
  }
  if (accessible != wanted.accessible) {
    return "best available chose another number of accessible seats";
  }
  const auto groups = all_groups(seats, wanted, free, focal_spot(seats));
  if (!side_by_side(seats, chosen)) {
    return wanted.adjacent || !groups.empty() ? complaint{"best available chose seats apart"} : complaint{};
  }
  const auto row = seats.row_of(chosen.front());
  const auto one = group_at(seats, row, chosen.front() - seats.rows()[row].first_seat, wanted, free, focal_spot(seats));
  const bool avoidable = std::any_of(groups.begin(), groups.end(), [](const group& other) { return !other.lonely; });
  return one && one->lonely && avoidable ? complaint{"best available left a seat alone without need"} : complaint{};
}

} // namespace holdfast::model

#include "http/layout_import/row_fit.hpp"

#include "domain/layout_check.hpp"
#include "domain/limits.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

namespace holdfast::http {

namespace {

constexpr double plan_hundredths = 100;
constexpr double half_turn_hundredths = 18'000;

auto rounded(double value) noexcept -> std::int32_t {
  return static_cast<std::int32_t>(std::lround(value * plan_hundredths));
}

/// The row from a seat to the `count` - 1st after it, if all between are near enough to it.
auto row_of(const std::vector<plan_seat>& seats, std::size_t first, std::size_t count)
    -> std::optional<domain::row_spec> {
  const auto& from = seats[first];
  domain::row_spec row;
  row.first = from.number;
  row.count = static_cast<std::uint32_t>(count);
  row.origin = {rounded(from.x), rounded(from.y)};
  if (count == 1)
    return row;
  const auto& to = seats[first + count - 1];
  const double dx = to.x - from.x;
  const double dy = to.y - from.y;
  const double pitch = std::hypot(dx, dy) / static_cast<double>(count - 1);
  row.pitch = rounded(pitch);
  row.angle = static_cast<std::int32_t>(std::lround(std::atan2(dy, dx) / std::numbers::pi * half_turn_hundredths));
  if (row.pitch == 0)
    return std::nullopt;
  const auto step = domain::row_step(row.pitch, row.angle);
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = domain::seat_point(row.origin, step, static_cast<std::uint32_t>(i));
    const auto& seat = seats[first + i];
    const double off = std::hypot(static_cast<double>(at.x) / plan_hundredths - seat.x,
                                  static_cast<double>(at.y) / plan_hundredths - seat.y);
    if (off > pitch * fit_tolerance)
      return std::nullopt;
  }
  return row;
}

/// Seats from `first` on with consecutive numbers, as many as a row takes.
auto consecutive(const std::vector<plan_seat>& seats, std::size_t first) -> std::size_t {
  std::size_t count = 1;
  while (first + count < seats.size() && count < domain::limits::seats_per_row_max &&
         seats[first + count].number == seats[first].number + count)
    ++count;
  return count;
}

} // namespace

auto fit_rows(const std::vector<plan_seat>& seats, std::size_t runs_max) -> std::vector<straight_run> {
  std::vector<straight_run> runs;
  for (std::size_t first = 0; first < seats.size() && runs.size() <= runs_max;) {
    const auto most = consecutive(seats, first);
    auto best = row_of(seats, first, most);
    // One seat always fits; most runs are whole rows or end at an aisle, and there a shorter one fits when a longer one does.
    std::size_t fits = 1;
    std::size_t fails = most;
    if (!best) {
      best = row_of(seats, first, 1);
      while (fails - fits > 1) {
        const auto middle = fits + (fails - fits) / 2;
        if (auto longer = row_of(seats, first, middle)) {
          best = std::move(longer);
          fits = middle;
        } else {
          fails = middle;
        }
      }
    } else {
      fits = most;
    }
    runs.push_back({first, *std::move(best)});
    first += fits;
  }
  return runs;
}

} // namespace holdfast::http

#include "domain/seat_distance.hpp"

#include <algorithm>
#include <cmath>

namespace holdfast::domain {
namespace {

constexpr std::int64_t fine_per_hundredth = std::int64_t{1} << 21;

auto square(std::int64_t of) noexcept -> wide_unsigned {
  const auto size = static_cast<std::uint64_t>(of < 0 ? -of : of);
  return wide_unsigned{size} * size;
}

struct approximate_point {
  double x = 0;
  double y = 0;
};

auto approximate(fine_point of) noexcept -> approximate_point {
  return {static_cast<double>(of.x), static_cast<double>(of.y)};
}

auto dot(approximate_point a, approximate_point b) noexcept -> double {
  return a.x * b.x + a.y * b.y;
}

/// Where on the line from `start` in steps of `step` the point nearest to `to` is, in steps.
auto steps_to_nearest(fine_point start, layout::step step, fine_point to) noexcept -> double {
  const auto along = approximate({step.x * 2, step.y * 2});
  const auto length = dot(along, along);
  return length > 0 ? dot(approximate({to.x - start.x, to.y - start.y}), along) / length : 0;
}

} // namespace

auto fine(plan_point at) noexcept -> fine_point {
  return {at.x * fine_per_hundredth, at.y * fine_per_hundredth};
}

auto group_centre(const layout& seats, std::uint32_t row, std::uint32_t position, std::uint32_t quantity) noexcept
    -> fine_point {
  const auto origin = fine(seats.origin_of(row));
  const auto step = seats.step_of(row);
  // A step counts 2^-20 hundredths: twice that many half steps are in the finer unit.
  const std::int64_t half_steps = std::int64_t{2} * position + quantity - 1;
  return {origin.x + step.x * half_steps, origin.y + step.y * half_steps};
}

auto centre_of(const layout& seats, std::span<const seat_index> which) noexcept -> fine_point {
  wide_integer x = 0;
  wide_integer y = 0;
  for (const auto seat : which) {
    const auto row = seats.row_of(seat);
    const auto at = group_centre(seats, row, seat - seats.rows()[row].first_seat, 1);
    x += at.x;
    y += at.y;
  }
  const auto count = static_cast<wide_integer>(which.size());
  return {static_cast<std::int64_t>(x / count), static_cast<std::int64_t>(y / count)};
}

auto squared_distance(fine_point a, fine_point b) noexcept -> wide_unsigned {
  return square(a.x - b.x) + square(a.y - b.y);
}

auto group_distance(const layout& seats, std::uint32_t row, std::uint32_t position, std::uint32_t quantity,
                    fine_point to) noexcept -> wide_unsigned {
  return squared_distance(group_centre(seats, row, position, quantity), to);
}

auto nearest_distance(const layout& seats, std::uint32_t row, plan_point to) noexcept -> std::uint64_t {
  const auto target = fine(to);
  const auto start = fine(seats.origin_of(row));
  const auto step = seats.step_of(row);
  const auto steps =
      std::clamp(steps_to_nearest(start, step, target), 0.0, static_cast<double>(seats.rows()[row].count - 1));
  const auto from = approximate({target.x - start.x, target.y - start.y});
  const auto distance =
      std::hypot(from.x - steps * 2 * static_cast<double>(step.x), from.y - steps * 2 * static_cast<double>(step.y));
  // Doubles are good to about 2^-50 here; what is taken off is far more, and far less than a hundredth of a unit.
  const auto safe = distance * (1 - 0x1p-40) - 0x1p14;
  return safe > 0 ? static_cast<std::uint64_t>(safe) : 0;
}

auto nearest_position(const layout& seats, std::uint32_t row, std::uint32_t quantity, fine_point to) noexcept
    -> std::int64_t {
  const auto steps = steps_to_nearest(fine(seats.origin_of(row)), seats.step_of(row), to) - (quantity - 1) / 2.0;
  // Kept within what converts to an integer: the caller cuts it to the row.
  return static_cast<std::int64_t>(std::floor(std::clamp(steps, -1e6, 1e6)));
}

} // namespace holdfast::domain

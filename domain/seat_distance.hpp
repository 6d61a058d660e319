#pragma once

#include "domain/layout.hpp"
#include "domain/wide.hpp"

#include <cstdint>
#include <span>

/// Distances on the plan, in integers: every machine makes the same choice. Lengths are counted in 2^-21 hundredths of the layout's unit.
namespace holdfast::domain {

/// A point in 2^-21 hundredths of the layout's unit.
struct fine_point {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

[[nodiscard]] auto fine(plan_point at) noexcept -> fine_point;

/// The middle of `quantity` seats of a row side by side, the first at `position`: origin + step · (position + (quantity - 1) / 2), exactly.
/// (Not the mean of the rounded `layout::position`s: on a straight line the distance then has one minimum, which can be jumped to.)
[[nodiscard]] auto group_centre(const layout& seats, std::uint32_t row, std::uint32_t position,
                                std::uint32_t quantity) noexcept -> fine_point;

/// The middle of any seats: the sum of their places divided by their number, rounded towards zero.
[[nodiscard]] auto centre_of(const layout& seats, std::span<const seat_index> which) noexcept -> fine_point;

/// Square of the distance of two points.
[[nodiscard]] auto squared_distance(fine_point a, fine_point b) noexcept -> wide_unsigned;

/// Square of the distance of a group's centre to a point.
[[nodiscard]] auto group_distance(const layout& seats, std::uint32_t row, std::uint32_t position,
                                  std::uint32_t quantity, fine_point to) noexcept -> wide_unsigned;

/// A distance that no group of the row is nearer to a point than: a little less than the row's own, never more.
[[nodiscard]] auto nearest_distance(const layout& seats, std::uint32_t row, plan_point to) noexcept -> std::uint64_t;

/// The position at which a group of a row is about nearest to a point: right within one seat, and not limited to the row.
[[nodiscard]] auto nearest_position(const layout& seats, std::uint32_t row, std::uint32_t quantity,
                                    fine_point to) noexcept -> std::int64_t;

} // namespace holdfast::domain

#pragma once

#include "domain/layout.hpp"

#include <vector>

namespace holdfast::domain {

inline constexpr std::size_t layout_faults_max = 100;

/// Every fault of a layout; of more than `layout_faults_max` the last one, of the whole, says how many are not listed. Empty when it is sound.
[[nodiscard]] auto layout_faults(const layout_spec& spec) -> std::vector<layout_fault>;

/// A row's step from its pitch and angle.
[[nodiscard]] auto row_step(std::int32_t pitch, std::int32_t angle_hundredths) noexcept -> layout::step;

/// Where the seat `steps` further than the origin is, not cut to the plan's range.
struct far_point {
  std::int64_t x = 0;
  std::int64_t y = 0;
};
[[nodiscard]] auto seat_point(plan_point origin, layout::step step, std::uint32_t steps) noexcept -> far_point;

} // namespace holdfast::domain

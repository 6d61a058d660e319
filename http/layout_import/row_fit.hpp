#pragma once

#include "domain/layout.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdfast::http {

/// A seat of a plan: its number as printed, and where it is, in the plan's units.
struct plan_seat {
  std::uint32_t number = 0;
  double x = 0;
  double y = 0;
};

/// Seats in a line that a row of ours can say: consecutive numbers, the same distance between each two.
struct straight_run {
  std::size_t first = 0; ///< index of its first seat
  domain::row_spec row;  ///< without a name
};

/// How far a seat may be from where its row says that it is: a quarter of the distance between two seats of the row.
inline constexpr double fit_tolerance = 0.25;

/// Splits seats, ascending by number and no number twice, into as few straight runs as the greedy way finds: each takes as many seats as fit.
/// The line of a run goes from its first seat to its last. Stops after `runs_max` + 1 runs. No two seats of a run are at one place. Takes
/// some log2(seats) looks at each seat.
[[nodiscard]] auto fit_rows(const std::vector<plan_seat>& seats, std::size_t runs_max) -> std::vector<straight_run>;

} // namespace holdfast::http

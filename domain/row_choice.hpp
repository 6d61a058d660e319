#pragma once

#include "domain/free_runs.hpp"
#include "domain/layout.hpp"
#include "domain/rejection.hpp"
#include "domain/seat_distance.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>

namespace holdfast::domain {

/// A group of seats side by side, and how good it is: less is better, in the order of the members.
struct group_choice {
  bool leaves_one_alone = false;
  std::uint32_t restricted = 0;
  wide_unsigned distance = 0; ///< squared, of its centre to the target
  seat_index first = 0;
  friend constexpr auto operator<=>(const group_choice&, const group_choice&) noexcept = default;
};

/// What a search looks at. Of a part of the seats, `statuses` is empty: its runs say what is free.
struct seat_view {
  const layout& seats;
  const free_runs& runs;
  std::span<const seat_status> statuses;

  [[nodiscard]] auto is_available(std::uint32_t row, std::uint32_t position) const noexcept -> bool {
    return statuses.empty() ? runs.is_marked(row, position)
                            : statuses[seats.rows()[row].first_seat + position] == seat_status::available;
  }
};

/// The best group of ordinary seats of one row (rule 3 of `choose_best`, with any target); nothing when there is no room.
[[nodiscard]] auto best_in_row(const seat_view& view, std::uint32_t row, std::uint32_t quantity, fine_point target)
    -> std::optional<group_choice>;

/// The best group of one row with exactly `accessible` accessible seats, the others ordinary or companions'.
[[nodiscard]] auto best_accessible_in_row(const seat_view& view, std::uint32_t row, std::uint32_t quantity,
                                          std::uint32_t accessible, fine_point target) -> std::optional<group_choice>;

} // namespace holdfast::domain

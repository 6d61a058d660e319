#pragma once

#include "domain/event_data.hpp"
#include "domain/rejection.hpp"
#include "domain/strong_id.hpp"

#include <span>
#include <vector>

namespace holdfast::domain {

/// Up to limits::alternatives_max groups of free seats like those that were asked for and cannot be had: as many seats, side by side,
/// of the same price tier, with as many accessible seats among them. None when the seats asked for are of several tiers.
///
/// Rules: at most one group a row. First the row of the first seat asked for; then the other rows of the tier in the order of how many
/// places they stand from it when ranked by distance to the focal point (of two equally far the better ranked). In each row the group
/// that `choose_best` would rate best if the middle of the seats asked for were the focal point.
/// Without accessible seats: rows without room are passed over by `free_runs`, and at most 16 rows with room are looked at. With
/// accessible seats: only rows that have any, and at most 16 of them or 2,048 seats. So the cost does not depend on the event's size.
[[nodiscard]] auto find_alternatives(const event_data& data, const seat_view& among, std::span<const seat_index> wanted)
    -> std::vector<alternative>;

} // namespace holdfast::domain

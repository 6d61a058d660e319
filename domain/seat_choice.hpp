#pragma once

#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/row_choice.hpp"
#include "domain/strong_id.hpp"

#include <optional>
#include <vector>

namespace holdfast::domain {

/// Chooses seats for a request by best available, from the seats that are available in the state; nothing when none fit.
/// The same state and request give the same seats on every machine. Ascending by index. `wanted` must be sound (`decide` sees to it).
///
/// Rules
/// 1. A seat is ordinary when it is neither accessible nor a companion's (a seat marked as both is accessible). Only rows of the
///    allowed tiers and sections count; an empty list allows all.
/// 2. Together (`adjacent`): `quantity` seats of one row, side by side, all available.
///    With `accessible` = 0 all are ordinary. With `accessible` = k exactly k are accessible; the others are ordinary or companions'.
/// 3. Among the groups that qualify, the least in this order wins:
///    a. whether it leaves a seat alone: 1 when the seat just before the group is ordinary and available and the one before that is
///       not (or there is none), or likewise just behind the group; else 0. So a lone seat is left only where no other choice exists;
///    b. the number of its seats with restricted view;
///    c. the square of the distance of its centre to the layout's focal point (`group_distance` in seat_distance.hpp: exact integers);
///    d. the index of its first seat.
/// 4. Apart (`adjacent` is false): the group of rules 2 and 3 if there is one. Else the k accessible seats and the `quantity` - k others
///    (ordinary; companions' too when k > 0) that are each the least by (restricted view, squared distance to the focal point, index).
///
/// Cost: rows are visited nearest to the focal point first, and only until no further row can win; rows without room are passed over by
/// `free_runs`. So a choice costs a few microseconds whatever the event's size, unless all that is left is of restricted view
/// or the request names sections: then each row with room, or each row of those sections, is looked at once.
[[nodiscard]] auto choose_best(const event_state& state, const best_available& wanted)
    -> std::optional<std::vector<seat_index>>;
/// The same, from seats that the caller has put together; `runs` and `statuses` must say the same.
[[nodiscard]] auto choose_best(const seat_view& among, const best_available& wanted)
    -> std::optional<std::vector<seat_index>>;

} // namespace holdfast::domain

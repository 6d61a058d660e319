#pragma once

#include "domain/decide_parts.hpp"
#include "domain/event_data.hpp"
#include "domain/waitlist.hpp"

#include <cstddef>

namespace holdfast::domain {

/// What one look over a waitlist came to, and what it cost.
struct waitlist_pass {
  facts offers;              ///< one hold each
  std::size_t looked_at = 0; ///< orders that waited when they were looked at
  std::size_t searches = 0;  ///< how often the seats were searched for a choice
};

/// Offers what is available to those who wait, by (rank, number): to each the first of their choices that can be met wholly, at most
/// limits::facts_per_command_max offers. `ask` is not looked at but for its time and id. Nothing while the event is not on sale, or its `waitlist_offer` is zero.
///
/// A choice of seats is met group by group, in the order of the choice, each as `choose_best` does it together from what the groups before have left
/// (so that whoever wants groups of several sizes does well to name the largest first); the first group has the accessible seats. Only tiers count of which a
/// place costs no more than `each_max`, with fee and tax on top. A choice of areas is met when all of them have the places. An order is passed
/// over while its buyer would exceed a limit of the event, and as it was when nothing is left that it would take.
///
/// Cost: nothing is searched twice for those who want alike (the same groups in the same tiers that they would pay for) once it was not found, for seats
/// only get fewer meanwhile; nor is anything searched that no row of the tiers has room for. So a hundred thousand orders that cannot be met are one look
/// at each, in the order of their memory, and none at all when nothing is available.
[[nodiscard]] auto look_over_waitlist(const question& ask) -> waitlist_pass;

/// Whether a choice could be met now by what is available, whoever waits. It must be sound.
[[nodiscard]] auto can_be_met(const event_data& data, const waitlist_choice& choice) -> bool;

} // namespace holdfast::domain

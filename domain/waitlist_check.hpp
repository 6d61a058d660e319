#pragma once

#include "domain/event_config.hpp"
#include "domain/free_runs.hpp"
#include "domain/layout.hpp"
#include "domain/waitlist.hpp"

#include <vector>

namespace holdfast::domain {

/// Every fault of what somebody on the waitlist would take, by itself and with the layout (pointers into the API's request body); empty when it is
/// sound. How many places an order may have is not looked at.
[[nodiscard]] auto choice_faults(const layout& seats, const std::vector<waitlist_choice>& choices)
    -> std::vector<config_fault>;

/// Every fault of sound choices that an empty house could not meet either, whatever it costs: a group longer than every row of its tiers (or tiers of standing places
/// only), accessible seats where there are none, more standing places than an area has. Facts need not hold to this: it is a younger rule than the oldest of
/// them. `runs` are the layout's, whatever is free. O(rows).
[[nodiscard]] auto house_faults(const layout& seats, const free_runs& runs, const std::vector<waitlist_choice>& choices)
    -> std::vector<config_fault>;

} // namespace holdfast::domain

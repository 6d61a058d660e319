#pragma once

#include "domain/event_config.hpp"
#include "domain/layout.hpp"
#include "domain/waitlist.hpp"

#include <vector>

namespace holdfast::domain {

/// Every fault of what somebody on the waitlist would take, by itself and with the layout (pointers into the API's request body); empty when it is
/// sound. How many places an order may have is not looked at.
[[nodiscard]] auto choice_faults(const layout& seats, const std::vector<waitlist_choice>& choices)
    -> std::vector<config_fault>;

} // namespace holdfast::domain

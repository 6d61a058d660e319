#pragma once

#include "domain/event_config.hpp"
#include "domain/layout.hpp"

#include <string_view>
#include <vector>

namespace holdfast::domain {

/// Appends every fault of a venue's summary; `at` is put before each pointer ("/venue", or nothing for a venue by itself).
void append_venue_faults(const venue_summary& venue, std::string_view at, std::vector<config_fault>& to);

/// Appends a fault for each tier that the layout uses and the configuration does not price.
void append_tier_faults(const event_config& config, const layout& seats, std::vector<config_fault>& to);

} // namespace holdfast::domain

#pragma once

#include "domain/event_config.hpp"
#include "domain/layout.hpp"

#include <string_view>
#include <vector>

namespace holdfast::domain {

/// A time from 1970 to 9999.
[[nodiscard]] auto is_moment(instant at) noexcept -> bool;
/// A name of at most limits::name_bytes_max, or none.
[[nodiscard]] auto is_name(std::string_view text) noexcept -> bool;

/// Appends every fault of a venue's summary; `at` is put before each pointer ("/venue", or nothing for a venue by itself).
void append_venue_faults(const venue_summary& venue, std::string_view at, std::vector<config_fault>& to);

/// Appends every fault of an event's presales and price rules.
void append_plan_faults(const event_config& config, std::vector<config_fault>& to);

/// Appends a fault for each tier that the layout uses and the configuration does not price.
void append_tier_faults(const event_config& config, const layout& seats, std::vector<config_fault>& to);

} // namespace holdfast::domain

#pragma once

#include <string_view>

namespace holdfast::domain {

/// Whether this is the name of a zone or link of the IANA time zone database, in its own spelling: "Europe/Vienna", "UTC". Thread-safe.
[[nodiscard]] auto is_time_zone(std::string_view name) noexcept -> bool;

} // namespace holdfast::domain

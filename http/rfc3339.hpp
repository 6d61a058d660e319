#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast::http {

/// Reads `2027-03-01T19:00:00Z` or with 1 to 3 decimals of a second; UTC as `Z` only, years 1970 to 9999, no leap seconds.
/// Milliseconds since 1970.
[[nodiscard]] auto parse_rfc3339(std::string_view text) noexcept -> std::optional<std::int64_t>;

} // namespace holdfast::http

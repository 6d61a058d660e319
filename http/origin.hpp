#pragma once

#include <string_view>

namespace holdfast::http {

/// Whether this is an origin as browsers send it (RFC 6454 §6.2): `https://tickets.example` or `http://localhost:3000`, in small letters, without a path, and without
/// the port that the scheme has anyway. Anything else would never be the origin of a request. Thread-safe.
[[nodiscard]] auto is_origin(std::string_view text) noexcept -> bool;

} // namespace holdfast::http

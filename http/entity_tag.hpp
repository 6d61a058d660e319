#pragma once

#include "http/exchange.hpp"

#include <string_view>

namespace holdfast::http {

/// Whether `If-None-Match` says that the client has the body with this tag already. Tags are compared weakly (RFC 9110 §13.1.2); ours hold no
/// commas.
[[nodiscard]] auto client_has(const exchange& of, std::string_view tag) -> bool;

} // namespace holdfast::http

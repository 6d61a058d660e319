#pragma once

#include "http/token.hpp"
#include "people/contact.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::http {

/// What opens one order without a login, for whoever has it, until it ends: the event, the order and the end, signed as a token of its own purpose.
[[nodiscard]] auto sign_order_link(const key_ring& ring, const people::order_ref& order, std::int64_t ends_unix_ms)
    -> std::string;
/// The order that it opens now; nothing when it is forged, of another purpose, or over.
[[nodiscard]] auto open_order_link(const key_ring& ring, std::string_view token, std::int64_t now_unix_ms)
    -> std::optional<people::order_ref>;

} // namespace holdfast::http

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::notifications {

/// RFC 4648 §4, with padding, in one line.
[[nodiscard]] auto base64(std::string_view bytes) -> std::string;
/// The bytes of a text that `base64` made; nothing for any other.
[[nodiscard]] auto from_base64(std::string_view text) -> std::optional<std::string>;
/// HMAC-SHA256.
[[nodiscard]] auto hmac_sha256(std::string_view key, std::string_view text) -> std::string;
/// So many bytes of the operating system's randomness.
[[nodiscard]] auto random_bytes(std::size_t count) -> std::string;

} // namespace holdfast::notifications

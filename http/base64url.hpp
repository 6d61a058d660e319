#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::http {

/// RFC 4648 §5, without padding.
void append_base64url(std::string& out, std::span<const std::uint8_t> bytes);
/// Decodes all of `text` to the front of `out`; how many bytes it was. Nothing on any foreign character, impossible length or non-zero
/// spare bits (every byte string has exactly one accepted spelling), or when `out` has no room for all.
[[nodiscard]] auto decode_base64url(std::string_view text, std::span<std::uint8_t> out) noexcept
    -> std::optional<std::size_t>;

} // namespace holdfast::http

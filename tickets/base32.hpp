#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Crockford's base32 in capitals, without check symbol: 0-9 and A-Z but I, L, O, U. A QR code packs these letters into 5.5 bits each.
/// Thread-safe.
namespace holdfast::tickets {

/// How many letters that many bytes are.
[[nodiscard]] constexpr auto base32_letters(std::size_t bytes) noexcept -> std::size_t {
  return (bytes * 8 + 4) / 5;
}

/// The most significant bits first; spare bits of the last letter are zero.
void append_base32(std::string& to, std::span<const std::uint8_t> bytes);
/// The bytes; nothing for another letter (small ones and Crockford's alternatives included), an impossible length or spare bits that are
/// not zero: every byte string has exactly one spelling.
[[nodiscard]] auto decode_base32(std::string_view text) -> std::optional<std::vector<std::uint8_t>>;

} // namespace holdfast::tickets

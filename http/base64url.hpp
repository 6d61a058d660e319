#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

/// RFC 4648 §5, without padding.
void append_base64url(std::string& out, std::span<const std::uint8_t> bytes);
/// Decodes all of `text` into `out`. False on any foreign character, impossible length or non-zero spare bits: every byte
/// string has exactly one accepted spelling.
[[nodiscard]] auto decode_base64url(std::string_view text, std::vector<std::uint8_t>& out) -> bool;

} // namespace holdfast::http

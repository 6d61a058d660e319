#include "http/base64url.hpp"

#include <array>

namespace holdfast::http {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr auto values = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}();

} // namespace

void append_base64url(std::string& out, std::span<const std::uint8_t> bytes) {
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8U) | byte;
    held += 8;
    while (held >= 6) {
      held -= 6;
      out.push_back(alphabet[(bits >> held) & 0x3fU]);
    }
  }
  if (held > 0) {
    out.push_back(alphabet[(bits << (6 - held)) & 0x3fU]);
  }
}

auto decode_base64url(std::string_view text, std::vector<std::uint8_t>& out) -> bool {
  out.clear();
  if (text.size() % 4 == 1) {
    return false;
  }
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::int8_t value = values[static_cast<unsigned char>(c)];
    if (value < 0) {
      return false;
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<std::uint8_t>((bits >> held) & 0xffU));
    }
  }
  return (bits & ((1U << held) - 1U)) == 0;
}

} // namespace holdfast::http

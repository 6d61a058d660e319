#include "tickets/base32.hpp"

#include <array>

namespace holdfast::tickets {

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

constexpr auto make_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto values = make_values();

} // namespace

void append_base32(std::string& to, std::span<const std::uint8_t> bytes) {
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8U) | byte;
    for (count += 8; count >= 5; count -= 5) {
      to.push_back(alphabet[(bits >> (count - 5)) & 31U]);
    }
  }
  if (count > 0) {
    to.push_back(alphabet[(bits << (5 - count)) & 31U]);
  }
}

auto decode_base32(std::string_view text) -> std::optional<std::vector<std::uint8_t>> {
  const std::size_t size = text.size() * 5 / 8;
  if (base32_letters(size) != text.size()) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> bytes;
  bytes.reserve(size);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char letter : text) {
    const auto value = values[static_cast<unsigned char>(letter)];
    if (value < 0) {
      return std::nullopt;
    }
    bits = (bits << 5U) | static_cast<std::uint32_t>(value);
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits >> count));
    }
  }
  if ((bits & ((1U << count) - 1U)) != 0) {
    return std::nullopt;
  }
  return bytes;
}

} // namespace holdfast::tickets

#include "http/base64url.hpp"

#include <array>

namespace holdfast::http {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Beyond every value: what stands for a foreign character.
constexpr std::uint8_t foreign = 0x80;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(foreign);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

constexpr std::size_t letters_a_group = 4;
constexpr std::size_t bytes_a_group = 3;

} // namespace

void append_base64url(std::string& out, std::span<const std::uint8_t> bytes) {
  const std::size_t rest = bytes.size() % bytes_a_group;
  const std::size_t from = out.size();
  out.resize(from + bytes.size() / bytes_a_group * letters_a_group + (rest == 0 ? 0 : rest + 1));
  char* to = out.data() + from;
  const std::uint8_t* next = bytes.data();
  const auto put = [&to](std::uint32_t bits, unsigned letters) noexcept {
    for (unsigned shift = 18; letters > 0; --letters, shift -= 6) {
      *to++ = alphabet[(bits >> shift) & 0x3fU];
    }
  };
  for (auto groups = bytes.size() / bytes_a_group; groups > 0; --groups, next += bytes_a_group) {
    put(std::uint32_t{next[0]} << 16U | std::uint32_t{next[1]} << 8U | next[2], letters_a_group);
  }
  if (rest == 1) {
    put(std::uint32_t{next[0]} << 16U, 2);
  } else if (rest == 2) {
    put(std::uint32_t{next[0]} << 16U | std::uint32_t{next[1]} << 8U, 3);
  }
}

auto decode_base64url(std::string_view text, std::span<std::uint8_t> out) noexcept -> std::optional<std::size_t> {
  const std::size_t rest = text.size() % letters_a_group;
  const std::size_t size = text.size() / letters_a_group * bytes_a_group + (rest == 0 ? 0 : rest - 1);
  if (rest == 1 || size > out.size()) {
    return std::nullopt;
  }
  const char* from = text.data();
  std::uint8_t* to = out.data();
  std::uint32_t seen = 0; // all values, one over the other: whether there was a foreign one is asked once
  const auto next = [&from, &seen]() noexcept -> std::uint32_t {
    const std::uint8_t value = values[static_cast<unsigned char>(*from++)];
    seen |= value;
    return value;
  };
  for (auto groups = text.size() / letters_a_group; groups > 0; --groups) {
    std::uint32_t bits = next() << 18U;
    bits |= next() << 12U;
    bits |= next() << 6U;
    bits |= next();
    *to++ = static_cast<std::uint8_t>(bits >> 16U);
    *to++ = static_cast<std::uint8_t>(bits >> 8U);
    *to++ = static_cast<std::uint8_t>(bits);
  }
  std::uint32_t spare = 0;
  if (rest == 2) {
    std::uint32_t bits = next() << 6U;
    bits |= next();
    *to = static_cast<std::uint8_t>(bits >> 4U);
    spare = bits & 0xfU;
  } else if (rest == 3) {
    std::uint32_t bits = next() << 12U;
    bits |= next() << 6U;
    bits |= next();
    *to++ = static_cast<std::uint8_t>(bits >> 10U);
    *to = static_cast<std::uint8_t>(bits >> 2U);
    spare = bits & 3U;
  }
  return seen < foreign && spare == 0 ? std::optional{size} : std::nullopt;
}

} // namespace holdfast::http

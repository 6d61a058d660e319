#include "projections/wire/bytes.hpp"

#include "domain/check.hpp"

#include <charconv>
#include <cstddef>

namespace holdfast::projections::wire {

void put_layout_tag(std::string& to, std::string_view layout_hash) {
  constexpr std::size_t tag_bytes = 8;
  HF_CHECK(layout_hash.size() >= 2 * tag_bytes, "a layout's content address is a SHA-256 in hexadecimal");
  for (std::size_t i = 0; i < tag_bytes; ++i) {
    unsigned byte = 0;
    const auto* at = layout_hash.data() + 2 * i;
    const auto [end, error] = std::from_chars(at, at + 2, byte, 16);
    HF_CHECK(error == std::errc{} && end == at + 2, "a layout's content address is a SHA-256 in hexadecimal");
    put_byte(to, static_cast<std::uint8_t>(byte));
  }
}

} // namespace holdfast::projections::wire

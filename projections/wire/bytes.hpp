#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The few ways in which numbers stand in the binary forms of docs/wire-formats.md.
namespace holdfast::projections::wire {

inline void put_byte(std::string& to, std::uint8_t value) {
  to.push_back(static_cast<char>(value));
}

/// The lowest `bytes` bytes, the least significant first.
inline void put_little_endian(std::string& to, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    put_byte(to, static_cast<std::uint8_t>(value >> (8U * i)));
}

/// Seven bits a byte, the least significant first; the high bit says that more follow (unsigned LEB128, as in DWARF and WebAssembly).
inline void put_leb128(std::string& to, std::uint64_t value) {
  while (value >= 0x80U) {
    put_byte(to, static_cast<std::uint8_t>(value | 0x80U));
    value >>= 7U;
  }
  put_byte(to, static_cast<std::uint8_t>(value));
}

/// A signed number as LEB128 of 0, -1, 1, -2 … → 0, 1, 2, 3 … (zigzag, as in Protocol Buffers).
inline void put_zigzag(std::string& to, std::int64_t value) {
  put_leb128(to, (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63));
}

/// UTF-8 behind its length in bytes as LEB128.
inline void put_text(std::string& to, std::string_view text) {
  put_leb128(to, text.size());
  to.append(text);
}

/// The first 8 bytes of a layout's content address, by which everything binary says which layout its indices mean.
void put_layout_tag(std::string& to, std::string_view layout_hash);

} // namespace holdfast::projections::wire

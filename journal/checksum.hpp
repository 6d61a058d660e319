#pragma once

#include "journal/record.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::journal {

/// CRC-32C (Castagnoli, reflected, as in iSCSI and RocksDB) of `bytes`, carried on from `before`. Uses the processor's instruction where there is one. Thread-safe.
[[nodiscard]] auto crc32c(std::string_view bytes, std::uint32_t before = 0) noexcept -> std::uint32_t;

/// The same by table, whatever the processor can do; tests compare the two.
[[nodiscard]] auto crc32c_portable(std::string_view bytes, std::uint32_t before = 0) noexcept -> std::uint32_t;

/// SHA-256 of `bytes`. Thread-safe, allocates nothing.
[[nodiscard]] auto sha256(std::string_view bytes) noexcept -> chain_hash;

/// Lower-case hex digits of `bytes`.
[[nodiscard]] auto hex(std::string_view bytes) -> std::string;
[[nodiscard]] auto hex(const chain_hash& hash) -> std::string;

} // namespace holdfast::journal

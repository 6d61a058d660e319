#pragma once

#include "journal/record.hpp"

#include <array>
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

/// SHA-256 of bytes that come in pieces. One thread at a time.
class sha256_stream {
 public:
  sha256_stream() noexcept;
  void add(std::string_view bytes) noexcept;
  /// Of everything added so far; more may follow.
  [[nodiscard]] auto value() const noexcept -> chain_hash;

 private:
  /// Room for OpenSSL's SHA256_CTX, whose header stays out of this one.
  struct alignas(8) context {
    std::array<unsigned char, 112> bytes;
  };
  context context_;
};

/// Lower-case hex digits of `bytes`.
[[nodiscard]] auto hex(std::string_view bytes) -> std::string;
[[nodiscard]] auto hex(const chain_hash& hash) -> std::string;

} // namespace holdfast::journal

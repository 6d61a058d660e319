#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace holdfast::http {

/// HMAC-SHA256 (RFC 2104) under one key, whose two blocks were hashed when it was made: a message of a token's length costs three
/// compressions and neither an allocation nor a look-up. As secret as the key. Immutable; share freely between threads.
class keyed_hash {
 public:
  using digest = std::array<std::uint8_t, 32>;

  /// A key of at most 64 bytes.
  explicit keyed_hash(std::span<const std::uint8_t> key) noexcept;

  /// Of `first` and `second`, one behind the other.
  [[nodiscard]] auto operator()(std::string_view first, std::string_view second = {}) const noexcept -> digest;

  static constexpr std::size_t key_bytes_max = 64;

 private:
  /// Room for OpenSSL's SHA256_CTX, whose header stays out of this one.
  struct alignas(8) state {
    std::array<unsigned char, 112> bytes;
  };
  state inner_;
  state outer_;
};

} // namespace holdfast::http

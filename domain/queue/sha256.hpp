#pragma once

#include <array>
#include <cstdint>
#include <span>

/// SHA-256 and HMAC for the draw. The rules link no library, so that anybody can build and check them by themselves; what is hashed elsewhere
/// (chains, tokens) is OpenSSL's.
namespace holdfast::domain::queue {

using digest = std::array<std::uint8_t, 32>;
/// The eight words between two blocks of SHA-256.
using sha256_words = std::array<std::uint32_t, 8>;

/// SHA-256 (FIPS 180-4).
[[nodiscard]] auto sha256(std::span<const std::uint8_t> bytes) noexcept -> digest;

/// HMAC-SHA256 (RFC 2104) of many messages under one key: the blocks of the key are hashed once, so that a short message costs two blocks
/// instead of four.
class hmac_sha256 {
 public:
  explicit hmac_sha256(std::span<const std::uint8_t> key) noexcept;

  [[nodiscard]] auto operator()(std::span<const std::uint8_t> message) const noexcept -> digest;

 private:
  sha256_words inner_;
  sha256_words outer_;
};

} // namespace holdfast::domain::queue

#include "domain/queue/sha256.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace holdfast::domain::queue {
namespace {

constexpr std::size_t block_bytes = 64;
using block = std::array<std::uint8_t, block_bytes>;

constexpr sha256_words initial{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

constexpr std::array<std::uint32_t, 64> round_constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// One round; `d` and `h` change.
void turn(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t& d, std::uint32_t e, std::uint32_t f,
          std::uint32_t g, std::uint32_t& h, std::uint32_t word) noexcept {
  const auto first = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + (g ^ (e & (f ^ g))) + word;
  const auto second = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) | (c & (a | b)));
  d += first;
  h = first + second;
}

void compress(sha256_words& state, const std::uint8_t* bytes) noexcept {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    w[i] = static_cast<std::uint32_t>(bytes[4 * i]) << 24 | static_cast<std::uint32_t>(bytes[4 * i + 1]) << 16 |
           static_cast<std::uint32_t>(bytes[4 * i + 2]) << 8 | static_cast<std::uint32_t>(bytes[4 * i + 3]);
  }
  for (std::size_t i = 16; i < 64; ++i) {
    const auto s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const auto s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  // Eight rounds at a time: the words change their roles instead of their places, which is half of the time.
  for (std::size_t i = 0; i < 64; i += 8) {
    turn(a, b, c, d, e, f, g, h, w[i] + round_constants[i]);
    turn(h, a, b, c, d, e, f, g, w[i + 1] + round_constants[i + 1]);
    turn(g, h, a, b, c, d, e, f, w[i + 2] + round_constants[i + 2]);
    turn(f, g, h, a, b, c, d, e, w[i + 3] + round_constants[i + 3]);
    turn(e, f, g, h, a, b, c, d, w[i + 4] + round_constants[i + 4]);
    turn(d, e, f, g, h, a, b, c, w[i + 5] + round_constants[i + 5]);
    turn(c, d, e, f, g, h, a, b, w[i + 6] + round_constants[i + 6]);
    turn(b, c, d, e, f, g, h, a, w[i + 7] + round_constants[i + 7]);
  }
  const sha256_words by{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i] += by[i];
  }
}

/// The digest of what made `state` (`before` bytes, whole blocks) followed by `bytes`.
auto finish_sha256(sha256_words state, std::uint64_t before, std::span<const std::uint8_t> bytes) noexcept -> digest {
  std::size_t at = 0;
  for (; bytes.size() - at >= block_bytes; at += block_bytes) {
    compress(state, bytes.data() + at);
  }
  std::array<std::uint8_t, 2 * block_bytes> last{};
  const auto rest = bytes.subspan(at);
  std::ranges::copy(rest, last.begin());
  last[rest.size()] = 0x80;
  const std::size_t end = rest.size() + 9 <= block_bytes ? block_bytes : 2 * block_bytes;
  const std::uint64_t bits = (before + bytes.size()) * 8;
  for (std::size_t i = 0; i < 8; ++i) {
    last[end - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  for (std::size_t block_at = 0; block_at < end; block_at += block_bytes) {
    compress(state, last.data() + block_at);
  }
  digest hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) {
    hash[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return hash;
}

auto after_key(const block& key, std::uint8_t pad) noexcept -> sha256_words {
  block padded = key;
  for (auto& byte : padded) {
    byte ^= pad;
  }
  auto state = initial;
  compress(state, padded.data());
  return state;
}

} // namespace

auto sha256(std::span<const std::uint8_t> bytes) noexcept -> digest {
  return finish_sha256(initial, 0, bytes);
}

hmac_sha256::hmac_sha256(std::span<const std::uint8_t> key) noexcept : inner_{}, outer_{} {
  block whole{};
  if (key.size() > block_bytes) {
    std::ranges::copy(sha256(key), whole.begin());
  } else {
    std::ranges::copy(key, whole.begin());
  }
  inner_ = after_key(whole, 0x36);
  outer_ = after_key(whole, 0x5c);
}

auto hmac_sha256::operator()(std::span<const std::uint8_t> message) const noexcept -> digest {
  return finish_sha256(outer_, block_bytes, finish_sha256(inner_, block_bytes, message));
}

} // namespace holdfast::domain::queue

#include "http/keyed_hash.hpp"

#include "domain/check.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

// The low-level functions: OpenSSL 3's one-shot HMAC looks algorithms up by name, allocates four contexts and hashes the key for every
// message, which together takes ten times as long as the message. They are deprecated, not removed, and still choose the processor's
// SHA instructions.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace holdfast::http {

namespace {

constexpr std::uint8_t inner_pad = 0x36;
constexpr std::uint8_t outer_pad = 0x5c;

static_assert(std::is_trivially_copyable_v<SHA256_CTX>);
static_assert(keyed_hash::key_bytes_max == SHA256_CBLOCK);

/// The hash's state behind the block that the key is padded to.
auto state_behind(std::span<const std::uint8_t> key, std::uint8_t pad) noexcept -> SHA256_CTX {
  std::array<std::uint8_t, SHA256_CBLOCK> block{};
  std::copy(key.begin(), key.end(), block.begin());
  for (auto& byte : block) {
    byte ^= pad;
  }
  SHA256_CTX at;
  SHA256_Init(&at);
  SHA256_Update(&at, block.data(), block.size());
  return at;
}

} // namespace

keyed_hash::keyed_hash(std::span<const std::uint8_t> key) noexcept {
  static_assert(sizeof(SHA256_CTX) <= sizeof(state) && alignof(SHA256_CTX) <= alignof(state));
  HF_CHECK(key.size() <= key_bytes_max, "a key fits into a block");
  const SHA256_CTX inner = state_behind(key, inner_pad);
  const SHA256_CTX outer = state_behind(key, outer_pad);
  std::memcpy(&inner_, &inner, sizeof inner);
  std::memcpy(&outer_, &outer, sizeof outer);
}

auto keyed_hash::operator()(std::string_view first, std::string_view second) const noexcept -> digest {
  digest out;
  SHA256_CTX now;
  std::memcpy(&now, &inner_, sizeof now);
  SHA256_Update(&now, first.data(), first.size());
  SHA256_Update(&now, second.data(), second.size());
  SHA256_Final(out.data(), &now);
  std::memcpy(&now, &outer_, sizeof now);
  SHA256_Update(&now, out.data(), out.size());
  SHA256_Final(out.data(), &now);
  return out;
}

} // namespace holdfast::http

#pragma GCC diagnostic pop

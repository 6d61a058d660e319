// The low-level functions cost 3 calls; the one-shot of OpenSSL 3 looks its algorithm up by name each time, which takes longer than
// hashing a record. They are deprecated, not removed, and still choose the processor's SHA instructions.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "journal/checksum.hpp"

#include <openssl/sha.h>

#include <array>
#include <cstring>
#include <type_traits>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace holdfast::journal {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78; // reflected

constexpr auto make_table() noexcept -> std::array<std::uint32_t, 256> {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    auto crc = i;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1) ^ ((crc & 1U) != 0 ? polynomial : 0U);
    table[i] = crc;
  }
  return table;
}

constexpr auto table = make_table();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) auto crc32c_sse42(std::string_view bytes, std::uint32_t before) noexcept
    -> std::uint32_t {
  auto crc = static_cast<std::uint64_t>(~before);
  const char* at = bytes.data();
  auto left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    crc = _mm_crc32_u64(crc, word);
  }
  auto low = static_cast<std::uint32_t>(crc);
  for (; left > 0; ++at, --left)
    low = _mm_crc32_u8(low, static_cast<unsigned char>(*at));
  return ~low;
}

const bool has_sse42 = __builtin_cpu_supports("sse4.2") != 0;
#endif

} // namespace

auto crc32c_portable(std::string_view bytes, std::uint32_t before) noexcept -> std::uint32_t {
  auto crc = ~before;
  for (const char byte : bytes)
    crc = table[(crc ^ static_cast<unsigned char>(byte)) & 0xffU] ^ (crc >> 8);
  return ~crc;
}

auto crc32c(std::string_view bytes, std::uint32_t before) noexcept -> std::uint32_t {
#if defined(__x86_64__)
  if (has_sse42)
    return crc32c_sse42(bytes, before);
#endif
  return crc32c_portable(bytes, before);
}

auto sha256(std::string_view bytes) noexcept -> chain_hash {
  chain_hash hash;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(hash.data(), &context);
  return hash;
}

namespace {

static_assert(std::is_trivially_copyable_v<SHA256_CTX>);

} // namespace

sha256_stream::sha256_stream() noexcept {
  static_assert(sizeof(SHA256_CTX) <= sizeof(context) && alignof(SHA256_CTX) <= alignof(context));
  SHA256_CTX fresh;
  SHA256_Init(&fresh);
  std::memcpy(&context_, &fresh, sizeof fresh);
}

void sha256_stream::add(std::string_view bytes) noexcept {
  SHA256_CTX now;
  std::memcpy(&now, &context_, sizeof now);
  SHA256_Update(&now, bytes.data(), bytes.size());
  std::memcpy(&context_, &now, sizeof now);
}

auto sha256_stream::value() const noexcept -> chain_hash {
  SHA256_CTX now;
  std::memcpy(&now, &context_, sizeof now);
  chain_hash hash;
  SHA256_Final(hash.data(), &now);
  return hash;
}

auto hex(std::string_view bytes) -> std::string {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 15U]);
  }
  return text;
}

auto hex(const chain_hash& hash) -> std::string {
  return hex(std::string_view{reinterpret_cast<const char*>(hash.data()), hash.size()});
}

} // namespace holdfast::journal

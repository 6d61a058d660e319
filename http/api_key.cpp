#include "http/api_key.hpp"

#include "domain/check.hpp"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstring>

namespace holdfast::http {

namespace {

constexpr std::string_view base32 = "abcdefghijklmnopqrstuvwxyz234567"; // RFC 4648 §6, lower case, without padding

} // namespace

auto make_api_key() -> new_api_key {
  std::array<std::uint8_t, 32> secret{};
  HF_CHECK(RAND_bytes(secret.data(), static_cast<int>(secret.size())) == 1,
           "the operating system gives random numbers");
  new_api_key out;
  out.text = "hf_";
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : secret) {
    bits = (bits << 8U) | byte;
    for (held += 8; held >= 5; held -= 5) {
      out.text.push_back(base32[(bits >> (held - 5)) & 0x1fU]);
    }
  }
  out.text.push_back(base32[(bits << (5 - held)) & 0x1fU]); // 256 = 51 * 5 + 1
  out.hash = hash_api_key(out.text);
  return out;
}

auto hash_api_key(std::string_view text) -> key_hash {
  key_hash out{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

auto key_table::first_bytes::operator()(const key_hash& hash) const noexcept -> std::size_t {
  std::size_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

key_table::key_table(const std::vector<key_entry>& entries) {
  by_hash_.reserve(entries.size());
  for (const key_entry& each : entries) {
    by_hash_.insert_or_assign(each.hash, each);
  }
}

auto key_table::find(const key_hash& hash) const noexcept -> const key_entry* {
  const auto found = by_hash_.find(hash);
  return found == by_hash_.end() ? nullptr : &found->second;
}

} // namespace holdfast::http

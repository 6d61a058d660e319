#include "journal/audit/queue_draw.hpp"

#include "domain/check.hpp"
#include "journal/audit/record.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <numeric>

namespace holdfast::journal::audit {
namespace {

void add_big_endian(std::string& to, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8)
    to.push_back(static_cast<char>(value >> static_cast<unsigned>(shift)));
}

auto text_of(const hash_bytes& hash) -> std::string {
  return {hash.begin(), hash.end()};
}

auto hmac(std::string_view key, std::string_view said) -> hash_bytes {
  hash_bytes made{};
  unsigned size = 0;
  HF_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                reinterpret_cast<const unsigned char*>(said.data()), said.size(), made.data(), &size) != nullptr &&
               size == made.size(),
           "HMAC-SHA256 is there");
  return made;
}

} // namespace

auto leaf_of(std::uint64_t place, const queue_joined::entrant& who) -> hash_bytes {
  std::string bytes(1, '\0');
  add_big_endian(bytes, place);
  add_big_endian(bytes, who.high);
  add_big_endian(bytes, who.low);
  bytes.push_back(static_cast<char>(who.band));
  return digest(bytes);
}

auto tree_root(std::vector<hash_bytes> leaves) -> hash_bytes {
  if (leaves.empty())
    return digest("");
  // Who has no neighbour goes up as it is: that is the split at the largest power of two.
  while (leaves.size() > 1) {
    std::vector<hash_bytes> next;
    for (std::size_t at = 0; at < leaves.size(); at += 2)
      next.push_back(at + 1 < leaves.size() ? digest('\x01' + text_of(leaves[at]) + text_of(leaves[at + 1]))
                                            : leaves[at]);
    leaves = std::move(next);
  }
  return leaves.front();
}

auto lot_order(const std::string& seed, std::string_view round_value, const std::vector<hash_bytes>& leaves)
    -> std::vector<std::uint32_t> {
  const auto key = text_of(hmac(seed, round_value));
  std::vector<hash_bytes> lots;
  lots.reserve(leaves.size());
  for (const auto& leaf : leaves)
    lots.push_back(hmac(key, text_of(leaf)));
  std::vector<std::uint32_t> order(leaves.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return lots[a] < lots[b]; });
  return order;
}

} // namespace holdfast::journal::audit

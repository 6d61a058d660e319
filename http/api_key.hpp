#pragma once

#include "http/principal.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::http {

using key_hash = std::array<std::uint8_t, 32>;

/// An API key that was just made: the text is shown once, only the hash is kept.
struct new_api_key {
  std::string text; ///< `hf_` and 52 characters of base32: 256 random bits
  key_hash hash{};
};

[[nodiscard]] auto make_api_key() -> new_api_key;
/// SHA-256 of a key's text. Fast on purpose: the input is 256 random bits, not a password.
[[nodiscard]] auto hash_api_key(std::string_view text) -> key_hash;

/// What the server knows of one key.
struct key_entry {
  domain::key_id key;
  domain::organisation_id organisation;
  scope_set scopes;
  bool revoked = false;
  key_hash hash{};
};

/// All keys at one moment. Immutable; share freely between threads.
class key_table {
 public:
  key_table() = default;
  explicit key_table(const std::vector<key_entry>& entries);

  /// The entry with this hash, revoked or not; null when there is none. Looking up by hash leaks nothing: who can choose the
  /// hash has the key.
  [[nodiscard]] auto find(const key_hash& hash) const noexcept -> const key_entry*;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return by_hash_.size(); }

 private:
  struct first_bytes {
    auto operator()(const key_hash& hash) const noexcept -> std::size_t;
  };

  std::unordered_map<key_hash, key_entry, first_bytes> by_hash_;
};

} // namespace holdfast::http

#pragma once

#include "http/api_key.hpp"
#include "http/principal.hpp"
#include "http/token.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace holdfast::http {

/// Turns `Authorization: Bearer …` into a principal, and mints session tokens. Thread-safe.
class authenticator {
 public:
  /// What a connection remembers of its last caller, so that a client that keeps its connection pays for the MAC once.
  class memory {
   private:
    friend class authenticator;
    std::string header_;
    principal who_;
    std::uint64_t generation_ = 0; ///< 0: nothing remembered
  };

  explicit authenticator(key_ring ring) : ring_{std::make_shared<const key_ring>(std::move(ring))} {}

  /// The principal behind a header value, or null when it is no valid credential now. The result lives in `remembered`, until
  /// the next call with it. A revoked key and a rotated-out token are refused from the next request on.
  [[nodiscard]] auto check(std::string_view authorization, std::int64_t now_unix_ms, memory& remembered) const
      -> const principal*;

  /// Whether a credential that `check` did not take may be a valid one all the same: an API key, when nobody knows which there are.
  [[nodiscard]] auto may_be_valid(std::string_view authorization) const -> bool;

  /// Replaces all API keys; null: they are lost, and nobody can tell. From any thread.
  void set_keys(std::shared_ptr<const key_table> keys);
  /// Replaces the signing keys; from any thread.
  void set_ring(key_ring ring);

  /// A token of the newest signing key.
  [[nodiscard]] auto mint_session(const session_claims& claims) const -> std::string;
  /// For tokens of other purposes.
  [[nodiscard]] auto ring() const -> std::shared_ptr<const key_ring>;

 private:
  [[nodiscard]] auto look_up(std::string_view credential, principal& out) const -> bool;

  mutable std::mutex mutex_; ///< guards the two pointers; taken only when nothing is remembered
  std::shared_ptr<const key_ring> ring_;
  std::shared_ptr<const key_table> keys_ = std::make_shared<const key_table>();
  /// Counts replacements: what was remembered before the last one is looked up anew.
  std::atomic<std::uint64_t> generation_ = 1;
};

} // namespace holdfast::http

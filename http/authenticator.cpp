#include "http/authenticator.hpp"

#include "http/request.hpp"

#include <openssl/crypto.h>

#include <limits>

namespace holdfast::http {

namespace {

constexpr std::string_view scheme = "Bearer ";
constexpr std::string_view key_begins = "hf_";

/// What follows the scheme; nothing for another scheme.
auto credential_in(std::string_view authorization) -> std::string_view {
  return authorization.size() > scheme.size() && equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)
             ? authorization.substr(scheme.size())
             : std::string_view{};
}

} // namespace

auto authenticator::check(std::string_view authorization, std::int64_t now_unix_ms, memory& remembered) const
    -> const principal* {
  const std::uint64_t generation = generation_.load(std::memory_order_acquire);
  const bool known = remembered.generation_ == generation && remembered.header_.size() == authorization.size() &&
                     CRYPTO_memcmp(remembered.header_.data(), authorization.data(), authorization.size()) == 0;
  if (!known) {
    remembered.generation_ = 0;
    principal who;
    const auto credential = credential_in(authorization);
    if (credential.empty() || !look_up(credential, who)) {
      return nullptr;
    }
    remembered.header_.assign(authorization);
    remembered.who_ = who;
    remembered.generation_ = generation;
  }
  return now_unix_ms < remembered.who_.expires_unix_ms ? &remembered.who_ : nullptr;
}

auto authenticator::may_be_valid(std::string_view authorization) const -> bool {
  const std::scoped_lock lock{mutex_};
  return !keys_ && credential_in(authorization).starts_with(key_begins);
}

auto authenticator::look_up(std::string_view credential, principal& out) const -> bool {
  if (credential.starts_with(key_begins)) {
    std::shared_ptr<const key_table> keys;
    {
      const std::scoped_lock lock{mutex_};
      keys = keys_;
    }
    const key_entry* entry = keys ? keys->find(hash_api_key(credential)) : nullptr;
    if (entry == nullptr || entry->revoked) {
      return false;
    }
    out.is = principal::kind::key;
    out.key = entry->key;
    out.organisation = entry->organisation;
    out.scopes = entry->scopes;
    out.expires_unix_ms = std::numeric_limits<std::int64_t>::max();
    return true;
  }
  const auto payload = ring()->verify(token_purpose::session, credential);
  const auto claims = payload ? decode_claims(*payload) : std::nullopt;
  if (!claims) {
    return false;
  }
  out.is = principal::kind::buyer;
  out.verified = claims->verified;
  out.subject = claims->subject;
  out.organisation = claims->organisation;
  out.bands = claims->bands;
  out.expires_unix_ms = claims->expires_unix_ms;
  return true;
}

void authenticator::set_keys(std::shared_ptr<const key_table> keys) {
  const std::scoped_lock lock{mutex_};
  keys_ = std::move(keys);
  generation_.fetch_add(1, std::memory_order_release);
}

void authenticator::set_ring(key_ring ring) {
  auto fresh = std::make_shared<const key_ring>(std::move(ring));
  const std::scoped_lock lock{mutex_};
  ring_ = std::move(fresh);
  generation_.fetch_add(1, std::memory_order_release);
}

auto authenticator::mint_session(const session_claims& claims) const -> std::string {
  return ring()->sign(token_purpose::session, encode_claims(claims));
}

auto authenticator::ring() const -> std::shared_ptr<const key_ring> {
  const std::scoped_lock lock{mutex_};
  return ring_;
}

} // namespace holdfast::http

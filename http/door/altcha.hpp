#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "http/door/door_key.hpp"
#include "http/token.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http::door {

/// Whom a challenge is for, and where: nobody else's proof counts.
struct challenged {
  domain::event_id event;
  door_key whom; ///< a buyer, or the address of somebody who is none yet
};

/// Why a proof is none.
enum class proof_fault : std::uint8_t { malformed = 1, altered = 2, expired = 3 };

/// Challenges of the ALTCHA protocol, version 1, with SHA-256 (altcha.org/docs/v1/proof-of-work): the server hides a number of 0 to `maxnumber` in
/// `challenge = hex(SHA-256(salt + number))` and signs it, `signature = hex(HMAC-SHA256(challenge))`; whoever finds the number sends base64 of
/// `{algorithm, challenge, number, salt, signature}`. The salt carries `expires` and `for`, a keyed hash of event and buyer; it ends with `&`, so that
/// no digit of the number passes for one of the salt's. Nothing is kept: whether a proof is used twice is for others to know. Immutable; thread-safe.
class altcha {
 public:
  /// Challenges are signed by a derivative of the newest key, and taken when they are of any live one.
  explicit altcha(const key_ring& tokens);

  /// A challenge as JSON, good until the end of the second `expires_s` since 1970.
  [[nodiscard]] auto issue(const challenged& of, std::uint32_t maxnumber, std::int64_t expires_s) const -> std::string;

  /// What names this proof for ever, of a payload that solves a challenge of ours for `of`.
  [[nodiscard]] auto check(std::string_view payload, const challenged& of, domain::instant now) const
      -> tl::expected<door_key, proof_fault>;

  /// The key that other libraries take, as text: 64 small hexadecimal digits, `hex(HMAC-SHA256(token key, "holdfast door challenge"))`.
  [[nodiscard]] static auto key_text(const signing_key& of) -> std::string;

 private:
  std::vector<std::string> keys_; ///< newest first
};

} // namespace holdfast::http::door

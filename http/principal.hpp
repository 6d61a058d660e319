#pragma once

#include "domain/organisation/fact.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>

namespace holdfast::http {

/// A set of `domain::key_scope` bits. `admin` implies every other scope.
struct scope_set {
  std::uint32_t bits = 0;

  /// Whether the set grants one of the scopes in `any_of` (bits of `domain::key_scope`).
  [[nodiscard]] constexpr auto grants(std::uint32_t any_of) const noexcept -> bool {
    return ((bits & domain::key_scope::admin) != 0 && any_of != 0) || (bits & any_of) != 0;
  }

  friend constexpr auto operator==(scope_set, scope_set) noexcept -> bool = default;
};

/// Who asks. Established once by the edge from the `Authorization` header; a handler never looks at that header.
struct principal {
  enum class kind : std::uint8_t {
    anonymous, ///< no credentials: only on routes whose permission is `open`
    buyer,     ///< a session token: `subject` is set
    key,       ///< an API key: `key`, `organisation` and `scopes` are set
  };

  kind is = kind::anonymous;
  bool verified = false;                ///< buyer: the organiser's own login vouches for the person
  domain::subject_id subject;           ///< buyer: who holds and buys
  domain::organisation_id organisation; ///< key: its owner; buyer: the organisation that identified them, or zero
  domain::key_id key;                   ///< key: which one
  scope_set scopes;                     ///< key: what it may do
  std::uint32_t bands = 0;              ///< buyer: bit n set when the organiser put the person into band n
  std::int64_t expires_unix_ms = 0;     ///< buyer: when the token ends

  [[nodiscard]] constexpr auto is_buyer() const noexcept -> bool { return is == kind::buyer; }

  /// Whether this is an API key with at least one of the scopes.
  [[nodiscard]] constexpr auto may(std::uint32_t any_of) const noexcept -> bool {
    return is == kind::key && scopes.grants(any_of);
  }
};

} // namespace holdfast::http

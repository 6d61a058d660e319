#pragma once

#include "domain/event_config.hpp"
#include "domain/layout.hpp"
#include "domain/strong_id.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace holdfast::domain {

/// Permissions of an API key, as bits. `admin` implies all.
namespace key_scope {
inline constexpr std::uint32_t organise = 1;
inline constexpr std::uint32_t sell = 2;
inline constexpr std::uint32_t scan = 4;
inline constexpr std::uint32_t audit = 8;
inline constexpr std::uint32_t identify = 16;
inline constexpr std::uint32_t admin = 32;
inline constexpr std::uint32_t all = 63;
} // namespace key_scope

/// A venue of an organisation: the summary that events copy, and the layout new events start from.
struct venue {
  venue_summary summary;
  std::shared_ptr<const layout> seats; ///< never null
};

// Facts of the stream org/<id>.
struct organisation_created {
  organisation_id organisation;
  std::string name;
};
struct venue_created {
  venue what;
};
struct venue_amended {
  venue what;
}; ///< the whole venue after the change
struct key_created {
  key_id key;
  std::string name;
  std::uint32_t scopes = 0;                   ///< bits of key_scope
  std::array<std::uint8_t, 32> secret_hash{}; ///< SHA-256 of the secret, which is stored nowhere
};
struct key_revoked {
  key_id key;
};
/// Only in the first organisation's stream, which is the server's register of names: the slug addresses the event from now on.
struct slug_reserved {
  std::string slug;
  event_id event;
};

} // namespace holdfast::domain

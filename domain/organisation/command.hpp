#pragma once

#include "domain/command.hpp"
#include "domain/organisation/fact.hpp"

#include <optional>
#include <string>
#include <variant>

namespace holdfast::domain {

struct create_organisation {
  organisation_id organisation;
  std::string name;
};
struct create_venue {
  venue what;
};
struct venue_amendment {
  std::optional<std::string> name, city, country, timezone;
  std::optional<std::optional<std::int32_t>> latitude_e6, longitude_e6;
  std::shared_ptr<const layout> seats; ///< null: unchanged
};
struct amend_venue {
  venue_id venue;
  std::optional<std::uint64_t> expected_version;
  venue_amendment changes;
};
struct create_key {
  key_id key;
  std::string name;
  std::uint32_t scopes = 0;
  std::array<std::uint8_t, 32> secret_hash{};
};
struct revoke_key {
  key_id key;
};
struct reserve_slug {
  std::string slug;
  event_id event;
};

using organisation_command_body =
    std::variant<create_organisation, create_venue, amend_venue, create_key, revoke_key, reserve_slug>;

/// Asks one organisation's stream for something.
struct organisation_command {
  caller by;
  command_id id; ///< zero: not remembered
  organisation_command_body body;
};

} // namespace holdfast::domain

#pragma once

#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/organisation/fact.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace holdfast::domain {

/// One organisation: its venues and keys, and (the first one) the server's register of slugs. A plain fold; not thread-safe.
struct organisation_state {
  struct venue_entry {
    venue what;
    std::uint64_t version = 0; ///< seq of its last fact
  };
  struct key_entry {
    key_created what;
    instant created_at;
    std::optional<instant> revoked_at;
  };
  struct remembered {
    std::uint64_t request = 0;
    std::uint64_t seq = 0;
    instant at;
  };
  std::uint64_t seq = 0;
  instant time;
  organisation_id id; ///< zero before creation
  std::string name;
  std::map<venue_id, venue_entry> venues;
  std::map<key_id, key_entry> keys;
  std::map<std::string, event_id, std::less<>> slugs;
  std::unordered_map<std::uint64_t, remembered> keys_remembered; ///< by command_id::key; evicted by fact time
  std::deque<std::uint64_t> keys_by_time;                        ///< the keys of `keys_remembered`, oldest first
};

} // namespace holdfast::domain

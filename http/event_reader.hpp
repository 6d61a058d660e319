#pragma once

#include "domain/event_config.hpp"
#include "http/access_code.hpp"
#include "http/json_reader.hpp"

#include <optional>

namespace holdfast::http {

/// An event as `POST /v1/events` gives it. Its venue is a name that the caller looks up.
struct event_wish {
  domain::event_config config;           ///< without its venue
  std::optional<domain::venue_id> venue; ///< absent: a fault is recorded
};

/// Reads an event, for whose id `codes` hashes. Faults of shape go to the document; `domain::config_faults` judges the whole.
[[nodiscard]] auto read_event(const json_object& from, const access_code_hasher& codes) -> event_wish;

/// A change as `PATCH /v1/events/{event}` gives it (RFC 7396): null takes `slug`, `description`, `category`, `sale` and its times
/// and presales, and `price_rules` away. `codes` hashes for the one that is changed.
struct amendment_wish {
  domain::event_amendment changes; ///< without the venue
  std::optional<domain::venue_id> venue;
};

[[nodiscard]] auto read_amendment(const json_object& from, const access_code_hasher& codes) -> amendment_wish;

} // namespace holdfast::http

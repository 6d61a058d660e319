#pragma once

#include "domain/command.hpp"
#include "domain/event_config.hpp"
#include "domain/instant.hpp"
#include "domain/organisation/fact.hpp"
#include "domain/strong_id.hpp"

#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace holdfast::domain {

/// What happened to one event, in the past tense. Stored for ever under the numbers of journal/facts.proto.
struct event_created {
  event_id event;
  organisation_id organisation;
  event_config config;
  std::shared_ptr<const layout> seats; ///< never null
};
struct event_amended {
  event_config config;
}; ///< the whole configuration after the change
struct layout_replaced {
  std::shared_ptr<const layout> seats;
};
struct event_published {};
struct event_paused {};
struct event_resumed {};
struct event_closed {};
struct event_cancelled {};

struct held_area {
  area_index area = 0;
  std::uint32_t quantity = 0;
  minor_units price = 0; ///< of one place
  friend auto operator==(const held_area&, const held_area&) -> bool = default;
};

struct hold_created {
  hold_number hold;
  owner by;
  key_id sold_by; ///< the key that held for a box office; zero for a buyer
  std::vector<seat_index> seats;
  std::vector<minor_units> prices; ///< one a seat, as they were at this moment
  std::vector<held_area> areas;
  instant expires_at;
  instant cap_at; ///< no extension goes beyond
};
struct hold_extended {
  hold_number hold;
  instant expires_at;
};
struct hold_released {
  hold_number hold;
  key_id by; ///< the box office key that released it; zero: its owner; the system for a cancelled event
};
struct hold_expired {
  hold_number hold;
};
struct order_confirmed {
  hold_number hold; ///< the order's number too
  payment_record payment;
  key_id confirmed_by;
  minor_units total = 0; ///< what was paid: 0 when complimentary
};

using fact_body = std::variant<event_created, event_amended, layout_replaced, event_published, event_paused,
                               event_resumed, event_closed, event_cancelled, hold_created, hold_extended, hold_released,
                               hold_expired, order_confirmed, organisation_created, venue_created, venue_amended,
                               key_created, key_revoked, slug_reserved>;

/// A decision that is made. Facts of one command share time and id and are contiguous in their stream.
struct fact {
  instant time;
  command_id command;
  fact_body body;
};

using facts = std::vector<fact>;

} // namespace holdfast::domain

#pragma once

#include "domain/event_config.hpp"
#include "domain/instant.hpp"
#include "domain/limits.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::domain {

/// Why a command was not carried out. A state of the world, not an error; each maps to one HTTP problem.
/// The order is the order of checks: a command with several faults always names the first.
enum class reason : std::uint8_t {
  not_found = 1,      ///< no such event, hold or order, or not the caller's
  already_remembered, ///< this key and request were decided before: `rejection::remembered_seq` is the seq of the first fact
  key_reused,         ///< this key was used with another request
  already_exists,          ///< create: the event or name exists
  invalid,                 ///< well-formed but impossible: `faults` say what
  version_mismatch,        ///< If-Match names another version
  layout_frozen,           ///< layout, venue, currency and tier ids are fixed once published
  wrong_status,            ///< the event's life does not allow it now (publish twice, resume what is not paused …)
  sale_not_open,           ///< draft, before or after the window, paused, closed or cancelled
  wrong_access_code,       ///< no presale has this code
  hold_expired,            ///< past its deadline
  hold_ended,              ///< released
  hold_confirmed,          ///< an order now: cannot be released, extended or confirmed again
  order_refunded,          ///< it, or a ticket of it, was given back before
  no_such_ticket,          ///< the order never had it, or its buyer handed it on
  refund_closed,           ///< buyers may not give tickets of this event back, or not any more
  claim_void,              ///< the offer of a ticket: taken, withdrawn, or the ticket is gone
  resale_closed,           ///< the event has no resale, now or at all, or none of this ticket
  offer_taken,             ///< a buyer has the offered ticket in a hold
  ticket_revoked,          ///< the code is an old one, or its order was given back
  ticket_used,             ///< somebody was admitted with it: it is neither handed on nor given back by its buyer
  not_admitted,            ///< nobody was admitted by that scan, or somebody was again since
  payment_in_progress,     ///< it is being paid: only that payment ends it
  already_extended,        ///< one extension only, or no time left under the cap
  payments_not_configured, ///< a buyer's own confirmation needs a gateway
  order_limit_exceeded,    ///< more places than max_per_order
  buyer_limit_exceeded,    ///< held and sold places would exceed max_per_buyer
  card_limit_exceeded,     ///< places paid for by this card would exceed max_per_card
  velocity_exceeded, ///< a buyer or a card would have bought more within a time than the event's velocity rules allow
  waitlist_closed,   ///< the event has no waitlist
  waitlist_full,     ///< limits::waitlist_orders_max wait
  already_waiting,   ///< the buyer has an order on the waitlist
  places_available,  ///< what they would wait for can be held now
  holds_exhausted,   ///< the event has used up its hold numbers
  seat_unavailable,  ///< `conflicts` names each
  area_full,         ///< `area_conflicts` names each
  no_such_seats,     ///< best available found nothing that fits
  last_admin_key,    ///< the first organisation keeps a live key of scope admin, or nobody could administer the server
};

enum class seat_status : std::uint8_t { available = 0, held = 1, sold = 2, blocked = 3 };

struct seat_conflict {
  seat_index seat = 0;
  seat_status status = seat_status::held;
  friend auto operator==(const seat_conflict&, const seat_conflict&) -> bool = default;
};
struct area_conflict {
  area_index area = 0;
  std::uint32_t available = 0;
  friend auto operator==(const area_conflict&, const area_conflict&) -> bool = default;
};
/// Seats that were free when the rejection was decided.
struct alternative {
  std::vector<seat_index> seats;
  minor_units total = 0;
  friend auto operator==(const alternative&, const alternative&) -> bool = default;
};

struct rejection {
  reason why = reason::not_found;
  std::uint64_t remembered_seq = 0; ///< already_remembered, key_reused
  std::uint64_t limit = 0;          ///< order_limit_exceeded, buyer_limit_exceeded, velocity_exceeded: the limit
  /// buyer_limit_exceeded: places the buyer has; velocity_exceeded: places bought or being paid within the time; version_mismatch: the version
  std::uint64_t current = 0;
  std::optional<velocity_rule> rule; ///< velocity_exceeded: the first rule, in their order, that does not allow it
  std::optional<instant> again_at;   ///< velocity_exceeded: when all rules would allow it; absent: not known, or never
  std::vector<seat_conflict> conflicts;
  std::vector<area_conflict> area_conflicts;
  std::vector<alternative> alternatives; ///< at most limits::alternatives_max, of the same size, tier and kind
  std::vector<config_fault> faults;
  bool unknown_code = false; ///< an access code was given, and nothing of the event has it: somebody may be guessing
};

} // namespace holdfast::domain

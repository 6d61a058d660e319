#pragma once

#include "journal/audit/configuration.hpp"
#include "journal/audit/waitlist_facts.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The auditor's own reading of journal/facts.proto: plain values, no validation but of the encoding.
namespace holdfast::journal::audit {

struct standing_area {
  std::string tier;
  std::uint64_t capacity = 0;
};

struct seating {
  std::vector<std::string> tiers;       ///< ids, in order of first use
  std::vector<std::uint32_t> seat_tier; ///< a number of `tiers` for each seat, in the layout's order
  std::vector<std::uint32_t> seat_row;  ///< a number of its row's own
  std::vector<std::uint8_t> seat_bits;  ///< 1 accessible, 2 companion
  std::vector<standing_area> areas;
  friend auto operator==(const seating&, const seating&) -> bool = default;
};

[[nodiscard]] auto operator==(const standing_area& a, const standing_area& b) -> bool;

struct owner {
  std::uint64_t subject_high = 0;
  std::uint64_t subject_low = 0;
  std::uint64_t organisation = 0;
  friend auto operator<=>(const owner&, const owner&) = default;

  [[nodiscard]] auto is_buyer() const -> bool { return subject_high != 0 || subject_low != 0; }
};

struct area_places {
  std::uint64_t area = 0;
  std::uint64_t quantity = 0;
  std::int64_t price = 0;
  std::int64_t fee = 0;
  friend auto operator==(const area_places&, const area_places&) -> bool = default;
};

struct event_created {
  std::uint64_t event = 0;
  std::uint64_t organisation = 0;
  configuration config;
  seating seats;
};

struct event_amended {
  configuration config;
};

struct layout_replaced {
  seating seats;
};

struct life_changed {
  enum class to : std::uint8_t { published, paused, resumed, closed, cancelled };
  to what = to::published;
};

struct hold_created {
  std::uint64_t hold = 0;
  owner by;
  std::uint64_t sold_by = 0;
  std::vector<std::uint64_t> seats;
  std::vector<std::uint64_t> prices;
  std::vector<area_places> areas;
  std::int64_t expires_at = 0;
  std::int64_t cap_at = 0;
  std::vector<std::uint64_t> fees{}; ///< one a seat, or none
  std::uint64_t allocation = 0;
  std::string phase{}; ///< empty: none, or not said
  std::optional<audit::tax> tax{};
  std::uint64_t waitlist = 0; ///< the order that it was offered for
};

struct seats_allocated {
  std::uint64_t allocation = 0;
  std::uint64_t kind = 0;
  std::string code_hash;
  std::vector<std::uint64_t> seats;
  std::vector<area_places> areas;
};

struct allocation_changed {
  std::uint64_t allocation = 0;
  std::vector<std::uint64_t> added;
  std::vector<std::uint64_t> removed;
  std::uint64_t from = 0;
  std::vector<area_places> areas;
};

struct allocation_released {
  std::uint64_t allocation = 0;
};

struct hold_extended {
  std::uint64_t hold = 0;
  std::int64_t expires_at = 0;
};

struct hold_released {
  std::uint64_t hold = 0;
  std::uint64_t by = 0;
};

struct hold_expired {
  std::uint64_t hold = 0;
};

struct order_confirmed {
  std::uint64_t hold = 0;
  std::uint64_t method = 0;
  std::string reference;
  std::string reason;
  std::uint64_t confirmed_by = 0;
  std::int64_t total = 0;
  std::uint64_t by_payment = 0; ///< by card; otherwise 0
  std::uint64_t card = 0;       ///< 0: not known
};

struct hold_frozen {
  std::uint64_t hold = 0;
  std::uint64_t payment = 0;
  std::int64_t until = 0;
};

struct hold_thawed {
  std::uint64_t hold = 0;
  std::uint64_t payment = 0;
  std::int64_t expires_at = 0;
  std::uint64_t why = 0;
};

struct order_returned {
  std::uint64_t hold = 0;
  std::uint64_t why = 0;
  std::uint64_t by = 0;
  std::vector<std::uint64_t> seats;
  std::vector<std::uint64_t> prices;
  std::vector<std::uint64_t> fees; ///< one a seat, or none
  std::vector<area_places> areas;
  std::uint64_t allocation = 0;
  std::int64_t total = 0;
  std::vector<std::uint64_t> tickets; ///< by their index in the order as it was sold; none: all that it had left
  bool goes_on = false;
  std::uint64_t method = 0; ///< 0: by card
  std::int64_t tax = 0;     ///< of the total: on top of prices and fees
};

// Facts of tickets.

struct ticket_name {
  std::uint64_t order = 0;
  std::uint64_t index = 0;
  friend auto operator<=>(const ticket_name&, const ticket_name&) = default;
};

struct ticket_transferred {
  ticket_name ticket;
  std::uint64_t serial = 0;
  owner from;
  owner to;
  std::uint64_t by = 0;
};

struct ticket_admitted {
  ticket_name ticket;
  std::uint64_t serial = 0;
  std::string gate;
  std::uint64_t nonce = 0;
  std::int64_t at = 0;
  std::uint64_t by = 0;
};

struct scan_turned_away {
  ticket_name ticket;
  std::uint64_t nonce = 0;
  std::uint64_t by = 0;
};

struct admission_undone {
  ticket_name ticket;
  std::uint64_t nonce = 0;
  std::uint64_t by = 0;
};

/// Where a ticket lets its holder in: a seat, or a standing place of an area.
struct ticket_place {
  bool standing = false;
  std::uint64_t index = 0;
  friend auto operator==(const ticket_place&, const ticket_place&) -> bool = default;
};

struct ticket_offered {
  ticket_name ticket;
  std::uint64_t serial = 0;
  std::int64_t price = 0;
  owner by;
};

struct offer_withdrawn {
  ticket_name ticket;
};

struct resale_held {
  std::uint64_t hold = 0;
  ticket_name ticket;
  ticket_place place;
  owner by;
  std::int64_t price = 0;
  std::int64_t expires_at = 0;
  std::int64_t cap_at = 0;
  std::optional<audit::tax> tax;
};

struct ticket_resold {
  ticket_name ticket;
  std::uint64_t hold = 0;
  ticket_place place;
  std::int64_t price_paid = 0; ///< by the seller
  std::int64_t fee_paid = 0;
  std::int64_t price = 0;
  std::uint64_t allocation = 0;
  std::uint64_t payment = 0; ///< the seller's
  bool goes_on = false;
  std::int64_t tax_paid = 0;

  [[nodiscard]] auto paid() const -> std::int64_t { return price_paid + fee_paid + tax_paid; }
};

// Facts of an event's payments.

struct payment_requested {
  std::uint64_t payment = 0;
  std::uint64_t hold = 0;
  owner buyer;
  std::string method;
};

struct payment_intended {
  std::uint64_t payment = 0;
  std::int64_t amount = 0;
  std::string currency;
  std::int64_t pinned_until = 0;
  std::uint64_t seller = 0;          ///< of a ticket that is resold: the payment that it was first bought by
  std::uint64_t risk_on_failure = 0; ///< the verdict that stands for one that cannot be had; 0: it is not scored
  std::uint64_t places = 0;          ///< scored: of its hold
  std::uint64_t buyer_places = 0;    ///< the same: of its buyer in all
};

struct payment_scored {
  std::uint64_t payment = 0;
  std::uint64_t verdict = 0;
  std::uint64_t by = 0;
  std::string reason;
};

struct review_closed {
  std::uint64_t payment = 0;
  std::uint64_t decision = 0;
  std::uint64_t organisation = 0;
  std::uint64_t by = 0;
};

struct payment_prepared {
  std::uint64_t payment = 0;
  std::string gateway_payment;
};

struct payment_authorised {
  std::uint64_t payment = 0;
  std::uint64_t card = 0;
};

struct payment_booked {
  std::uint64_t payment = 0;
};

struct payment_captured {
  std::uint64_t payment = 0;
  std::int64_t amount = 0;
};

struct payment_turned {
  std::uint64_t payment = 0;
  std::uint64_t why = 0;
  std::uint64_t event = 0;
  std::string code;
  std::uint64_t organisation = 0; ///< refunded
  std::uint64_t by = 0;           ///< the same
  std::uint64_t cause = 0;        ///< the same: 0 an organiser, 3 the buyer, 4 the event is cancelled
};

struct refund_requested {
  std::uint64_t payment = 0;
  std::vector<std::uint64_t> tickets;
  std::uint64_t cause = 0;
  std::uint64_t organisation = 0;
  std::uint64_t by = 0;
};

struct refund_owed {
  std::uint64_t payment = 0;
  std::int64_t amount = 0;
};

struct refund_refused {
  std::uint64_t payment = 0;
  std::uint64_t event = 0;
};

struct refund_paid {
  std::uint64_t payment = 0;
};

struct resale_owed {
  std::uint64_t payment = 0; ///< the seller's
  std::uint64_t by = 0;      ///< the buyer's
  ticket_name ticket;
  std::int64_t amount = 0;
  std::int64_t kept = 0;
};

struct payment_restored {
  std::uint64_t payment = 0;
  std::uint64_t event = 0;
};

struct payment_voided {
  std::uint64_t payment = 0;
};

struct payment_freed {
  std::uint64_t payment = 0;
};

struct payment_hinted {
  std::uint64_t payment = 0;
  std::string hint;
};

struct organisation_created {
  std::uint64_t organisation = 0;
};

struct venue_changed {
  std::uint64_t venue = 0;
  bool created = false;
  seating seats;
};

struct key_created {
  std::uint64_t key = 0;
  std::uint64_t scopes = 0;
};

struct key_revoked {
  std::uint64_t key = 0;
};

struct slug_reserved {
  std::string slug;
  std::uint64_t event = 0;
};

using fact = std::variant<event_created, event_amended, layout_replaced, life_changed, hold_created, hold_extended,
                          hold_released, hold_expired, order_confirmed, organisation_created, venue_changed,
                          key_created, key_revoked, slug_reserved, seats_allocated, allocation_changed,
                          allocation_released, hold_frozen, hold_thawed, order_returned, payment_requested,
                          payment_intended, payment_prepared, payment_authorised, payment_booked, payment_captured,
                          payment_turned, payment_restored, payment_voided, payment_freed, payment_hinted,
                          ticket_transferred, ticket_admitted, scan_turned_away, admission_undone, refund_requested,
                          refund_owed, refund_refused, refund_paid, ticket_offered, offer_withdrawn, resale_held,
                          ticket_resold, resale_owed, payment_scored, review_closed, waitlist_joined, waitlist_left>;

/// A fact about a ticket; nothing for another type, or when the payload is not what its type says.
[[nodiscard]] auto read_ticket_fact(std::uint16_t type, std::string_view payload) -> std::optional<fact>;

/// Whether the format knows this type in this version.
[[nodiscard]] auto is_known(std::uint16_t type, std::uint16_t version) -> bool;
/// Whether facts of this type belong to streams of this kind.
[[nodiscard]] auto belongs(std::uint16_t type, std::uint8_t stream_kind) -> bool;
/// Nothing when the payload is not what its type says.
[[nodiscard]] auto read_fact(std::uint16_t type, std::string_view payload) -> std::optional<fact>;

} // namespace holdfast::journal::audit

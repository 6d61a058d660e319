#pragma once

#include "domain/checkout/fact.hpp"
#include "domain/command.hpp"
#include "domain/event_config.hpp"
#include "domain/instant.hpp"
#include "domain/organisation/fact.hpp"
#include "domain/queue/fact.hpp"
#include "domain/strong_id.hpp"
#include "domain/tax.hpp"
#include "domain/ticket.hpp"
#include "domain/waitlist.hpp"

#include <memory>
#include <optional>
#include <string>
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
  minor_units fee = 0;   ///< on top, of one place
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
  instant cap_at;                  ///< no extension goes beyond
  allocation_number allocation{};  ///< whose places it may have; zero: nobody's
  std::vector<minor_units> fees{}; ///< on top, one a seat as they were at this moment; empty when all are 0
  std::string phase{}; ///< the presale that opened the sale to it; empty: it was open without. Older ones never say
  std::optional<event_tax> tax{}; ///< the event's at this moment: what each place's is follows from its price and fee
  waitlist_number
      waitlist{}; ///< the order that it was offered for, which its owner has on the waitlist; zero: they asked for it
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
/// It is being paid: it stays its owner's until then, and only this payment ends or confirms it.
struct hold_frozen {
  hold_number hold;
  payment_number payment;
  instant until;
};
/// The payment came to nothing: it can be paid by another card until it ends.
struct hold_thawed {
  hold_number hold;
  payment_number payment;
  instant expires_at;
  turn why = turn::declined;
};
struct order_confirmed {
  hold_number hold; ///< the order's number too
  payment_record payment;
  key_id confirmed_by;
  minor_units total = 0;       ///< what was paid: 0 when complimentary
  payment_number by_payment{}; ///< by card: of `pay/<event>`; otherwise zero
  std::uint64_t card = 0;      ///< by card, if the gateway says which: as payment_authorised's
};

/// An order, or some tickets of it, are taken back: the places are free again. Says again what they were, so that whoever folds facts need not keep
/// every order.
struct order_returned {
  hold_number hold;
  return_cause why = return_cause::uncaptured;
  key_id by; ///< the organiser's key; zero: the system
  std::vector<seat_index> seats;
  std::vector<minor_units> prices; ///< one a seat
  std::vector<minor_units> fees;   ///< one a seat; empty when all are 0
  std::vector<held_area> areas;
  allocation_number allocation;
  minor_units total = 0; ///< what had been, or was to be, paid for them
  std::vector<std::uint32_t>
      tickets{};        ///< by their index in the order as it was sold, ascending; empty: all that it had left
  bool goes_on = false; ///< the order has other tickets left
  payment_record::method method = payment_record::method::card; ///< how it had been paid
  minor_units tax = 0; ///< part of `total`: the taxes on top of prices and fees
};

/// Places were set apart.
struct seats_allocated {
  allocation what; ///< nothing of it used
  std::vector<seat_index> seats;
  key_id by; ///< the organiser's key
};
/// Places that it gained were the public's or, until this very fact, another allocation's; those that it lost are the public's.
struct allocation_changed {
  allocation_number allocation;
  std::vector<seat_index> added;
  std::vector<seat_index> removed;
  key_id by;
  allocation_number from{};           ///< whose the gained places were; zero: the public's
  std::vector<area_quantity> areas{}; ///< the places that it has of these areas now; 0: none any more
};
struct allocation_released {
  allocation_number allocation;
  key_id by;
};

/// A ticket has a new code, and another holder unless the same one had it made anew: the code before is revoked.
struct ticket_transferred {
  ticket_number ticket;
  std::uint16_t serial = 0; ///< the new one
  owner from;
  owner to;
  key_id by; ///< the box office key that took it over or had it re-issued; zero: a buyer
};
/// Somebody came in with it.
struct ticket_admitted {
  ticket_number ticket;
  std::uint16_t serial = 0;
  std::string gate;
  std::uint64_t nonce = 0;
  instant at; ///< by the clock of the device that scanned
  key_id by;  ///< the scanner's
};
/// A scan found that somebody had come in before: it admits nobody with that ticket any more, also when that admission is taken back.
struct scan_turned_away {
  ticket_number ticket;
  std::uint64_t nonce = 0;
  key_id by; ///< the scanner's
};
/// The last admission is taken back: the ticket may be used again.
struct admission_undone {
  ticket_number ticket;
  std::uint64_t nonce = 0; ///< of that admission
  key_id by;
};

/// Whoever bought a ticket offers it to other buyers, or does so at another price.
struct ticket_offered {
  ticket_number ticket;
  std::uint16_t serial = 0; ///< of the code that holds
  minor_units price = 0;    ///< whole: no fee comes on top
  owner by;
};
struct offer_withdrawn {
  ticket_number ticket;
};
/// A buyer holds what another one offers: a hold like any other, but for its place, which stays the seller's until it is paid.
struct resale_held {
  hold_number hold;
  ticket_number ticket;
  ticket_place place;
  owner by;
  minor_units price = 0; ///< as it was offered
  instant expires_at;
  instant cap_at;
  std::optional<event_tax> tax{}; ///< the event's at this moment, in the price whatever the event's mode is
};
/// The place goes from the seller's order to the hold that is being paid, which is an order from the next fact on: the ticket is gone and its codes
/// are dead. Says again what it was, so that whoever folds facts need not keep every order.
struct ticket_resold {
  ticket_number ticket;
  hold_number hold;
  ticket_place place;
  minor_units price_paid = 0;   ///< by the seller
  minor_units fee_paid = 0;     ///< on top
  minor_units price = 0;        ///< by the buyer, and given back to the seller; the organiser keeps the difference
  allocation_number allocation; ///< of the seller's order, and of the buyer's from now on
  payment_number payment;       ///< the seller's
  bool goes_on = false;         ///< the seller's order has other tickets left
  minor_units tax_paid = 0;     ///< by the seller, on top of price and fee

  [[nodiscard]] constexpr auto paid() const noexcept -> minor_units { return price_paid + fee_paid + tax_paid; }
  [[nodiscard]] constexpr auto kept() const noexcept -> minor_units { return paid() - price; }
};

/// A buyer is on the waitlist. Off it again when they leave, when the hold that was offered becomes an order or ends, and when the event is closed
/// or cancelled.
struct waitlist_joined {
  waitlist_number order;
  subject_id who;
  std::uint32_t rank = 0;
  std::vector<waitlist_choice> choices;
};
/// Its buyer went off it while they waited.
struct waitlist_left {
  waitlist_number order;
};

using fact_body =
    std::variant<event_created, event_amended, layout_replaced, event_published, event_paused, event_resumed,
                 event_closed, event_cancelled, hold_created, hold_extended, hold_released, hold_expired, hold_frozen,
                 hold_thawed, order_confirmed, order_returned, seats_allocated, allocation_changed, allocation_released,
                 organisation_created, venue_created, venue_amended, key_created, key_revoked, slug_reserved,
                 payment_requested, payment_intended, payment_prepared, payment_authorised, payment_booked,
                 payment_captured, payment_turned, payment_restored, payment_voided, payment_freed, payment_hinted,
                 ticket_transferred, ticket_admitted, scan_turned_away, admission_undone, refund_requested, refund_owed,
                 refund_refused, refund_paid, ticket_offered, offer_withdrawn, resale_held, ticket_resold, resale_owed,
                 payment_scored, review_closed, waitlist_joined, waitlist_left, queue::settings_changed,
                 queue::pre_queue_opened, queue::pre_queue_closed, queue::drawn, queue::mode_changed, queue::joined,
                 queue::left, queue::fell_silent, queue::returned, queue::admitted, queue::claimed, queue::finished,
                 queue::expired, queue::demoted, queue::pace_adjusted>;

/// A decision that is made. Facts of one command share time and id and are contiguous in their stream.
struct fact {
  instant time;
  command_id command;
  fact_body body;
};

using facts = std::vector<fact>;

} // namespace holdfast::domain

#pragma once

#include "domain/instant.hpp"
#include "domain/money.hpp"
#include "domain/risk.hpp"
#include "domain/strong_id.hpp"
#include "domain/ticket.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Facts of `pay/<event>`: what became of every attempt to pay a hold by card. Written by the event's checkout alone.
namespace holdfast::domain {

/// Counts the payments of one event from 1.
using payment_number = strong_id<struct payment_tag, std::uint32_t>;

/// Why a payment will not make an order. Each has something of its own to be undone: `next_step` says what.
enum class turn : std::uint8_t {
  refused =
      1, ///< the event would not have this hold paid (expired, not the buyer's, an order already): nothing was begun
  declined = 2,    ///< the gateway or the card's bank said no: no money moved
  unavailable = 3, ///< the gateway could not be asked, and certainly was not: no money moved
  mismatch = 4,    ///< the gateway reserved or took another amount or currency than was asked for: all of it goes back
  lost = 5,        ///< the event no longer had the places for it when the money was there: all of it goes back
  uncaptured = 6,  ///< what was reserved cannot be taken any more: the order goes back
  timed_out =
      7, ///< the gateway did not say in time whether it has reserved the amount: it is ended there, whatever it did
  refunded = 8, ///< after it was captured: all that is left of it goes back
  over_limit =
      9, ///< the event sells no more to this card, or not yet: it is another card's turn, and what was reserved goes back
};

/// Why the event would not do a step of a payment: those of its rejections that can be, under numbers that are stored for ever.
enum class event_refusal : std::uint8_t {
  none = 0,
  not_found = 1,
  hold_expired = 2,
  hold_ended = 3,
  hold_confirmed = 4,
  payment_in_progress = 5,
  wrong_status = 6,
  refund_closed = 7,        ///< the buyer's time to give tickets back is over, or never was
  order_refunded = 8,       ///< these tickets were given back before
  no_such_ticket = 9,       ///< the order never had such a ticket, or its buyer handed it on
  card_limit_exceeded = 10, ///< the card has paid for as many places as one may
  ticket_used = 11,         ///< somebody was admitted with it: its buyer gives it back no more
  velocity_exceeded = 12,   ///< the buyer or the card has bought as many places as one may within a time
};
inline constexpr auto event_refusal_last = event_refusal::velocity_exceeded;

/// Why an order, or some of its tickets, went back.
enum class return_cause : std::uint8_t {
  uncaptured = 1, ///< what its card had reserved could not be taken
  refunded = 2,   ///< the organiser gives the money back
  by_buyer = 3,   ///< its buyer gives it back, while the event lets buyers
  cancelled = 4,  ///< the event is cancelled
};

/// A buyer wants to pay a hold. Nothing has happened yet.
struct payment_requested {
  payment_number payment;
  hold_number hold;
  subject_id buyer;
  std::string method; ///< the gateway's name of a card: never a card's number
};
/// The event has frozen the hold and said what it costs. The gateway is asked only after this is durable.
struct payment_intended {
  payment_number payment;
  minor_units amount = 0;
  currency_code currency;
  instant pinned_until;    ///< the hold stays the buyer's until then while it is being paid
  payment_number seller{}; ///< of a ticket that is resold: the payment that it was first bought by; otherwise zero
  risk_terms risk{};       ///< as the event had it scored at that moment; of what costs nothing: not at all
};
/// `payment_turned::code` of a payment that was denied before the gateway was asked for anything.
inline constexpr std::string_view risk_denied_code = "risk_denied";

/// It was scored, before anything was asked of the gateway. One that is denied turns in the same append.
struct payment_scored {
  enum class source : std::uint8_t {
    hook = 1,   ///< whoever scores payments said so
    policy = 2, ///< the verdict could not be had: the event's own stands for it
  };
  payment_number payment;
  risk_verdict verdict = risk_verdict::allow; ///< not none
  source by = source::hook;
  std::string reason; ///< the hook's words, or why there are none; up to limits::risk_reason_bytes_max, may be empty
};
/// The gateway has made a payment of its own for it, through which no money goes before it is authorised.
struct payment_prepared {
  payment_number payment;
  std::string gateway_payment; ///< the gateway's id, by which everything after can be found, ended and given back
};
/// The gateway has reserved the amount.
struct payment_authorised {
  payment_number payment;
  std::uint64_t card =
      0; ///< a number of the card itself, whatever name it was given by: `card_number_of`; 0: the gateway does not say
};
/// The event has made the hold an order.
struct payment_booked {
  payment_number payment;
};
/// The end: sold and paid.
struct payment_captured {
  payment_number payment;
  minor_units amount = 0;
};
/// It will not be an order (or, uncaptured, not stay one); what was done is undone from here on.
struct payment_turned {
  payment_number payment;
  turn why = turn::declined;
  event_refusal event = event_refusal::none;   ///< refused, lost
  std::string code;                            ///< declined: the gateway's; may be empty
  organisation_id organisation{};              ///< refunded by an organiser: whose key asked; otherwise zero
  key_id by{};                                 ///< the same: the key
  return_cause cause = return_cause::refunded; ///< refunded: why, never uncaptured; otherwise says nothing
};
/// The event would not have the order back: it stands, and its money stays.
struct payment_restored {
  payment_number payment;
  event_refusal event = event_refusal::not_found;
};
/// Some tickets of its order are to go back, and what was paid for them. At most one such refund of a payment is under way.
struct refund_requested {
  payment_number payment;
  std::vector<std::uint32_t> tickets;          ///< of the order, by their index in it; ascending, not empty
  return_cause cause = return_cause::refunded; ///< refunded or by_buyer
  organisation_id organisation;                ///< refunded: whose key asked; otherwise zero
  key_id by;                                   ///< the same: the key
};
/// "hook" and "policy".
[[nodiscard]] constexpr auto name_of(payment_scored::source by) noexcept -> std::string_view {
  return by == payment_scored::source::hook ? "hook" : "policy";
}

/// An organiser has looked at an order that was sold with a review. One that is to be refunded turns in the same append.
struct review_closed {
  payment_number payment;
  review_decision decision = review_decision::accept; ///< not none
  organisation_id organisation;                       ///< whose key decided
  key_id by;
};
/// The event has taken the tickets back, so their money is owed.
struct refund_owed {
  payment_number payment;
  minor_units amount = 0; ///< 0 when they cost nothing
};
/// The event would not have them back: the order stands as it was.
struct refund_refused {
  payment_number payment;
  event_refusal event = event_refusal::not_found;
};
/// The gateway has given the money back: the end of the refund.
struct refund_paid {
  payment_number payment;
};
/// A ticket that it paid for was resold: its seller has the buyer's price back, and the organiser keeps what is left of the seller's.
struct resale_owed {
  payment_number payment; ///< the seller's
  payment_number by;      ///< the buyer's, which was booked in the same decision
  ticket_number ticket;
  minor_units amount = 0; ///< to be given back; 0: nothing is, and no refund_paid follows
  minor_units kept = 0;   ///< never given back
};
/// The gateway certainly keeps nothing of it, but what is kept of tickets that were resold.
struct payment_voided {
  payment_number payment;
};
/// The event no longer waits for it: the hold can be paid by another card, or has ended.
struct payment_freed {
  payment_number payment;
};
/// The gateway has said, by a notification, that something changed, and is asked at once instead of later. What a notification says is no fact: that it was
/// acted on is, so that it is acted on once.
struct payment_hinted {
  payment_number payment;
  std::string hint; ///< the gateway's id of the notification, the same in every repetition
};

} // namespace holdfast::domain

#pragma once

#include "domain/checkout/state.hpp"
#include "domain/command.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace holdfast::domain {

/// A buyer's confirmation by card.
struct begin_payment {
  hold_number hold;
  std::string method;          ///< the gateway's name of a card: 1 to limits::payment_method_bytes_max of [A-Za-z0-9_-]
  std::uint32_t attendees = 0; ///< as confirm_hold's; asked of the event before anything is recorded
};

/// An order, or some of its tickets, go back, and their money to the buyer: at the will of an organiser or, while the event lets them, of the buyer.
struct begin_refund {
  hold_number hold;                     ///< the order's
  std::vector<std::uint32_t> tickets{}; ///< by their index in the order; empty: all it has left
};

/// An organiser closes the review that an order was sold with: it stays, or goes back whole.
struct close_review {
  hold_number hold; ///< the order's
  review_decision decision = review_decision::accept;
};

/// The event is cancelled: every order that a card paid goes back. Asked for again and again until none is left, it begins with a number of them
/// each time.
struct refund_cancelled {
  std::size_t at_most = 0; ///< how many refunds may be under way then
};

/// What the event said about a step of a payment.
struct event_told {
  struct frozen {
    minor_units amount = 0;
    currency_code currency;
    instant pinned_until;
    payment_number seller{}; ///< as payment_intended's
    risk_terms risk{};       ///< how the event has payments scored
  };
  struct done {};
  struct resold { ///< book: a ticket went from another buyer's order to this one's
    payment_number seller;
    ticket_number ticket;
    minor_units amount = 0; ///< to be given back to the seller
    minor_units kept = 0;   ///< of what the seller had paid
  };
  struct taken_back {
    minor_units left = 0; ///< what its buyer has paid for the tickets that the order still has
  };
  struct refused {
    event_refusal why = event_refusal::not_found;
  };
  payment_number payment;
  step about = step::none; ///< freeze, book, free_hold, return_order or take_back
  std::variant<frozen, done, refused, taken_back, resold> what;
};

/// What the gateway said about a step of a payment. What it did not say (a time-out, an error of its own) is no such thing: it is asked again.
struct gateway_told {
  enum class kind : std::uint8_t {
    made = 1,     ///< prepare: it has a payment for it
    reserved = 2, ///< the amount can be captured
    taken = 3,    ///< the amount is captured
    nothing = 4,  ///< it keeps nothing, and never will: cancelled or refunded; of give_back: no more than it should
    declined = 5, ///< no money moved by this step, and it will say the same again
    unsent = 6,   ///< it certainly was not asked this step, now or before
  };
  payment_number payment;
  step about = step::none; ///< prepare, authorise, capture, void_money or give_back
  kind what = kind::declined;
  std::string gateway_payment{}; ///< made: its id
  minor_units amount = 0;        ///< made: to be reserved; reserved; taken
  currency_code currency{};      ///< the same
  std::string code{};            ///< declined
  std::uint64_t card = 0;        ///< reserved: as payment_authorised's
};

/// What became of the question whether a payment may go on. Once it has a verdict, changes nothing.
struct score_told {
  payment_number payment;
  risk_verdict verdict = risk_verdict::none; ///< none: there is none to be had, and the event's own stands for it
  std::string reason;                        ///< the hook's, or why there is no verdict; kept as far as it can be
};

/// The gateway has had its time to make the payment and to reserve the amount. Changes nothing before that.
struct give_up {
  payment_number payment;
  millis after; ///< the intent
};

/// The gateway has notified that something changed. Changes nothing when the payment has ended, or has acted on this one before, or on as many as
/// it may.
struct take_hint {
  payment_number payment;
  std::string hint; ///< the gateway's id of the notification
};

using checkout_command_body = std::variant<begin_payment, begin_refund, close_review, refund_cancelled, event_told,
                                           score_told, gateway_told, give_up, take_hint>;

/// Asks an event's checkout for something, or tells it what became of a step.
struct checkout_command {
  caller by;
  command_id id; ///< zero but for begin_payment, begin_refund and close_review
  checkout_command_body body;
};

} // namespace holdfast::domain

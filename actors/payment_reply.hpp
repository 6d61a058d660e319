#pragma once

#include "domain/checkout/fact.hpp"
#include "domain/instant.hpp"
#include "domain/money.hpp"
#include "domain/risk.hpp"
#include "domain/ticket.hpp"

#include <optional>

namespace holdfast::domain {
class event_state;
struct command;
struct rejection;
} // namespace holdfast::domain

namespace holdfast::actors {

struct answer;

/// Of a ticket that is bought of another buyer.
struct resale_reply {
  domain::payment_number seller; ///< that paid for it first
  domain::ticket_number ticket;
  domain::minor_units kept = 0; ///< of what the seller had paid
};

/// What an event says to its checkout about a step of a payment, beside the bytes of its answer.
struct payment_reply {
  domain::event_refusal refused = domain::event_refusal::none; ///< none: it is done, or was already
  domain::minor_units amount = 0; ///< of the hold, or of what the order has left; 0 when it is gone
  domain::currency_code currency;
  domain::instant pinned_until;              ///< of a frozen hold
  std::optional<resale_reply> bought_from{}; ///< of another buyer's order: whose
  domain::risk_terms risk{};                 ///< of a frozen hold: how its payment is scored
};

/// Adds it to the answer of a command of a checkout; other commands' answers are left alone. `after` is the state with the command's facts.
void tell_checkout(answer& what, const domain::event_state& after, const domain::command& asked,
                   const domain::rejection* refused);

[[nodiscard]] auto refusal_of(const domain::rejection& why) noexcept -> domain::event_refusal;

} // namespace holdfast::actors

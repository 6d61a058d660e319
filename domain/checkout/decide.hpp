#pragma once

#include "domain/checkout/command.hpp"
#include "domain/checkout/state.hpp"
#include "domain/instant.hpp"
#include "domain/rejection.hpp"

#include <tl/expected.hpp>

namespace holdfast::domain {

/// Decides what a command means for an event's payments, and changes nothing; the same rules as the event's `decide`.
///
/// begin_payment (buyers): `invalid` when the method is not one, `payment_in_progress` while another payment of the hold has not ended;
/// `already_remembered` and `key_reused` as everywhere, `rejection::remembered_seq` then being the payment's number.
/// Whether the hold is the buyer's, and can be paid, is for the event to say.
/// begin_refund (organisers and buyers): `not_found` when the order is not one that a card paid, or not the buyer's, `payment_in_progress` while it
/// is being paid or another refund of it is under way, `order_refunded` when it was given back before. Whether the order is of the organiser's event,
/// has those tickets, and whether buyers may, is for the event to say.
/// close_review (organisers): `not_found` when the order is not under review, `payment_in_progress` while it is being paid or tickets of it go back,
/// `order_refunded` when nothing is left of it. Whether the order is of the organiser's event is for whoever asks to know, or, of a refund, for the event.
/// refund_cancelled (the system): no facts when enough refunds are under way, or none is to be begun.
/// event_told, score_told, gateway_told, give_up and take_hint (the system): no facts when the payment has gone past that step, so that what is told twice, or late, changes
/// nothing; `not_found` for a payment that is not there.
[[nodiscard]] auto decide(const checkout_state& state, const checkout_command& what, instant now)
    -> tl::expected<facts, rejection>;
/// Folds one fact into the state. Cannot fail: what is not legal here is a bug or corruption, and stops the process.
void apply(checkout_state& state, const fact& what) noexcept;

} // namespace holdfast::domain

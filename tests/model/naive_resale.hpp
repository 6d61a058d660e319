#pragma once

#include "tests/model/naive_decide.hpp"

namespace holdfast::model {

/// What is expected, and that with the offers which end by it the holds of those tickets end.
[[nodiscard]] auto with_lost_offers(const naive_event& twin, expectation made, domain::instant now) -> expectation;
/// The one live hold that an offer is for; zero: none, or the ticket is not offered.
[[nodiscard]] auto holder_of_offer(const naive_event& twin, const domain::ticket_number& ticket) -> domain::hold_number;
/// Whether only its payment ends a hold before its deadline: it has it, the event goes on, and what it is of is offered to it still.
[[nodiscard]] auto is_its_payments(const naive_event& twin, const domain::booking& hold) -> bool;
/// No offer of an order's tickets any more, and none that a hold has: that one is over.
void end_offers(naive_event& twin, domain::hold_number number);
/// The fact by which the place of an offered ticket goes to a hold.
[[nodiscard]] auto swap_of(const naive_event& twin, const domain::booking& hold) -> domain::fact_body;

// What comes of a command about the resale of a ticket whose caller may ask it, after the idempotency key is settled.
[[nodiscard]] auto expect_resale(const naive_event& twin, const domain::caller& by, const domain::offer_ticket& what,
                                 domain::instant now) -> expectation;
[[nodiscard]] auto expect_resale(const naive_event& twin, const domain::caller& by, const domain::withdraw_offer& what)
    -> expectation;
[[nodiscard]] auto expect_resale(const naive_event& twin, const domain::caller& by, const domain::hold_resale& what,
                                 domain::instant now) -> expectation;

[[nodiscard]] auto fold_resale(naive_event& twin, const domain::ticket_offered& what) -> complaint;
[[nodiscard]] auto fold_resale(naive_event& twin, const domain::offer_withdrawn& what) -> complaint;
[[nodiscard]] auto fold_resale(naive_event& twin, const domain::resale_held& what) -> complaint;
[[nodiscard]] auto fold_resale(naive_event& twin, const domain::ticket_resold& what) -> complaint;

} // namespace holdfast::model

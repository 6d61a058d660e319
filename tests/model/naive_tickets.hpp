#pragma once

#include "tests/model/naive_decide.hpp"

#include <optional>

namespace holdfast::model {

/// The ticket as it is now; nothing when no order has it.
[[nodiscard]] auto ticket_now(const naive_event& twin, const domain::ticket_number& number)
    -> std::optional<domain::ticket>;

// What comes of a command about a ticket whose caller may ask it, after the idempotency key is settled.
[[nodiscard]] auto expect_ticket(const naive_event& twin, const domain::caller& by, const domain::claim_ticket& what,
                                 domain::instant now) -> expectation;
[[nodiscard]] auto expect_ticket(const naive_event& twin, const domain::caller& by, const domain::reissue_ticket& what)
    -> expectation;
[[nodiscard]] auto expect_ticket(const naive_event& twin, const domain::caller& by, const domain::admit_ticket& what,
                                 domain::instant now) -> expectation;
[[nodiscard]] auto expect_ticket(const naive_event& twin, const domain::caller& by, const domain::undo_admission& what)
    -> expectation;

[[nodiscard]] auto fold_ticket(naive_event& twin, const domain::ticket_transferred& what) -> complaint;
[[nodiscard]] auto fold_ticket(naive_event& twin, const domain::ticket_admitted& what) -> complaint;
[[nodiscard]] auto fold_ticket(naive_event& twin, const domain::scan_turned_away& what) -> complaint;
[[nodiscard]] auto fold_ticket(naive_event& twin, const domain::admission_undone& what) -> complaint;

/// A ticket for each place of what is an order now.
void make_tickets(naive_event& twin, const domain::booking& order);

} // namespace holdfast::model

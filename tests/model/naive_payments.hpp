#pragma once

#include "tests/model/naive_decide.hpp"

namespace holdfast::model {

// What comes of a command about a payment by card, which is the system's.
[[nodiscard]] auto expect_payment(const naive_event& twin, const domain::freeze_hold& what, domain::instant now)
    -> expectation;
[[nodiscard]] auto expect_payment(const naive_event& twin, const domain::thaw_hold& what, domain::instant now)
    -> expectation;
[[nodiscard]] auto expect_payment(const naive_event& twin, const domain::confirm_paid& what, domain::instant now)
    -> expectation;
[[nodiscard]] auto expect_payment(const naive_event& twin, const domain::return_order& what, domain::instant now)
    -> expectation;

/// What comes of an organiser's wish to take back what no card paid.
[[nodiscard]] auto expect_payment(const naive_event& twin, const domain::caller& by,
                                  const domain::take_back_order& what) -> expectation;

[[nodiscard]] auto fold_frozen(naive_event& twin, const domain::hold_frozen& what) -> complaint;
[[nodiscard]] auto fold_thawed(naive_event& twin, const domain::hold_thawed& what) -> complaint;
/// Whether an order is confirmed by whom it may be: that of a frozen hold by its payment, any other by no card.
[[nodiscard]] auto check_confirmed_by(const domain::booking& hold, const domain::order_confirmed& what) -> complaint;
/// The order has those tickets no more, and nobody their places.
void return_tickets(naive_event& twin, domain::hold_number order, const std::vector<std::uint32_t>& tickets);
/// What an order has and is worth, by the tickets that it has left.
void count_left(naive_event& twin, domain::hold_number order);
/// Orders of a cancelled event that go back by themselves: those that no card paid, by number.
[[nodiscard]] auto orders_of_no_card(const naive_event& twin) -> std::vector<domain::hold_number>;
/// An order as it goes back whole.
[[nodiscard]] auto whole_order(const domain::booking& order, domain::return_cause why, domain::key_id by)
    -> domain::order_returned;
/// Whether an order may be taken back, as what it was.
[[nodiscard]] auto check_returned(const naive_event& twin, const domain::order_returned& what) -> complaint;

} // namespace holdfast::model

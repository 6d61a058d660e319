#pragma once

#include "domain/command.hpp"
#include "tests/model/naive_event.hpp"
#include "tests/model/test_case.hpp"

namespace holdfast::model {

/// An allocation of the event's, mostly; one that is over or never was, sometimes, or when there is none.
[[nodiscard]] auto some_allocation(const naive_event& twin, dice& random) -> domain::allocation_number;
/// Seats and places to set apart.
[[nodiscard]] auto seats_apart(const step& next, const naive_event& twin, dice& random) -> domain::allocate_seats;
/// More or fewer of an allocation; from another one, mostly, when there are two.
[[nodiscard]] auto moved_seats(const step& next, const naive_event& twin, dice& random) -> domain::change_allocation;
/// Has a hold claim a phase or an allocation, sometimes, by a code or by its number; and then mostly wish for what that has.
void claim_right(domain::hold_seats& to, const step& next, const domain::caller& by, const naive_event& twin,
                 dice& random);

} // namespace holdfast::model

#pragma once

#include "domain/command.hpp"
#include "tests/model/naive_event.hpp"
#include "tests/model/test_case.hpp"

namespace holdfast::model {

/// What an event's checkout asks for: mostly of a hold or order where it makes sense, by the payment that has it, and for its amount.
[[nodiscard]] auto payment_command(const step& next, const naive_event& twin, dice& random) -> domain::command_body;

} // namespace holdfast::model

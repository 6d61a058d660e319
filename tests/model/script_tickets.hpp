#pragma once

#include "domain/command.hpp"
#include "tests/model/naive_event.hpp"
#include "tests/model/test_case.hpp"

#include <vector>

namespace holdfast::model {

/// What holders and doors ask for: mostly of a ticket that is there, with the code that holds; some of them again.
[[nodiscard]] auto ticket_command(const step& next, const naive_event& twin, dice& random) -> domain::command_body;
/// A ticket that is bought by card, offered, and on its way to another buyer, as far as it comes: sometimes to its end.
[[nodiscard]] auto resale(const naive_event& twin, dice& random) -> std::vector<domain::command>;
/// Whoever has the ticket that a `reissue` of this step is about, when there is one.
[[nodiscard]] auto holder_of(const step& next, const naive_event& twin) -> domain::caller;

} // namespace holdfast::model

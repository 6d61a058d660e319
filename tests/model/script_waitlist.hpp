#pragma once

#include "domain/command.hpp"
#include "tests/model/naive_event.hpp"
#include "tests/model/test_case.hpp"

#include <vector>

namespace holdfast::model {

/// What somebody wants to wait for: one to three choices, mostly sound ones.
[[nodiscard]] auto some_waiting(const naive_event& twin, dice& random) -> domain::join_waitlist;
/// Whoever is on the waitlist; the first buyer when nobody is.
[[nodiscard]] auto somebody_waiting(const step& next, const naive_event& twin) -> domain::caller;
/// Everything but some places is set apart, buyers go on the waitlist, and what was set apart comes back, in part or whole.
[[nodiscard]] auto sold_out_evening(const naive_event& twin, dice& random) -> std::vector<domain::command>;

} // namespace holdfast::model

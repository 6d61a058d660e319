#pragma once

#include "tests/model/planted_bugs.hpp"

#include <vector>

namespace holdfast::model {

/// Faults of who goes on the waitlist, of what is offered to whom, and of what is kept of it.
[[nodiscard]] auto wrong_waitlists() -> std::vector<planted_bug>;

} // namespace holdfast::model

#pragma once

#include "tests/model/planted_bugs.hpp"

#include <vector>

namespace holdfast::model {

/// Faults of what an event decides for payments by card, and of what it keeps of them.
[[nodiscard]] auto wrong_payments() -> std::vector<planted_bug>;

} // namespace holdfast::model

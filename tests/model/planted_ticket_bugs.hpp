#pragma once

#include "tests/model/planted_bugs.hpp"

#include <vector>

namespace holdfast::model {

/// Faults of what an event decides about tickets, and of what it keeps of them.
[[nodiscard]] auto wrong_tickets() -> std::vector<planted_bug>;
/// The same of their resale.
[[nodiscard]] auto wrong_resales() -> std::vector<planted_bug>;

} // namespace holdfast::model

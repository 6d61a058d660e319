#pragma once

#include "tests/model/run.hpp"

#include <vector>

namespace holdfast::model {

/// A domain with one fault, to prove that the property finds such a fault.
struct planted_bug {
  const char* what;
  defendant guilty;
};

/// Faults of decisions.
[[nodiscard]] auto wrong_decisions() -> std::vector<planted_bug>;
/// Faults of folding and restoring.
[[nodiscard]] auto wrong_folds() -> std::vector<planted_bug>;

} // namespace holdfast::model

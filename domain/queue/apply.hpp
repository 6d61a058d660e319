#pragma once

#include "domain/fact.hpp"
#include "domain/queue/state.hpp"

namespace holdfast::domain::queue {

/// Folds one fact of its own stream into the state. Cannot fail: a fact that is not legal here is a bug or corruption, and stops the process.
/// The draw sorts everybody who entered: seconds for millions.
void apply(state& room, const fact& what) noexcept;

} // namespace holdfast::domain::queue

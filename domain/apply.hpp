#pragma once

#include "domain/event_state.hpp"
#include "domain/fact.hpp"

namespace holdfast::domain {

/// Folds one fact into the state: seq grows by one. Cannot fail: a fact that is not legal here is a bug or corruption, and stops the process.
void apply(event_state& state, const fact& what) noexcept;

} // namespace holdfast::domain

#pragma once

#include "tests/support/sample_facts.hpp"

#include <vector>

namespace holdfast::testing {

/// One fact of every type of a waiting room's, as `sample_facts` has those of all streams.
[[nodiscard]] auto queue_samples() -> std::vector<sample>;

/// Those that later versions have added.
[[nodiscard]] auto later_queue_samples() -> std::vector<sample>;

} // namespace holdfast::testing

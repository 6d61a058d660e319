#pragma once

#include <functional>

namespace holdfast::testing {

/// Whether the condition comes true within a minute, which only a failing test waits out. For conditions that nobody signals.
/// One that throws has not come true, such as one that reads an answer which is still a refusal; what it threw last is thrown in the end.
[[nodiscard]] auto eventually(const std::function<bool()>& condition) -> bool;

} // namespace holdfast::testing

#pragma once

#include <functional>

namespace holdfast::testing {

/// Whether the condition comes true within a minute, which only a failing test waits out. For conditions that nobody signals.
[[nodiscard]] auto eventually(const std::function<bool()>& condition) -> bool;

} // namespace holdfast::testing

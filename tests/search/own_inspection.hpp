#pragma once

#include "projections/search/search_settings.hpp"

namespace holdfast::search_test {

/// This test program itself looks through an index, in a process of its own.
[[nodiscard]] auto own_inspection() -> projections::inspection_command;

} // namespace holdfast::search_test

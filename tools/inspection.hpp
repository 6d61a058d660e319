#pragma once

#include "projections/search/search_settings.hpp"

namespace holdfast::tools {

/// Starts this program, whatever has become of its file, as the process that looks through an index of texts.
[[nodiscard]] auto inspection_by_this_program() -> projections::inspection_command;

} // namespace holdfast::tools

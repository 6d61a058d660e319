#pragma once

#include <string>

namespace holdfast::tools::bench {

/// Why a measurement could not be made: one sentence that says what to do.
struct failure {
  std::string what;
};

} // namespace holdfast::tools::bench

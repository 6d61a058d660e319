#pragma once

#include <string>

namespace holdfast::tickets {

/// Why a document could not be made, for the log.
struct failure {
  std::string what;
};

} // namespace holdfast::tickets

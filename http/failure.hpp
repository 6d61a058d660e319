#pragma once

#include <string>

namespace holdfast::http {

/// Why the edge could not start, load a key or read a certificate: one sentence for the operator, without secrets.
struct failure {
  std::string what;
};

} // namespace holdfast::http

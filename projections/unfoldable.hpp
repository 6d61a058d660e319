#pragma once

#include <stdexcept>
#include <string>

namespace holdfast::projections {

/// A fact that does not follow on what a projection has folded: a bug or corruption. The projection's runner stops it for this,
/// with its last good views, and leaves the process and the other projections alone.
class unfoldable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws `unfoldable`. The one place of this folder that throws.
[[noreturn]] void stop_folding(const std::string& why);

} // namespace holdfast::projections

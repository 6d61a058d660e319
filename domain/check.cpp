#include "domain/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace holdfast {

void check_failed(const char* condition, const char* message, const char* file, int line) noexcept {
  // stdio without allocation: the heap itself may be what is broken.
  std::fprintf(stderr, "holdfast: check failed: %s (%s) at %s:%d\n", message, condition, file, line);
  std::fflush(stderr);
  std::abort();
}

} // namespace holdfast

#include "tests/support/eventually.hpp"

#include <chrono>
#include <thread>

namespace holdfast::testing {

auto eventually(const std::function<bool()>& condition) -> bool {
  constexpr std::chrono::seconds patience{60};
  constexpr std::chrono::milliseconds between{1};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(between);
  }
  return true;
}

} // namespace holdfast::testing

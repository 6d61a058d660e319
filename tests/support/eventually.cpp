#include "tests/support/eventually.hpp"

#include <chrono>
#include <exception>
#include <thread>

namespace holdfast::testing {

auto eventually(const std::function<bool()>& condition) -> bool {
  constexpr std::chrono::seconds patience{60};
  constexpr std::chrono::milliseconds between{1};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    std::exception_ptr thrown;
    try {
      if (condition())
        return true;
    } catch (const std::exception&) {
      thrown = std::current_exception();
    }
    if (std::chrono::steady_clock::now() > deadline) {
      if (thrown)
        std::rethrow_exception(thrown);
      return false;
    }
    std::this_thread::sleep_for(between);
  }
}

} // namespace holdfast::testing

#include "journal/failpoint.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace holdfast::journal {
namespace {

struct armed_point {
  std::string name;
  std::atomic<std::uint64_t> arrivals_left{0};

  armed_point() {
    const char* wanted = std::getenv("HOLDFAST_FAILPOINT");
    if (wanted == nullptr)
      return;
    const std::string_view text{wanted};
    const auto colon = text.find(':');
    name = text.substr(0, colon);
    std::uint64_t count = 1;
    if (colon != std::string_view::npos)
      std::from_chars(text.data() + colon + 1, text.data() + text.size(), count);
    arrivals_left.store(count, std::memory_order_relaxed);
  }
};

auto armed() -> armed_point& {
  static armed_point point;
  return point;
}

} // namespace

auto failpoint_due(std::string_view name) noexcept -> bool {
  auto& point = armed();
  return point.name == name && point.arrivals_left.fetch_sub(1, std::memory_order_relaxed) == 1;
}

void die_at_failpoint() noexcept {
  ::kill(::getpid(), SIGKILL);
  for (;;)
    ::pause(); // the signal may reach another thread first
}

void wait_for_slow_disk() noexcept {
  static const char* const named = std::getenv("HOLDFAST_SLOW_SYNCS");
  if (named == nullptr)
    return;
  constexpr long longest_ms = 60'000;
  long ms = 0;
  if (std::FILE* const file = std::fopen(named, "r")) {
    if (std::fscanf(file, "%ld", &ms) != 1)
      ms = 0; // it is just being written
    std::fclose(file);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds{std::clamp(ms, 0L, longest_ms)});
}

} // namespace holdfast::journal

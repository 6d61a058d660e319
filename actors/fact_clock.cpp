#include "actors/fact_clock.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace holdfast::actors {

namespace {

auto boottime_ms() noexcept -> std::int64_t {
  timespec at{};
  ::clock_gettime(CLOCK_BOOTTIME, &at);
  return std::int64_t{at.tv_sec} * 1000 + at.tv_nsec / 1'000'000;
}

auto wall_ms() noexcept -> std::int64_t {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

} // namespace

boottime_clock::boottime_clock(domain::instant floor)
    : start_unix_ms_{std::max(wall_ms(), floor.unix_ms)}, start_boottime_ms_{boottime_ms()} {}

auto boottime_clock::now() const noexcept -> domain::instant {
  return {start_unix_ms_ + (boottime_ms() - start_boottime_ms_)};
}

} // namespace holdfast::actors

#include "actors/processor_share.hpp"

#include <ctime>

namespace holdfast::actors {

namespace {

constexpr auto share_look_every = std::chrono::seconds{1};
constexpr double busy_from = 0.5;
constexpr double idle_below = 0.4;

auto used_by_process() noexcept -> std::chrono::nanoseconds {
  timespec used{};
  static_cast<void>(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used));
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

} // namespace

auto processor_share::look(duration now, duration used) noexcept -> bool {
  const auto passed = now - looked_at_;
  if (!first_ && passed < share_look_every) {
    return busy_;
  }
  if (!first_) {
    const auto available = std::chrono::duration<double>(passed) * processors_;
    const auto share = std::chrono::duration<double>(used - used_then_) / available;
    busy_ = share >= (busy_ ? idle_below : busy_from);
  }
  first_ = false;
  looked_at_ = now;
  used_then_ = used;
  return busy_;
}

auto processor_share::look() noexcept -> bool {
  return look(std::chrono::steady_clock::now().time_since_epoch(), used_by_process());
}

} // namespace holdfast::actors

#include "tools/bench/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace holdfast::tools::bench {

namespace {

std::atomic<bool> arrived{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set only what needs no lock");

extern "C" void remember_interrupt(int) {
  arrived.store(true, std::memory_order_relaxed);
}

} // namespace

void watch_interrupts() noexcept {
  struct sigaction action {};
  action.sa_handler = remember_interrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN); // NOLINT(cert-err33-c): cannot fail for SIGPIPE
}

auto interrupted() noexcept -> bool {
  return arrived.load(std::memory_order_relaxed);
}

} // namespace holdfast::tools::bench

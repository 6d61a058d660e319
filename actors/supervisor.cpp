#include "actors/supervisor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <stop_token>

namespace holdfast::actors {

namespace {

constexpr auto look_every = std::chrono::milliseconds{100};
constexpr auto pulse_every = look_every / supervisor::pulses_a_tick;

auto describe(journal::journal_mode mode) noexcept -> const char* {
  switch (mode) {
  case journal::journal_mode::selling: return "everything is accepted";
  case journal::journal_mode::no_new_holds: return "disk below the first watermark: no new holds";
  case journal::journal_mode::settle_only: return "disk below the second watermark: only confirmations and releases";
  case journal::journal_mode::latched: return "a storage error: nothing is accepted until the process restarts";
  }
  return "unknown";
}

} // namespace

supervisor::supervisor(const journal::journal& journal, projections::views_impl& views, const clock_port& clock)
    : journal_{journal}, views_{views}, clock_{clock}, thread_{[this](const std::stop_token& stop) { run(stop); }} {}

supervisor::~supervisor() {
  thread_.request_stop();
  wake_.notify_all();
}

void supervisor::run(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  auto next = std::chrono::steady_clock::now();
  for (unsigned pulse = 0; !stop.stop_requested(); ++pulse) {
    if (pulse % pulses_a_tick == 0) {
      look();
    } else {
      views_.pulse(clock_.now());
    }
    // From when it was due, not from when it was done: ticks are what viewers see. What was missed is not made up for.
    next = std::max(next + pulse_every, std::chrono::steady_clock::now());
    wake_.wait_until(lock, stop, next, [] { return false; });
  }
}

void supervisor::look() {
  views_.give_way(processors_.look());
  views_.tick(clock_.now());
  if (const auto mode = journal_.mode(); mode != last_mode_) {
    last_mode_ = mode;
    if (mode == journal::journal_mode::selling) {
      spdlog::warn("selling: {}", describe(mode));
    } else {
      spdlog::critical("selling: {}", describe(mode));
    }
  }
  for (const auto& projection : views_.status()) {
    auto& last = last_states_[std::string{projection.name}];
    if (last != projection.state && projection.state == projections::runner_state::stopped) {
      spdlog::critical("projection {} stopped, its last good views stay: {}", projection.name, projection.reason);
    }
    last = projection.state;
  }
}

} // namespace holdfast::actors

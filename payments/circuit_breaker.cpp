#include "payments/circuit_breaker.hpp"

#include <algorithm>

namespace holdfast::payments {

using std::chrono::milliseconds;

circuit_breaker::circuit_breaker(const breaker_settings& settings) noexcept : settings_{settings} {}

auto circuit_breaker::state(clock::time_point now) const noexcept -> circuit_state {
  if (is_closed_) {
    return circuit_state::closed;
  }
  return now < open_until_ ? circuit_state::open : circuit_state::half_open;
}

auto circuit_breaker::retry_after(clock::time_point now) const noexcept -> milliseconds {
  return state(now) == circuit_state::open ? std::chrono::ceil<milliseconds>(open_until_ - now) : milliseconds{0};
}

auto circuit_breaker::ask(clock::time_point now) -> tl::expected<permit, milliseconds> {
  switch (state(now)) {
  case circuit_state::closed: return permit{generation_};
  case circuit_state::open: return tl::unexpected{retry_after(now)};
  case circuit_state::half_open: break;
  }
  if (probes_out_ + probes_well_ >= settings_.probes_max) {
    // Nobody knows when the probe ends; by then it has either closed the circuit, or opened it for at least this long.
    return tl::unexpected{settings_.open_first};
  }
  ++probes_out_;
  return permit{generation_};
}

void circuit_breaker::succeeded(permit with, clock::time_point now) {
  if (with.generation != generation_) {
    return;
  }
  if (is_closed_) {
    ++slot_of(now).calls;
    return;
  }
  --probes_out_;
  if (++probes_well_ >= settings_.probes_max) {
    close();
  }
}

void circuit_breaker::failed(permit with, clock::time_point now) {
  if (with.generation != generation_) {
    return;
  }
  if (!is_closed_) {
    return open(now);
  }
  auto& counted = slot_of(now);
  ++counted.calls;
  ++counted.failures;
  if (must_open(now)) {
    open(now);
  }
}

void circuit_breaker::give_back(permit with) {
  if (with.generation == generation_ && !is_closed_) {
    --probes_out_;
  }
}

auto circuit_breaker::slot_number(clock::time_point now) const noexcept -> std::int64_t {
  return now.time_since_epoch() / (clock::duration{settings_.window} / static_cast<int>(slots));
}

auto circuit_breaker::slot_of(clock::time_point now) -> slot& {
  const auto number = slot_number(now);
  auto& here = counts_[static_cast<std::size_t>(number) % slots];
  if (here.number != number) {
    here = slot{number, 0, 0};
  }
  return here;
}

auto circuit_breaker::must_open(clock::time_point now) const noexcept -> bool {
  const auto newest = slot_number(now);
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  for (const auto& each : counts_) {
    if (each.number > newest - static_cast<std::int64_t>(slots)) {
      calls += each.calls;
      failures += each.failures;
    }
  }
  return failures >= settings_.failures_min && failures * 100 >= calls * settings_.failures_percent;
}

void circuit_breaker::open(clock::time_point now) {
  is_closed_ = false;
  open_for_ = std::clamp(2 * open_for_, settings_.open_first, std::max(settings_.open_first, settings_.open_max));
  open_until_ = now + open_for_;
  probes_out_ = 0;
  probes_well_ = 0;
  ++generation_;
  ++opened_;
}

void circuit_breaker::close() {
  is_closed_ = true;
  open_for_ = milliseconds{0};
  counts_ = {};
  ++generation_;
}

} // namespace holdfast::payments

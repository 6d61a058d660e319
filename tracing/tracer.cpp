#include "tracing/tracer.hpp"

#include <algorithm>

namespace holdfast::tracing {

namespace {

constexpr double all_bits = 9223372036854775808.0; // 2^63
constexpr std::int64_t second_ns = 1'000'000'000;

auto threshold_of(double ratio) noexcept -> std::uint64_t {
  return static_cast<std::uint64_t>(std::clamp(ratio, 0.0, 1.0) * all_bits);
}

auto period_of(double per_second) noexcept -> std::int64_t {
  constexpr double fastest = 1e9; // a period of 1 ns
  constexpr double slowest = 1e-6;
  return per_second < slowest ? 0 : static_cast<std::int64_t>(1e9 / std::min(per_second, fastest));
}

} // namespace

rate_gate::rate_gate(double per_second) noexcept : period_ns_{period_of(per_second)} {}

auto rate_gate::pass(clock::time_point now) noexcept -> bool {
  if (period_ns_ == 0) {
    return false;
  }
  // The generic cell rate algorithm (ITU-T I.371): one number says how far ahead of an even pace it is.
  const std::int64_t at = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  const std::int64_t ahead_max = std::max(second_ns - period_ns_, std::int64_t{0});
  std::int64_t next = next_ns_.load(std::memory_order_relaxed);
  while (next - at <= ahead_max) {
    if (next_ns_.compare_exchange_weak(next, std::max(next, at) + period_ns_, std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

tracer::tracer(std::shared_ptr<span_sink> to, const sampling_options& options)
    : to_{std::move(to)},
      threshold_{threshold_of(options.ratio)},
      asked_by_anybody_{options.asked_per_second_max},
      asked_by_keys_{options.asked_per_second_max} {}

auto tracer::wanted(const trace_wish& wish, clock::time_point now) noexcept -> bool {
  if (wish.has_parent) {
    if (!wish.parent_sampled) {
      return false;
    }
    if ((wish.by_key ? asked_by_keys_ : asked_by_anybody_).pass(now)) {
      return true;
    }
  }
  return (wish.own_span >> 1U) < threshold_;
}

auto tracer::trace(const trace_wish& wish, clock::time_point now) -> traced_request {
  if (!wanted(wish, now)) {
    return nullptr;
  }
  traced_.fetch_add(1, std::memory_order_relaxed);
  return std::make_shared<const request_trace>(to_, wish.trace, wish.own_span);
}

} // namespace holdfast::tracing

#pragma once

#include "tracing/request_trace.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace holdfast::tracing {

/// Which requests are traced.
struct sampling_options {
  /// Of the requests that come without a `traceparent`, this share: 0 to 1.
  double ratio = 0.01;
  /// So many requests a second are traced because their `traceparent` says so, at the most: of strangers and buyers together, and once
  /// more of API keys together. Beyond it the ratio decides. 0: what a client says never makes a trace.
  double asked_per_second_max = 10;
};

/// What a request says of its own trace.
struct trace_wish {
  domain::trace_id trace;      ///< the client's, or a new one
  std::uint64_t own_span = 0;  ///< of this server's span of the request; random, and not the client's choice
  bool has_parent = false;     ///< a sound `traceparent` came along
  bool parent_sampled = false; ///< its flag
  bool by_key = false;         ///< an API key asks: the system of an organiser
};

/// At most so many a second, with a second's worth at once after a pause. Thread-safe, without a lock.
class rate_gate {
 public:
  /// 0 or less: nothing gets through.
  explicit rate_gate(double per_second) noexcept;
  [[nodiscard]] auto pass(clock::time_point now) noexcept -> bool;

 private:
  std::int64_t period_ns_;                           ///< 0: nothing gets through
  std::atomic<std::int64_t> next_ns_{INT64_MIN / 2}; ///< when one would get through if all came evenly
};

/// Decides which requests are traced, once a request, before anything is done for it. Thread-safe. What is not traced allocates nothing.
///
/// A client's flag is followed as far as that is safe. "Not sampled" always is: it costs nothing. "Sampled" is, up to a rate: whoever
/// sets it on every request, with whichever trace id, can neither make every request cost more nor push all other traces out. Beyond the
/// rate, and without a `traceparent`, the ratio decides, by bits that no client chooses.
class tracer {
 public:
  tracer(std::shared_ptr<span_sink> to, const sampling_options& options);

  /// The request's trace; null when it is not traced.
  [[nodiscard]] auto trace(const trace_wish& wish, clock::time_point now) -> traced_request;

  /// Requests traced so far.
  [[nodiscard]] auto traced() const noexcept -> std::uint64_t { return traced_.load(std::memory_order_relaxed); }

 private:
  [[nodiscard]] auto wanted(const trace_wish& wish, clock::time_point now) noexcept -> bool;

  std::shared_ptr<span_sink> to_;
  std::uint64_t threshold_; ///< of 2^63: own bits below it are traced
  rate_gate asked_by_anybody_;
  rate_gate asked_by_keys_;
  std::atomic<std::uint64_t> traced_{0};
};

} // namespace holdfast::tracing

#pragma once

#include "tracing/span.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

namespace holdfast::tracing {

/// What waits to be exported: many put in, one takes out, a batch at a time. Bounded: what does not fit is refused at once. Thread-safe;
/// a lock is held for the move of one span or of one pointer.
class span_queue {
 public:
  /// `spans_max` ≥ `batch_max` ≥ 1.
  span_queue(std::size_t spans_max, std::size_t batch_max, std::chrono::milliseconds delay_max);

  /// False, and nothing is taken, when it is full or closed.
  [[nodiscard]] auto push(span&& what) -> bool;
  /// The oldest spans, at most a batch: once a batch is full, its oldest span has waited for the delay, or the queue is closed. Empty once
  /// it is closed and everything is taken.
  [[nodiscard]] auto take() -> std::vector<span>;
  /// As `take`, without waiting.
  [[nodiscard]] auto try_take() -> std::vector<span>;
  /// Nothing gets in any more; what is there can still be taken.
  void close();

  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_.load(std::memory_order_relaxed); }

 private:
  [[nodiscard]] auto take_one() -> std::vector<span>;

  const std::size_t spans_max_;
  const std::size_t batch_max_;
  const std::chrono::milliseconds delay_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<span>> full_;
  std::vector<span> open_;
  clock::time_point open_since_; ///< while `open_` has something
  bool closed_ = false;
  std::atomic<std::size_t> size_{0};
};

} // namespace holdfast::tracing

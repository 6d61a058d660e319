#pragma once

#include "projections/ports.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace holdfast::projections {

/// The thread that writes the index of texts, which may block on the disk as no actor may. It runs what is posted, in order. Its queue is short
/// by itself: a projection's runner has one step posted at most and reads two chunks ahead, and what it has not taken from the ring by the time
/// the ring goes past it comes out of the journal again. Thread-safe.
class search_thread {
 public:
  search_thread();
  /// What runs is finished; what is queued is dropped.
  ~search_thread();
  search_thread(const search_thread&) = delete;
  auto operator=(const search_thread&) -> search_thread& = delete;

  /// Callable after the thread's end, when it drops what it is given.
  [[nodiscard]] auto post() const -> post_function;
  [[nodiscard]] auto queued() const -> std::size_t;
  /// Finishes what runs, and runs no more. Idempotent.
  void stop();

 private:
  struct queue {
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
    bool stopped = false;
  };

  static void run(const std::shared_ptr<queue>& from);

  std::shared_ptr<queue> queue_;
  std::jthread thread_;
};

} // namespace holdfast::projections

#pragma once

#include "projections/ports.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace holdfast::projections {

/// The thread on which projections wait for their store. Few jobs are ever queued: each projection has at most one under way.
class store_thread {
 public:
  store_thread();
  store_thread(const store_thread&) = delete;
  auto operator=(const store_thread&) -> store_thread& = delete;
  /// Ends after the job that runs; those that wait are dropped.
  ~store_thread();

  /// Has jobs run, one at a time, in the order of posting. Callable after the thread's end: jobs are then dropped.
  [[nodiscard]] auto post() const -> post_function;

 private:
  struct queue {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::deque<std::function<void()>> jobs;
    bool ended = false;
  };

  std::shared_ptr<queue> queue_ = std::make_shared<queue>();
  std::jthread thread_;
};

} // namespace holdfast::projections

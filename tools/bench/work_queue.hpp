#pragma once

#include "tools/bench/peer_front.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace holdfast::tools::bench {

/// Hands jobs to worker threads in the order in which they came. Thread-safe.
class work_queue {
 public:
  using job = std::function<void(booking_backend&)>;

  void push(job what) {
    {
      const std::lock_guard lock{mutex_};
      jobs_.push_back(std::move(what));
    }
    ready_.notify_one();
  }

  /// Runs jobs on the calling thread until the queue closes.
  void work(booking_backend& backend) {
    for (;;) {
      std::unique_lock lock{mutex_};
      ready_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
      if (closed_) {
        return;
      }
      const auto next = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      next(backend);
    }
  }

  /// Jobs that have not begun are dropped.
  void close() {
    std::deque<job> dropped;
    {
      const std::lock_guard lock{mutex_};
      closed_ = true;
      dropped.swap(jobs_);
    }
    ready_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<job> jobs_;
  bool closed_ = false;
};

} // namespace holdfast::tools::bench

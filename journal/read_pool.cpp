#include "journal/read_pool.hpp"

#include <limits>
#include <utility>

namespace holdfast::journal {

read_pool::read_pool(std::size_t threads, std::size_t queue_max, journal_metrics& metrics)
    : queue_max_{queue_max}, metrics_{metrics} {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this] { run(); });
}

read_pool::~read_pool() {
  close();
}

auto read_pool::try_post(std::function<void()> job) -> bool {
  return push(std::move(job), queue_max_);
}

auto read_pool::post(std::function<void()> job) -> bool {
  return push(std::move(job), std::numeric_limits<std::size_t>::max());
}

auto read_pool::push(std::function<void()> job, std::size_t limit) -> bool {
  {
    const std::lock_guard hold{mutex_};
    if (closed_ || jobs_.size() >= limit)
      return false;
    jobs_.push_back(std::move(job));
    metrics_.read_queue_depth.store(jobs_.size(), std::memory_order_relaxed);
  }
  changed_.notify_one();
  return true;
}

void read_pool::run() {
  std::unique_lock hold{mutex_};
  for (;;) {
    changed_.wait(hold, [this] { return closed_ || !jobs_.empty(); });
    if (jobs_.empty())
      return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    metrics_.read_queue_depth.store(jobs_.size(), std::memory_order_relaxed);
    ++running_;
    hold.unlock();
    job();
    job = nullptr; // what it holds is let go outside the lock
    hold.lock();
    if (--running_ == 0 && jobs_.empty())
      idle_.notify_all();
  }
}

void read_pool::interrupt() {
  closing_.store(true, std::memory_order_release);
  std::unique_lock hold{mutex_};
  idle_.wait(hold, [this] { return jobs_.empty() && running_ == 0; });
  closing_.store(closed_, std::memory_order_release);
}

void read_pool::close() {
  closing_.store(true, std::memory_order_release);
  {
    const std::lock_guard hold{mutex_};
    closed_ = true;
  }
  changed_.notify_all();
  threads_.clear();
}

} // namespace holdfast::journal

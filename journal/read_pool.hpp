#pragma once

#include "journal/writer_metrics.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace holdfast::journal {

/// Where jobs that were admitted elsewhere wait for a thread.
class job_queue {
 public:
  virtual ~job_queue() = default;
  /// Queues a job, however long the queue; false when no job is taken any more.
  [[nodiscard]] virtual auto post(std::function<void()> job) -> bool = 0;
};

/// Threads for what may block on the disk: cold loads, searches, time travel. Jobs run in order of arrival; a long read is many short jobs,
/// each queued behind whatever else waits. Thread-safe.
class read_pool final : public job_queue {
 public:
  /// `queue_max` bounds what `try_post` lets in.
  read_pool(std::size_t threads, std::size_t queue_max, journal_metrics& metrics);
  ~read_pool() override;
  read_pool(const read_pool&) = delete;
  auto operator=(const read_pool&) -> read_pool& = delete;

  /// Queues a job; false when the queue is full or the pool is closed.
  [[nodiscard]] auto try_post(std::function<void()> job) -> bool;
  /// For the journal's own reads: false only when the pool is closed.
  [[nodiscard]] auto post(std::function<void()> job) -> bool override;
  /// Runs what is queued, then ends the threads. Later jobs are refused. Idempotent.
  void close();

 private:
  [[nodiscard]] auto push(std::function<void()> job, std::size_t limit) -> bool;
  void run();

  std::size_t queue_max_;
  journal_metrics& metrics_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool closed_ = false;
  std::vector<std::jthread> threads_;
};

} // namespace holdfast::journal

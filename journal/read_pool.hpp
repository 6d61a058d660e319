#pragma once

#include "journal/writer_metrics.hpp"

#include <atomic>
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
  /// Whether long work had better end now: what is queued still runs, and nobody waits for what it reads.
  [[nodiscard]] virtual auto closing() const noexcept -> bool = 0;
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
  [[nodiscard]] auto closing() const noexcept -> bool override { return closing_.load(std::memory_order_acquire); }
  /// Ends the reads under way: those of many chunks stop at the one they are at, as closed, the rest runs. Returns when nothing is queued
  /// and nothing runs. Not from a job.
  void interrupt();
  /// Runs what is queued, then ends the threads: reads of many chunks end with the one they are at, as closed. Later jobs are refused. Idempotent.
  void close();

 private:
  [[nodiscard]] auto push(std::function<void()> job, std::size_t limit) -> bool;
  void run();

  std::size_t queue_max_;
  journal_metrics& metrics_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable idle_;
  std::size_t running_ = 0;
  std::deque<std::function<void()>> jobs_;
  bool closed_ = false;
  std::atomic<bool> closing_{false};
  std::vector<std::jthread> threads_;
};

} // namespace holdfast::journal

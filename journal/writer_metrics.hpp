#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace holdfast::journal {

/// One group commit, as told to a `journal_metrics_port`.
struct commit_sample {
  std::uint64_t records = 0;
  std::uint64_t groups = 0;         ///< commands
  std::uint64_t batches = 0;        ///< positions
  std::uint64_t bytes = 0;          ///< of records
  std::chrono::nanoseconds sync{0}; ///< from the write to its return, mark included
};

/// What the journal counts. Written by the journal's threads, read by any; each value alone is exact, two together are not a snapshot.
struct journal_metrics {
  std::atomic<std::uint64_t> records{0};
  std::atomic<std::uint64_t> groups{0};
  std::atomic<std::uint64_t> batches{0};
  std::atomic<std::uint64_t> syncs{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> sync_nanoseconds{0};
  std::atomic<std::uint64_t> queue_depth{0};   ///< appends waiting for the writer, barriers included
  std::atomic<std::uint64_t> head_position{0}; ///< newest durable commit
  std::atomic<std::uint64_t> unknown_outcomes{0};
  std::atomic<bool> latched{false};
  std::atomic<double> disk_free_ratio{1.0}; ///< of the journal's file system, the ballast counted as used
  std::atomic<bool> ballast_present{false};
  std::atomic<std::uint64_t> read_queue_depth{0};
  std::atomic<std::uint64_t> recovery_nanoseconds{0}; ///< of `open`
};

/// Told of every group commit on the writer's thread, for histograms. Must be short.
class journal_metrics_port {
 public:
  virtual ~journal_metrics_port() = default;
  virtual void committed(const commit_sample& sample) noexcept = 0;
};

} // namespace holdfast::journal

#pragma once

#include <atomic>
#include <chrono>
#include <memory>

namespace rocksdb {
class Env;
} // namespace rocksdb

namespace holdfast::testing {

/// A disk under RocksDB, each sync of whose logs takes at least so long. Thread-safe.
class slow_disk {
 public:
  explicit slow_disk(std::chrono::milliseconds a_sync);
  ~slow_disk();
  slow_disk(const slow_disk&) = delete;
  auto operator=(const slow_disk&) -> slow_disk& = delete;

  /// From the next sync on.
  void take(std::chrono::milliseconds a_sync) noexcept { *a_sync_ms_ = a_sync.count(); }
  [[nodiscard]] auto env() const noexcept -> rocksdb::Env*;

 private:
  std::shared_ptr<std::atomic<std::int64_t>> a_sync_ms_;
  std::unique_ptr<rocksdb::Env> env_;
};

} // namespace holdfast::testing

#include "tests/actors/slow_disk.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace holdfast::testing {

namespace {

using sync_time = std::shared_ptr<std::atomic<std::int64_t>>;

class slow_log final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  slow_log(std::unique_ptr<rocksdb::FSWritableFile>&& file, sync_time a_sync_ms)
      : FSWritableFileOwnerWrapper{std::move(file)}, a_sync_ms_{std::move(a_sync_ms)} {}

  auto Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) -> rocksdb::IOStatus override {
    std::this_thread::sleep_for(std::chrono::milliseconds{a_sync_ms_->load()});
    return FSWritableFileOwnerWrapper::Sync(options, context);
  }

  auto Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) -> rocksdb::IOStatus override {
    std::this_thread::sleep_for(std::chrono::milliseconds{a_sync_ms_->load()});
    return FSWritableFileOwnerWrapper::Fsync(options, context);
  }

 private:
  sync_time a_sync_ms_;
};

class slow_file_system final : public rocksdb::FileSystemWrapper {
 public:
  explicit slow_file_system(sync_time a_sync_ms)
      : FileSystemWrapper{rocksdb::FileSystem::Default()}, a_sync_ms_{std::move(a_sync_ms)} {}

  static auto kClassName() -> const char* { return "slow_file_system"; }
  [[nodiscard]] auto Name() const -> const char* override { return kClassName(); }

  auto NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                       std::unique_ptr<rocksdb::FSWritableFile>* result, rocksdb::IODebugContext* context)
      -> rocksdb::IOStatus override {
    auto status = FileSystemWrapper::NewWritableFile(name, options, result, context);
    if (status.ok() && name.ends_with(".log")) {
      *result = std::make_unique<slow_log>(std::move(*result), a_sync_ms_);
    }
    return status;
  }

 private:
  sync_time a_sync_ms_;
};

} // namespace

slow_disk::slow_disk(std::chrono::milliseconds a_sync)
    : a_sync_ms_{std::make_shared<std::atomic<std::int64_t>>(a_sync.count())},
      env_{rocksdb::NewCompositeEnv(std::make_shared<slow_file_system>(a_sync_ms_))} {}

slow_disk::~slow_disk() = default;

auto slow_disk::env() const noexcept -> rocksdb::Env* {
  return env_.get();
}

} // namespace holdfast::testing

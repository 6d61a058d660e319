#include "tests/journal/faulty_disk.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <mutex>
#include <optional>
#include <utility>

namespace holdfast::testing {

struct faulty_disk::state {
  std::mutex mutex;
  std::optional<plan> armed;
  std::uint64_t seen = 0;
  std::uint64_t strikes = 0;
  std::uint64_t attempts_after_strike = 0;

  /// The error for this operation, if the plan says so.
  auto strike(operation what, const std::string& file, bool* tear) -> std::optional<rocksdb::IOStatus> {
    const std::lock_guard hold{mutex};
    if (!armed || armed->on != what || !file.ends_with(armed->file_suffix))
      return std::nullopt;
    if (strikes > 0) {
      ++attempts_after_strike;
      if (armed->once)
        return std::nullopt;
    }
    if (seen++ < armed->after)
      return std::nullopt;
    ++strikes;
    *tear = armed->tear;
    return armed->with == error::no_space ? rocksdb::IOStatus::NoSpace("no space, by order of the test")
                                          : rocksdb::IOStatus::IOError("broken, by order of the test");
  }
};

namespace {

class faulty_file final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  faulty_file(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::string name,
              std::shared_ptr<faulty_disk::state> state)
      : FSWritableFileOwnerWrapper{std::move(file)}, name_{std::move(name)}, state_{std::move(state)} {}

  auto Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options, rocksdb::IODebugContext* context)
      -> rocksdb::IOStatus override {
    bool tear = false;
    if (auto error = state_->strike(faulty_disk::operation::append, name_, &tear)) {
      if (tear)
        FSWritableFileOwnerWrapper::Append({data.data(), data.size() / 2}, options, context).PermitUncheckedError();
      return *error;
    }
    return FSWritableFileOwnerWrapper::Append(data, options, context);
  }

  auto Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
              const rocksdb::DataVerificationInfo& /*verification*/, rocksdb::IODebugContext* context)
      -> rocksdb::IOStatus override {
    return Append(data, options, context);
  }

  auto Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) -> rocksdb::IOStatus override {
    bool tear = false;
    if (auto error = state_->strike(faulty_disk::operation::sync, name_, &tear))
      return *error;
    return FSWritableFileOwnerWrapper::Sync(options, context);
  }

  auto Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) -> rocksdb::IOStatus override {
    bool tear = false;
    if (auto error = state_->strike(faulty_disk::operation::sync, name_, &tear))
      return *error;
    return FSWritableFileOwnerWrapper::Fsync(options, context);
  }

 private:
  std::string name_;
  std::shared_ptr<faulty_disk::state> state_;
};

class faulty_file_system final : public rocksdb::FileSystemWrapper {
 public:
  explicit faulty_file_system(std::shared_ptr<faulty_disk::state> state)
      : FileSystemWrapper{rocksdb::FileSystem::Default()}, state_{std::move(state)} {}

  static auto kClassName() -> const char* { return "faulty_file_system"; }
  [[nodiscard]] auto Name() const -> const char* override { return kClassName(); }

  auto NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                       std::unique_ptr<rocksdb::FSWritableFile>* result, rocksdb::IODebugContext* context)
      -> rocksdb::IOStatus override {
    auto status = FileSystemWrapper::NewWritableFile(name, options, result, context);
    if (status.ok())
      *result = std::make_unique<faulty_file>(std::move(*result), name, state_);
    return status;
  }

 private:
  std::shared_ptr<faulty_disk::state> state_;
};

} // namespace

faulty_disk::faulty_disk()
    : state_{std::make_shared<state>()}, env_{rocksdb::NewCompositeEnv(std::make_shared<faulty_file_system>(state_))} {}

faulty_disk::~faulty_disk() = default;

auto faulty_disk::env() const noexcept -> rocksdb::Env* {
  return env_.get();
}

void faulty_disk::arm(plan what) {
  const std::lock_guard hold{state_->mutex};
  state_->armed = std::move(what);
  state_->seen = 0;
  state_->strikes = 0;
  state_->attempts_after_strike = 0;
}

auto faulty_disk::strikes() const -> std::uint64_t {
  const std::lock_guard hold{state_->mutex};
  return state_->strikes;
}

auto faulty_disk::attempts_after_strike() const -> std::uint64_t {
  const std::lock_guard hold{state_->mutex};
  return state_->attempts_after_strike;
}

} // namespace holdfast::testing

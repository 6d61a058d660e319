#include "journal/rocksdb_events.hpp"

#include "journal/failpoint.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <utility>

namespace holdfast::journal::store {
namespace {

auto level_of(rocksdb::InfoLogLevel level) -> spdlog::level::level_enum {
  switch (level) {
  case rocksdb::InfoLogLevel::DEBUG_LEVEL: return spdlog::level::trace;
  case rocksdb::InfoLogLevel::INFO_LEVEL: return spdlog::level::debug;
  // RocksDB warns of what it deals with by itself, and in its own words; what went wrong reaches us as a status.
  case rocksdb::InfoLogLevel::WARN_LEVEL: return spdlog::level::info;
  case rocksdb::InfoLogLevel::ERROR_LEVEL:
  case rocksdb::InfoLogLevel::FATAL_LEVEL: return spdlog::level::err;
  default: return spdlog::level::debug;
  }
}

class info_log final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;

  void Logv(const char* format, va_list arguments) override {
    Logv(rocksdb::InfoLogLevel::INFO_LEVEL, format, arguments);
  }

  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel() || level >= rocksdb::InfoLogLevel::HEADER_LEVEL)
      return;
    std::array<char, 1024> text{};
    const auto size = std::vsnprintf(text.data(), text.size(), format, arguments);
    if (size <= 0)
      return;
    std::string_view line{text.data(), std::min(static_cast<std::size_t>(size), text.size() - 1)};
    while (!line.empty() && line.back() == '\n')
      line.remove_suffix(1);
    spdlog::log(level_of(level), "rocksdb: {}", line);
  }
};

class event_listener final : public rocksdb::EventListener {
 public:
  explicit event_listener(background_error_handler on_error) : on_error_{std::move(on_error)} {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override {
    if (on_error_)
      on_error_(std::string{name_of(reason)} + ": " + error->ToString());
  }

  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status error,
                            bool* auto_recovery) override {
    // Resuming would declare sound what a failed sync may have lost; only a restart, reading from the disk, may decide.
    *auto_recovery = false;
    OnBackgroundError(reason, &error);
  }

  void OnFlushBegin(rocksdb::DB* /*database*/, const rocksdb::FlushJobInfo& /*job*/) override {
    HF_FAILPOINT("during-flush");
  }

 private:
  static auto name_of(rocksdb::BackgroundErrorReason reason) -> std::string_view {
    switch (reason) {
    case rocksdb::BackgroundErrorReason::kFlush: return "flush";
    case rocksdb::BackgroundErrorReason::kCompaction: return "compaction";
    case rocksdb::BackgroundErrorReason::kWriteCallback: return "write";
    case rocksdb::BackgroundErrorReason::kMemTable: return "memtable";
    case rocksdb::BackgroundErrorReason::kManifestWrite: return "manifest write";
    default: return "background work";
    }
  }

  background_error_handler on_error_;
};

} // namespace

auto make_info_log() -> std::shared_ptr<rocksdb::Logger> {
  auto log = std::make_shared<info_log>();
  log->SetInfoLogLevel(rocksdb::InfoLogLevel::WARN_LEVEL);
  return log;
}

auto make_event_listener(background_error_handler on_error) -> std::shared_ptr<rocksdb::EventListener> {
  return std::make_shared<event_listener>(std::move(on_error));
}

} // namespace holdfast::journal::store

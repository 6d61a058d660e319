#include "journal/rocksdb_events.hpp"
#include "people/durable_map.hpp"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <system_error>

namespace holdfast::people {

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

auto slice(std::string_view text) -> rocksdb::Slice {
  return {text.data(), text.size()};
}

auto options() -> rocksdb::Options {
  rocksdb::Options to;
  to.create_if_missing = true;
  to.paranoid_checks = true;
  // The last record of an honest power cut may be torn; anything else that is damaged is refused.
  to.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  to.write_buffer_size = 4 * mebibyte;
  // Small files: scrubbing one key rewrites few bytes.
  to.target_file_size_base = 2 * mebibyte;
  to.max_background_jobs = 1;
  to.max_open_files = 256;
  // Debian builds RocksDB with assertions on: its own file logger aborts the process when the disk is full.
  to.info_log = journal::store::make_info_log();
  to.info_log_level = rocksdb::InfoLogLevel::ERROR_LEVEL;
  to.stats_dump_period_sec = 0;
  to.stats_persist_period_sec = 0;
  to.db_host_id = "";
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  to.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return to;
}

auto said(const rocksdb::Status& status) -> tl::expected<void, std::string> {
  if (!status.ok()) {
    return tl::unexpected{status.ToString()};
  }
  return {};
}

class rocksdb_map final : public durable_map {
 public:
  explicit rocksdb_map(std::unique_ptr<rocksdb::DB> database) noexcept : database_{std::move(database)} {}

  auto get(std::string_view key) const -> tl::expected<std::optional<std::string>, std::string> override {
    std::string value;
    const auto status = database_->Get(checked(), slice(key), &value);
    if (status.IsNotFound()) {
      return std::optional<std::string>{};
    }
    if (!status.ok()) {
      return tl::unexpected{status.ToString()};
    }
    return std::optional{std::move(value)};
  }

  auto scan(std::string_view prefix, std::string_view from,
            const std::function<bool(std::string_view, std::string_view)>& sink) const
      -> tl::expected<void, std::string> override {
    const std::unique_ptr<rocksdb::Iterator> at{database_->NewIterator(checked())};
    const auto in_range = [&] { return at->Valid() && at->key().ToStringView().starts_with(prefix); };
    for (at->Seek(slice(from > prefix ? from : prefix)); in_range(); at->Next()) {
      if (!sink({at->key().data(), at->key().size()}, {at->value().data(), at->value().size()})) {
        return {};
      }
    }
    return said(at->status());
  }

  auto write(const map_changes& what) -> tl::expected<void, std::string> override {
    rocksdb::WriteBatch batch;
    for (const auto& [key, value] : what.rows()) {
      const auto status = value ? batch.Put(key, *value) : batch.Delete(key);
      if (!status.ok()) {
        return said(status);
      }
    }
    rocksdb::WriteOptions durable;
    durable.sync = true;
    return said(database_->Write(durable, &batch));
  }

  auto scrub(const std::vector<std::string>& keys) -> tl::expected<void, std::string> override {
    // Out of the log and the memory first; then every level that holds the key is rewritten without it.
    if (const auto flushed = database_->Flush({}); !flushed.ok()) {
      return said(flushed);
    }
    rocksdb::CompactRangeOptions how;
    how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    how.exclusive_manual_compaction = false;
    for (const auto& key : keys) {
      const auto only = slice(key);
      if (const auto done = database_->CompactRange(how, &only, &only); !done.ok()) {
        return said(done);
      }
    }
    return {};
  }

 private:
  static auto checked() -> rocksdb::ReadOptions {
    rocksdb::ReadOptions with;
    with.verify_checksums = true;
    return with;
  }

  std::unique_ptr<rocksdb::DB> database_;
};

} // namespace

auto durable_map::open(const std::filesystem::path& folder) -> tl::expected<std::unique_ptr<durable_map>, std::string> {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) {
    return tl::unexpected{"cannot make " + folder.string() + ": " + failed.message()};
  }
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(options(), folder.string(), &opened);
  if (!status.ok()) {
    return tl::unexpected{"cannot open " + folder.string() + ": " + status.ToString()};
  }
  return std::make_unique<rocksdb_map>(std::unique_ptr<rocksdb::DB>{opened});
}

void append_number(std::string& to, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift))));
  }
}

void append_number32(std::string& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift))));
  }
}

auto number_at(std::string_view bytes, std::size_t offset) noexcept -> std::uint64_t {
  if (bytes.size() < offset + sizeof(std::uint64_t)) {
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value = (value << 8U) | static_cast<std::uint8_t>(bytes[offset + i]);
  }
  return value;
}

} // namespace holdfast::people

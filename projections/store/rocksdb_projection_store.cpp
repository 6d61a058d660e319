#include "projections/store/rocksdb_projection_store.hpp"

#include "domain/check.hpp"
#include "journal/rocksdb_events.hpp"
#include "journal/wire.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

namespace holdfast::projections {
namespace {

using journal::failure;
using journal::failure_kind;

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::string_view format = "holdfast-projections-1";

// Names of projections are printable, so a row never reads as one of these.
constexpr std::string_view identity_key{"\0identity", 9};
constexpr std::string_view place_prefix{"\0place/", 7};

auto slice(std::string_view text) -> rocksdb::Slice {
  return {text.data(), text.size()};
}

auto view(const rocksdb::Slice& text) -> std::string_view {
  return {text.data(), text.size()};
}

auto to_failure(const rocksdb::Status& status, std::string_view doing) -> failure {
  const auto kind = status.IsCorruption() ? failure_kind::corrupt : failure_kind::io;
  return {kind, std::string{doing} + ": " + status.ToString()};
}

auto place_key(std::string_view projection) -> std::string {
  std::string key;
  key.reserve(place_prefix.size() + projection.size());
  key.append(place_prefix);
  key.append(projection);
  return key;
}

/// Rows of a projection are `name 0 key`, so that they lie together and no name is another's prefix.
auto row_key(std::string_view projection, std::string_view key) -> std::string {
  std::string row;
  row.reserve(projection.size() + 1 + key.size());
  row.append(projection);
  row.push_back('\0');
  row.append(key);
  return row;
}

/// The first key behind all of a projection's rows.
auto rows_end(std::string_view projection) -> std::string {
  std::string end;
  end.reserve(projection.size() + 1);
  end.append(projection);
  end.push_back('\1');
  return end;
}

/// A cache on two cores that sell: little memory, no sync, one background thread. Every read is checked.
auto options(bool create) -> rocksdb::Options {
  rocksdb::Options to;
  to.create_if_missing = create;
  to.paranoid_checks = true;
  // A checkpoint is a batch: without atomicity of its rows and position a crash would leave half of it.
  to.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  to.write_buffer_size = 8 * mebibyte;
  to.max_background_jobs = 1;
  to.max_open_files = 256;
  to.compression = rocksdb::kLZ4Compression;
  // Debian builds RocksDB with assertions on: its own file logger aborts the process when the disk is full.
  to.info_log = journal::store::make_info_log();
  to.info_log_level = rocksdb::InfoLogLevel::ERROR_LEVEL;
  to.stats_dump_period_sec = 0;
  to.stats_persist_period_sec = 0;
  to.db_host_id = "";
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.no_block_cache = true; // read once, at the start
  to.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return to;
}

/// `version (4 bytes, little-endian) cursor`.
struct place {
  std::uint32_t version = 0;
  journal::cursor position;
};

auto encode(const place& what) -> std::string {
  std::string bytes;
  bytes.resize(sizeof what.version);
  journal::raw::put(bytes.data(), what.version);
  return bytes.append(what.position.text());
}

auto decode_place(std::string_view bytes) -> std::optional<place> {
  place what;
  if (bytes.size() < sizeof what.version)
    return std::nullopt;
  what.version = journal::raw::get<std::uint32_t>(bytes.data());
  what.position = journal::cursor{std::string{bytes.substr(sizeof what.version)}};
  return what;
}

class rocksdb_projection_store final : public projection_store {
 public:
  explicit rocksdb_projection_store(std::unique_ptr<rocksdb::DB> database) : database_{std::move(database)} {}

  auto open(std::string_view projection, std::uint32_t version) -> tl::expected<journal::cursor, failure> override {
    {
      const std::scoped_lock lock{mutex_};
      versions_[std::string{projection}] = version;
    }
    std::string bytes;
    const auto status = database_->Get({}, slice(place_key(projection)), &bytes);
    if (!status.ok() && !status.IsNotFound())
      return tl::unexpected{to_failure(status, "cannot read where a projection is")};
    if (auto found = decode_place(bytes); found && found->version == version)
      return std::move(found->position);
    // Another version's, or rows without a position.
    if (auto wiped = wipe(projection); !wiped)
      return tl::unexpected{wiped.error()};
    return journal::cursor{};
  }

  auto load(std::string_view projection, const row_sink& sink) -> tl::expected<void, failure> override {
    const auto first = row_key(projection, {});
    rocksdb::ReadOptions whole;
    whole.readahead_size = mebibyte;
    const std::unique_ptr<rocksdb::Iterator> at{database_->NewIterator(whole)};
    for (at->Seek(first); at->Valid() && at->key().starts_with(first); at->Next())
      if (!sink(view(at->key()).substr(first.size()), view(at->value())))
        return {};
    if (!at->status().ok())
      return tl::unexpected{to_failure(at->status(), "cannot read a projection's rows")};
    return {};
  }

  auto get(std::string_view projection, std::string_view key)
      -> tl::expected<std::optional<std::string>, failure> override {
    std::string value;
    const auto status = database_->Get({}, row_key(projection, key), &value);
    if (status.IsNotFound())
      return std::nullopt;
    if (!status.ok())
      return tl::unexpected{to_failure(status, "cannot read a projection's row")};
    return value;
  }

  auto commit(std::string_view projection, const store_changes& what, const journal::cursor& position)
      -> tl::expected<void, failure> override {
    rocksdb::WriteBatch batch;
    for (const auto& each : what.all()) {
      const auto key = row_key(projection, each.key);
      if (each.value)
        batch.Put(key, *each.value);
      else
        batch.Delete(key);
    }
    batch.Put(place_key(projection), encode({version_of(projection), position}));
    return write(batch);
  }

  auto wipe(std::string_view projection) -> tl::expected<void, failure> override {
    rocksdb::WriteBatch batch;
    batch.Delete(place_key(projection));
    batch.DeleteRange(row_key(projection, {}), rows_end(projection));
    return write(batch);
  }

 private:
  auto version_of(std::string_view projection) -> std::uint32_t {
    const std::scoped_lock lock{mutex_};
    const auto found = versions_.find(projection);
    HF_CHECK(found != versions_.end(), "a projection commits to a space that it has not opened");
    return found->second;
  }

  auto write(rocksdb::WriteBatch& batch) -> tl::expected<void, failure> {
    if (const auto status = database_->Write({}, &batch); !status.ok())
      return tl::unexpected{to_failure(status, "cannot write to the projections' store")};
    return {};
  }

  std::unique_ptr<rocksdb::DB> database_;
  std::mutex mutex_;
  std::map<std::string, std::uint32_t, std::less<>> versions_; ///< as opened
};

auto open_database(const std::filesystem::path& directory) -> tl::expected<std::unique_ptr<rocksdb::DB>, failure> {
  rocksdb::DB* raw = nullptr;
  if (const auto status = rocksdb::DB::Open(options(true), directory.string(), &raw); !status.ok()) {
    auto why = to_failure(status, "cannot open the projections' store in " + directory.string());
    if (status.IsIOError() && status.ToString().find("lock") != std::string::npos)
      why.kind = failure_kind::locked;
    return tl::unexpected{std::move(why)};
  }
  return std::unique_ptr<rocksdb::DB>{raw};
}

/// Empty when the store is of this format and this journal; otherwise why not.
auto unusable(rocksdb::DB& database, const std::string& wanted) -> std::string {
  std::string found;
  const auto status = database.Get({}, slice(identity_key), &found);
  if (status.IsNotFound() || (status.ok() && found == wanted))
    return {};
  return status.ok() ? "it belongs to another journal or has another format" : status.ToString();
}

/// The database with its identity in it, or why it has to be begun anew.
auto open_identified(const std::filesystem::path& directory, const std::string& identity)
    -> tl::expected<std::unique_ptr<rocksdb::DB>, failure> {
  auto opened = open_database(directory);
  if (!opened)
    return opened;
  if (auto why = unusable(**opened, identity); !why.empty())
    return tl::unexpected{failure{failure_kind::corrupt, std::move(why)}};
  if (const auto status = (*opened)->Put({}, slice(identity_key), identity); !status.ok())
    return tl::unexpected{to_failure(status, "cannot write to the projections' store")};
  return opened;
}

} // namespace

auto open_projection_store(const std::filesystem::path& directory, const std::string& journal_identity)
    -> tl::expected<store_opening, failure> {
  std::string identity; // by appending: GCC 12 sees a false overflow in operator+
  identity.append(format).append(" ").append(journal_identity);
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  store_opening result;
  auto opened = open_identified(directory, identity);
  if (!opened && opened.error().kind != failure_kind::locked) {
    result.repairs.push_back("the projections' store was removed and is folded again: " + opened.error().detail);
    std::filesystem::remove_all(directory, error);
    std::filesystem::create_directories(directory, error);
    opened = open_identified(directory, identity);
  }
  if (!opened)
    return tl::unexpected{std::move(opened.error())};
  result.store = std::make_unique<rocksdb_projection_store>(std::move(*opened));
  return result;
}

auto open_projection_store_read_only(const std::filesystem::path& directory)
    -> tl::expected<std::unique_ptr<projection_store>, failure> {
  std::error_code error;
  if (!std::filesystem::exists(directory / "CURRENT", error))
    return tl::unexpected{failure{failure_kind::not_found, directory.string() + ": there is no store of projections"}};
  rocksdb::DB* raw = nullptr;
  if (const auto status = rocksdb::DB::OpenForReadOnly(options(false), directory.string(), &raw); !status.ok())
    return tl::unexpected{to_failure(status, "cannot read the projections' store in " + directory.string())};
  return std::make_unique<rocksdb_projection_store>(std::unique_ptr<rocksdb::DB>{raw});
}

} // namespace holdfast::projections

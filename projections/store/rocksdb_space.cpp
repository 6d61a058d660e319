#include "projections/store/rocksdb_space.hpp"

#include "domain/check.hpp"
#include "domain/strong_id.hpp"
#include "journal/checksum.hpp"
#include "journal/rocksdb_events.hpp"
#include "journal/wire.hpp"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace holdfast::projections {
namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t lookups_at_once = 256;

// First bytes of keys.
constexpr std::string_view place_key{"\0", 1};
constexpr char row_prefix = '\1';

auto slice(std::string_view text) -> rocksdb::Slice {
  return {text.data(), text.size()};
}

auto view(const rocksdb::Slice& text) -> std::string_view {
  return {text.data(), text.size()};
}

auto row_key(std::string_view key) -> std::string {
  std::string row;
  row.reserve(1 + key.size());
  row.push_back(row_prefix);
  row.append(key);
  return row;
}

/// Files that are gone or are not what was written: no later start will read them better.
auto is_damage(const rocksdb::Status& status) -> bool {
  return status.IsCorruption() || status.subcode() == rocksdb::Status::kPathNotFound;
}

auto to_failure(const rocksdb::Status& status, std::string_view doing) -> failure {
  return {is_damage(status) ? failure_kind::corrupt : failure_kind::io, std::string{doing} + ": " + status.ToString()};
}

/// A cache on two cores that sell: little memory, no sync, one background thread. Every read is checked.
auto options(bool create) -> rocksdb::Options {
  rocksdb::Options to;
  to.create_if_missing = create;
  to.paranoid_checks = true;
  // A checkpoint is a batch: without atomicity of its rows and position a crash would leave half of it.
  to.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  to.write_buffer_size = 4 * mebibyte; // there is a database for each projection
  to.max_background_jobs = 1;
  to.max_open_files = 256;
  to.max_file_opening_threads = 1;
  to.compression = rocksdb::kLZ4Compression;
  // A compaction of damaged files would stop all writing before anybody has read them.
  to.disable_auto_compactions = !create;
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
  // A commit looks every key up, and most are new.
  constexpr double filter_bits_per_key = 10;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(filter_bits_per_key));
  to.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return to;
}

/// How many rows, and the sum of their hashes, whatever their order.
struct row_count {
  std::uint64_t rows = 0;
  std::uint64_t sum = 0;

  void add(std::string_view key, std::string_view value) {
    ++rows;
    sum += hash_of(key, value);
  }

  void remove(std::string_view key, std::string_view value) {
    --rows;
    sum -= hash_of(key, value);
  }

  static auto hash_of(std::string_view key, std::string_view value) -> std::uint64_t {
    const auto of_key = journal::crc32c(key);
    const auto of_both = std::uint64_t{of_key} << 32U | journal::crc32c(value, of_key);
    return domain::mix64(of_both + domain::mix64(std::uint64_t{key.size()} << 32U | value.size()));
  }

  friend auto operator==(const row_count&, const row_count&) -> bool = default;
};

/// `version (4 bytes, little-endian) rows (8) sum (8) cursor`.
struct place {
  std::uint32_t version = 0;
  row_count count;
  journal::cursor position;
};

auto encode(const place& what) -> std::string {
  std::string bytes;
  bytes.resize(sizeof what.version + sizeof what.count.rows + sizeof what.count.sum);
  auto* to = bytes.data();
  journal::raw::put(to, what.version);
  journal::raw::put(to + sizeof what.version, what.count.rows);
  journal::raw::put(to + sizeof what.version + sizeof what.count.rows, what.count.sum);
  return bytes.append(what.position.text());
}

auto decode_place(std::string_view bytes) -> std::optional<place> {
  place what;
  constexpr auto fixed = sizeof what.version + sizeof what.count.rows + sizeof what.count.sum;
  if (bytes.size() < fixed)
    return std::nullopt;
  what.version = journal::raw::get<std::uint32_t>(bytes.data());
  what.count.rows = journal::raw::get<std::uint64_t>(bytes.data() + sizeof what.version);
  what.count.sum = journal::raw::get<std::uint64_t>(bytes.data() + sizeof what.version + sizeof what.count.rows);
  what.position = journal::cursor{std::string{bytes.substr(fixed)}};
  return what;
}

/// The last change of each key, in the order of keys.
auto last_changes(const store_changes& what) -> std::vector<const store_changes::change*> {
  std::vector<const store_changes::change*> all;
  all.reserve(what.all().size());
  for (const auto& each : what.all())
    all.push_back(&each);
  std::ranges::stable_sort(all, {}, [](const auto* each) -> const std::string& { return each->key; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i + 1 == all.size() || all[i]->key != all[i + 1]->key)
      all[kept++] = all[i];
  all.resize(kept);
  return all;
}

} // namespace

struct rocksdb_space::parts {
  parts(fs::path in, access how) : directory{std::move(in)}, read_only{how == access::read_only} {}

  auto open(bool create) -> tl::expected<void, failure> {
    rocksdb::DB* raw = nullptr;
    if (create) {
      // Or the library complains of a directory that it then makes.
      std::error_code trouble;
      fs::create_directories(directory, trouble);
    }
    const auto status = read_only ? rocksdb::DB::OpenForReadOnly(options(false), directory.string(), &raw)
                                  : rocksdb::DB::Open(options(create), directory.string(), &raw);
    if (!status.ok())
      return tl::unexpected{to_failure(status, "cannot open " + directory.string())};
    database.reset(raw);
    return {};
  }

  auto remove() -> tl::expected<void, failure> {
    database.reset();
    at = {};
    failed = false;
    std::error_code trouble;
    if (!fs::exists(directory, trouble))
      return {};
    // A half removed space must not pass for a whole one after a crash.
    auto gone = directory;
    gone += ".removed";
    fs::remove_all(gone, trouble);
    fs::rename(directory, gone, trouble);
    if (trouble)
      return tl::unexpected{
          failure{failure_kind::io, "cannot remove " + directory.string() + ": " + trouble.message()}};
    fs::remove_all(gone, trouble); // what cannot go now goes at the next start
    return {};
  }

  auto load_all(const projection_store::row_sink& sink) -> tl::expected<void, failure> {
    rocksdb::ReadOptions whole;
    whole.readahead_size = mebibyte;
    const std::string first{row_prefix};
    row_count found;
    const std::unique_ptr<rocksdb::Iterator> next{database->NewIterator(whole)};
    for (next->Seek(first); next->Valid(); next->Next()) {
      const auto key = view(next->key()).substr(first.size());
      const auto value = view(next->value());
      found.add(key, value);
      if (!sink(key, value))
        return {};
    }
    if (!next->status().ok())
      return tl::unexpected{to_failure(next->status(), "cannot read a projection's rows")};
    if (const auto known = read_place(); !known)
      return tl::unexpected{known.error()};
    else if (*known && (*known)->count != found)
      return tl::unexpected{failure{failure_kind::corrupt, directory.string() + ": there are " +
                                                               std::to_string(found.rows) + " rows, and not the " +
                                                               std::to_string((*known)->count.rows) +
                                                               " that were committed"}};
    return {};
  }

  /// Nothing when there is none.
  auto read_place() -> tl::expected<std::optional<place>, failure> {
    std::string bytes;
    const auto status = database->Get({}, slice(place_key), &bytes);
    if (status.IsNotFound())
      return std::nullopt;
    if (!status.ok())
      return tl::unexpected{to_failure(status, "cannot read where a projection is")};
    return decode_place(bytes);
  }

  auto write(const store_changes& what, const journal::cursor& position) -> rocksdb::Status {
    const auto changes = last_changes(what);
    place next{*version, at.count, position};
    rocksdb::WriteBatch batch;
    for (std::size_t from = 0; from < changes.size(); from += lookups_at_once)
      if (auto status = put(changes, from, next.count, batch); !status.ok())
        return status;
    batch.Put(slice(place_key), encode(next));
    auto status = database->Write({}, &batch);
    if (status.ok())
      at = std::move(next);
    return status;
  }

  /// Some of the changes, and what they do to the count: that takes a look at what was there before.
  auto put(const std::vector<const store_changes::change*>& changes, std::size_t from, row_count& count,
           rocksdb::WriteBatch& batch) -> rocksdb::Status {
    const auto size = std::min(lookups_at_once, changes.size() - from);
    std::vector<std::string> names(size);
    std::array<rocksdb::Slice, lookups_at_once> keys;
    std::array<rocksdb::PinnableSlice, lookups_at_once> before;
    std::array<rocksdb::Status, lookups_at_once> found;
    for (std::size_t i = 0; i < size; ++i) {
      names[i] = row_key(changes[from + i]->key);
      keys[i] = names[i];
    }
    database->MultiGet({}, database->DefaultColumnFamily(), size, keys.data(), before.data(), found.data(), true);
    for (std::size_t i = 0; i < size; ++i) {
      const auto& change = *changes[from + i];
      if (found[i].ok())
        count.remove(change.key, view(before[i]));
      else if (!found[i].IsNotFound())
        return found[i];
      if (change.value) {
        count.add(change.key, *change.value);
        batch.Put(keys[i], *change.value);
      } else if (found[i].ok()) {
        batch.Delete(keys[i]);
      }
    }
    return rocksdb::Status::OK();
  }

  const fs::path directory;
  const bool read_only;
  std::mutex mutex;                      ///< over what follows
  std::unique_ptr<rocksdb::DB> database; ///< null: not opened, or nothing there
  std::optional<std::uint32_t> version;  ///< as opened
  place at;                              ///< of the last commit
  bool failed = false;                   ///< nothing is committed before the next wipe
};

rocksdb_space::rocksdb_space(fs::path directory, access how)
    : parts_{std::make_unique<parts>(std::move(directory), how)} {}

rocksdb_space::~rocksdb_space() = default;

auto rocksdb_space::open() -> tl::expected<void, failure> {
  auto& my = *parts_;
  const std::scoped_lock lock{my.mutex};
  std::error_code trouble;
  if (my.database || !fs::exists(my.directory, trouble))
    return {};
  return my.open(false);
}

auto rocksdb_space::position(std::uint32_t version) -> tl::expected<journal::cursor, failure> {
  auto& my = *parts_;
  const std::scoped_lock lock{my.mutex};
  my.version = version;
  if (my.database) {
    auto found = my.read_place();
    if (!found)
      return tl::unexpected{std::move(found.error())};
    if (*found && (*found)->version == version) {
      my.at = *std::move(*found);
      return my.at.position;
    }
    // Another version's, or rows without a position: nothing that anybody would go on from.
    if (!my.read_only) {
      if (auto removed = my.remove(); !removed)
        return tl::unexpected{std::move(removed.error())};
    }
  }
  my.at = {};
  return journal::cursor{};
}

auto rocksdb_space::load(const projection_store::row_sink& sink) -> tl::expected<void, failure> {
  auto& my = *parts_;
  const std::scoped_lock lock{my.mutex};
  if (!my.database)
    return {};
  if (auto loaded = my.load_all(sink); !loaded || my.read_only)
    return loaded;
  if (const auto status = my.database->EnableAutoCompaction({my.database->DefaultColumnFamily()}); !status.ok())
    return tl::unexpected{to_failure(status, "cannot go on with " + my.directory.string())};
  return {};
}

auto rocksdb_space::get(std::string_view key) -> tl::expected<std::optional<std::string>, failure> {
  auto& my = *parts_;
  const std::scoped_lock lock{my.mutex};
  if (!my.database)
    return std::nullopt;
  std::string value;
  const auto status = my.database->Get({}, row_key(key), &value);
  if (status.IsNotFound())
    return std::nullopt;
  if (!status.ok())
    return tl::unexpected{to_failure(status, "cannot read a projection's row")};
  return value;
}

auto rocksdb_space::commit(const store_changes& what, const journal::cursor& position) -> tl::expected<void, failure> {
  auto& my = *parts_;
  const std::scoped_lock lock{my.mutex};
  HF_CHECK(my.version.has_value(), "a projection commits to a space that it has not opened");
  if (my.read_only || my.failed)
    return tl::unexpected{failure{failure_kind::io, my.directory.string() + " is not written any more"}};
  if (!my.database) {
    if (auto opened = my.open(true); !opened) {
      my.failed = true;
      return opened;
    }
  }
  const auto status = my.write(what, position);
  if (status.ok())
    return {};
  if (is_damage(status)) {
    // It would be met again and again; without the space the next start folds the journal.
    if (const auto removed = my.remove(); !removed)
      spdlog::error("{}", removed.error().detail);
  }
  my.failed = true;
  return tl::unexpected{to_failure(status, "cannot write to " + my.directory.string())};
}

auto rocksdb_space::wipe() -> tl::expected<void, failure> {
  auto& my = *parts_;
  const std::scoped_lock lock{my.mutex};
  if (my.read_only)
    return tl::unexpected{failure{failure_kind::io, my.directory.string() + " is only read"}};
  return my.remove();
}

} // namespace holdfast::projections

#include "journal/rocksdb_options.hpp"

#include "journal/rocksdb_events.hpp"
#include "journal/writer_layout.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/wal_filter.h>

namespace holdfast::journal::store {
namespace {

constexpr std::size_t mebibyte = 1024 * 1024;
/// Small, so that a restart replays little and a flush is short.
constexpr std::size_t memtable_bytes = 16 * mebibyte;
/// The most that a restart replays, whichever family holds on to an old log.
constexpr std::size_t wal_bytes_max = 64 * mebibyte;
constexpr std::size_t block_cache_bytes = 32 * mebibyte;
/// Records are read in long runs, so blocks are larger than the default 4 KiB and their index is smaller.
constexpr std::size_t record_block_bytes = 16 * 1024;
constexpr std::size_t read_ahead_bytes = 256 * 1024;

/// Lets no write of the log through.
class empty_log final : public rocksdb::WalFilter {
 public:
  auto LogRecordFound(unsigned long long /*log*/, const std::string& /*file*/, const rocksdb::WriteBatch& /*write*/,
                      rocksdb::WriteBatch* /*changed*/, bool* /*is_changed*/) -> WalProcessingOption override {
    return WalProcessingOption::kIgnoreCurrentRecord;
  }

  [[nodiscard]] auto Name() const -> const char* override { return "holdfast.empty_log"; }
};

void set_durability(rocksdb::DBOptions& options, const option_choices& choices) {
  // The default, point in time, opens "OK" with half of the acknowledged records gone after one flipped bit in a log. This mode refuses.
  options.wal_recovery_mode = choices.stop_at_torn_tail ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                                        : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // Closed logs that must exist are named, with their sizes, in the manifest: one that is missing or short is noticed.
  options.track_and_verify_wals_in_manifest = true;
  // Corruption is an error, never a warning; a failed write stops all later ones.
  options.paranoid_checks = true;
  // A failed fsync says nothing about the pages it was for: trying again would acknowledge what may be lost.
  options.max_bgerror_resume_count = 0;
  // Every write reaches the kernel before it returns; nothing waits in a buffer of ours.
  options.manual_wal_flush = false;
  // One committer: a second queue or unordered writes would only loosen the order of log, memtable and answers.
  options.two_write_queues = false;
  options.unordered_write = false;
  options.enable_pipelined_write = false;
  // The tail doctor reads the log itself; compression would hide the records, recycling would leave valid records of an older log behind the tail.
  options.wal_compression = rocksdb::kNoCompression;
  options.recycle_log_file_num = 0;
  options.max_total_wal_size = wal_bytes_max;
  // A restart ends with everything in tables and an empty log, so that a crash loop does not replay the same log again and again.
  options.avoid_flush_during_recovery = false;
  // Families are flushed each on its own: 7.8's atomic flush can leave a family out (fixed in 8.0).
  options.atomic_flush = false;
  // The id of the store is in the checksummed manifest, not only in a bare file.
  options.write_dbid_to_manifest = true;
}

void set_resources(rocksdb::DBOptions& options) {
  // One flush and one compaction beside the selling path, on two cores.
  options.max_background_jobs = 2;
  options.max_subcompactions = 1;
  // With a single committer a plain insert is cheaper than a concurrent one, and there is nobody to yield to.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  // Tables reach the disk as they are written; one large writeback at their end would hold up the log's sync.
  options.bytes_per_sync = mebibyte;
  options.compaction_readahead_size = 2 * mebibyte;
  // Where a flush lags, writes slow down to what a disk takes, not to the default 16 MiB/s, which is less than an on-sale writes.
  options.delayed_write_rate = 64 * mebibyte;
  // Opening must not read the properties of every table: the start has two seconds.
  options.skip_stats_update_on_db_open = true;
  options.max_open_files = -1;
  // Numbers come from our own metrics; no thread wakes up to print them.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // Backups leave the machine: its name stays.
  options.db_host_id = "";
}

auto table_factory(std::size_t block_bytes, bool filtered, const std::shared_ptr<rocksdb::Cache>& cache)
    -> std::shared_ptr<rocksdb::TableFactory> {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = block_bytes;
  table.block_cache = cache;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  if (filtered)
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10.0));
  return std::shared_ptr<rocksdb::TableFactory>{rocksdb::NewBlockBasedTableFactory(table)};
}

auto base_family() -> rocksdb::ColumnFamilyOptions {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = memtable_bytes;
  // An on-sale's burst is absorbed in memory and level 0 and compacted when it is over.
  options.max_write_buffer_number = 6;
  options.level0_file_num_compaction_trigger = 8;
  options.level0_slowdown_writes_trigger = 64;
  options.level0_stop_writes_trigger = 128;
  // Levelled, although puts-only data would be written less often by universal compaction: that one needs as much free disk as it has data.
  options.compaction_style = rocksdb::kCompactionStyleLevel;
  options.level_compaction_dynamic_level_bytes = true;
  options.num_levels = 5;
  options.max_bytes_for_level_base = 256 * mebibyte;
  options.target_file_size_base = 64 * mebibyte;
  // Records are hashes, ids and checksums: they hardly shrink, and compaction shares two cores with selling.
  options.compression = rocksdb::kNoCompression;
  options.bottommost_compression = rocksdb::kNoCompression;
  return options;
}

} // namespace

auto database_options(const option_choices& choices) -> rocksdb::DBOptions {
  rocksdb::DBOptions options;
  options.env = choices.env != nullptr ? choices.env : rocksdb::Env::Default();
  options.create_if_missing = choices.create;
  options.create_missing_column_families = choices.create;
  set_durability(options, choices);
  set_resources(options);
  static empty_log nothing;
  options.wal_filter = choices.without_log ? &nothing : nullptr;
  // Debian builds RocksDB with assertions on: its own file logger aborts the process when the disk is full.
  options.info_log = make_info_log();
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.listeners = {make_event_listener(choices.on_background_error)};
  return options;
}

auto answer_filter::Filter(int /*level*/, const rocksdb::Slice& key, const rocksdb::Slice& /*value*/,
                           std::string* /*new_value*/, bool* /*value_changed*/) const -> bool {
  const auto hour = layout::parse_answer_hour({key.data(), key.size()});
  return hour && *hour < kept_from.load(std::memory_order_relaxed);
}

auto family_descriptors(const answer_filter& answers) -> std::vector<rocksdb::ColumnFamilyDescriptor> {
  const auto cache = rocksdb::NewLRUCache(block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto* name : family_names)
    families.emplace_back(name, base_family());
  const auto at = [&families](family which) -> rocksdb::ColumnFamilyOptions& {
    return families[static_cast<std::size_t>(which)].options;
  };
  at(family::meta).table_factory = table_factory(4096, false, cache);
  // Never looked up by a key that may be absent, so no filter.
  at(family::records).table_factory = table_factory(record_block_bytes, false, cache);
  // Records of a stream arrive in order: the last place in the memtable is where the next one goes.
  at(family::records)
      .memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(layout::stream_key_bytes));
  at(family::positions).table_factory = table_factory(record_block_bytes, false, cache);
  // Looked up by keys that are often absent: new streams, hours without the answer.
  at(family::heads).table_factory = table_factory(4096, true, cache);
  at(family::answers).table_factory = table_factory(4096, true, cache);
  at(family::answers).compaction_filter = &answers;
  // Random keys, so every compaction rewrites everything; and they are looked up only when a request is repeated. During an on-sale they
  // stay in level 0, and go from there when their hours have passed.
  at(family::answers).level0_file_num_compaction_trigger = 64;
  at(family::answers).level0_slowdown_writes_trigger = 256;
  at(family::answers).level0_stop_writes_trigger = 512;
  return families;
}

auto point_read() -> rocksdb::ReadOptions {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  return options;
}

auto scan_read() -> rocksdb::ReadOptions {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  options.readahead_size = read_ahead_bytes;
  return options;
}

} // namespace holdfast::journal::store

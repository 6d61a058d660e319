#pragma once

#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// How the journal's store is set up. Every option that differs from RocksDB 7.8's default, or that the journal relies on, has its reason beside it.
namespace holdfast::journal::store {

/// The column families, in the order of their handles. Their names are part of the stored format.
enum class family : std::size_t {
  meta = 0,      ///< journal id, epochs; RocksDB's own default family
  records = 1,   ///< (stream, seq) → record
  positions = 2, ///< commit position → batch
  heads = 3,     ///< stream → head; the only ones that are overwritten
  answers = 4,   ///< (hour, stream, principal, key) → remembered answer
};
inline constexpr std::array<const char*, 5> family_names{"default", "records", "positions", "heads", "answers"};

/// Told of errors that RocksDB met by itself (a flush, a compaction). Any thread.
using background_error_handler = std::function<void(const std::string&)>;

struct option_choices {
  rocksdb::Env* env = nullptr; ///< null: the machine's
  background_error_handler on_background_error;
  bool create = false;
  /// Stop at the first damaged record of the log instead of refusing. Only for reading beside a torn tail that the tail doctor has looked at.
  bool stop_at_torn_tail = false;
  /// See the tables alone, as if the log were empty. Only for reading.
  bool without_log = false;
};

/// Drops remembered answers of hours before `kept_from` whenever their tables are compacted.
class answer_filter final : public rocksdb::CompactionFilter {
 public:
  std::atomic<std::uint32_t> kept_from{0};
  [[nodiscard]] auto Filter(int level, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string* new_value,
                            bool* value_changed) const -> bool override;
  [[nodiscard]] auto Name() const -> const char* override { return "holdfast.answers"; }
};

[[nodiscard]] auto database_options(const option_choices& choices) -> rocksdb::DBOptions;
/// `answers` must outlive the database.
[[nodiscard]] auto family_descriptors(const answer_filter& answers) -> std::vector<rocksdb::ColumnFamilyDescriptor>;

/// Point lookups and short reads: checked.
[[nodiscard]] auto point_read() -> rocksdb::ReadOptions;
/// Streams and scans: checked, read ahead, and not allowed to push what is hot out of the cache.
[[nodiscard]] auto scan_read() -> rocksdb::ReadOptions;

} // namespace holdfast::journal::store

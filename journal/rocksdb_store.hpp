#pragma once

#include "journal/mark.hpp"
#include "journal/rocksdb_options.hpp"
#include "journal/writer.hpp"
#include "journal/writer_layout.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <tl/expected.hpp>

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::journal::store {

[[nodiscard]] inline auto slice(std::string_view bytes) noexcept -> rocksdb::Slice {
  return {bytes.data(), bytes.size()};
}
[[nodiscard]] inline auto view(const rocksdb::Slice& bytes) noexcept -> std::string_view {
  return {bytes.data(), bytes.size()};
}
/// A status that is not OK as a failure: corruption as such, everything else as I/O.
[[nodiscard]] auto to_failure(const rocksdb::Status& status, std::string_view doing) -> failure;

/// An open RocksDB with the journal's families. Reads are thread-safe.
class database {
 public:
  [[nodiscard]] static auto open(const std::filesystem::path& directory, const option_choices& choices)
      -> tl::expected<std::unique_ptr<database>, failure>;
  /// Changes nothing on disk: no flush, no deletion of files that look obsolete.
  [[nodiscard]] static auto open_read_only(const std::filesystem::path& directory, const option_choices& choices)
      -> tl::expected<std::unique_ptr<database>, failure>;
  /// Names of the families a directory has.
  [[nodiscard]] static auto list_families(const std::filesystem::path& directory, const option_choices& choices)
      -> tl::expected<std::vector<std::string>, failure>;

  database() = default;
  database(const database&) = delete;
  auto operator=(const database&) -> database& = delete;
  ~database();

  [[nodiscard]] auto raw() const noexcept -> rocksdb::DB& { return *database_; }
  [[nodiscard]] auto handle(family which) const noexcept -> rocksdb::ColumnFamilyHandle* {
    return handles_[static_cast<std::size_t>(which)];
  }

  /// The value under a key; nothing when absent.
  [[nodiscard]] auto get(family which, std::string_view key) const -> tl::expected<std::optional<std::string>, failure>;
  [[nodiscard]] auto iterate(family which, const rocksdb::ReadOptions& options) const
      -> std::unique_ptr<rocksdb::Iterator>;

  [[nodiscard]] auto head(stream_id stream) const -> tl::expected<stream_head, failure>;
  [[nodiscard]] auto position(std::uint64_t position) const
      -> tl::expected<std::optional<layout::position_value>, failure>;
  /// The newest commit; position 0 in an empty journal.
  [[nodiscard]] auto newest_commit() const -> tl::expected<layout::commit_note, failure>;

  /// Nothing when the journal was never finished being made.
  [[nodiscard]] auto id() const -> tl::expected<std::optional<journal_id>, failure>;
  [[nodiscard]] auto epoch(cell_id cell) const -> tl::expected<std::uint64_t, failure>;
  /// Durable when this returns; the others as well.
  [[nodiscard]] auto put_id(const journal_id& id) -> tl::expected<void, failure>;
  [[nodiscard]] auto put_epoch(cell_id cell, std::uint64_t epoch) -> tl::expected<void, failure>;
  [[nodiscard]] auto flush() -> tl::expected<void, failure>;
  /// Drops answers of hours before `kept_from`: whole tables at once, then what is left of those hours in others. Ends early once `canceled`.
  [[nodiscard]] auto drop_answers(std::uint32_t kept_from, std::atomic<bool>& canceled) -> tl::expected<void, failure>;
  /// A copy that opens by itself, in a directory that does not exist yet.
  [[nodiscard]] auto checkpoint(const std::filesystem::path& directory) -> tl::expected<void, failure>;

 private:
  answer_filter answers_;
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

/// Writes group commits: one `WriteBatch`, one synced write, then the mark.
class batch_writer final : public commit_target {
 public:
  /// `last` is what the mark says now. `sync` false is the negative control of the power cut test, nothing else.
  batch_writer(database& into, mark_file& marks, const mark& last, bool sync);

  [[nodiscard]] auto load_head(stream_id stream) -> tl::expected<stream_head, failure> override;
  void begin() override;
  void put_record(stream_id stream, std::uint64_t seq, std::string_view bytes) override;
  void put_head(stream_id stream, const stream_head& head) override;
  void put_answer(std::string_view key, std::string_view value) override;
  void put_position(std::uint64_t position, std::string_view value) override;
  [[nodiscard]] auto commit(const layout::commit_note& last, std::uint64_t epoch)
      -> tl::expected<void, failure> override;

  /// Makes a new epoch durable, in the journal and in its mark. Any thread.
  [[nodiscard]] auto raise_epoch(cell_id cell, std::uint64_t epoch) -> tl::expected<void, failure>;
  /// Syncs the mark. Any thread.
  [[nodiscard]] auto sync_mark() -> tl::expected<void, failure> { return marks_.sync(); }

 private:
  void put(family which, std::string_view key, std::string_view value);

  database& database_;
  mark_file& marks_;
  mark mark_;
  rocksdb::WriteOptions write_options_;
  rocksdb::WriteBatch batch_;
  std::mutex write_mutex_; ///< two writes at once would share one record of the log
};

} // namespace holdfast::journal::store

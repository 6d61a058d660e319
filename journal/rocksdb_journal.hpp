#pragma once

#include "journal/disk_watch.hpp"
#include "journal/journal.hpp"
#include "journal/writer_metrics.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace rocksdb {
class Env;
} // namespace rocksdb

namespace holdfast::journal {

/// How a directory is opened.
enum class journal_access : std::uint8_t {
  serve = 1, ///< reads and appends; one process at a time
  read_only, ///< reads only, and changes nothing on disk; for offline tools and backups
};

struct rocksdb_journal_options {
  std::filesystem::path directory; ///< `DIR/journal`; created when missing and `access` is serve
  std::filesystem::path
      marks_directory;             ///< `DIR/marks`; empty with read_only: no mark is looked at (a backup has none)
  std::filesystem::path lock_file; ///< `DIR/LOCK`, taken while open; empty: the caller holds a data_lock
  journal_access access = journal_access::serve;
  /// Opens although acknowledged commits are lost, or although no mark can be read: the mark is rewritten to what is there, the epoch raised
  /// past every one handed out, and a log that is damaged in its middle is cut there. For one start, by an operator's word. Loud in the log.
  /// With read_only nothing is changed, and nothing is checked beforehand either: who reads sees whether a stream is sound.
  bool accept_journal_loss = false;
  disk_watch_options disk;
  std::size_t read_threads = 1;
  std::size_t read_queue_max = 256;              ///< jobs of `run_on_read_pool` that may wait
  std::shared_ptr<journal_metrics_port> samples; ///< may be null
  rocksdb::Env* env = nullptr;                   ///< fault injection of tests; null: the machine's
  bool sync_writes = true;                       ///< false only as the negative control of the power cut test
};

/// How the mark stood when the journal was opened.
enum class mark_verdict : std::uint8_t {
  unchecked = 1, ///< no marks directory was given
  fresh,         ///< a new journal
  met,           ///< everything acknowledged is there
  behind,        ///< acknowledged commits are missing (read_only, or accepted)
  unreadable,    ///< no slot can be read (read_only, or accepted)
};

/// What opening found and did.
struct opening_report {
  std::chrono::nanoseconds took{0};
  std::uint64_t position = 0;  ///< newest commit
  std::uint64_t log_bytes = 0; ///< of write-ahead log that was replayed
  mark_verdict mark = mark_verdict::unchecked;
  std::vector<std::string> repairs; ///< for people, a sentence each; empty when nothing was wrong
};

/// The embedded journal: RocksDB under one writer, a high-water mark beside it. See docs/journal-format.md and the contract in journal.hpp.
class rocksdb_journal final : public journal {
 public:
  /// Opens, checking the logs, the mark and the newest streams first. Refuses rather than guesses: `locked`, `behind_mark`, `corrupt` (with file,
  /// offset and the first bad commit, and the command that accepts it) or `io`. After a refusal the directory is as it was found.
  [[nodiscard]] static auto open(rocksdb_journal_options options)
      -> tl::expected<std::unique_ptr<rocksdb_journal>, failure>;
  ~rocksdb_journal() override;

  [[nodiscard]] auto acquire(cell_id cell) -> tl::expected<tenure, failure> override;
  void append(append_group group, std::shared_ptr<append_done> done) noexcept override;
  [[nodiscard]] auto head(stream_id stream) -> tl::expected<stream_head, failure> override;
  [[nodiscard]] auto heads(stream_kind kind)
      -> tl::expected<std::vector<std::pair<stream_id, stream_head>>, failure> override;
  void read(stream_id stream, std::uint64_t from_seq, record_sink sink, read_done done) override;
  void tail(cursor from, record_sink sink, read_done done) override;
  void find_answer(stream_id stream, domain::subject_id principal, domain::command_id command, domain::instant at,
                   std::function<void(tl::expected<std::optional<remembered_answer>, failure>)> done) override;
  [[nodiscard]] auto run_on_read_pool(std::function<void()> job) -> bool override;
  [[nodiscard]] auto checkpoint(const std::string& directory) -> tl::expected<void, failure> override;
  void listen(std::shared_ptr<commit_listener> listener) override;
  void on_tenure_lost(std::function<void()> handler) override;
  [[nodiscard]] auto mode() const noexcept -> journal_mode override;
  [[nodiscard]] auto end() const -> cursor override;
  void release() override;

  /// Its id, the same in every copy of it: 32 hex digits.
  [[nodiscard]] auto identity() const -> std::string;
  [[nodiscard]] auto report() const noexcept -> const opening_report&;
  [[nodiscard]] auto metrics() const noexcept -> const journal_metrics&;
  /// Drops remembered answers older than 24 hours before the newest fact, by whole hours. Runs by itself every hour.
  [[nodiscard]] auto drop_old_answers() -> tl::expected<void, failure>;
  /// Writes memtables to tables; for tests and before a copy of the directory.
  [[nodiscard]] auto flush() -> tl::expected<void, failure>;

 private:
  struct impl;
  explicit rocksdb_journal(std::unique_ptr<impl> all) noexcept;
  std::unique_ptr<impl> impl_;
};

} // namespace holdfast::journal

#pragma once

#include "journal/journal.hpp"
#include "journal/memory_journal.hpp"
#include "journal/rocksdb_journal.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// What tests of journals share.
namespace holdfast::testing {

/// A directory that is gone with the test.
class scratch_directory {
 public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  auto operator=(const scratch_directory&) -> scratch_directory& = delete;
  [[nodiscard]] auto path() const noexcept -> const std::filesystem::path& { return path_; }

 private:
  std::filesystem::path path_;
};

/// Long enough for a slow machine under a sanitizer; reached only by a test that fails.
inline constexpr std::chrono::seconds patience{60};

/// Remembers the outcomes of appends, in the order they were told.
class outcome_log : public std::enable_shared_from_this<outcome_log> {
 public:
  struct entry {
    std::uint64_t id = 0;
    journal::append_outcome outcome{};
  };

  [[nodiscard]] auto expect(std::uint64_t id) -> std::shared_ptr<journal::append_done>;
  /// Waits until that many outcomes are known; false when patience ran out.
  [[nodiscard]] auto wait_for(std::size_t count) -> bool;
  [[nodiscard]] auto entries() const -> std::vector<entry>;
  [[nodiscard]] auto count(journal::append_outcome outcome) const -> std::size_t;

 private:
  class done;
  void add(std::uint64_t id, journal::append_outcome outcome);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<entry> entries_;
};

/// Remembers every committed batch.
class batch_log : public journal::commit_listener {
 public:
  void committed(std::shared_ptr<const journal::committed_batch> batch) noexcept override;
  [[nodiscard]] auto batches() const -> std::vector<std::shared_ptr<const journal::committed_batch>>;

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const journal::committed_batch>> batches_;
};

/// A record as a test keeps it.
struct kept_record {
  journal::record_header header;
  std::string bytes;
};

struct read_result {
  std::vector<kept_record> records;
  std::vector<std::size_t> chunk_bytes;
  tl::expected<journal::cursor, journal::failure> end = journal::cursor{};
};

/// Reads and waits. `stop_after` chunks, if not zero.
[[nodiscard]] auto read_stream(journal::journal& from, journal::stream_id stream, std::uint64_t from_seq = 1,
                               std::size_t stop_after = 0) -> read_result;
[[nodiscard]] auto read_tail(journal::journal& from, const journal::cursor& after = {}, std::size_t stop_after = 0)
    -> read_result;
[[nodiscard]] auto ask_answer(journal::journal& from, journal::stream_id stream, domain::subject_id principal,
                              domain::command_id command, domain::instant at)
    -> tl::expected<std::optional<journal::remembered_answer>, journal::failure>;

[[nodiscard]] auto event_stream(std::uint64_t id) -> journal::stream_id;
inline constexpr domain::instant first_time{1'700'000'000'000};

/// `count` facts of one command, `seats_each` seats a hold; times are first_time plus the seq.
[[nodiscard]] auto hold_facts(std::uint64_t first_seq, std::size_t count, std::size_t seats_each = 2)
    -> std::shared_ptr<const domain::facts>;
[[nodiscard]] auto hold_group(journal::stream_id stream, std::uint64_t first_seq, std::size_t count = 1,
                              std::size_t seats_each = 2) -> journal::append_group;
[[nodiscard]] auto barrier_group(journal::stream_id stream) -> journal::append_group;
[[nodiscard]] auto some_answer(journal::stream_id stream, std::uint64_t seq, domain::instant at)
    -> journal::remembered_answer;

/// Whether seqs are dense from 1 and each record chains to the one before it.
[[nodiscard]] auto is_chained(const std::vector<kept_record>& records) -> bool;

/// A real journal's directories in a scratch directory, small and without a ballast.
[[nodiscard]] auto rocksdb_options_in(const std::filesystem::path& root) -> journal::rocksdb_journal_options;

/// The kinds of journal that the conformance suite runs over. `reopen` is a restart: what was durable is still there.
class memory_store {
 public:
  memory_store() { reopen(); }
  [[nodiscard]] auto get() -> journal::journal& { return *journal_; }
  void reopen();
  void close() { journal_.reset(); }

 private:
  std::shared_ptr<journal::memory_disk> disk_ = std::make_shared<journal::memory_disk>();
  std::unique_ptr<journal::memory_journal> journal_;
};

class rocksdb_store {
 public:
  rocksdb_store() { reopen(); }
  [[nodiscard]] auto get() -> journal::journal& { return *journal_; }
  [[nodiscard]] auto rocksdb() -> journal::rocksdb_journal& { return *journal_; }
  void reopen();
  void close() { journal_.reset(); }
  [[nodiscard]] auto root() const -> const std::filesystem::path& { return directory_.path(); }

 private:
  scratch_directory directory_;
  std::unique_ptr<journal::rocksdb_journal> journal_;
};

} // namespace holdfast::testing

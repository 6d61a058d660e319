#pragma once

#include "journal/journal.hpp"
#include "journal/writer_metrics.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::journal {

/// What outlives a memory_journal: a journal opened again over the same disk finds what was committed. Thread-safe.
class memory_disk {
 public:
  memory_disk();
  ~memory_disk();
  memory_disk(const memory_disk&) = delete;
  auto operator=(const memory_disk&) -> memory_disk& = delete;

  struct content;
  [[nodiscard]] auto get() noexcept -> content& { return *content_; }

 private:
  std::unique_ptr<content> content_;
};

struct memory_journal_options {
  std::shared_ptr<memory_disk> disk; ///< null: one of its own
  /// True: a writer thread and a read thread, as the real journal has. False: nothing happens until `pump`, always in the same order,
  /// for deterministic simulation.
  bool threaded = true;
  std::size_t read_queue_max = 256;
};

/// A journal in memory with the contract of the real one: same batches, records, chains, heads, cursors and outcomes, and faults on demand.
class memory_journal final : public journal {
 public:
  explicit memory_journal(memory_journal_options options = {});
  ~memory_journal() override;

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
  /// Not supported: there is nothing on disk to copy. Fails with `invalid`.
  [[nodiscard]] auto checkpoint(const std::string& directory) -> tl::expected<void, failure> override;
  void listen(std::shared_ptr<commit_listener> listener) override;
  void on_tenure_lost(std::function<void()> handler) override;
  [[nodiscard]] auto mode() const noexcept -> journal_mode override;
  [[nodiscard]] auto end() const -> cursor override;
  void release() override;

  /// Not threaded: commits what is queued as one run of the writer, then runs the read jobs queued so far. Returns how many appends and jobs
  /// that were; 0 when the journal is idle. Never waits.
  auto pump() -> std::size_t;

  enum class fault {
    lost,   ///< the next commit fails and nothing of it is stored
    stored, ///< the next commit fails although all of it is stored
  };
  /// The next commit fails: its outcome is unknown, and the journal latches.
  void fail_next_commit(fault how);
  /// What `mode` says while not latched: a disk running full.
  void set_mode(journal_mode mode);
  [[nodiscard]] auto metrics() const noexcept -> const journal_metrics&;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace holdfast::journal

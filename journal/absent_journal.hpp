#pragma once

#include "journal/journal.hpp"
#include "journal/read_pool.hpp"
#include "journal/writer_metrics.hpp"

#include <cstddef>
#include <memory>

namespace holdfast::journal {

/// Stands for a journal that was refused at the start: nothing can be appended, and what views have kept goes on being shown. Its mode is
/// latched; `tail` fails, so that no projection believes it has caught up. With `remains` (the same journal, opened to read only, unchecked)
/// events and organisations can be read stream by stream, as far as they are there: who folds them checks them. No event has a
/// head, so that no deadline is minded. Without, all streams are empty.
class absent_journal final : public journal {
 public:
  absent_journal(std::size_t read_threads, std::size_t read_queue_max, std::unique_ptr<journal> remains = {});

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
  [[nodiscard]] auto is_absent() const noexcept -> bool override { return true; }

  [[nodiscard]] auto metrics() const noexcept -> const journal_metrics& { return metrics_; }

 private:
  journal_metrics metrics_;
  const std::unique_ptr<journal> remains_; ///< null: there are none
  read_pool pool_;
};

} // namespace holdfast::journal

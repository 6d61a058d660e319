#pragma once

#include "journal/journal.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections_test {

/// A journal that does what another does, and fails on demand. Not for several threads.
class tampered_journal final : public journal::journal {
 public:
  explicit tampered_journal(journal& behind) : behind_{behind} {}

  bool refuse_jobs = false;                             ///< the read pool is full
  std::optional<holdfast::journal::failure> reads_fail; ///< while set
  std::optional<holdfast::journal::failure> tails_fail; ///< while set
  std::size_t tails = 0;                                ///< asked for
  std::size_t records_per_span = 0; ///< tails hand over this many at once, for readers that never stop; 0: as they come

  [[nodiscard]] auto acquire(holdfast::journal::cell_id cell)
      -> tl::expected<holdfast::journal::tenure, holdfast::journal::failure> override {
    return behind_.acquire(cell);
  }
  void append(holdfast::journal::append_group group,
              std::shared_ptr<holdfast::journal::append_done> done) noexcept override {
    behind_.append(std::move(group), std::move(done));
  }
  [[nodiscard]] auto head(holdfast::journal::stream_id stream)
      -> tl::expected<holdfast::journal::stream_head, holdfast::journal::failure> override {
    return behind_.head(stream);
  }
  [[nodiscard]] auto heads(holdfast::journal::stream_kind kind)
      -> tl::expected<std::vector<std::pair<holdfast::journal::stream_id, holdfast::journal::stream_head>>,
                      holdfast::journal::failure> override {
    return behind_.heads(kind);
  }
  void read(holdfast::journal::stream_id stream, std::uint64_t from_seq, holdfast::journal::record_sink sink,
            holdfast::journal::read_done done) override {
    if (reads_fail)
      done(tl::unexpected{*reads_fail});
    else
      behind_.read(stream, from_seq, std::move(sink), std::move(done));
  }
  void tail(holdfast::journal::cursor from, holdfast::journal::record_sink sink,
            holdfast::journal::read_done done) override {
    ++tails;
    if (tails_fail)
      done(tl::unexpected{*tails_fail});
    else if (records_per_span > 0)
      behind_.tail(std::move(from), in_pieces(std::move(sink)), std::move(done));
    else
      behind_.tail(std::move(from), std::move(sink), std::move(done));
  }
  void find_answer(
      holdfast::journal::stream_id stream, domain::subject_id principal, domain::command_id command, domain::instant at,
      std::function<void(tl::expected<std::optional<holdfast::journal::remembered_answer>, holdfast::journal::failure>)>
          done) override {
    behind_.find_answer(stream, principal, command, at, std::move(done));
  }
  [[nodiscard]] auto run_on_read_pool(std::function<void()> job) -> bool override {
    return !refuse_jobs && behind_.run_on_read_pool(std::move(job));
  }
  [[nodiscard]] auto checkpoint(const std::string& directory)
      -> tl::expected<void, holdfast::journal::failure> override {
    return behind_.checkpoint(directory);
  }
  void listen(std::shared_ptr<holdfast::journal::commit_listener> listener) override {
    behind_.listen(std::move(listener));
  }
  void on_tenure_lost(std::function<void()> handler) override { behind_.on_tenure_lost(std::move(handler)); }
  [[nodiscard]] auto mode() const noexcept -> holdfast::journal::journal_mode override { return behind_.mode(); }
  [[nodiscard]] auto end() const -> holdfast::journal::cursor override { return behind_.end(); }
  void release() override { behind_.release(); }

 private:
  [[nodiscard]] auto in_pieces(holdfast::journal::record_sink sink) const -> holdfast::journal::record_sink {
    return [sink = std::move(sink), size = records_per_span](std::span<const holdfast::journal::record_view> records) {
      bool more = true;
      for (; more && !records.empty(); records = records.subspan(std::min(size, records.size())))
        more = sink(records.first(std::min(size, records.size())));
      return more;
    };
  }

  journal& behind_;
};

} // namespace holdfast::projections_test

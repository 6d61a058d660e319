#include "journal/absent_journal.hpp"

#include <utility>

namespace holdfast::journal {

namespace {

auto absent() -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::closed, "the journal could not be opened: this server only shows"}};
}

} // namespace

absent_journal::absent_journal(std::size_t read_threads, std::size_t read_queue_max, std::unique_ptr<journal> remains)
    : remains_{std::move(remains)}, pool_{read_threads, read_queue_max, metrics_} {
  metrics_.latched.store(true, std::memory_order_relaxed);
}

auto absent_journal::acquire(cell_id) -> tl::expected<tenure, failure> {
  return absent();
}

void absent_journal::append(append_group, std::shared_ptr<append_done> done) noexcept {
  done->complete(append_outcome::unknown);
}

auto absent_journal::head(stream_id) -> tl::expected<stream_head, failure> {
  return stream_head{};
}

auto absent_journal::heads(stream_kind kind) -> tl::expected<std::vector<std::pair<stream_id, stream_head>>, failure> {
  if (remains_ && kind == stream_kind::organisation) {
    if (auto found = remains_->heads(kind))
      return found;
  }
  return std::vector<std::pair<stream_id, stream_head>>{};
}

void absent_journal::read(stream_id stream, std::uint64_t from_seq, record_sink sink, read_done done) {
  if (remains_) {
    remains_->read(stream, from_seq, std::move(sink), std::move(done));
    return;
  }
  // Shared because jobs must be copyable.
  auto kept = std::make_shared<read_done>(std::move(done));
  if (!pool_.post([kept] { (*kept)(cursor{}); }))
    (*kept)(absent());
}

void absent_journal::tail(cursor, record_sink, read_done done) {
  auto kept = std::make_shared<read_done>(std::move(done));
  if (!pool_.post([kept] { (*kept)(absent()); }))
    (*kept)(absent());
}

void absent_journal::find_answer(stream_id, domain::subject_id, domain::command_id, domain::instant,
                                 std::function<void(tl::expected<std::optional<remembered_answer>, failure>)> done) {
  done(absent());
}

auto absent_journal::run_on_read_pool(std::function<void()> job) -> bool {
  return pool_.try_post(std::move(job));
}

auto absent_journal::checkpoint(const std::string&) -> tl::expected<void, failure> {
  return absent();
}

void absent_journal::listen(std::shared_ptr<commit_listener>) {}

void absent_journal::on_tenure_lost(std::function<void()>) {}

auto absent_journal::mode() const noexcept -> journal_mode {
  return journal_mode::latched;
}

auto absent_journal::end() const -> cursor {
  return cursor{};
}

void absent_journal::release() {
  if (remains_)
    remains_->release();
  pool_.interrupt();
}

} // namespace holdfast::journal

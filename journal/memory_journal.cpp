#include "journal/memory_journal.hpp"

#include "domain/check.hpp"
#include "journal/memory_journal_parts.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

namespace holdfast::journal {

memory_disk::memory_disk() : content_{std::make_unique<content>()} {}

memory_disk::~memory_disk() = default;

namespace {

auto corrupt(std::string detail) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::corrupt, std::move(detail)}};
}

} // namespace

struct memory_journal::impl {
  explicit impl(memory_journal_options chosen)
      : options{std::move(chosen)},
        shared_disk{options.disk ? options.disk : std::make_shared<memory_disk>()},
        disk{shared_disk->get()},
        commits{disk, [this] { lose_tenure(); }},
        writer{commits, newest(disk), metrics} {
    if (!options.threaded)
      return;
    pool.emplace(1, options.read_queue_max, metrics);
    writer.start();
  }

  static auto newest(memory_disk::content& disk) -> layout::commit_note {
    const std::lock_guard hold{disk.mutex};
    return disk.newest_commit();
  }

  void lose_tenure() {
    writer.fence();
    std::function<void()> handler;
    {
      const std::lock_guard hold{handler_mutex};
      handler = std::exchange(tenure_lost, nullptr);
    }
    if (handler)
      handler();
  }

  [[nodiscard]] auto jobs() -> job_queue& {
    if (pool)
      return *pool;
    return pumped;
  }

  [[nodiscard]] auto find_answer(stream_id stream, domain::subject_id principal, domain::command_id command,
                                 domain::instant at) -> tl::expected<std::optional<remembered_answer>, failure>;

  memory_journal_options options;
  std::shared_ptr<memory_disk> shared_disk;
  memory_disk::content& disk;
  journal_metrics metrics;
  std::mutex handler_mutex;
  std::function<void()> tenure_lost;
  memory_commits commits;
  group_writer writer;
  pumped_jobs pumped;
  std::optional<read_pool> pool;
  std::atomic<journal_mode> mode{journal_mode::selling};
};

auto memory_journal::impl::find_answer(stream_id stream, domain::subject_id principal, domain::command_id command,
                                       domain::instant at) -> tl::expected<std::optional<remembered_answer>, failure> {
  const std::lock_guard hold{disk.mutex};
  const auto newest_hour = layout::hour_of(at);
  for (std::uint32_t back = 0; back <= std::min(layout::answer_hours, newest_hour); ++back) {
    const auto key = layout::answer_key(newest_hour - back, stream, principal, command.key);
    const auto found = disk.answers.find(key.view());
    if (found == disk.answers.end())
      continue;
    auto answer = layout::decode_answer(found->second);
    if (!answer)
      return corrupt("a remembered answer cannot be read");
    answer->principal = principal;
    answer->command.key = command.key;
    return answer;
  }
  return std::nullopt;
}

memory_journal::memory_journal(memory_journal_options options) : impl_{std::make_unique<impl>(std::move(options))} {}

memory_journal::~memory_journal() {
  impl_->writer.stop();
  if (impl_->pool)
    impl_->pool->close();
}

auto memory_journal::acquire(cell_id cell) -> tl::expected<tenure, failure> {
  const std::lock_guard hold{impl_->disk.mutex};
  const auto epoch = ++impl_->disk.newest_epoch;
  impl_->disk.epochs[cell] = epoch;
  impl_->writer.set_epoch(epoch);
  return tenure{cell, epoch};
}

void memory_journal::append(append_group group, std::shared_ptr<append_done> done) noexcept {
  impl_->writer.append(std::move(group), std::move(done));
}

auto memory_journal::head(stream_id stream) -> tl::expected<stream_head, failure> {
  return impl_->commits.load_head(stream);
}

auto memory_journal::heads(stream_kind kind) -> tl::expected<std::vector<std::pair<stream_id, stream_head>>, failure> {
  const std::lock_guard hold{impl_->disk.mutex};
  std::vector<std::pair<stream_id, stream_head>> result;
  for (const auto& [stream, head] : impl_->disk.heads)
    if (stream.kind == kind)
      result.emplace_back(stream, head);
  return result;
}

void memory_journal::read(stream_id stream, std::uint64_t from_seq, record_sink sink, read_done done) {
  make_memory_read(impl_->disk, impl_->jobs(), stream, from_seq, std::move(sink), std::move(done))->schedule();
}

void memory_journal::tail(cursor from, record_sink sink, read_done done) {
  const auto place = parse_cursor(from);
  const auto last = impl_->writer.durable_position();
  if (!place || place->position > last)
    return fail_read(impl_->jobs(), std::move(done),
                     {failure_kind::invalid, "this is no cursor of this journal: " + from.text()});
  make_memory_tail(impl_->disk, impl_->jobs(), *place, last, std::move(sink), std::move(done))->schedule();
}

void memory_journal::find_answer(stream_id stream, domain::subject_id principal, domain::command_id command,
                                 domain::instant at,
                                 std::function<void(tl::expected<std::optional<remembered_answer>, failure>)> done) {
  auto shared = std::make_shared<decltype(done)>(std::move(done));
  auto* all = impl_.get();
  if (!impl_->jobs().post([=] { (*shared)(all->find_answer(stream, principal, command, at)); }))
    (*shared)(tl::unexpected{failure{failure_kind::closed, "the journal is closing"}});
}

auto memory_journal::run_on_read_pool(std::function<void()> job) -> bool {
  if (impl_->pool)
    return impl_->pool->try_post(std::move(job));
  return impl_->pumped.size() < impl_->options.read_queue_max && impl_->pumped.post(std::move(job));
}

auto memory_journal::checkpoint(const std::string& directory) -> tl::expected<void, failure> {
  return tl::unexpected{failure{failure_kind::invalid, directory + ": a journal in memory has no checkpoints"}};
}

void memory_journal::listen(std::shared_ptr<commit_listener> listener) {
  impl_->writer.listen(std::move(listener));
}

void memory_journal::on_tenure_lost(std::function<void()> handler) {
  const std::lock_guard hold{impl_->handler_mutex};
  impl_->tenure_lost = std::move(handler);
}

auto memory_journal::mode() const noexcept -> journal_mode {
  return impl_->writer.latched() ? journal_mode::latched : impl_->mode.load();
}

auto memory_journal::end() const -> cursor {
  return format_cursor({impl_->writer.durable_position(), 0});
}

void memory_journal::release() {
  if (!impl_->options.threaded)
    impl_->writer.drain();
  impl_->writer.stop();
}

auto memory_journal::pump() -> std::size_t {
  HF_CHECK(!impl_->options.threaded, "only a journal without threads is pumped");
  return impl_->writer.drain() + impl_->pumped.run();
}

void memory_journal::fail_next_commit(fault how) {
  impl_->commits.fail_next(how);
}

void memory_journal::set_mode(journal_mode mode) {
  impl_->mode.store(mode);
}

auto memory_journal::metrics() const noexcept -> const journal_metrics& {
  return impl_->metrics;
}

} // namespace holdfast::journal

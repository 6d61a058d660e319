#include "journal/memory_journal.hpp"

#include "domain/check.hpp"
#include "journal/read_pool_chunks.hpp"
#include "journal/writer.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

namespace holdfast::journal {

struct memory_disk::content {
  std::mutex mutex;
  std::map<stream_id, std::vector<std::string>> records; ///< seq 1 first
  std::map<stream_id, stream_head> heads;
  std::vector<layout::position_value> positions; ///< position 1 first
  std::map<std::string, std::string, std::less<>> answers;
  std::map<cell_id, std::uint64_t> epochs;
  std::uint64_t newest_epoch = 0;

  [[nodiscard]] auto newest_commit() const -> layout::commit_note {
    return positions.empty() ? layout::commit_note{}
                             : layout::commit_note{positions.size(), positions.back().batch_hash};
  }
};

memory_disk::memory_disk() : content_{std::make_unique<content>()} {}

memory_disk::~memory_disk() = default;

namespace {

constexpr std::uint32_t answer_hours = 24;

auto corrupt(std::string detail) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::corrupt, std::move(detail)}};
}

/// Stages a commit beside the disk and moves it over at once.
class memory_commits final : public commit_target {
 public:
  memory_commits(memory_disk::content& disk, std::function<void()> on_fenced)
      : disk_{disk}, on_fenced_{std::move(on_fenced)} {}

  auto load_head(stream_id stream) -> tl::expected<stream_head, failure> override {
    const std::lock_guard hold{disk_.mutex};
    const auto found = disk_.heads.find(stream);
    return found == disk_.heads.end() ? stream_head{} : found->second;
  }

  void begin() override {
    records_.clear();
    heads_.clear();
    answers_.clear();
    positions_.clear();
  }

  void put_record(stream_id stream, std::uint64_t seq, std::string_view bytes) override {
    records_.emplace_back(stream, seq, bytes);
  }

  void put_head(stream_id stream, const stream_head& head) override { heads_.emplace_back(stream, head); }

  void put_answer(std::string_view key, std::string_view value) override { answers_.emplace_back(key, value); }

  void put_position(std::uint64_t /*position*/, std::string_view value) override {
    auto decoded = layout::decode_position(value);
    HF_CHECK(decoded.has_value(), "a batch's value reads as it was written");
    positions_.push_back(std::move(*decoded));
  }

  auto commit(const layout::commit_note& last, std::uint64_t epoch) -> tl::expected<void, failure> override {
    const auto fault = fault_.exchange(no_fault);
    std::unique_lock hold{disk_.mutex};
    if (disk_.newest_epoch != epoch) {
      hold.unlock(); // the handler may read this journal
      on_fenced_();
      return tl::unexpected{failure{failure_kind::closed, "another has the cell"}};
    }
    if (fault != static_cast<int>(memory_journal::fault::lost))
      store(last);
    if (fault != no_fault)
      return tl::unexpected{failure{failure_kind::io, "a storage error was asked for"}};
    return {};
  }

  void fail_next(memory_journal::fault how) { fault_.store(static_cast<int>(how)); }

 private:
  static constexpr int no_fault = -1;

  void store(const layout::commit_note& last) {
    for (auto& [stream, seq, bytes] : records_) {
      auto& kept = disk_.records[stream];
      HF_CHECK(kept.size() + 1 == seq, "records are put once, in order");
      kept.push_back(std::move(bytes));
    }
    for (const auto& [stream, head] : heads_)
      disk_.heads[stream] = head;
    for (auto& [key, value] : answers_)
      disk_.answers[std::move(key)] = std::move(value);
    for (auto& position : positions_)
      disk_.positions.push_back(std::move(position));
    HF_CHECK(disk_.positions.size() == last.last_position, "positions are dense");
  }

  struct staged_record {
    stream_id stream;
    std::uint64_t seq;
    std::string bytes;
    staged_record(stream_id of, std::uint64_t at, std::string_view text) : stream{of}, seq{at}, bytes{text} {}
  };

  memory_disk::content& disk_;
  std::function<void()> on_fenced_;
  std::atomic<int> fault_{no_fault};
  std::vector<staged_record> records_;
  std::vector<std::pair<stream_id, stream_head>> heads_;
  std::vector<std::pair<std::string, std::string>> answers_;
  std::vector<layout::position_value> positions_;
};

/// Jobs that wait for `pump`.
class pumped_jobs final : public job_queue {
 public:
  auto post(std::function<void()> job) -> bool override {
    jobs_.push_back(std::move(job));
    return true;
  }

  [[nodiscard]] auto size() const noexcept -> std::size_t { return jobs_.size(); }

  /// Runs those that are there now, not what they queue.
  auto run() -> std::size_t {
    auto now = std::exchange(jobs_, {});
    for (auto& job : now)
      job();
    return now.size();
  }

 private:
  std::deque<std::function<void()>> jobs_;
};

class stream_read final : public chunked_read {
 public:
  stream_read(memory_disk::content& disk, job_queue& jobs, stream_id stream, std::uint64_t from_seq, record_sink sink,
              read_done done)
      : chunked_read{jobs, std::move(sink), std::move(done)},
        disk_{disk},
        stream_{stream},
        next_seq_{std::max<std::uint64_t>(from_seq, 1)} {}

 protected:
  auto fill() -> tl::expected<progress, failure> override {
    const std::lock_guard hold{disk_.mutex};
    const auto& kept = disk_.records[stream_];
    if (!last_seq_)
      last_seq_ = kept.size();
    for (chunk_first_seq_ = next_seq_; next_seq_ <= *last_seq_ && !chunk_is_full(); ++next_seq_)
      add(stream_, next_seq_, kept[next_seq_ - 1]);
    return next_seq_ > *last_seq_ ? progress::finished : progress::more;
  }

  auto position_after(std::size_t handed_over) const -> cursor override {
    return cursor{std::to_string(chunk_first_seq_ + handed_over - 1)};
  }

 private:
  memory_disk::content& disk_;
  stream_id stream_;
  std::uint64_t next_seq_;
  std::uint64_t chunk_first_seq_ = 0;
  std::optional<std::uint64_t> last_seq_;
};

class tail_read final : public chunked_read {
 public:
  tail_read(memory_disk::content& disk, job_queue& jobs, const tail_place& after, std::uint64_t last_position,
            record_sink sink, read_done done)
      : chunked_read{jobs, std::move(sink), std::move(done)},
        disk_{disk},
        place_{after},
        last_position_{last_position} {}

 protected:
  auto fill() -> tl::expected<progress, failure> override {
    const std::lock_guard hold{disk_.mutex};
    ends_.clear();
    while (place_.position < last_position_ && !chunk_is_full())
      add_batch(disk_.positions[place_.position]);
    return place_.position >= last_position_ ? progress::finished : progress::more;
  }

  auto position_after(std::size_t handed_over) const -> cursor override {
    return format_cursor(handed_over == 0 ? place_ : ends_[handed_over - 1]);
  }

 private:
  void add_batch(const layout::position_value& batch) {
    std::uint64_t index = 0;
    for (const auto& group : batch.groups)
      for (std::uint32_t i = 0; i < group.count; ++i, ++index) {
        if (index < place_.records)
          continue;
        if (chunk_is_full())
          return;
        const auto seq = group.first_seq + i;
        add(group.stream, seq, disk_.records[group.stream][seq - 1]);
        ++place_.records;
        ends_.push_back(place_);
      }
    place_ = {place_.position + 1, 0};
    if (!ends_.empty())
      ends_.back() = place_;
  }

  memory_disk::content& disk_;
  tail_place place_;
  std::uint64_t last_position_;
  std::vector<tail_place> ends_;
};

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
  for (std::uint32_t back = 0; back <= std::min(answer_hours, newest_hour); ++back) {
    const auto key = layout::answer_key(newest_hour - back, stream, principal, command.key);
    const auto found = disk.answers.find(key.view());
    if (found == disk.answers.end())
      continue;
    auto answer = layout::decode_answer(found->second);
    if (!answer)
      return corrupt("a remembered answer cannot be read");
    if (at - answer->at > domain::hours(answer_hours))
      return std::nullopt;
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
  std::make_shared<stream_read>(impl_->disk, impl_->jobs(), stream, from_seq, std::move(sink), std::move(done))
      ->schedule();
}

void memory_journal::tail(cursor from, record_sink sink, read_done done) {
  const auto place = parse_cursor(from);
  if (!place)
    return fail_read(impl_->jobs(), std::move(done),
                     {failure_kind::invalid, "this is no cursor of this journal: " + from.text()});
  std::make_shared<tail_read>(impl_->disk, impl_->jobs(), *place, impl_->writer.durable_position(), std::move(sink),
                              std::move(done))
      ->schedule();
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

#include "journal/rocksdb_journal.hpp"

#include "journal/checksum.hpp"
#include "journal/data_lock.hpp"
#include "journal/failpoint.hpp"
#include "journal/read_pool.hpp"
#include "journal/rocksdb_opening.hpp"
#include "journal/rocksdb_read.hpp"
#include "journal/rocksdb_store.hpp"
#include "journal/writer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <utility>

namespace holdfast::journal {
namespace {

/// How often the mark is synced and the disk looked at.
constexpr std::chrono::seconds housekeeping_interval{1};

/// What only a journal that serves has.
struct serving {
  serving(store::opened_journal& opened, mark_file&& file, const mark& last, const rocksdb_journal_options& options,
          journal_metrics& metrics)
      : marks{std::move(file)},
        batches{*opened.data, marks, last, options.sync_writes && !HF_FAILPOINT_DUE("skip-syncs")},
        writer{batches, opened.last, metrics, options.samples.get()},
        disk{options.directory, options.marks_directory, options.disk, metrics} {}

  mark_file marks;
  store::batch_writer batches;
  group_writer writer;
  disk_watch disk;
};

} // namespace

struct rocksdb_journal::impl {
  explicit impl(rocksdb_journal_options chosen)
      : options{std::move(chosen)},
        pool{std::max<std::size_t>(options.read_threads, 1), options.read_queue_max, metrics} {}
  impl(const impl&) = delete;
  auto operator=(const impl&) -> impl& = delete;
  ~impl();

  [[nodiscard]] auto start() -> tl::expected<void, failure>;
  [[nodiscard]] auto serve() -> tl::expected<void, failure>;
  void stop_serving();
  void keep_house(const std::stop_token& stop);
  void sync_mark();
  /// Answers of hours before this are older than they are kept, by the time of the newest fact: a jumping clock drops nothing.
  [[nodiscard]] auto oldest_answer_hour() const -> std::uint32_t;
  void latch(const failure& why);
  [[nodiscard]] auto durable_position() const -> std::uint64_t {
    return live ? live->writer.durable_position() : opened.last.last_position;
  }
  [[nodiscard]] auto find_answer(stream_id stream, domain::subject_id principal, domain::command_id command,
                                 domain::instant at) const -> tl::expected<std::optional<remembered_answer>, failure>;

  rocksdb_journal_options options;
  journal_metrics metrics;
  std::optional<data_lock> lock;
  std::mutex latch_mutex; ///< guards `live` against errors in the background while it comes and goes
  store::opened_journal opened;
  std::unique_ptr<serving> live;
  bool released = false;
  std::uint64_t synced_position = 0;
  std::function<void()> tenure_lost;
  read_pool pool;
  std::mutex housekeeping_mutex;
  std::condition_variable_any housekeeping_wake;
  std::atomic<bool> stopping{false};
  std::jthread answer_dropper;
  std::jthread housekeeper;
};

rocksdb_journal::impl::~impl() {
  stop_serving();
  pool.close();
  // RocksDB may still report an error while it closes: it then finds no writer, rather than one that is going.
  std::unique_ptr<serving> leaving;
  {
    const std::lock_guard hold{latch_mutex};
    leaving = std::move(live);
  }
  leaving.reset();
  opened.data.reset();
}

auto rocksdb_journal::impl::start() -> tl::expected<void, failure> {
  const auto started = std::chrono::steady_clock::now();
  if (!options.lock_file.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.lock_file.parent_path(), error);
    auto taken = data_lock::take(options.lock_file, options.access == journal_access::serve ? data_lock::mode::exclusive
                                                                                            : data_lock::mode::shared);
    if (!taken)
      return tl::unexpected{taken.error()};
    lock.emplace(std::move(*taken));
  }
  auto result = store::open_checked(options, [this](const std::string& what) {
    latch({failure_kind::io, "in the background: " + what});
  });
  if (!result)
    return tl::unexpected{result.error()};
  opened = std::move(*result);
  if (options.access == journal_access::serve)
    if (auto serving = serve(); !serving)
      return serving;
  metrics.head_position.store(opened.last.last_position, std::memory_order_release);
  opened.report.position = opened.last.last_position;
  opened.report.took = std::chrono::steady_clock::now() - started;
  metrics.recovery_nanoseconds.store(static_cast<std::uint64_t>(opened.report.took.count()), std::memory_order_relaxed);
  return {};
}

auto rocksdb_journal::impl::serve() -> tl::expected<void, failure> {
  const mark last{opened.id, opened.last.last_position, opened.epoch_floor, opened.last.batch_hash};
  auto marks = mark_file::create(options.marks_directory, last);
  if (!marks)
    return tl::unexpected{marks.error()};
  synced_position = last.position;
  auto made = std::make_unique<serving>(opened, std::move(*marks), last, options, metrics);
  {
    const std::lock_guard hold{latch_mutex};
    live = std::move(made);
  }
  live->disk.check();
  live->writer.start();
  housekeeper = std::jthread{[this](const std::stop_token& stop) { keep_house(stop); }};
  return {};
}

void rocksdb_journal::impl::latch(const failure& why) {
  const std::lock_guard hold{latch_mutex};
  if (live)
    live->writer.latch(why);
  else
    metrics.latched.store(true, std::memory_order_release);
}

void rocksdb_journal::impl::keep_house(const std::stop_token& stop) {
  std::uint32_t dropped_before = 0;
  std::unique_lock hold{housekeeping_mutex};
  while (!stop.stop_requested()) {
    housekeeping_wake.wait_for(hold, stop, housekeeping_interval, [] { return false; });
    sync_mark();
    live->disk.check();
    if (const auto hour = oldest_answer_hour(); hour > dropped_before) {
      dropped_before = hour;
      // On a thread of its own, for it may take a while: the mark must be synced every second. One hour's work is over before the next begins.
      answer_dropper = std::jthread{[this, hour] {
        if (auto dropped = opened.data->drop_answers(hour, stopping); !dropped)
          spdlog::warn("journal: {}", dropped.error().detail);
      }};
    }
  }
}

auto rocksdb_journal::impl::oldest_answer_hour() const -> std::uint32_t {
  const auto newest = live->writer.newest_time();
  return layout::hour_of(newest) > layout::answer_hours ? layout::hour_of(newest) - layout::answer_hours : 0;
}

void rocksdb_journal::impl::sync_mark() {
  const auto position = live->writer.durable_position();
  if (position == synced_position)
    return;
  if (auto synced = live->batches.sync_mark(); !synced)
    live->writer.latch(synced.error());
  synced_position = position;
}

void rocksdb_journal::impl::stop_serving() {
  if (!live || std::exchange(released, true))
    return;
  stopping = true;
  housekeeper.request_stop();
  for (auto* thread : {&housekeeper, &answer_dropper})
    if (thread->joinable())
      thread->join();
  live->writer.stop();
  sync_mark();
  // An orderly end leaves nothing to replay. After a storage error the disk is left as it is: the next start decides.
  if (!live->writer.latched())
    if (auto flushed = opened.data->flush(); !flushed)
      spdlog::warn("journal: {}", flushed.error().detail);
}

auto rocksdb_journal::impl::find_answer(stream_id stream, domain::subject_id principal, domain::command_id command,
                                        domain::instant at) const
    -> tl::expected<std::optional<remembered_answer>, failure> {
  const auto newest = layout::hour_of(at);
  const auto oldest = newest > layout::answer_hours ? newest - layout::answer_hours : 0U;
  for (auto hour = newest;; --hour) {
    const auto value =
        opened.data->get(store::family::answers, layout::answer_key(hour, stream, principal, command.key).view());
    if (!value)
      return tl::unexpected{value.error()};
    if (*value) {
      auto answer = layout::decode_answer(**value);
      if (!answer)
        return tl::unexpected{failure{failure_kind::corrupt, "a remembered answer of stream " +
                                                                 std::to_string(stream.id) + " cannot be read"}};
      answer->principal = principal;
      answer->command.key = command.key;
      return answer;
    }
    if (hour == oldest)
      return std::nullopt;
  }
}

auto rocksdb_journal::open(rocksdb_journal_options options) -> tl::expected<std::unique_ptr<rocksdb_journal>, failure> {
  auto all = std::make_unique<impl>(std::move(options));
  if (auto started = all->start(); !started)
    return tl::unexpected{started.error()};
  return std::unique_ptr<rocksdb_journal>{new rocksdb_journal{std::move(all)}};
}

rocksdb_journal::rocksdb_journal(std::unique_ptr<impl> all) noexcept : impl_{std::move(all)} {}

rocksdb_journal::~rocksdb_journal() = default;

auto rocksdb_journal::acquire(cell_id cell) -> tl::expected<tenure, failure> {
  auto& all = *impl_;
  if (!all.live || all.released)
    return tl::unexpected{failure{failure_kind::closed, "this journal is open for reading only"}};
  const auto stored = all.opened.data->epoch(cell);
  if (!stored)
    return tl::unexpected{stored.error()};
  const auto epoch = std::max(*stored, all.opened.epoch_floor) + 1;
  if (auto raised = all.live->batches.raise_epoch(cell, epoch); !raised) {
    all.live->writer.latch(raised.error());
    return tl::unexpected{raised.error()};
  }
  all.live->writer.set_epoch(epoch);
  return tenure{cell, epoch};
}

void rocksdb_journal::append(append_group group, std::shared_ptr<append_done> done) noexcept {
  if (impl_->live)
    impl_->live->writer.append(std::move(group), std::move(done));
  else if (done)
    done->complete(append_outcome::unknown);
}

auto rocksdb_journal::head(stream_id stream) -> tl::expected<stream_head, failure> {
  return impl_->opened.data->head(stream);
}

auto rocksdb_journal::heads(stream_kind kind) -> tl::expected<std::vector<std::pair<stream_id, stream_head>>, failure> {
  std::vector<std::pair<stream_id, stream_head>> result;
  const auto at = impl_->opened.data->iterate(store::family::heads, store::scan_read());
  const auto first = layout::stream_key({kind, 0});
  for (at->Seek(store::slice(first.view())); at->Valid(); at->Next()) {
    const auto stream = layout::parse_stream_key(store::view(at->key()));
    if (stream && stream->kind != kind)
      break;
    const auto head = layout::decode_head(store::view(at->value()));
    if (!stream || !head)
      return tl::unexpected{failure{failure_kind::corrupt, "a stream's head cannot be read"}};
    result.emplace_back(*stream, *head);
  }
  if (!at->status().ok())
    return tl::unexpected{store::to_failure(at->status(), "cannot read the streams' heads")};
  return result;
}

void rocksdb_journal::read(stream_id stream, std::uint64_t from_seq, record_sink sink, read_done done) {
  store::make_stream_read(*impl_->opened.data, impl_->pool, stream, from_seq, std::move(sink), std::move(done))
      ->schedule();
}

void rocksdb_journal::tail(cursor from, record_sink sink, read_done done) {
  const auto place = parse_cursor(from);
  const auto last = impl_->durable_position();
  if (!place || place->position > last)
    return fail_read(impl_->pool, std::move(done),
                     {failure_kind::invalid, "this is no cursor of this journal: " + from.text()});
  store::make_tail_read(*impl_->opened.data, impl_->pool, *place, last, std::move(sink), std::move(done))->schedule();
}

void rocksdb_journal::find_answer(stream_id stream, domain::subject_id principal, domain::command_id command,
                                  domain::instant at,
                                  std::function<void(tl::expected<std::optional<remembered_answer>, failure>)> done) {
  auto shared = std::make_shared<decltype(done)>(std::move(done));
  auto* all = impl_.get();
  if (!impl_->pool.post([=] { (*shared)(all->find_answer(stream, principal, command, at)); }))
    (*shared)(tl::unexpected{failure{failure_kind::closed, "the journal is closing"}});
}

auto rocksdb_journal::run_on_read_pool(std::function<void()> job) -> bool {
  return impl_->pool.try_post(std::move(job));
}

auto rocksdb_journal::checkpoint(const std::string& directory) -> tl::expected<void, failure> {
  std::error_code error;
  const std::filesystem::path target{directory};
  if (std::filesystem::exists(target, error) && !std::filesystem::is_empty(target, error))
    return tl::unexpected{failure{failure_kind::invalid, directory + ": this directory is not empty"}};
  std::filesystem::create_directories(target.parent_path(), error);
  std::filesystem::remove(target, error);
  HF_FAILPOINT("during-checkpoint");
  return impl_->opened.data->checkpoint(std::filesystem::absolute(target));
}

void rocksdb_journal::listen(std::shared_ptr<commit_listener> listener) {
  if (impl_->live)
    impl_->live->writer.listen(std::move(listener));
}

void rocksdb_journal::on_tenure_lost(std::function<void()> handler) {
  impl_->tenure_lost = std::move(handler);
}

auto rocksdb_journal::mode() const noexcept -> journal_mode {
  if (!impl_->live || impl_->live->writer.latched())
    return journal_mode::latched;
  return impl_->live->disk.mode();
}

auto rocksdb_journal::end() const -> cursor {
  return format_cursor({impl_->durable_position(), 0});
}

void rocksdb_journal::release() {
  impl_->stop_serving();
  // Here, not when the journal goes: what those who read do with their answers belongs to owners that go before it.
  impl_->pool.interrupt();
}

auto rocksdb_journal::identity() const -> std::string {
  const auto& id = impl_->opened.id;
  return hex(std::string_view{reinterpret_cast<const char*>(id.data()), id.size()});
}

auto rocksdb_journal::report() const noexcept -> const opening_report& {
  return impl_->opened.report;
}

auto rocksdb_journal::metrics() const noexcept -> const journal_metrics& {
  return impl_->metrics;
}

auto rocksdb_journal::drop_old_answers() -> tl::expected<void, failure> {
  if (!impl_->live)
    return {};
  return impl_->opened.data->drop_answers(impl_->oldest_answer_hour(), impl_->stopping);
}

auto rocksdb_journal::flush() -> tl::expected<void, failure> {
  return impl_->opened.data->flush();
}

} // namespace holdfast::journal

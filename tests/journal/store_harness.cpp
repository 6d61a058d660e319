#include "tests/journal/store_harness.hpp"

#include "journal/codec.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <future>

namespace holdfast::testing {

namespace {

using namespace holdfast::journal;

auto keep(read_result& result, std::span<const record_view> records, std::size_t stop_after) -> bool {
  std::size_t bytes = 0;
  for (const auto& record : records) {
    result.records.push_back({record.header, std::string{record.bytes}});
    bytes += record.bytes.size();
  }
  result.chunk_bytes.push_back(bytes);
  return stop_after == 0 || result.chunk_bytes.size() < stop_after;
}

template <class Start>
auto read_and_wait(std::size_t stop_after, const Start& start) -> read_result {
  read_result result;
  std::promise<void> ended;
  start([&](std::span<const record_view> records) { return keep(result, records, stop_after); },
        [&](tl::expected<cursor, failure> end) {
          result.end = std::move(end);
          ended.set_value();
        });
  REQUIRE(ended.get_future().wait_for(patience) == std::future_status::ready);
  return result;
}

} // namespace

namespace {

/// In memory where there is such a place: what these tests sync need not survive the machine, and disks are slow and shared.
auto scratch_root() -> std::filesystem::path {
  std::error_code error;
  const std::filesystem::path memory{"/dev/shm"};
  const bool chosen = std::getenv("TMPDIR") != nullptr;
  if (!chosen && ::access(memory.c_str(), W_OK) == 0 &&
      std::filesystem::space(memory, error).available > 256ULL * 1024 * 1024)
    return memory;
  return std::filesystem::temp_directory_path();
}

} // namespace

scratch_directory::scratch_directory() {
  auto name = (scratch_root() / "holdfast-journal-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

scratch_directory::~scratch_directory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

class outcome_log::done final : public append_done {
 public:
  done(std::shared_ptr<outcome_log> log, std::uint64_t id) : log_{std::move(log)}, id_{id} {}
  void complete(append_outcome outcome) noexcept override { log_->add(id_, outcome); }

 private:
  std::shared_ptr<outcome_log> log_;
  std::uint64_t id_;
};

auto outcome_log::expect(std::uint64_t id) -> std::shared_ptr<append_done> {
  return std::make_shared<done>(shared_from_this(), id);
}

void outcome_log::add(std::uint64_t id, append_outcome outcome) {
  const std::lock_guard hold{mutex_};
  entries_.push_back({id, outcome});
  changed_.notify_all();
}

auto outcome_log::wait_for(std::size_t count) -> bool {
  std::unique_lock hold{mutex_};
  return changed_.wait_for(hold, patience, [&] { return entries_.size() >= count; });
}

auto outcome_log::entries() const -> std::vector<entry> {
  const std::lock_guard hold{mutex_};
  return entries_;
}

auto outcome_log::count(append_outcome outcome) const -> std::size_t {
  const auto all = entries();
  return static_cast<std::size_t>(std::ranges::count_if(all, [&](const entry& one) { return one.outcome == outcome; }));
}

void batch_log::committed(std::shared_ptr<const committed_batch> batch) noexcept {
  const std::lock_guard hold{mutex_};
  batches_.push_back(std::move(batch));
}

auto batch_log::batches() const -> std::vector<std::shared_ptr<const committed_batch>> {
  const std::lock_guard hold{mutex_};
  return batches_;
}

auto read_stream(journal::journal& from, stream_id stream, std::uint64_t from_seq, std::size_t stop_after)
    -> read_result {
  return read_and_wait(stop_after, [&](record_sink sink, read_done done) {
    from.read(stream, from_seq, std::move(sink), std::move(done));
  });
}

auto read_tail(journal::journal& from, const cursor& after, std::size_t stop_after) -> read_result {
  return read_and_wait(stop_after,
                       [&](record_sink sink, read_done done) { from.tail(after, std::move(sink), std::move(done)); });
}

auto ask_answer(journal::journal& from, stream_id stream, domain::subject_id principal, domain::command_id command,
                domain::instant at) -> tl::expected<std::optional<remembered_answer>, failure> {
  std::promise<tl::expected<std::optional<remembered_answer>, failure>> told;
  from.find_answer(stream, principal, command, at, [&](auto answer) { told.set_value(std::move(answer)); });
  auto future = told.get_future();
  REQUIRE(future.wait_for(patience) == std::future_status::ready);
  return future.get();
}

auto event_stream(std::uint64_t id) -> stream_id {
  return {stream_kind::event, id};
}

auto hold_facts(std::uint64_t first_seq, std::size_t count, std::size_t seats_each)
    -> std::shared_ptr<const domain::facts> {
  auto facts = std::make_shared<domain::facts>();
  for (std::size_t i = 0; i < count; ++i) {
    const auto seq = first_seq + i;
    domain::hold_created hold;
    hold.hold = domain::hold_number{static_cast<std::uint32_t>(seq)};
    hold.by.subject = {seq, ~seq};
    for (std::size_t seat = 0; seat < seats_each; ++seat) {
      hold.seats.push_back(static_cast<domain::seat_index>(seat));
      hold.prices.push_back(2500);
    }
    hold.expires_at = first_time + domain::minutes(10);
    hold.cap_at = first_time + domain::minutes(20);
    facts->push_back({first_time + domain::millis{static_cast<std::int64_t>(seq)}, {first_seq, first_seq * 3}, hold});
  }
  return facts;
}

auto hold_group(stream_id stream, std::uint64_t first_seq, std::size_t count, std::size_t seats_each) -> append_group {
  append_group group;
  group.stream = stream;
  group.first_seq = first_seq;
  group.facts = hold_facts(first_seq, count, seats_each);
  group.trace = {1, first_seq};
  return group;
}

auto barrier_group(stream_id stream) -> append_group {
  append_group group;
  group.stream = stream;
  return group;
}

auto some_answer(stream_id stream, std::uint64_t seq, domain::instant at) -> remembered_answer {
  remembered_answer answer;
  answer.principal = {stream.id, seq};
  answer.command = {seq * 7, seq * 11};
  answer.status = 201;
  answer.seq = seq;
  answer.at = at;
  answer.expires_at = at + domain::minutes(10);
  answer.location = "/v1/holds/" + std::to_string(seq);
  answer.body = R"({"hold":)" + std::to_string(seq) + "}";
  return answer;
}

auto is_chained(const std::vector<kept_record>& records) -> bool {
  chain_hash previous{};
  std::uint64_t seq = 0;
  for (const auto& record : records) {
    if (record.header.seq != ++seq || record.header.previous != previous)
      return false;
    previous = hash_record(record.bytes);
  }
  return true;
}

auto rocksdb_options_in(const std::filesystem::path& root) -> rocksdb_journal_options {
  rocksdb_journal_options options;
  options.directory = root / "journal";
  options.marks_directory = root / "marks";
  options.lock_file = root / "LOCK";
  options.disk.ballast_bytes = 0;
  options.disk.probe = [] { return disk_space{1000, 900}; };
  return options;
}

void memory_store::reopen() {
  journal_.reset();
  journal_ = std::make_unique<memory_journal>(memory_journal_options{disk_, true, 256});
}

void rocksdb_store::reopen() {
  journal_.reset();
  auto opened = rocksdb_journal::open(rocksdb_options_in(directory_.path()));
  REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
  journal_ = std::move(*opened);
}

} // namespace holdfast::testing

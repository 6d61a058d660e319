#include "journal/fold.hpp"

#include "domain/apply.hpp"
#include "journal/checksum.hpp"
#include "journal/codec.hpp"

#include <utility>

namespace holdfast::journal {
namespace {

/// Records that are applied where they are read; a thread costs about as much as these.
constexpr std::uint64_t records_without_thread = 4'096;
/// Pieces that may wait for the thread: bounds memory to a few of the journal's chunks.
constexpr std::size_t pieces_waiting_max = 8;
/// Types of facts that belong to events, in facts.proto.
constexpr std::uint16_t event_types_end = 64;

auto corrupt(const record_view& at, std::string_view what) -> failure {
  return {failure_kind::corrupt, "stream " + std::to_string(static_cast<int>(at.header.stream.kind)) + "/" +
                                     std::to_string(at.header.stream.id) + " seq " + std::to_string(at.header.seq) +
                                     ": " + std::string{what}};
}

} // namespace

auto chain_check::take(const record_view& next) -> tl::expected<void, failure> {
  const auto& header = next.header;
  if (header.stream != stream_)
    return tl::unexpected{corrupt(next, "a record of another stream")};
  if (header.seq != seq_ + 1)
    return tl::unexpected{corrupt(next, "follows seq " + std::to_string(seq_))};
  if (header.previous != hash_)
    return tl::unexpected{corrupt(next, "the hash chain is broken: it follows another record than the one before it")};
  if (header.time < time_)
    return tl::unexpected{corrupt(next, "its time is before that of the record before it")};
  seq_ = header.seq;
  time_ = header.time;
  hash_ = hash_record(next.bytes);
  return {};
}

fold_applier::fold_applier(domain::event_state from) : state_{std::move(from)} {}

fold_applier::~fold_applier() {
  stop();
}

auto fold_applier::take(std::span<const record_view> records) -> bool {
  if (failed_.load(std::memory_order_acquire))
    return false;
  taken_ += records.size();
  if (taken_ <= records_without_thread) {
    apply_all(records);
  } else {
    hand_over(records);
  }
  return !failed_.load(std::memory_order_acquire);
}

void fold_applier::apply_all(std::span<const record_view> records) {
  for (const auto& record : records) {
    if (record.header.type >= event_types_end) {
      trouble_ = corrupt(record, "a fact that does not belong to an event");
    } else if (auto fact = decode_fact(record)) {
      domain::apply(state_, *fact);
      continue;
    } else {
      trouble_ = std::move(fact.error());
    }
    failed_.store(true, std::memory_order_release);
    return;
  }
}

void fold_applier::hand_over(std::span<const record_view> records) {
  piece next;
  std::size_t bytes = 0;
  for (const auto& record : records)
    bytes += record.payload.size();
  next.bytes.reserve(bytes);
  next.records.assign(records.begin(), records.end());
  for (auto& record : next.records) {
    const auto start = next.bytes.size();
    next.bytes.insert(next.bytes.end(), record.payload.begin(), record.payload.end());
    record.payload = {next.bytes.data() + start, next.bytes.size() - start};
    record.bytes = {};
  }
  std::unique_lock lock{mutex_};
  if (!thread_.joinable())
    thread_ = std::thread{[this] { run(); }};
  changed_.wait(lock,
                [this] { return pieces_.size() < pieces_waiting_max || failed_.load(std::memory_order_acquire); });
  pieces_.push_back(std::move(next));
  changed_.notify_all();
}

void fold_applier::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return !pieces_.empty() || ended_; });
    if (pieces_.empty())
      return;
    const auto next = std::move(pieces_.front());
    pieces_.pop_front();
    lock.unlock();
    if (!failed_.load(std::memory_order_acquire))
      apply_all(next.records);
    changed_.notify_all();
    lock.lock();
  }
}

void fold_applier::stop() {
  {
    const std::lock_guard lock{mutex_};
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

auto fold_applier::finish() -> tl::expected<domain::event_state, failure> {
  stop();
  if (trouble_)
    return tl::unexpected{*std::move(trouble_)};
  return std::move(state_);
}

} // namespace holdfast::journal

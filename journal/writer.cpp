#include "journal/writer.hpp"

#include "domain/check.hpp"
#include "journal/checksum.hpp"
#include "journal/codec.hpp"
#include "journal/failpoint.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace holdfast::journal {
namespace {

/// Group commits of several commands start at least this far apart. A sync and the wake-ups around it cost as much for one record as
/// for fifty; without a bound a moderate load spends its cores on many small ones. Whoever is alone never waits, nor do as many
/// as there were in the last one.
constexpr std::chrono::microseconds commit_interval_min{500};

/// What a record costs beside its payload: header and CRC.
constexpr std::size_t record_overhead_bytes = header_bytes + 4;

[[nodiscard]] auto is_barrier(const append_group& group) noexcept -> bool {
  return !group.facts || group.facts->empty();
}

[[nodiscard]] auto staged_bytes(const pending_append& append) noexcept -> std::size_t {
  return append.encoded_bytes + append.group.facts->size() * record_overhead_bytes;
}

} // namespace

group_writer::group_writer(commit_target& target, layout::commit_note last, journal_metrics& metrics,
                           journal_metrics_port* samples)
    : target_{target}, metrics_{metrics}, samples_{samples}, last_{last} {
  metrics_.head_position.store(last.last_position, std::memory_order_release);
}

group_writer::~group_writer() {
  stop();
}

void group_writer::start() {
  thread_ = std::jthread{[this] { run(); }};
}

void group_writer::stop() {
  mailbox_.close();
  if (thread_.joinable())
    thread_.join();
}

void group_writer::run() {
  mailbox_content content;
  while (mailbox_.take(content)) {
    const auto before = last_.last_position;
    const auto next_start = std::chrono::steady_clock::now() + commit_interval_min;
    process(content);
    const auto taken = content.appends.size();
    content.clear();
    // Barriers alone need no sync, and nothing keeps a distance from them.
    if (taken > 1 && last_.last_position != before)
      mailbox_.linger(taken, next_start);
  }
}

auto group_writer::drain() -> std::size_t {
  mailbox_content content;
  if (!mailbox_.try_take(content))
    return 0;
  process(content);
  return content.appends.size();
}

void group_writer::append(append_group group, std::shared_ptr<append_done> done) noexcept {
  // Encoding is the caller's work, so that one writer's core is left for hashing, the write and the sync.
  thread_local std::string encoded;
  encoded.clear();
  if (!is_barrier(group))
    encode_append(group, encoded);
  metrics_.queue_depth.fetch_add(1, std::memory_order_relaxed);
  if (mailbox_.push(group, done, encoded))
    return;
  metrics_.queue_depth.fetch_sub(1, std::memory_order_relaxed);
  metrics_.unknown_outcomes.fetch_add(1, std::memory_order_relaxed);
  if (done)
    done->complete(append_outcome::unknown);
}

void group_writer::listen(std::shared_ptr<commit_listener> listener) {
  const std::lock_guard hold{listener_mutex_};
  listener_ = std::move(listener);
}

void group_writer::latch(const failure& why) noexcept {
  if (!metrics_.latched.exchange(true, std::memory_order_acq_rel))
    spdlog::critical("journal: storage error, selling stops until a restart decides from disk: {}", why.detail);
}

void group_writer::process(mailbox_content& content) {
  auto& appends = content.appends;
  std::string_view bytes{content.bytes};
  std::size_t first = 0; // of the appends that are not completed
  for (std::size_t i = 0; i < appends.size(); ++i) {
    const auto encoded = bytes.substr(0, appends[i].encoded_bytes);
    bytes.remove_prefix(encoded.size());
    if (latched() || fenced())
      continue;
    if (is_barrier(appends[i].group)) {
      if (sample_.groups == 0) {
        complete(appends, first, i + 1, append_outcome::durable);
        first = i + 1;
      }
      continue;
    }
    if (sample_.groups > 0 && sample_.bytes + staged_bytes(appends[i]) > group_commit_bytes_max) {
      finish(appends, first, i);
      first = i;
      if (latched() || fenced())
        continue;
    }
    stage(appends[i], encoded);
  }
  finish(appends, first, appends.size());
}

auto group_writer::find_head(stream_id stream) -> live_head* {
  if (const auto known = heads_.find(stream); known != heads_.end())
    return &known->second;
  auto loaded = target_.load_head(stream);
  if (!loaded) {
    latch(loaded.error());
    return nullptr;
  }
  return &heads_.try_emplace(stream, live_head{*loaded}).first->second;
}

void group_writer::stage(const pending_append& append, std::string_view encoded) {
  const auto& group = append.group;
  const auto size = staged_bytes(append);
  HF_CHECK(size <= group_commit_bytes_max, "one command's facts fit a group commit");
  HF_CHECK(epoch() != 0, "nothing is appended before the cell is acquired");
  auto* at = find_head(group.stream);
  if (at == nullptr)
    return;
  HF_CHECK(group.first_seq == at->head.seq + 1, "an append continues its stream's head");
  if (sample_.groups == 0)
    target_.begin();
  if (!batch_groups_.empty() && batch_bytes_ + size > batch_bytes_max)
    close_batch();
  if (!at->touched) {
    at->touched = true;
    touched_.emplace_back(group.stream, at);
  }
  encoded_append parts{encoded};
  stage_records(append, parts, *at);
  if (group.answer) {
    const auto part = parts.next();
    target_.put_answer(part.substr(0, layout::answer_key_bytes), part.substr(layout::answer_key_bytes));
  }
  at->head.next_deadline = group.next_deadline;

  if (batch_groups_.empty())
    layout::begin_batch_digest(last_.batch_hash, last_.last_position + 1, digest_);
  batch_groups_.push_back({group.stream, group.first_seq, static_cast<std::uint32_t>(group.facts->size())});
  layout::extend_batch_digest(batch_groups_.back(), at->head.hash, digest_);
  batch_bytes_ += size;
  sample_.bytes += size;
  sample_.records += group.facts->size();
  ++sample_.groups;
}

void group_writer::stage_records(const pending_append& append, encoded_append& parts, live_head& at) {
  const auto& facts = *append.group.facts;
  record_header header;
  header.stream = append.group.stream;
  header.epoch = epoch();
  header.trace = append.group.trace;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const auto& fact = facts[i];
    HF_CHECK(fact.time >= at.head.time, "time never goes back within a stream");
    header.flags = i + 1 < facts.size() ? record_flag::command_continues : std::uint8_t{0};
    header.type = fact_type(fact.body);
    header.version = fact_version(header.type);
    header.seq = at.head.seq + 1;
    header.time = fact.time;
    header.command = fact.command;
    header.previous = at.head.hash;
    record_.clear();
    at.head.hash = encode_record(header, parts.next(), record_);
    at.head.seq = header.seq;
    at.head.time = fact.time;
    target_.put_record(header.stream, header.seq, record_);
  }
  commit_time_ms_ = std::max(commit_time_ms_, at.head.time.unix_ms);
}

void group_writer::close_batch() {
  last_.batch_hash = sha256(digest_);
  ++last_.last_position;
  position_value_.clear();
  layout::encode_position(last_.batch_hash, batch_groups_, position_value_);
  target_.put_position(last_.last_position, position_value_);

  auto batch = std::make_shared<committed_batch>();
  batch->position = last_.last_position;
  batch->after = cursor{std::to_string(last_.last_position)};
  batch->groups.reserve(batch_groups_.size());
  batches_.push_back(std::move(batch));
  batch_group_counts_.push_back(batch_groups_.size());
  digest_.clear();
  batch_groups_.clear();
  batch_bytes_ = 0;
  ++sample_.batches;
}

auto group_writer::commit() -> bool {
  close_batch();
  for (const auto& [stream, at] : touched_) {
    target_.put_head(stream, at->head);
    at->touched = false;
  }
  touched_.clear();
  const auto started = std::chrono::steady_clock::now();
  auto written = target_.commit(last_, epoch());
  sample_.sync = std::chrono::steady_clock::now() - started;
  if (!written) {
    if (!fenced())
      latch(written.error());
    return false;
  }
  HF_FAILPOINT("after-sync-before-reply");
  metrics_.records.fetch_add(sample_.records, std::memory_order_relaxed);
  metrics_.groups.fetch_add(sample_.groups, std::memory_order_relaxed);
  metrics_.batches.fetch_add(sample_.batches, std::memory_order_relaxed);
  metrics_.bytes.fetch_add(sample_.bytes, std::memory_order_relaxed);
  metrics_.syncs.fetch_add(1, std::memory_order_relaxed);
  metrics_.sync_nanoseconds.fetch_add(static_cast<std::uint64_t>(sample_.sync.count()), std::memory_order_relaxed);
  newest_time_ms_.store(commit_time_ms_, std::memory_order_relaxed);
  metrics_.head_position.store(last_.last_position, std::memory_order_release);
  if (samples_ != nullptr)
    samples_->committed(sample_);
  // A storage error elsewhere, while this was written: the store is not to be trusted about it.
  return !latched();
}

void group_writer::finish(std::vector<pending_append>& appends, std::size_t first, std::size_t last) {
  const bool staged = sample_.groups > 0;
  const bool durable = staged ? !latched() && !fenced() && commit() : !latched() && !fenced();
  sample_ = {};
  if (!durable) {
    complete(appends, first, last, latched() ? append_outcome::unknown : append_outcome::fenced);
    batches_.clear();
    batch_group_counts_.clear();
    return;
  }
  complete(appends, first, last, append_outcome::durable);
  std::shared_ptr<commit_listener> listener;
  {
    const std::lock_guard hold{listener_mutex_};
    listener = listener_;
  }
  if (listener) {
    auto next = appends.begin() + static_cast<std::ptrdiff_t>(first);
    for (std::size_t i = 0; i < batches_.size(); ++i) {
      for (auto left = batch_group_counts_[i]; left > 0; ++next)
        if (!is_barrier(next->group)) {
          batches_[i]->groups.push_back(std::move(next->group));
          --left;
        }
      listener->committed(std::move(batches_[i]));
    }
  }
  batches_.clear();
  batch_group_counts_.clear();
}

void group_writer::complete(std::vector<pending_append>& appends, std::size_t first, std::size_t last,
                            append_outcome outcome) noexcept {
  if (first == last)
    return;
  metrics_.queue_depth.fetch_sub(last - first, std::memory_order_relaxed);
  if (outcome == append_outcome::unknown)
    metrics_.unknown_outcomes.fetch_add(last - first, std::memory_order_relaxed);
  for (auto i = first; i < last; ++i)
    if (auto done = std::move(appends[i].done))
      done->complete(outcome);
}

} // namespace holdfast::journal

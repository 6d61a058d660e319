#include "journal/checksum.hpp"
#include "journal/codec.hpp"
#include "journal/fold.hpp"
#include "journal/snapshot_store.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace holdfast::journal {
namespace {

using fold_done = std::function<void(tl::expected<folded, failure>)>;

/// One fold under way. Keeps itself alive through the callbacks it hands to the journal; they run one after the other.
class fold_run : public std::enable_shared_from_this<fold_run> {
 public:
  fold_run(journal& from, snapshot_store* snapshots, domain::event_id event, std::uint64_t at_most, fold_done done,
           std::uint64_t records_max)
      : from_{from},
        snapshots_{snapshots},
        event_{event},
        stream_{stream_kind::event, event.value()},
        at_most_{at_most},
        done_{std::move(done)},
        records_max_{records_max} {}

  /// Snapshots are files: looking for them belongs on the read pool. A read that finds nothing gets there however long the pool's queue
  /// is, where an ordinary job would be refused.
  void start() {
    from_.read(
        stream_, UINT64_MAX, [](std::span<const record_view>) { return false; },
        [self = shared_from_this()](tl::expected<cursor, failure> reached) {
          if (self->from_.is_absent())
            self->salvage();
          else if (reached)
            self->attempt();
          else
            self->done_(tl::unexpected{std::move(reached.error())});
        });
  }

 private:
  void attempt();
  void salvage();
  void begin(std::optional<snapshot> base);
  void finish_salvage();
  auto take(std::span<const record_view> records) -> bool;
  auto take_one(const record_view& record) -> bool;
  void finish(tl::expected<cursor, failure> reached);
  auto check_end() const -> tl::expected<void, failure>;
  [[nodiscard]] auto too_many(std::uint64_t after) const -> failure;

  journal& from_;
  snapshot_store* snapshots_;
  domain::event_id event_;
  stream_id stream_;
  std::uint64_t at_most_;
  fold_done done_;
  const std::uint64_t records_max_;
  stream_head head_;
  std::uint64_t base_seq_ = 0; ///< of the snapshot
  chain_hash base_chain_{};
  std::optional<chain_check> chain_;
  std::unique_ptr<fold_applier> applier_;
  std::optional<failure> trouble_;
  bool base_refused_ = false;
  bool salvaging_ = false;
  bool too_many_ = false;
};

/// Folds from the newest snapshot that is left.
void fold_run::attempt() {
  // Listed before the head is asked for: a snapshot that is made meanwhile is never ahead of the head seen here.
  const auto kept = snapshots_ != nullptr ? snapshots_->list(event_) : std::vector<std::uint64_t>{};
  auto head = from_.head(stream_);
  if (!head)
    return done_(tl::unexpected{std::move(head.error())});
  head_ = *head;
  for (const auto seq : kept) {
    if (seq > head_.seq)
      snapshots_->drop(event_, seq, "it is ahead of the journal");
  }
  auto base = snapshots_ != nullptr ? snapshots_->load(event_, std::min(at_most_, head_.seq)) : std::nullopt;
  const auto first = base ? base->seq : 0;
  const auto last = std::min(at_most_, head_.seq);
  if (last > first && last - first > records_max_)
    return done_(tl::unexpected{too_many(first)});
  begin(std::move(base));
}

auto fold_run::too_many(std::uint64_t after) const -> failure {
  return {failure_kind::invalid,
          "more than " + std::to_string(records_max_) + " records follow the snapshot at seq " + std::to_string(after)};
}

void fold_run::begin(std::optional<snapshot> base) {
  base_seq_ = base ? base->seq : 0;
  base_chain_ = base ? base->chain : chain_hash{};
  base_refused_ = false;
  chain_.reset();
  applier_ = std::make_unique<fold_applier>(base ? std::move(base->state) : domain::event_state{});
  // The record that the snapshot was made at comes again, for its hash.
  from_.read(
      stream_, std::max<std::uint64_t>(base_seq_, 1),
      [self = shared_from_this()](std::span<const record_view> records) { return self->take(records); },
      [self = shared_from_this()](tl::expected<cursor, failure> reached) { self->finish(std::move(reached)); });
}

/// Of a journal that was refused: the newest snapshot, and what follows it as far as records are there and follow each other. Nobody can say
/// what the event's head was.
void fold_run::salvage() {
  salvaging_ = true;
  begin(snapshots_ != nullptr ? snapshots_->load(event_, at_most_) : std::nullopt);
}

void fold_run::finish_salvage() {
  auto state = applier_->finish();
  if (!state)
    return done_(tl::unexpected{std::move(state.error())});
  if (too_many_)
    return done_(tl::unexpected{too_many(base_seq_)});
  const auto seq = chain_ ? chain_->seq() : base_seq_;
  if (seq == 0)
    return done_(tl::unexpected{
        failure{failure_kind::not_found, "nothing of this event can be read, and there is no snapshot of it"}});
  done_(folded{*std::move(state), chain_ ? chain_->hash() : base_chain_, seq - base_seq_, base_seq_});
}

auto fold_run::take(std::span<const record_view> records) -> bool {
  std::size_t first = 0;
  if (!chain_ && !records.empty()) {
    if (base_seq_ != 0) {
      const auto& at = records.front();
      base_refused_ = at.header.seq != base_seq_ || hash_record(at.bytes) != base_chain_;
      if (base_refused_)
        return false;
      first = 1;
    }
    chain_.emplace(stream_, base_seq_, base_chain_);
  }
  auto last = first;
  while (last < records.size() && take_one(records[last]))
    ++last;
  return applier_->take(records.subspan(first, last - first)) && last == records.size();
}

/// Whether the record belongs to the fold.
auto fold_run::take_one(const record_view& record) -> bool {
  if (record.header.seq > at_most_)
    return false;
  too_many_ = salvaging_ && record.header.seq - base_seq_ > records_max_;
  if (too_many_)
    return false;
  if (auto follows = chain_->take(record); !follows) {
    trouble_ = std::move(follows.error());
    return false;
  }
  return true;
}

auto fold_run::check_end() const -> tl::expected<void, failure> {
  const auto seq = chain_ ? chain_->seq() : 0;
  if (seq < std::min(at_most_, head_.seq))
    return tl::unexpected{failure{failure_kind::corrupt, "event " + std::to_string(event_.value()) + " ends at seq " +
                                                             std::to_string(seq) + ", its head says " +
                                                             std::to_string(head_.seq)}};
  if (seq == head_.seq && seq != 0 && chain_->hash() != head_.hash)
    return tl::unexpected{failure{failure_kind::corrupt, "event " + std::to_string(event_.value()) +
                                                             ": the last record is not the one that its head names"}};
  return {};
}

void fold_run::finish(tl::expected<cursor, failure> reached) {
  if (salvaging_)
    return finish_salvage();
  if (base_refused_) {
    snapshots_->drop(event_, base_seq_, "its chain hash is not the journal's");
    return attempt();
  }
  auto state = applier_->finish();
  if (!reached)
    return done_(tl::unexpected{std::move(reached.error())});
  if (trouble_)
    return done_(tl::unexpected{*std::move(trouble_)});
  if (!state)
    return done_(tl::unexpected{std::move(state.error())});
  if (auto ended = check_end(); !ended)
    return done_(tl::unexpected{std::move(ended.error())});
  const auto seq = chain_ ? chain_->seq() : 0;
  done_(folded{*std::move(state), chain_ ? chain_->hash() : chain_hash{}, seq - base_seq_, base_seq_});
}

} // namespace

void fold_event(journal& from, snapshot_store* snapshots, domain::event_id event, std::uint64_t at_most, fold_done done,
                std::uint64_t records_max) {
  std::make_shared<fold_run>(from, snapshots, event, at_most, std::move(done), records_max)->start();
}

} // namespace holdfast::journal

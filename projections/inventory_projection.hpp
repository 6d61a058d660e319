#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "journal/journal.hpp"
#include "journal/snapshot_store.hpp"
#include "projections/body_encoder.hpp"
#include "projections/event_entry.hpp"
#include "projections/layout_store.hpp"
#include "projections/live/live_hub.hpp"
#include "projections/metrics.hpp"
#include "projections/ports.hpp"
#include "projections/projection.hpp"
#include "projections/views.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace holdfast::projections {

/// Seat status and event pages, and the continuous check against double sales.
///
/// It keeps no past: an event is loaded from its snapshot and journal when somebody reads it, follows the live facts from then
/// on, and is dropped when nobody has read it, and nothing has happened to it, for a minute. An event that nobody reads and
/// nothing happens to costs nothing. So it starts at the journal's end and is caught up at once.
///
/// The check has every live fact about holds: an event whose first such fact comes gets a partial ledger (less than 1 KiB, and
/// 2 bits a seat up to the highest seat seen), and is loaded in the background, at most `check_loads_per_s` a second, from
/// when on the check knows its whole past. A minute after its last fact all of it is dropped.
/// An event in which the check found something is not loaded any more by this process, for the domain's own fold ends a process
/// that meets such facts: what is in memory goes on being shown.
///
/// A rebuild folds every event that is shown anew, from the journal alone and without its snapshots, beside what is shown; when all of them are there
/// they are changed for the old ones on one turn of the actor. Until then the old ones are read and followed.
///
/// `apply` to `tick` run on its actor, the reads on any thread.
class inventory_projection final : public projection, public std::enable_shared_from_this<inventory_projection> {
 public:
  struct bounds {
    domain::millis kept_unread = domain::minutes(1);
    domain::millis wait_for_seq_max = domain::seconds(1);
    domain::millis wait_for_load_max = domain::seconds(5);
    std::size_t readers_waiting_max = 50'000;
    /// Groups kept while an event is loaded: a second of the busiest one.
    std::size_t kept_groups_max = 65'536;
    std::size_t loads_at_once = 64; ///< of events that somebody reads
    std::size_t check_loads_at_once = 1;
    std::size_t rebuild_loads_at_once = 2;
    std::size_t check_loads_per_s = 20; ///< some 2 ms each: 4 % of one core while many events become active
    /// The time between two encodings of a body grows with it, so that one event's readers cannot take the read pool:
    /// 100 ms for the seats of a stadium (2.5 MB, some 3 ms), none for a club.
    std::size_t paced_bytes_per_ms = 25'000;
    domain::millis pace_max = {250};
    live_hub::bounds live;
    bool follows = true; ///< false: the journal was refused, and what is left of it is shown as of the start
  };

  /// `start` is the journal's end before this process's first append; `snapshots` may be null.
  inventory_projection(journal::journal& from, journal::snapshot_store* snapshots,
                       std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics, post_function post,
                       clock_function clock, journal::cursor start);
  inventory_projection(journal::journal& from, journal::snapshot_store* snapshots,
                       std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics, post_function post,
                       clock_function clock, journal::cursor start, bounds within);
  ~inventory_projection() override;

  [[nodiscard]] auto name() const noexcept -> std::string_view override { return "inventory"; }

  void apply(const applied_group& group) override;
  void publish(const journal::cursor& position) override;

  [[nodiscard]] auto position() const -> journal::cursor override { return position_; }

  /// Events are loaded anew, those that are shown beside what is shown; readers who wait go on waiting.
  void reset() override;
  /// What is made from now on says how old it is. A rebuild is over.
  void stopped() override;

  /// Takes the right to rebuild; false while somebody has it. Any thread. Whoever has it calls `reset` or `rebuild` on the actor.
  [[nodiscard]] auto ask_rebuild() noexcept -> bool { return !rebuilding_.exchange(true); }

  [[nodiscard]] auto rebuilding() const noexcept -> bool { return rebuilding_.load(std::memory_order_acquire); }

  /// Begins to fold what is shown anew beside it.
  void rebuild();
  [[nodiscard]] auto wants(journal::stream_kind kind, std::uint16_t type) const noexcept -> bool override;

  /// Deadlines of readers, background loads, what is dropped. Every 100 ms or so.
  void tick(domain::instant now);
  /// Between two ticks: those who watch have their turn.
  void pulse(domain::instant now);

  /// For whom something is read: only people's reads are hits or misses.
  enum class reading : std::uint8_t { for_somebody = 1, beforehand };

  /// A body of an event; `part` says which of those that are not kept.
  void read(domain::event_id event, waiting_reader::wish what, std::uint64_t min_seq, waiting_reader::choice part,
            view_done done, reading why = reading::for_somebody);
  /// The changes of an event from now on, or from `since` on; its start is handed over on the actor.
  void watch(domain::event_id event, std::optional<std::uint64_t> since, live_done done);
  void listen(const std::weak_ptr<live_listener>& listener) { live_->listen(listener); }

 private:
  using entries = std::unordered_map<domain::event_id, std::unique_ptr<event_entry>>;

  // inventory_projection.cpp: folding and loading.
  auto open(domain::event_id event) -> event_entry&;
  [[nodiscard]] auto loadable(const event_entry& its) const -> bool;
  void erase(event_entry& its);
  void forget(event_entry& its);
  void fold(event_entry& its, const applied_group& group);
  void report(domain::event_id event, const ledger_findings& findings);
  void queue_load(event_entry& its, bool for_reader);
  void start_loads();
  void load(event_entry& its, bool for_reader);
  void loaded(domain::event_id event, std::uint64_t number, bool for_reader,
              tl::expected<event_fold, journal::failure> result);
  void not_loaded(event_entry& its, const journal::failure& why);
  void install(event_entry& its, event_fold fold);
  void sweep();
  void count_entries();

  // inventory_rebuild.cpp: what is folded anew beside what is shown.
  void go_on_rebuilding();
  void load_beside(domain::event_id event, rebuilt_event& its);
  void loaded_beside(domain::event_id event, std::uint64_t round, tl::expected<event_fold, journal::failure> result);
  void fold_beside(domain::event_id event, const applied_group& group);
  void show_rebuilt();
  void end_rebuild();

  // inventory_reads.cpp: readers.
  void admit(domain::event_id event, waiting_reader reader);
  void serve(event_entry& its);
  void serve_last(event_entry& its);
  [[nodiscard]] auto as_of(const event_entry& its) const -> std::optional<domain::instant>;
  [[nodiscard]] auto take_ready(event_entry& its, waiting_reader::wish what) -> std::vector<waiting_reader>;
  void serve_bodies(event_entry& its, body_kind kind);
  void serve_apart(event_entry& its, waiting_reader::wish what);
  void encode(event_entry& its, body_kind kind, std::vector<waiting_reader> readers);
  void encoded(domain::event_id event, body_kind kind, std::size_t bytes);
  void answer_all(event_entry& its, read_outcome outcome);
  void expire_readers(event_entry& its);
  void serve_waiting();

  // live/inventory_live.cpp: those who watch.
  void admit_viewer(domain::event_id event, std::optional<std::uint64_t> since, live_done done);
  void load_watched();

  journal::journal& from_;
  journal::snapshot_store* const snapshots_;
  const std::shared_ptr<layout_store> layouts_;
  const std::shared_ptr<view_metrics> metrics_;
  const post_function post_;
  const clock_function clock_;
  const bounds within_;
  const std::shared_ptr<body_slots> slots_;
  const std::shared_ptr<body_encoder> encoder_;
  const std::shared_ptr<live_hub> live_;
  const std::shared_ptr<follow_mark> follows_;

  // The actor's.
  journal::cursor position_;
  domain::instant now_; ///< of the last tick
  domain::instant swept_at_;
  std::optional<domain::instant> stopped_at_;
  entries entries_;
  std::unordered_set<domain::event_id> unsound_; ///< the check found something
  std::vector<event_entry*> touched_;
  std::vector<event_entry*> with_readers_;
  std::deque<domain::event_id> reader_loads_;
  std::deque<domain::event_id> check_loads_;
  std::size_t loading_for_readers_ = 0;
  std::size_t loading_for_check_ = 0;
  std::uint64_t load_number_ = 0;
  std::int64_t check_tokens_ = 0; ///< thousandths of a load
  std::size_t complete_ = 0;
  std::unordered_map<domain::event_id, rebuilt_event> beside_; ///< during a rebuild
  std::deque<domain::event_id> beside_loads_;
  std::size_t loading_beside_ = 0;
  bool rebuild_begun_ = false;
  std::uint64_t rebuild_round_ = 0; ///< what was loaded for an older one is dropped

  std::atomic<bool> rebuilding_{false}; ///< anybody's
};

} // namespace holdfast::projections

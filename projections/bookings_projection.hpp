#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "journal/journal.hpp"
#include "projections/booking_store.hpp"
#include "projections/layout_store.hpp"
#include "projections/metrics.hpp"
#include "projections/ports.hpp"
#include "projections/projection.hpp"
#include "projections/store/booking_checkpoint.hpp"
#include "projections/store/checkpoint_lane.hpp"
#include "projections/views.hpp"
#include "projections/waiting_readers.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::projections {

using booking_done = std::function<void(read_outcome, std::shared_ptr<const booking_line>)>;
using waiting_done = std::function<void(read_outcome, std::shared_ptr<const waitlist_line>)>;
using waitlist_done = std::function<void(read_outcome, std::shared_ptr<const waitlist_summary>)>;
using orders_done = std::function<void(read_outcome, views::order_page)>;

/// Live holds, orders, waitlists, and for an hour how holds ended. Folded in memory from the last checkpoint, or from the journal's
/// beginning without one; readers share a lock that the fold takes once a command.
///
/// `apply` to `tick` run on its actor, the reads on any thread.
class bookings_projection final : public projection, public std::enable_shared_from_this<bookings_projection> {
 public:
  struct bounds {
    booking_store::bounds store;
    domain::millis wait_max = domain::seconds(1);
    std::size_t readers_waiting_max = 50'000;
    domain::millis checkpoint_every = domain::seconds(30);
    std::size_t checkpoint_rows_per_turn = 1'000; ///< some 0.3 ms
  };

  bookings_projection(std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics, post_function post,
                      clock_function clock);
  bookings_projection(std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics, post_function post,
                      clock_function clock, bounds within);

  [[nodiscard]] auto name() const noexcept -> std::string_view override { return "bookings"; }

  /// From now on checkpoints go there; null: nowhere. Before `load`.
  void keep_in(std::shared_ptr<checkpoint_lane> lane) { lane_ = std::move(lane); }

  /// Takes back what its lane has, or is to be folded from the beginning. Before its runner starts, on any one thread.
  void load();
  /// A last checkpoint, on its actor; blocks.
  void save();

  void apply(const applied_group& group) override;
  void publish(const journal::cursor& position) override;

  [[nodiscard]] auto position() const -> journal::cursor override { return position_; }

  void reset() override;
  [[nodiscard]] auto wants(journal::stream_kind kind, std::uint16_t type) const noexcept -> bool override;

  /// Every row that it keeps. On its actor, or when nothing is folded.
  void visit_rows(const row_visitor& visit) const {
    projections::visit_rows(*store_, visit);
    store_->tickets().visit_rows(visit);
    store_->returns().visit_rows(visit);
    store_->waitlists().visit_rows(visit);
  }

  /// Deadlines of readers, checkpoints. Every 100 ms or so.
  void tick(domain::instant now);

  /// A hold or order, once the event is at `min_seq`. While the fold is not `complete`, what is not found may still come and is waited for.
  void read(domain::event_id event, domain::hold_number number, std::uint64_t min_seq, bool complete,
            booking_done done);
  /// Orders of an owner with their layouts, as far as the past is folded. Outcomes: ok, overloaded, unreadable.
  void orders_of(const domain::owner& who, std::uint64_t before, std::size_t limit, orders_done done) const;

  /// Tickets that somebody has, as `orders_of` has orders.
  void tickets_of(const domain::owner& who, const std::optional<views::ticket_place>& from, std::size_t limit,
                  std::function<void(read_outcome, views::ticket_page)> done) const;
  /// Tickets of an event that are offered, as `orders_of` has orders.
  void offers(domain::event_id event, const std::optional<domain::ticket_number>& after, std::size_t limit,
              std::function<void(read_outcome, views::offer_page)> done) const;
  [[nodiscard]] auto revocations(domain::event_id event, std::uint64_t since, std::size_t limit) const
      -> views::revocation_page;
  // As `read` reads a hold.
  void waiting(domain::event_id event, const domain::subject_id& who, std::uint64_t min_seq, bool complete,
               waiting_done done);
  void waitlist(domain::event_id event, std::uint64_t min_seq, bool complete, waitlist_done done);

 private:
  struct reader {
    domain::hold_number number;
    std::uint64_t min_seq = 0;
    bool complete = true;
    domain::instant deadline;
    booking_done done;
  };

  class folder;

  /// Calls once the event is at that seq, or says why not.
  void when_at(domain::event_id event, std::uint64_t min_seq, bool complete, std::function<void(read_outcome)> then);
  void tell_waiting(domain::event_id event, const domain::subject_id& who, const waiting_done& done) const;
  void tell_waitlist(domain::event_id event, const waitlist_done& done) const;

  using lines_done = std::function<void(read_outcome, std::vector<std::shared_ptr<const booking_line>>)>;
  /// Gives bookings their layouts, which arrive one after the other, on several threads. None when one is missing.
  void with_layouts(std::vector<found_booking> found, lines_done done) const;

  void checkpoint_step();
  void begin_changes();
  /// Answers if the answer is known; false to wait.
  auto try_answer(domain::event_id event, const reader& who) -> bool;
  void admit(domain::event_id event, reader who);

  const std::shared_ptr<layout_store> layouts_;
  const std::shared_ptr<view_metrics> metrics_;
  const post_function post_;
  const clock_function clock_;
  const bounds within_;

  mutable std::shared_mutex mutex_;      ///< over store_
  std::unique_ptr<booking_store> store_; ///< never null

  // The actor's.
  journal::cursor position_;
  waiting_readers<reader> waiting_;

  std::shared_ptr<checkpoint_lane> lane_; ///< null: nothing is kept
  booking_checkpoint changes_;
  journal::cursor checkpoint_at_; ///< of the one under way
  domain::instant checkpointed_at_;
  domain::instant now_;            ///< of the last tick
  bool between_positions_ = false; ///< folded and not published yet
};

} // namespace holdfast::projections

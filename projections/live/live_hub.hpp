#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "projections/event_entry.hpp"
#include "projections/live/live_ports.hpp"
#include "projections/live/live_ring.hpp"
#include "projections/metrics.hpp"
#include "projections/ports.hpp"
#include "projections/seat_ledger.hpp"
#include "projections/views.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace holdfast::projections {

/// Seat maps as they change: compares each watched event with what was last published, and hands the difference to all listeners
/// as one frame a tick. What a fact means it does not know: it sees seats and areas before and after, so that no kind of change can be
/// forgotten here.
///
/// Ticks last longer the more there are to send to: the shortest (100 ms) up to 1,000 viewers, one and a half of it up to 10,000, and
/// then one of it for every 5,000 viewers, at most ten. While the machine is busy (`view_metrics::giving_way`) they are at least two of
/// it. An event is followed from the first reader of its seats on, who may come to watch from their seq on, and for as long as its ring
/// goes back after its last reader or viewer.
///
/// Runs on the inventory's actor, but for `listen` and the places.
class live_hub : public std::enable_shared_from_this<live_hub> {
 public:
  struct bounds {
    live_ring::bounds ring;
    std::size_t viewers_every_tick = 1'000;
    std::size_t viewers_every_tick_and_a_half = 10'000;
    std::size_t viewers_a_further_tick = 5'000;
    unsigned stride_max = 10;
    unsigned calls_a_tick = 1; ///< calls of `tick` that make the shortest; of an odd number a half is rounded up
  };

  live_hub(std::shared_ptr<view_metrics> metrics, post_function post, bounds within);

  /// From any thread. Forgotten when it dies.
  void listen(const std::weak_ptr<live_listener>& listener);

  /// Somebody wants to watch; answered by `serve` or `refuse`, or at the deadline.
  void request(domain::event_id event, std::optional<std::uint64_t> since, domain::instant deadline, live_done done);
  /// Somebody is given the seats of this fold, and may come to watch from its seq on.
  void expect(const event_fold& from);
  /// When somebody was given anything of this event last.
  void was_read(domain::event_id event, domain::instant at);
  /// Whether anybody watches, waits to, or may come back.
  [[nodiscard]] auto concerned_with(domain::event_id event) const -> bool { return events_.contains(event); }
  /// Answers who waits for this event.
  void serve(const event_fold& from);
  /// There is nothing to watch, for those who wait.
  void refuse(domain::event_id event, read_outcome why);
  /// The event is not followed any more: viewers are told, who waits is refused.
  void end(domain::event_id event);
  /// Every event that it is concerned with.
  [[nodiscard]] auto events() const -> std::vector<domain::event_id>;

  /// `fold_of` gives a complete fold, or null while there is none.
  void tick(domain::instant now, const std::function<const event_fold*(domain::event_id)>& fold_of);

  /// How many calls of `tick` make one tick with so many viewers, while the machine is `busy` or not.
  [[nodiscard]] auto stride(std::size_t viewers, bool busy) const noexcept -> unsigned;

 private:
  struct waiting_viewer {
    std::optional<std::uint64_t> since;
    domain::instant deadline;
    live_done done;
  };

  struct watched_event {
    // As last published; nothing is published before the first viewer or reader has been served.
    bool known = false;
    std::uint64_t number = 0; ///< of this watch: places of an earlier one of the same event count no more
    std::uint64_t seq = 0;
    std::string layout_hash;
    packed_statuses statuses;
    std::vector<std::uint32_t> areas; ///< available
    live_ring ring;
    std::size_t viewers = 0;
    domain::instant left_at; ///< the last viewer or reader, when there is none
    std::vector<waiting_viewer> waiting;
  };

  auto open(domain::event_id event) -> watched_event&;
  void take_over(watched_event& its, const event_fold& from);
  void cut(domain::event_id event, watched_event& its, const event_fold& from);
  [[nodiscard]] auto start_of(const watched_event& its, std::optional<std::uint64_t> since)
      -> std::vector<live_frame_ptr>;
  [[nodiscard]] auto place_in(domain::event_id event, std::uint64_t watch) -> std::shared_ptr<live_place>;
  void left(domain::event_id event, std::uint64_t watch);
  void expire_waiting(watched_event& its);
  void publish();

  const std::shared_ptr<view_metrics> metrics_;
  const post_function post_;
  const bounds within_;
  std::mutex listeners_mutex_;
  std::vector<std::weak_ptr<live_listener>> listeners_;

  // The actor's.
  std::unordered_map<domain::event_id, watched_event> events_;
  live_batch news_;
  domain::instant now_;
  std::uint64_t watches_ = 0; ///< begun
  unsigned calls_since_tick_ = 0;
};

} // namespace holdfast::projections

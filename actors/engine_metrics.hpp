#pragma once

#include <atomic>
#include <cstdint>

namespace holdfast::actors {

/// What the selling plane counts. Written by actors and the journal's thread, read by whoever exports it.
struct engine_metrics {
  std::atomic<std::uint64_t> holds{0};
  std::atomic<std::uint64_t> extensions{0};
  std::atomic<std::uint64_t> confirms{0};
  std::atomic<std::uint64_t> releases{0};
  std::atomic<std::uint64_t> expiries{0};
  std::atomic<std::uint64_t> admissions{0};
  std::atomic<std::uint64_t> admissions_undone{0};
  std::atomic<std::uint64_t> ticket_transfers{0}; ///< re-issues to the same holder included
  std::atomic<std::uint64_t> conflicts{0};        ///< holds refused because a seat or area was taken
  std::atomic<std::uint64_t> rejections{0};       ///< every decided rejection, conflicts included
  std::atomic<std::uint64_t> replays{0};          ///< remembered answers given again
  std::atomic<std::uint64_t> refused_overload{0}; ///< no in-flight credit
  std::atomic<std::uint64_t> refused_other{0};    ///< draining, latched, disk, clock
  std::atomic<std::uint64_t> events_loaded{0};
  std::atomic<std::uint64_t> events_passivated{0};
  std::atomic<std::uint64_t> snapshots{0};
  std::atomic<std::int64_t> snapshots_pending{0}; ///< being made just now
  std::atomic<std::uint64_t> load_failures{0};
  std::atomic<std::uint64_t> payments_begun{0};
  std::atomic<std::uint64_t> payments_captured{0};
  std::atomic<std::uint64_t> payments_declined{0};
  std::atomic<std::uint64_t> payments_refunded{0};
  std::atomic<std::uint64_t> payments_failed{0}; ///< ended otherwise, without an order that stands
  std::atomic<std::uint64_t> payments_mismatched{
      0}; ///< of those: the gateway had another amount or currency; somebody should look
  std::atomic<std::int64_t> payments_open{0};
  std::atomic<std::int64_t> payments_stuck{
      0}; ///< of those: a step has been tried several times and nobody knows what became of it
  std::atomic<std::uint64_t> payments_allowed{0}; ///< scored so, by the hook or for want of its verdict
  std::atomic<std::uint64_t> payments_to_review{0};
  std::atomic<std::uint64_t> payments_denied{0};
  std::atomic<std::uint64_t> scorings{0};            ///< questions that ended
  std::atomic<std::uint64_t> scorings_failed{0};     ///< of those: without a verdict
  std::atomic<std::uint64_t> scoring_nanoseconds{0}; ///< that they took in all
  std::atomic<std::uint64_t> payment_notifications{0};
  std::atomic<std::uint64_t> payment_notifications_refused{0};
  std::atomic<std::uint64_t> queue_joins{0}; ///< places given
  std::atomic<std::uint64_t> queue_admitted{0};
  std::atomic<std::uint64_t> queue_polls{0};
  std::atomic<std::uint64_t> queue_ticks{0};
  std::atomic<std::uint64_t> queue_eta_inside{0}; ///< people let in within the time that was foretold
  std::atomic<std::uint64_t> queue_eta_early{0};
  std::atomic<std::uint64_t> queue_eta_late{0};
  std::atomic<std::uint64_t> holds_unadmitted{0}; ///< refused by the event itself: not let in, or not any more
};

} // namespace holdfast::actors

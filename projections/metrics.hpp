#pragma once

#include <atomic>
#include <cstdint>

namespace holdfast::projections {

/// What the viewing plane counts. Plain atomics, relaxed; read by whoever serves /metrics.
struct view_metrics {
  /// The continuous check: facts that give a seat or a place to somebody while another has it. Must stay 0.
  std::atomic<std::uint64_t> double_sales_detected{0};
  /// Facts that do not fit what was folded before in another way (the end of a hold that is not live). Must stay 0.
  std::atomic<std::uint64_t> contradictions_detected{0};

  std::atomic<std::uint64_t> body_hits{0};       ///< reads answered at once from an encoded body
  std::atomic<std::uint64_t> body_misses{0};     ///< reads that had to wait for one
  std::atomic<std::uint64_t> bodies_encoded{0};  ///< seats and event pages
  std::atomic<std::uint64_t> reads_behind{0};    ///< `min_seq` not reached in time
  std::atomic<std::uint64_t> reads_refused{0};   ///< the read pool or the queue of readers was full
  std::atomic<std::uint64_t> readers_waiting{0}; ///< gauge

  std::atomic<std::uint64_t> events_in_memory{0}; ///< gauge: events with a fold of their own
  std::atomic<std::uint64_t> events_complete{0};  ///< gauge: of those, loaded from the journal
  std::atomic<std::uint64_t> event_loads{0};
  std::atomic<std::uint64_t> event_load_failures{0};
  std::atomic<std::uint64_t> orders{0};     ///< gauge
  std::atomic<std::uint64_t> live_holds{0}; ///< gauge
};

} // namespace holdfast::projections

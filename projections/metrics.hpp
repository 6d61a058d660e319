#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace holdfast::projections {

/// What people read, as the counters of hits and misses tell it apart.
enum class read_view : std::uint8_t {
  event_page = 0,
  seats,
  seats_binary,
  section,
  layout,
  layout_binary,
  report,
  allocations,
  prices
};

inline constexpr std::size_t read_views = 9;

/// The names by which metrics know them.
inline constexpr std::array<std::string_view, read_views> read_view_names{
    "event_page", "seats", "seats_binary", "section", "layout", "layout_binary", "report", "allocations", "prices"};

/// How reads of one view were answered. Whoever reads again after being refused counts again.
struct view_reads {
  std::atomic<std::uint64_t> hits{0};   ///< at once, from an encoded body
  std::atomic<std::uint64_t> misses{0}; ///< those that had to wait for one; every section, for none is kept
};

/// What the viewing plane counts. Plain atomics, relaxed; read by whoever serves /metrics.
struct view_metrics {
  /// The continuous check: facts that give a seat or a place to somebody while another has it. Must stay 0.
  std::atomic<std::uint64_t> double_sales_detected{0};
  /// Facts that do not fit what was folded before in another way (the end of a hold that is not live). Must stay 0.
  std::atomic<std::uint64_t> contradictions_detected{0};

  std::array<view_reads, read_views> reads;      ///< by `read_view`
  std::atomic<std::uint64_t> bodies_encoded{0};  ///< seats and event pages
  std::atomic<std::uint64_t> reads_behind{0};    ///< `min_seq` not reached in time
  std::atomic<std::uint64_t> reads_refused{0};   ///< the read pool or the queue of readers was full
  std::atomic<std::uint64_t> readers_waiting{0}; ///< gauge

  std::atomic<bool> giving_way{false};                 ///< gauge: the machine is busy, and what can wait a little does
  std::atomic<std::uint64_t> live_viewers{0};          ///< gauge: who watches seat maps
  std::atomic<std::uint64_t> live_events{0};           ///< gauge: events that are watched, or were a short while ago
  std::atomic<std::uint64_t> live_ring_bytes{0};       ///< gauge: changes kept for viewers who come back
  std::atomic<std::uint64_t> live_ticks{0};            ///< times that changes were looked for
  std::atomic<std::uint64_t> live_tick_nanoseconds{0}; ///< what that took
  std::atomic<std::uint64_t> live_frames{0};           ///< deltas, counted once however many see them
  std::atomic<std::uint64_t> live_changes{0};          ///< seats and areas in them
  std::atomic<std::uint64_t> live_resumes{0};          ///< viewers who went on where they had left
  std::atomic<std::uint64_t> live_resets{0};           ///< viewers whose place was not in the ring

  std::atomic<std::uint64_t> events_in_memory{0}; ///< gauge: events with a fold of their own
  std::atomic<std::uint64_t> events_complete{0};  ///< gauge: of those, loaded from the journal
  std::atomic<std::uint64_t> event_loads{0};
  std::atomic<std::uint64_t> events_prewarmed{0}; ///< gauge: events whose views are made before anybody asks
  std::atomic<std::uint64_t> prewarm_looks{0};    ///< times that it was looked for such events
  std::atomic<std::uint64_t> layouts_encoded{0};
  std::atomic<std::uint64_t> event_load_failures{0};
  std::atomic<std::uint64_t> orders{0};     ///< gauge
  std::atomic<std::uint64_t> live_holds{0}; ///< gauge

  [[nodiscard]] auto of(read_view what) const noexcept -> const view_reads& {
    return reads[static_cast<std::size_t>(what)];
  }
  void count_read(read_view what, bool hit) noexcept {
    auto& its = reads[static_cast<std::size_t>(what)];
    (hit ? its.hits : its.misses).fetch_add(1, std::memory_order_relaxed);
  }
};

} // namespace holdfast::projections

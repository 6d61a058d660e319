#pragma once

#include <prometheus/collectable.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace holdfast::http {

/// How a viewer is connected.
enum class viewer_kind : std::uint8_t { websocket = 0, server_sent = 1 };

/// Why a viewer's connection was ended by the server.
enum class viewer_end : std::uint8_t { refused = 0, silent, ended, draining };

/// What live seat maps cost on the side of the connections. Relaxed atomics, written by the I/O threads.
///
/// holdfast_live_connections{kind}, holdfast_live_sent_frames_total{kind}, holdfast_live_sent_bytes_total{kind},
/// holdfast_live_slow_resets_total, holdfast_live_closed_total{reason}, holdfast_live_fan_out_seconds (sum and count).
class live_metrics final : public prometheus::Collectable {
 public:
  [[nodiscard]] auto Collect() const -> std::vector<prometheus::MetricFamily> override;

  struct by_kind {
    std::atomic<std::uint64_t> connections{0};
    std::atomic<std::uint64_t> frames{0};
    std::atomic<std::uint64_t> bytes{0};
  };

  [[nodiscard]] auto of(viewer_kind kind) noexcept -> by_kind& { return kinds[static_cast<std::size_t>(kind)]; }
  void closed(viewer_end why) noexcept { ends[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed); }

  std::array<by_kind, 2> kinds;
  std::array<std::atomic<std::uint64_t>, 4> ends{};
  std::atomic<std::uint64_t> slow_resets{0}; ///< viewers who could not keep up
  std::atomic<std::uint64_t> fan_outs{0};    ///< batches handed to the viewers of one thread
  std::atomic<std::uint64_t> fan_out_nanoseconds{0};
};

} // namespace holdfast::http

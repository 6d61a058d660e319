#pragma once

#include "tools/bench/histogram.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace holdfast::tools::bench {

/// A change of seats as whoever made it saw it.
struct seat_change {
  using time_point = std::chrono::steady_clock::time_point;

  std::uint64_t seq = 0; ///< of the event, after the change
  time_point sent;       ///< the request
  time_point acknowledged;
};

/// How long changes took to all viewers, in nanoseconds: one value for each change and viewer.
struct change_latency {
  histogram from_acknowledgement;
  histogram from_request;
  std::uint64_t unseen = 0; ///< changes that no frame had
};

/// The frames of one event in the order in which the server published them, as its viewers got them. All viewers are sent the same frames;
/// so whoever got a later one without one that another viewer has got has lost something. Not thread-safe.
class frame_log {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// How far a viewer is.
  struct place {
    std::size_t next = 0; ///< the frame that it is to get next
  };

  enum class verdict : std::uint8_t {
    in_order = 0,
    gap,  ///< a frame was left out
    again ///< not newer than what it had
  };

  /// The viewer has everything up to this seq: hello, or a reset.
  void start(place& of, std::uint64_t seq) const;
  /// The viewer got a delta.
  auto take(place& of, std::uint64_t seq, time_point at) -> verdict;

  [[nodiscard]] auto frames() const noexcept -> std::size_t { return frames_.size(); }
  /// Distances in nanoseconds between the first receipts of frames that follow each other, of those first received from `from` up to
  /// `until`.
  [[nodiscard]] auto ticks(time_point from, time_point until) const -> histogram;
  [[nodiscard]] auto latency_of(std::span<const seat_change> changes) const -> change_latency;

 private:
  struct frame {
    std::uint64_t seq = 0;
    time_point first;                 ///< receipt
    std::vector<std::uint32_t> later; ///< each receipt, in microseconds after the first
  };

  std::vector<frame> frames_; ///< by seq
};

} // namespace holdfast::tools::bench

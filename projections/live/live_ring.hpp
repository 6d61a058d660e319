#pragma once

#include "domain/instant.hpp"
#include "projections/live/live_frame.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace holdfast::projections {

/// The newest changes of one event, for viewers who come back. One thread at a time.
class live_ring {
 public:
  struct bounds {
    domain::millis kept = domain::seconds(150); ///< a viewer may be away for 120 s; the rest is for ticks and clocks
    std::size_t bytes_max = std::size_t{2} * 1024 * 1024; ///< of one event; what is older goes first
  };

  live_ring() = default;
  explicit live_ring(bounds within) : within_{within} {}

  /// Empty, as of this seq.
  void restart(std::uint64_t seq);
  void push(live_frame_ptr frame, domain::instant now);
  /// Drops what is too old.
  void trim(domain::instant now);

  /// Changes after `seq`, oldest first; the first may begin before it. Nothing when the ring does not go back that far, or is not
  /// there yet.
  [[nodiscard]] auto after(std::uint64_t seq) const -> std::optional<std::vector<live_frame_ptr>>;

  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return bytes_; }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return frames_.size(); }

 private:
  struct kept_frame {
    live_frame_ptr frame;
    domain::instant at;
  };

  void drop_oldest();

  bounds within_;
  std::deque<kept_frame> frames_;
  std::uint64_t base_ = 0; ///< seq of the state that the oldest frame was made from
  std::size_t bytes_ = 0;
};

} // namespace holdfast::projections

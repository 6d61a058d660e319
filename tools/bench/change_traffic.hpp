#pragma once

#include "tools/bench/booking_traffic.hpp"
#include "tools/bench/frame_log.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

/// Holds and releases, and when each of them was asked for, and acknowledged as which seq.
class change_traffic final : public booking_traffic {
 public:
  explicit change_traffic(booking_options options) : booking_traffic{std::move(options)} {}

  auto next(std::size_t connection) -> std::string_view override {
    if (connection >= sent_.size()) {
      sent_.resize(connection + 1);
    }
    const auto request = booking_traffic::next(connection);
    sent_[connection] = std::chrono::steady_clock::now();
    return request;
  }

  auto answered(std::size_t connection, const response& what) -> outcome override {
    const auto now = std::chrono::steady_clock::now();
    const auto result = booking_traffic::answered(connection, what);
    const auto text = header_value(what.headers, "event-seq");
    std::uint64_t seq = 0;
    std::from_chars(text.data(), text.data() + text.size(), seq);
    if (result == outcome::success && seq > 0) {
      changes_.push_back({seq, sent_[connection], now});
    }
    return result;
  }

  /// What has been acknowledged since the last call.
  [[nodiscard]] auto take_changes() -> std::vector<seat_change> { return std::exchange(changes_, {}); }

 private:
  std::vector<seat_change::time_point> sent_; ///< by connection
  std::vector<seat_change> changes_;
};

} // namespace holdfast::tools::bench

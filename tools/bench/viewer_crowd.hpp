#pragma once

#include "tools/bench/failure.hpp"
#include "tools/bench/frame_log.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/live_reader.hpp"

#include <tl/expected.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace holdfast::tools::bench {

struct crowd_options {
  std::uint16_t port = 0; ///< on 127.0.0.1
  std::string event;      ///< its id
  std::size_t viewers = 1;
  /// So many of them stop reading when they have been greeted, until `wake_slow`. Their socket buffers are small.
  std::size_t slow = 0;
  std::chrono::milliseconds patience = std::chrono::seconds{60}; ///< until all are greeted
};

/// What a crowd saw, from the moment at which all had been greeted. `slow` viewers count in the figures of their own only.
struct crowd_result {
  frame_log log;
  histogram intervals; ///< nanoseconds between two deltas of the same viewer, while measuring
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  std::uint64_t pings = 0; ///< all answered
  std::uint64_t gaps = 0;  ///< deltas after which something was missing, or which had been there before
  std::uint64_t resets = 0;
  std::uint64_t closed = 0;      ///< by the server
  std::uint64_t slow_resets = 0; ///< slow viewers that were reset, and
  std::uint64_t slow_closed = 0; ///< those that were closed instead
};

/// Viewers of one event over WebSockets, all on one thread of their own: what a viewer costs here is a read and the look at some bytes.
/// They come from several addresses of 127.0.0.0/8, so that local ports suffice.
class viewer_crowd {
 public:
  /// Connects them all, some dozens at a time, and returns when each has its hello.
  [[nodiscard]] static auto gather(const crowd_options& options)
      -> tl::expected<std::unique_ptr<viewer_crowd>, failure>;
  viewer_crowd(const viewer_crowd&) = delete;
  auto operator=(const viewer_crowd&) -> viewer_crowd& = delete;
  ~viewer_crowd();

  /// Whether intervals are recorded.
  void measure(bool whether) noexcept { measuring_ = whether; }
  /// The slow ones read on.
  void wake_slow() noexcept { awake_ = true; }
  /// Slow viewers that know by now that they were reset or closed.
  [[nodiscard]] auto slow_told() const noexcept -> std::size_t { return slow_told_; }
  /// Viewers whose connection has ended.
  [[nodiscard]] auto ended() const noexcept -> std::size_t { return ended_; }
  /// All leave. Once.
  [[nodiscard]] auto leave() -> crowd_result;

  static constexpr std::size_t addresses = 8;
  static constexpr std::size_t handshakes_max = 64; ///< under way

 private:
  using clock = std::chrono::steady_clock;

  struct viewer {
    int socket = -1;
    bool slow = false;
    bool upgraded = false;
    bool greeted = false;
    bool told = false;  ///< slow: that it was reset or closed
    std::string unread; ///< the beginning of a message
    frame_log::place place;
    clock::time_point last; ///< delta
  };

  explicit viewer_crowd(const crowd_options& options);
  void run();
  void connect_some();
  [[nodiscard]] auto connect(std::size_t index) -> bool;
  void readable(viewer& who);
  /// Takes whole messages off the front.
  void take(viewer& who, std::string_view& bytes, clock::time_point at);
  [[nodiscard]] auto take_head(viewer& who, std::string_view& bytes) -> bool;
  void take_frame(viewer& who, std::string_view frame, clock::time_point at);
  void greet(viewer& who, std::uint64_t seq);
  void tell(viewer& who, std::uint64_t& counter);
  void pong(const viewer& who, std::string_view payload);
  void end(viewer& who);
  void wake();
  void give_up(std::string why);

  const crowd_options options_;
  int epoll_ = -1;
  std::vector<viewer> viewers_;
  std::size_t connected_ = 0;
  std::array<char, std::size_t{64} * 1024> in_{};
  crowd_result result_;
  std::string trouble_; ///< the thread's until `failed_`
  std::atomic<bool> failed_{false};
  std::atomic<std::size_t> greeted_{0};
  std::atomic<std::size_t> slow_told_{0};
  std::atomic<std::size_t> ended_{0};
  std::atomic<bool> measuring_{false};
  std::atomic<bool> awake_{false};
  std::atomic<bool> over_{false};
  bool woken_ = false;
  std::jthread thread_;
};

/// Lets this process, and those that it starts, open so many files and sockets.
[[nodiscard]] auto allow_descriptors(std::size_t count) -> tl::expected<void, failure>;

} // namespace holdfast::tools::bench

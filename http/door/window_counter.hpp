#pragma once

#include "http/door/door_key.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace holdfast::http::door {

/// Counts how many different ones came of a key within a window that ends now: buyers of an address, say. Exactly, up to a number that is many enough; who
/// comes again counts once. Its memory is bounded by pairs of a key and one of its; when they are too many, the key that nobody came of for longest is
/// forgotten, and that is counted. Thread-safe.
class window_counter {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `enough`: at least 1; larger counts say `enough`.
  window_counter(std::chrono::nanoseconds window, std::uint32_t enough, std::size_t pairs_max)
      : window_{window}, enough_{enough}, pairs_max_{pairs_max} {}

  /// Notes that one came of a key; how many did, this one included.
  auto note(const door_key& of, const door_key& one, time_point now) -> std::uint32_t;
  /// Pairs remembered, and keys that were forgotten within their window.
  [[nodiscard]] auto pairs() const -> std::size_t;
  [[nodiscard]] auto forgotten() const noexcept -> std::uint64_t { return forgotten_.load(std::memory_order_relaxed); }

 private:
  struct seen {
    door_key one;
    time_point at;
  };
  struct record {
    door_key of;
    time_point touched;
    std::vector<seen> ones;
  };

  void forget_first();
  void drop_old(record& of, time_point now);

  const std::chrono::nanoseconds window_;
  const std::uint32_t enough_;
  const std::size_t pairs_max_;
  mutable std::mutex mutex_;
  std::list<record> in_order_; ///< whose key was touched longest ago first
  std::unordered_map<door_key, std::list<record>::iterator, door_key_hash> by_key_;
  std::size_t pairs_ = 0;
  std::atomic<std::uint64_t> forgotten_{0}; ///< read without the lock
};

} // namespace holdfast::http::door

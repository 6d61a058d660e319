#pragma once

#include "http/door/door_key.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace holdfast::http::door {

/// Remembers keys for a time, exactly: none is forgotten before, and none is taken when there is no room. Thread-safe.
class recent_keys {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  enum class noted : std::uint8_t { fresh, known, full };

  recent_keys(std::chrono::nanoseconds lifetime, std::size_t keys_max) : lifetime_{lifetime}, keys_max_{keys_max} {}

  /// Remembers a key from now on, unless it is remembered already.
  auto note(const door_key& what, time_point now) -> noted;
  /// Since when a key is remembered; nothing if it is not.
  [[nodiscard]] auto since(const door_key& what, time_point now) const -> std::optional<time_point>;
  [[nodiscard]] auto size() const -> std::size_t;

 private:
  struct entry {
    time_point since;
    door_key what;
  };

  void forget_old(time_point now);

  const std::chrono::nanoseconds lifetime_;
  const std::size_t keys_max_;
  mutable std::mutex mutex_;
  std::unordered_map<door_key, time_point, door_key_hash> by_key_;
  std::deque<entry> in_order_;
};

} // namespace holdfast::http::door

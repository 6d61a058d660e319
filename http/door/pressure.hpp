#pragma once

#include "domain/strong_id.hpp"
#include "http/door/settings.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>

namespace holdfast::http::door {

/// How many people come to each event's door: all of the last ten seconds are counted, by the second. Thread-safe. Of so many events that are asked for;
/// the one that nobody came to for longest is forgotten.
class pressure_meter {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::size_t seconds_counted = 10;
  static constexpr std::size_t events_max = 4'096;

  void arrived(domain::event_id at, time_point now);
  /// Arrivals a second, over the last ten.
  [[nodiscard]] auto per_second(domain::event_id at, time_point now) const -> double;

 private:
  struct record {
    domain::event_id event;
    std::array<std::uint64_t, seconds_counted> counts{};
    std::int64_t newest = 0; ///< second of the clock that was counted last
  };

  mutable std::mutex mutex_;
  std::list<record> in_order_;
  std::unordered_map<domain::event_id, std::list<record>::iterator> by_event_;
};

/// How large a number to look for, at so many arrivals a second: between `least` and `most`, in a straight line. Pure.
[[nodiscard]] auto work_for(const work_settings& rules, double per_second) noexcept -> std::uint32_t;

} // namespace holdfast::http::door

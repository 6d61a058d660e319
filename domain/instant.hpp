#pragma once

#include <compare>
#include <cstdint>

namespace holdfast::domain {

/// A span of time in milliseconds. Plain integers rather than std::chrono: these are journaled, hashed and compared across machines.
struct millis {
  std::int64_t count = 0;
  friend constexpr auto operator<=>(millis, millis) noexcept = default;
};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, never negative. The domain never asks for it: it is always an argument.
struct instant {
  std::int64_t unix_ms = 0;
  friend constexpr auto operator<=>(instant, instant) noexcept = default;
  friend constexpr auto operator+(instant t, millis d) noexcept -> instant { return {t.unix_ms + d.count}; }
  friend constexpr auto operator-(instant t, millis d) noexcept -> instant { return {t.unix_ms - d.count}; }
  friend constexpr auto operator-(instant a, instant b) noexcept -> millis { return {a.unix_ms - b.unix_ms}; }
};

[[nodiscard]] constexpr auto seconds(std::int64_t n) noexcept -> millis {
  return {n * 1000};
}
[[nodiscard]] constexpr auto minutes(std::int64_t n) noexcept -> millis {
  return {n * 60'000};
}
[[nodiscard]] constexpr auto hours(std::int64_t n) noexcept -> millis {
  return {n * 3'600'000};
}

} // namespace holdfast::domain

#pragma once

#include "domain/instant.hpp"

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

namespace holdfast::projections {

/// Whether a projection follows the journal. What it has made lives longer than that, so a body asks this when it is shown.
/// Thread-safe.
class follow_mark {
 public:
  void follow() noexcept { until_ms_.store(still, std::memory_order_release); }
  void stop(domain::instant at) noexcept { until_ms_.store(at.unix_ms, std::memory_order_release); }
  /// Until when it did; absent: it still does.
  [[nodiscard]] auto until() const noexcept -> std::optional<domain::instant> {
    const auto ms = until_ms_.load(std::memory_order_acquire);
    return ms == still ? std::nullopt : std::optional{domain::instant{ms}};
  }

 private:
  static constexpr std::int64_t still = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> until_ms_{still};
};

} // namespace holdfast::projections

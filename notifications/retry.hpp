#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace holdfast::notifications {

/// How long something is tried that cannot be said yet.
struct retry_rule {
  std::chrono::milliseconds first{5'000};             ///< the pause after the first try; it doubles
  std::chrono::milliseconds longest{6 * 3600'000};    ///< the longest pause
  std::chrono::milliseconds give_up{72 * 3600'000LL}; ///< after so long a failure is final
};

/// The pause before the next try: between half of a limit that doubles with every failure and all of it, so that what failed together does
/// not come back together. `failures` ≥ 1: so far; `share`: from [0, 1), uniform.
[[nodiscard]] inline auto pause_after(std::uint32_t failures, const retry_rule& rule, double share) noexcept
    -> std::chrono::milliseconds {
  constexpr std::uint32_t doublings_max = 24;
  const auto doublings = std::min(failures - 1, doublings_max);
  const auto limit = std::min(rule.longest, rule.first * (std::int64_t{1} << doublings));
  return std::chrono::milliseconds{static_cast<std::int64_t>(static_cast<double>(limit.count()) * (0.5 + share / 2))};
}

} // namespace holdfast::notifications

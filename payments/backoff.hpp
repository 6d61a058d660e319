#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace holdfast::payments {

/// The pause before a repetition: anywhere between nothing and a limit that doubles with every failure (full jitter), so that those who failed together do not
/// come back together. `failures` ≥ 1: so far; `share`: from [0, 1), uniform.
[[nodiscard]] inline auto full_jitter(std::uint32_t failures, std::chrono::milliseconds first,
                                      std::chrono::milliseconds longest, double share) noexcept
    -> std::chrono::milliseconds {
  constexpr std::uint32_t doublings_max = 20;
  const auto doublings = std::min(failures - 1, doublings_max);
  const auto limit = std::min(longest, first * (std::int64_t{1} << doublings));
  return std::chrono::milliseconds{static_cast<std::int64_t>(static_cast<double>(limit.count()) * share)};
}

} // namespace holdfast::payments

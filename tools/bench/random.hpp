#pragma once

#include "domain/strong_id.hpp"

#include <cmath>
#include <cstdint>

namespace holdfast::tools::bench {

/// SplitMix64 (Steele, Lea, Flood, 2014): the same seed gives the same load everywhere. Not for secrets.
class random_stream {
 public:
  explicit random_stream(std::uint64_t seed) noexcept : state_{domain::mix64(seed)} {}

  auto next() noexcept -> std::uint64_t { return domain::mix64(state_ += 0x9e3779b97f4a7c15ULL); }

  /// Uniform in 0 … bound - 1 (Lemire's multiplication; its bias is below 2^-32 for the bounds used here). `bound` above 0.
  auto below(std::uint32_t bound) noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

  /// Exponentially distributed with this mean.
  auto exponential(double mean) noexcept -> double {
    const auto uniform = (static_cast<double>(next() >> 11) + 1.0) * 0x1.0p-53;
    return -mean * std::log(uniform);
  }

 private:
  std::uint64_t state_;
};

} // namespace holdfast::tools::bench

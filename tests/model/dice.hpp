#pragma once

#include "domain/strong_id.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdfast::model {

/// A small random source for everything that one number of a test case decides: SplitMix64, so that the number alone
/// repeats it. Zero is as good a seed as any other.
class dice {
 public:
  explicit dice(std::uint64_t seed) noexcept : state_{seed} {}

  auto next() noexcept -> std::uint64_t {
    const auto value = domain::mix64(state_);
    state_ += 0x9e3779b97f4a7c15ULL;
    return value;
  }
  /// 0 … n - 1; n must not be zero.
  auto below(std::uint64_t n) noexcept -> std::uint64_t { return next() % n; }
  /// `least` … `most`, both possible.
  auto between(std::uint64_t least, std::uint64_t most) noexcept -> std::uint64_t {
    return least + below(most - least + 1);
  }
  auto index(std::size_t size) noexcept -> std::size_t { return static_cast<std::size_t>(below(size)); }
  auto chance(unsigned percent) noexcept -> bool { return below(100) < percent; }
  template <class Value>
  auto pick(const std::vector<Value>& from) noexcept -> const Value& {
    return from[index(from.size())];
  }

 private:
  std::uint64_t state_;
};

} // namespace holdfast::model

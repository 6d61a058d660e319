#include "tools/bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace holdfast::tools::bench {

histogram::histogram() : counts_(slots, 0) {}

auto histogram::slot_of(std::uint64_t value) noexcept -> std::size_t {
  const auto bounded = std::min(value, value_max);
  const auto width = static_cast<unsigned>(std::bit_width(bounded));
  if (width <= slot_bits + 1) {
    return static_cast<std::size_t>(bounded);
  }
  const auto shift = width - (slot_bits + 1);
  return (static_cast<std::size_t>(shift) << slot_bits) + static_cast<std::size_t>(bounded >> shift);
}

auto histogram::slot_top(std::size_t slot) noexcept -> std::uint64_t {
  if (slot < (std::size_t{2} << slot_bits)) {
    return slot;
  }
  const auto shift = (slot >> slot_bits) - 1;
  const auto mantissa = (std::size_t{1} << slot_bits) + (slot & ((std::size_t{1} << slot_bits) - 1));
  return ((static_cast<std::uint64_t>(mantissa) + 1) << shift) - 1;
}

void histogram::record(std::uint64_t nanoseconds) noexcept {
  ++counts_[slot_of(nanoseconds)];
  ++count_;
  min_ = std::min(min_, nanoseconds);
  max_ = std::max(max_, nanoseconds);
  sum_ += static_cast<double>(nanoseconds);
}

void histogram::add(const histogram& other) noexcept {
  for (std::size_t slot = 0; slot < slots; ++slot) {
    counts_[slot] += other.counts_[slot];
  }
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

void histogram::clear() noexcept {
  std::fill(counts_.begin(), counts_.end(), 0);
  count_ = 0;
  min_ = UINT64_MAX;
  max_ = 0;
  sum_ = 0;
}

auto histogram::mean() const noexcept -> double {
  return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_);
}

auto histogram::value_at(double quantile) const noexcept -> std::uint64_t {
  if (count_ == 0) {
    return 0;
  }
  const auto share = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_);
  const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share)));
  std::uint64_t seen = 0;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    seen += counts_[slot];
    if (seen >= wanted) {
      return std::min(slot_top(slot), max_);
    }
  }
  return max_;
}

} // namespace holdfast::tools::bench

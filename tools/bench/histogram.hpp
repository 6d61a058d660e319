#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdfast::tools::bench {

/// Counts durations with three significant digits from 1 ns to 137 s, in constant memory and constant time.
///
/// The layout is that of Gil Tene's HdrHistogram: values below 2,048 have a slot each; above, every power of two is cut into
/// 1,024 slots, so that a slot is never wider than a thousandth of its values. Not thread-safe.
class histogram {
 public:
  histogram();

  /// Values beyond `value_max` count as `value_max`; the exact largest is kept by `max`.
  void record(std::uint64_t nanoseconds) noexcept;
  void add(const histogram& other) noexcept;
  void clear() noexcept;

  [[nodiscard]] auto count() const noexcept -> std::uint64_t { return count_; }
  /// The smallest and the largest value recorded, exact; 0 when there is none.
  [[nodiscard]] auto min() const noexcept -> std::uint64_t { return count_ == 0 ? 0 : min_; }
  [[nodiscard]] auto max() const noexcept -> std::uint64_t { return max_; }
  [[nodiscard]] auto mean() const noexcept -> double;

  /// The smallest value that at least `quantile` (0 … 1) of all values do not exceed, rounded up within its slot and never
  /// above `max`; 0 when nothing was recorded.
  [[nodiscard]] auto value_at(double quantile) const noexcept -> std::uint64_t;

  /// The slot of a value, and the largest value that shares a slot.
  [[nodiscard]] static auto slot_of(std::uint64_t value) noexcept -> std::size_t;
  [[nodiscard]] static auto slot_top(std::size_t slot) noexcept -> std::uint64_t;

  static constexpr unsigned value_bits = 37;
  static constexpr std::uint64_t value_max = (std::uint64_t{1} << value_bits) - 1;

 private:
  /// Slots of one power of two: the smallest power of two that resolves three decimal digits.
  static constexpr unsigned slot_bits = 10;
  static constexpr std::size_t slots = (value_bits - slot_bits + 1) << slot_bits;

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

} // namespace holdfast::tools::bench

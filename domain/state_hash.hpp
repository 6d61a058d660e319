#pragma once

#include "domain/event_state.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>

/// The elements of a state's hash; docs/state-hash.md defines them for everybody.
namespace holdfast::domain {

/// Folds words into one: h = mix64(kind), then h = mix64(h xor word) for each.
class hash_fold {
 public:
  explicit constexpr hash_fold(std::uint64_t kind) noexcept : value_{mix64(kind)} {}

  constexpr auto add(std::uint64_t word) noexcept -> hash_fold& {
    value_ = mix64(value_ ^ word);
    return *this;
  }

  [[nodiscard]] constexpr auto value() const noexcept -> std::uint64_t { return value_; }

 private:
  std::uint64_t value_;
};

namespace hash_kind {
inline constexpr std::uint64_t seat = 1;
inline constexpr std::uint64_t area = 2;
inline constexpr std::uint64_t booking = 3;
inline constexpr std::uint64_t life = 4;
inline constexpr std::uint64_t pool = 5;
inline constexpr std::uint64_t allocation = 6;
inline constexpr std::uint64_t ticket = 7;
inline constexpr std::uint64_t offer = 8;
inline constexpr std::uint64_t waitlist_order = 9;
inline constexpr std::uint64_t waitlist = 10;
} // namespace hash_kind

/// Of a seat that is held or sold.
[[nodiscard]] constexpr auto seat_hash(seat_index seat, seat_status status, std::uint32_t holder) noexcept
    -> std::uint64_t {
  return hash_fold{hash_kind::seat}.add(seat | static_cast<std::uint64_t>(status) << 32).add(holder).value();
}

/// Of a seat of an allocation, whoever has it; 0 for one of none.
[[nodiscard]] constexpr auto pool_hash(seat_index seat, std::uint32_t allocation) noexcept -> std::uint64_t {
  return allocation == 0 ? 0 : hash_fold{hash_kind::pool}.add(seat).add(allocation).value();
}

/// Of an area; 0 for one of which nothing is held or sold.
[[nodiscard]] constexpr auto area_hash(area_index area, area_counts counts) noexcept -> std::uint64_t {
  if (counts.held + counts.sold == 0) {
    return 0;
  }
  return hash_fold{hash_kind::area}.add(area).add(counts.held | std::uint64_t{counts.sold} << 32).value();
}

/// Of a waitlist by its last number; 0 while nobody was ever on it.
[[nodiscard]] constexpr auto waitlist_hash(std::uint32_t last) noexcept -> std::uint64_t {
  return last == 0 ? 0 : hash_fold{hash_kind::waitlist}.add(last).value();
}

} // namespace holdfast::domain

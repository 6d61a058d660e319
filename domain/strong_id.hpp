#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace holdfast::domain {

/// An integer that names one kind of thing. Converts explicitly only, so that an event is never taken for a hold.
/// Zero names nothing; ids start at 1.
template <class Tag, class Integer = std::uint64_t>
class strong_id {
 public:
  using integer_type = Integer;

  constexpr strong_id() noexcept = default;
  constexpr explicit strong_id(Integer value) noexcept : value_{value} {}

  [[nodiscard]] constexpr auto value() const noexcept -> Integer { return value_; }
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return value_ != 0; }
  friend constexpr auto operator<=>(strong_id, strong_id) noexcept = default;

 private:
  Integer value_ = 0;
};

/// What people attend. Random, from the edge.
using event_id = strong_id<struct event_tag>;
/// Owns events, venues and keys. The first organisation of a server is 1.
using organisation_id = strong_id<struct organisation_tag>;
using venue_id = strong_id<struct venue_tag>;
using key_id = strong_id<struct key_tag>;
/// Counts the holds of one event from 1. The order that a hold becomes keeps the hold's number.
using hold_number = strong_id<struct hold_tag, std::uint32_t>;
/// Counts the allocations of one event from 1, at most limits::allocation_number_max.
using allocation_number = strong_id<struct allocation_tag, std::uint16_t>;
/// A seat's index in its event's layout, from 0: dense, sections then rows then seats, in the layout's order.
using seat_index = std::uint32_t;
/// An area's index in its event's layout, from 0.
using area_index = std::uint16_t;
/// An index into `layout::tier_ids()`, from 0.
using tier_index = std::uint8_t;

/// Who holds and buys: 128 bits, random for anonymous buyers, derived from the organiser's own login for known ones.
/// All zero names nobody.
struct subject_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(const subject_id&, const subject_id&) noexcept = default;
};

/// Names one command for ever: `key` is a hash of principal and idempotency key, `request` one of the request's body.
/// All zero: the command needs no remembering (release, expiry).
struct command_id {
  std::uint64_t key = 0;
  std::uint64_t request = 0;
  friend constexpr auto operator<=>(const command_id&, const command_id&) noexcept = default;
};

/// The W3C trace id of the request that caused a fact; all zero where there was none.
struct trace_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(const trace_id&, const trace_id&) noexcept = default;
};

/// Finaliser of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): a bijection of 64 bits.
[[nodiscard]] constexpr auto mix64(std::uint64_t x) noexcept -> std::uint64_t {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

} // namespace holdfast::domain

template <class Tag, class Integer>
struct std::hash<holdfast::domain::strong_id<Tag, Integer>> {
  auto operator()(holdfast::domain::strong_id<Tag, Integer> id) const noexcept -> std::size_t {
    return static_cast<std::size_t>(holdfast::domain::mix64(id.value()));
  }
};

template <>
struct std::hash<holdfast::domain::subject_id> {
  auto operator()(const holdfast::domain::subject_id& id) const noexcept -> std::size_t {
    return static_cast<std::size_t>(holdfast::domain::mix64(id.high ^ holdfast::domain::mix64(id.low)));
  }
};

#pragma once

#include "domain/strong_id.hpp"
#include "http/request.hpp"
#include "http/unique_bits.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>

namespace holdfast::http::door {

/// Whom or what something is remembered of: a buyer, an address, or a hash. Two of one kind are the same or not; there is nothing approximate about it.
struct door_key {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(const door_key&, const door_key&) noexcept = default;
};

[[nodiscard]] constexpr auto key_of(const domain::subject_id& who) noexcept -> door_key {
  return {who.high, who.low};
}

/// The subscriber's: all of an IPv6 /64 are one.
[[nodiscard]] inline auto key_of(const client_address& address) noexcept -> door_key {
  const auto one = address.subscriber();
  door_key whose;
  for (std::size_t i = 0; i < 8; ++i) {
    whose.high = (whose.high << 8U) | one.bytes[i];
    whose.low = (whose.low << 8U) | one.bytes[i + 8];
  }
  return whose;
}

/// Seeded anew in every table, so that nobody can choose keys that meet in one place.
struct door_key_hash {
  std::uint64_t seed = unique_bits();

  [[nodiscard]] auto operator()(const door_key& of) const noexcept -> std::size_t {
    return static_cast<std::size_t>(domain::mix64(domain::mix64(of.high ^ seed) ^ of.low));
  }
};

} // namespace holdfast::http::door

#pragma once

#include "domain/event_state.hpp"
#include "domain/fact.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace holdfast::domain {

/// The tickets that an order has left, by their index in the order as it was sold: first its seats', then its standing places', in the order in
/// which `booking` has them.
[[nodiscard]] auto tickets_left(const booking& order) -> std::vector<std::uint32_t>;

/// Some of an order's places, with what was paid for them.
struct order_part {
  std::vector<seat_index> seats;
  std::vector<minor_units> prices; ///< one a seat
  std::vector<minor_units> fees;   ///< one a seat; empty when all are 0
  std::vector<held_area> areas;
  minor_units value = 0; ///< 0 of a complimentary order
  minor_units tax = 0;   ///< part of it: on top of prices and fees
};

/// The places of tickets (ascending, without repeats), or nothing when the order has not every one of them left.
[[nodiscard]] auto part_of(const booking& order, std::span<const std::uint32_t> tickets) -> std::optional<order_part>;

/// The place of a part that has one.
[[nodiscard]] auto place_of(const order_part& one) -> ticket_place;

/// What an order has left without the tickets of a fact that takes some of it back.
[[nodiscard]] auto without(booking order, const order_returned& what) -> booking;

} // namespace holdfast::domain

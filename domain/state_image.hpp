#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "domain/rejection.hpp"
#include "domain/strong_id.hpp"
#include "domain/waitlist.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

namespace holdfast::domain {

/// A remembered idempotency key: the low half of its request's hash, the seq of the first fact decided for it, and that fact's hour
/// (whole hours since 1970-01-01T00:00Z).
struct remembered_key_image {
  std::uint64_t key = 0;
  std::uint32_t request_low = 0;
  std::uint64_t seq = 0;
  std::uint32_t hour = 0;
  friend auto operator<=>(const remembered_key_image&, const remembered_key_image&) noexcept = default;
};

/// All of an event's state as plain data, in a canonical order: two states that answer every command alike have equal images.
/// What snapshots store, and what tests compare. An event that does not exist has the image of a default-constructed state.
struct state_image {
  event_id id;
  organisation_id organisation;
  event_status status = event_status::absent;
  std::uint64_t seq = 0;
  std::uint64_t version = 0;
  instant time;
  hold_number last_hold;
  event_config config;
  std::shared_ptr<const layout> seats; ///< null exactly for an absent event; compared by value (`layout::spec`)
  std::vector<seat_status> statuses;   ///< one a seat
  std::vector<std::uint32_t> holders;  ///< one a seat: the number of the hold or order that has it; 0 for none
  std::vector<area_counts> areas;      ///< one an area
  std::uint32_t last_allocation = 0;
  std::vector<allocation> allocations; ///< those that there are, by number
  std::vector<std::uint16_t> pools;    ///< one a seat: number of its allocation; 0 for none. Empty without allocations
  std::vector<booking> bookings;       ///< live holds and orders by number
  std::vector<ticket> tickets;         ///< those that something happened to since their order, by number
  std::vector<offer> offers;           ///< by ticket
  std::vector<ended_hold> ended;       ///< in the order in which they ended, oldest first
  std::vector<returned_purchase>
      given_back; ///< those that a velocity rule could count, in the order in which they went back
  std::uint32_t last_waitlist = 0;
  std::vector<waitlist_order> waitlist;   ///< by rank and number
  std::vector<remembered_key_image> keys; ///< ascending

  friend auto operator==(const state_image& a, const state_image& b) -> bool;
};

} // namespace holdfast::domain

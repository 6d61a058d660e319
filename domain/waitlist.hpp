#pragma once

#include "domain/instant.hpp"
#include "domain/money.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>
#include <vector>

/// The waitlist of an event: limit orders for places that come back.
namespace holdfast::domain {

/// Counts the orders on one event's waitlist from 1. Never given twice.
using waitlist_number = strong_id<struct waitlist_tag, std::uint32_t>;

struct area_quantity {
  area_index area = 0;
  std::uint32_t quantity = 0;
  friend auto operator==(const area_quantity&, const area_quantity&) -> bool = default;
};

/// One thing that somebody on the waitlist would take, whole or not at all. Either `groups` or `areas` is given, not both.
struct waitlist_choice {
  /// Seats of each group, which are side by side: {4} is four together, {2, 2} two pairs. 1 to limits::waitlist_groups_max groups of
  /// 1 to limits::best_available_quantity_max seats.
  std::vector<std::uint32_t> groups;
  std::vector<tier_index> tiers;    ///< of the seats, ascending; empty: any
  std::uint32_t accessible = 0;     ///< seats of the first group that are accessible, exactly
  std::vector<area_quantity> areas; ///< standing places, ascending by area, each at least 1
  minor_units each_max = 0;         ///< the most that any one of the places may cost, fee and tax on top included
  friend auto operator==(const waitlist_choice&, const waitlist_choice&) -> bool = default;

  /// Seats and standing places.
  [[nodiscard]] auto places() const noexcept -> std::uint64_t;
};

/// What somebody waits for: the first of the choices that can be met is offered. A buyer has one at a time of an event.
struct waitlist_order {
  waitlist_number number;
  subject_id who;
  std::uint32_t rank = 0; ///< who has less comes first, of equals who has the lower number
  instant joined_at;
  std::vector<waitlist_choice> choices; ///< 1 to limits::waitlist_choices_max, the dearest to the buyer first
  std::uint32_t offered = 0;            ///< number of the hold that is offered; 0: it waits
  friend auto operator==(const waitlist_order&, const waitlist_order&) -> bool = default;
};

} // namespace holdfast::domain

#pragma once

#include "domain/booking_table.hpp"
#include "domain/decide_parts.hpp"
#include "domain/rejection.hpp"

#include <cstdint>
#include <optional>

/// What may be bought within a time (`event_config::velocity`).
namespace holdfast::domain {

/// Why a buyer cannot have a hold of theirs paid now. Counts what they bought within each rule's time, given back since or not, the holds that they
/// are paying, and this one. Looks at this buyer's bookings and at what was given back (limits::returned_purchases_max at most), and only when there
/// is a rule for buyers.
[[nodiscard]] auto buyer_velocity(const question& ask, const booking_slot& hold) -> std::optional<rejection>;

/// Why a card cannot have this hold now. Counts what it paid for within each rule's time, given back since or not, and this hold. Looks at every
/// booking and at what was given back, but only when the card has paid in this event at all for more than a rule for cards allows within its time.
[[nodiscard]] auto card_velocity(const question& ask, std::uint64_t card, const booking_slot& hold)
    -> std::optional<rejection>;

} // namespace holdfast::domain

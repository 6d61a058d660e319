#pragma once

#include "domain/event_data.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"

/// How facts about holds and orders change a state. Each checks that the fact is legal where it stands.
namespace holdfast::domain {

void fold(event_data& data, const hold_created& what, instant at);
void fold(event_data& data, const hold_extended& what, instant at);
void fold(event_data& data, const hold_released& what, instant at);
void fold(event_data& data, const hold_expired& what, instant at);
void fold(event_data& data, const order_returned& what, instant at);
void fold(event_data& data, const hold_frozen& what, instant at);
void fold(event_data& data, const hold_thawed& what, instant at);
void fold(event_data& data, const order_confirmed& what, instant at);
void fold(event_data& data, const ticket_transferred& what, instant at);
void fold(event_data& data, const ticket_admitted& what, instant at);
void fold(event_data& data, const scan_turned_away& what, instant at);
void fold(event_data& data, const admission_undone& what, instant at);
void fold(event_data& data, const ticket_offered& what, instant at);
void fold(event_data& data, const offer_withdrawn& what, instant at);
void fold(event_data& data, const resale_held& what, instant at);
void fold(event_data& data, const ticket_resold& what, instant at);
void fold(event_data& data, const seats_allocated& what, instant at);
void fold(event_data& data, const allocation_changed& what, instant at);
void fold(event_data& data, const allocation_released& what, instant at);
void fold(event_data& data, const waitlist_joined& what, instant at);
void fold(event_data& data, const waitlist_left& what, instant at);

/// Checks that a hold which is offered to somebody on the waitlist is legal where it stands.
void check_offer(const event_data& data, const hold_created& what) noexcept;

/// Sets free seats apart, for an allocation that is there; they must be in the layout.
void set_apart(event_data& data, std::uint32_t allocation, std::span<const seat_index> seats) noexcept;
/// Puts an allocation into the state, without seats and nothing of it used.
void add_allocation(event_data& data, allocation what);

/// Moves a booking's seats from one status to another; the index of free runs and the hash follow.
void move_seats(event_data& data, const booking_slot& slot, seat_status from, seat_status to);
/// Adds to, or takes from, the counts of the areas that a booking has places in; held or sold as the status says.
void count_areas(event_data& data, const booking_slot& slot, seat_status status, bool add);

} // namespace holdfast::domain

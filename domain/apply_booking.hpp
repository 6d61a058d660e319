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
void fold(event_data& data, const order_confirmed& what, instant at);

/// Moves a booking's seats from one status to another; the index of free runs and the hash follow.
void move_seats(event_data& data, const booking_slot& slot, seat_status from, seat_status to);
/// Adds to, or takes from, the counts of the areas that a booking has places in; held or sold as the status says.
void count_areas(event_data& data, const booking_slot& slot, seat_status status, bool add);

} // namespace holdfast::domain

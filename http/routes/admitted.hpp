#pragma once

#include "domain/queue/places.hpp"
#include "domain/strong_id.hpp"
#include "http/exchange.hpp"
#include "http/routes/context.hpp"

/// Places in waiting rooms that requests show. What a place is worth, the room says.
namespace holdfast::http::routes {

/// The place that `Admission-Token` names; zero for one that is not this buyer's for this event.
[[nodiscard]] auto admitted_place(const exchange& of, const context& in, domain::event_id event)
    -> domain::queue::place_number;
/// The place that `Queue-Ticket` names, the same way.
[[nodiscard]] auto queued_place(const exchange& of, const context& in, domain::event_id event)
    -> domain::queue::place_number;

} // namespace holdfast::http::routes

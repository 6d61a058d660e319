#pragma once

#include "domain/event_state.hpp"
#include "domain/hold_wish.hpp"
#include "domain/instant.hpp"
#include "domain/public_id.hpp"
#include "http/json_reader.hpp"
#include "http/json_writer.hpp"
#include "projections/views.hpp"

#include <string>

/// Orders on waitlists as JSON.
namespace holdfast::http {

/// `choices` of a body; faults are its document's.
[[nodiscard]] auto read_choices(const json_object& body) -> domain::hold_wish;

/// An order that was placed at this moment.
void write_waiting(json_writer& out, const domain::event_state& after, const domain::waitlist_order& order);
/// A buyer's last order, and what is offered for it. `now` counts what is left of the offer; one that has run out is said to have lapsed if `ends_holds`.
void write_waiting(json_writer& out, const projections::waitlist_line& line, const domain::public_ids& ids,
                   domain::instant now, bool ends_holds);
/// For the event's organiser.
void write_summary(json_writer& out, domain::event_id event, const projections::waitlist_summary& what);

} // namespace holdfast::http

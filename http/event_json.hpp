#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "http/json_writer.hpp"

#include <string>

namespace holdfast::http {

/// An event as its writes answer it: the same document as the event page shows.
void append_event_page(std::string& to, const domain::event_state& event, domain::instant now);
/// An allocation as its writes answer it; it must be there.
void append_allocation(std::string& to, const domain::event_state& event, domain::allocation_number number);
/// The members of a configuration, into an object that is open.
void write_event_config(json_writer& out, const domain::event_config& config);

} // namespace holdfast::http

#pragma once

#include "journal/journal.hpp"
#include "tests/support/busy_event.hpp"

#include <cstdint>

namespace holdfast::testing {

/// Appends what an event decided to a journal that was acquired, and waits until all of it is durable. Returns the event's last seq.
auto append_event(journal::journal& to, const busy_event& event, domain::event_id as = busy_event::event)
    -> std::uint64_t;

/// The same for its payments, once the event itself is there.
void append_payments(journal::journal& to, const busy_event& event, domain::event_id as = busy_event::event);

/// The organisation, its key and the register that events of `busy_event` need to stand an audit.
void append_organisation(journal::journal& to);

} // namespace holdfast::testing

#pragma once

#include "domain/fact.hpp"
#include "domain/layout.hpp"
#include "domain/public_id.hpp"
#include "http/json_writer.hpp"

namespace holdfast::http {

/// The members of a fact, for the journal feed and the command line: one object, seats by label where the layout is known, else by index.
/// What identifies a key or an owner is shown by id; nothing secret is in a fact.
void write_fact(json_writer& out, const domain::fact_body& what, const domain::public_ids& ids, domain::event_id event,
                const domain::layout* seats);

} // namespace holdfast::http

#pragma once

#include "domain/fact.hpp"
#include "domain/layout.hpp"
#include "http/json_writer.hpp"

namespace holdfast::http {

/// What the fact says, as members of the object that is open: who waits since then, where among the others, and for what. Tiers and areas are
/// named as `seats` has them; without it they are their indices.
void write_waitlist_joined(json_writer& out, const domain::waitlist_joined& fact, const domain::layout* seats);

} // namespace holdfast::http

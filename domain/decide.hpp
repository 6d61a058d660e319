#pragma once

#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/rejection.hpp"

#include <tl/expected.hpp>

namespace holdfast::domain {

/// Decides what a command means for one event, and changes nothing. The same state, command and time give the same facts on every
/// machine; replay, audit and simulation rely on it. Checks run in the order of `reason`, so a command with two faults always names the same one.
///
/// `now` is never before the last fact's time (the actor sees to it). Each fact carries `now` and the command's id; at most
/// limits::facts_per_command_max facts. An empty list says that nothing needs doing (releasing again, nothing due).
/// A hold that is past its deadline counts as ended at once: a command that wants its places ends it first, in the same decision. Of
/// more such holds than one decision can end beside its own fact, the first by deadline and number count as ended; a hold by named
/// seats may end any.
/// Whether a hold or order that a command names is there for the caller is looked at after the idempotency key, so that a retry is
/// answered even when what it was about has ended and is forgotten; that the event is, and that this kind of caller may ask it, before.
[[nodiscard]] auto decide(const event_state& state, const command& what, instant now) -> tl::expected<facts, rejection>;

} // namespace holdfast::domain

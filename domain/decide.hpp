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
/// A hold that is past its deadline counts as ended at once: a command that wants its seats ends it first, in the same decision.
[[nodiscard]] auto decide(const event_state& state, const command& what, instant now) -> tl::expected<facts, rejection>;

} // namespace holdfast::domain

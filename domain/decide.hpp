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
/// Whether a hold or order that a command names is there for the caller is looked at after the idempotency key, so that a retry is
/// answered even when what it was about has ended and is forgotten; that the event is, and that this kind of caller may ask it, before.
/// A key counts until the hour of its first fact lies 24 whole hours back (`is_forgotten` in remembered_keys.hpp).
///
/// Who may ask what; anybody else is told not_found:
/// - an organiser of the event's organisation: create, amend, replace the layout, publish, pause, resume, close, cancel;
/// - a buyer, and a box office of the event's organisation, each about holds of their own: hold, extend, release, confirm. The box office
///   confirms buyers' holds too, but neither extends nor releases them;
/// - a buyer: offer and withdraw tickets and hold offered ones, join and leave the waitlist;
/// - the system: end_due_holds and match_waitlist; of the event's checkout: freeze_hold, thaw_hold, confirm_paid, return_order. These need no id: an empty list says that it
///   was so already; `hold_ended` that the hold is not (or no longer) this payment's.
///
/// A hold that is past its deadline counts as ended at once: a command that wants its places ends it first, in the same decision, with
/// facts before its own and by hold number. Which those are:
/// - every one that has a seat asked for by name;
/// - for an area without room, a buyer at their limit, and best available: of the first 63 by (deadline, number) those that have places of
///   the area, until it has room; those that are the buyer's; those of which a seat is chosen.
/// No more than leave room for the command's own fact; a hold beyond that counts as held.
[[nodiscard]] auto decide(const event_state& state, const command& what, instant now) -> tl::expected<facts, rejection>;

} // namespace holdfast::domain

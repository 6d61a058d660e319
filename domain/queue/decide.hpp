#pragma once

#include "domain/event_config.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/queue/command.hpp"
#include "domain/queue/state.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <vector>

namespace holdfast::domain::queue {

/// Why a command changes nothing.
struct refusal {
  enum class reason : std::uint8_t {
    not_found = 1,        ///< no such place, or not the caller's to ask
    invalid = 2,          ///< `faults` says what
    version_mismatch = 3, ///< `current` is the settings' version
    room_off = 4,         ///< there is no waiting room: nobody needs to join
    room_full = 5,        ///< no place is given any more before the room was off
    wrong_mode = 6,       ///< the room's mode has no such step
    seed_mismatch = 7,    ///< the seed is not the one that was committed to
    round_missing = 8,    ///< the draw needs the value of the round that was named, or the word that it goes without
  };
  reason why = reason::not_found;
  std::vector<config_fault> faults{};
  std::uint64_t current = 0;
};

/// Decides what a command means for a waiting room, and changes nothing. The same state, command and time give the same facts on every machine.
/// Organisers configure, open, close, draw, switch and demote, and the caller has seen to it that the event is theirs; everything may be asked by the system.
[[nodiscard]] auto decide(const state& room, const command& what, instant now) -> tl::expected<facts, refusal>;

} // namespace holdfast::domain::queue

#pragma once

#include "domain/command.hpp"
#include "domain/instant.hpp"
#include "domain/queue/fact.hpp"
#include "domain/queue/places.hpp"
#include "domain/queue/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace holdfast::domain::queue {

/// All settings at once.
struct configure {
  settings after;
  std::optional<std::uint64_t> expected_version; ///< If-Match
  std::string reason;                            ///< at most limits::reason_bytes_max
};
/// People may gather. The seed stays secret until the draw; only its commitment is told.
struct open_pre_queue {
  digest commitment{};
};
struct close_pre_queue {};
struct draw_lots {
  digest seed{};
  std::optional<std::string> round_value; ///< at most limits::round_value_bytes_max
  bool without_round = false;             ///< draws though the round that was named is not known
};
struct switch_mode {
  mode to = mode::off; ///< not pre_queue
  mode_cause cause = mode_cause::organiser;
  std::string reason; ///< at most limits::reason_bytes_max
  /// Only to `paused`: whether admissions are worth nothing meanwhile. Absent: as it is in a room that is paused, otherwise they are worth what they were.
  std::optional<bool> revoke{};
};
/// People who came, in their order. Who has a live place keeps it: no fact.
struct join {
  std::vector<joined::entrant> people;
};
// What the edge knows of places may be old: of the next four commands, places that are not as the command expects are passed over.

/// Any live ones.
struct leave {
  std::vector<place_number> places;
};
/// Not heard of for longer than `silent_after`.
struct mark_silent {
  std::vector<place_number> places;
};
/// Heard of again: silent ones that polled, and admitted ones that came.
struct mark_present {
  std::vector<place_number> places;
  instant claims_until{}; ///< whoever was let in may come until then, if their own time is over sooner
};
struct finish {
  std::vector<place_number> bought;
  std::vector<place_number> gave_up;
};
/// Ends what is due, and lets in whom rate, limit and turns allow. To be repeated while it gives facts.
struct advance {
  instant claims_until{};  ///< before it nobody has lost a turn by not coming for it
  bool holds_back = false; ///< lets in nobody: there is nothing that they could hold
};
/// What `paced` says of the sale's backlog.
struct adjust_pace {
  std::uint32_t permille = 1'000; ///< 0 to 1,000
};
/// Arrivals at the event's door, measured.
struct observe_load {
  std::uint32_t per_s = 0;
};
struct demote {
  place_number place;
  std::string reason; ///< 1 to limits::reason_bytes_max, shown to its owner
};

using command_body = std::variant<configure, open_pre_queue, close_pre_queue, draw_lots, switch_mode, join, leave,
                                  mark_silent, mark_present, finish, advance, adjust_pace, observe_load, demote>;

/// Asks an event's waiting room for something. Batches are of at most limits::people_per_command_max.
struct command {
  caller by;
  command_id id;
  command_body body;
};

} // namespace holdfast::domain::queue

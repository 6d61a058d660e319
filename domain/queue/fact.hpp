#pragma once

#include "domain/instant.hpp"
#include "domain/queue/places.hpp"
#include "domain/queue/settings.hpp"
#include "domain/queue/sha256.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Facts of `queue/<event>`: who waits, who was let in, and why. Written by the event's waiting room alone.
namespace holdfast::domain::queue {

enum class mode : std::uint8_t {
  off = 1,       ///< no waiting room: holds need no admission
  pre_queue = 2, ///< people gather; nobody is let in before they are drawn
  on = 3,
  paused =
      4, ///< nobody is let in for a while; people go on joining, and whoever is inside goes on, unless that was revoked
  sold_out = 5, ///< nothing is left: the line is the waitlist
};

/// Why a mode began.
enum class mode_cause : std::uint8_t {
  organiser = 1,
  schedule = 2,
  load = 3,       ///< more, or again fewer, came than the settings say
  seats_gone = 4, ///< the event has none left
  seats_back = 5, ///< it has some again
};

/// The key of an organiser; zero for what the server does by itself.
struct asker {
  organisation_id organisation;
  key_id key;
  friend auto operator==(const asker&, const asker&) -> bool = default;
};

struct settings_changed {
  settings after;
  asker by;
  std::string reason; ///< the organiser's words; may be empty
};
/// The pre-queue begins, and with it what binds the draw: nobody has entered yet.
struct pre_queue_opened {
  digest commitment{};      ///< SHA-256 of the seed
  std::string public_round; ///< whose value the seed will be mixed with; empty: none
  mode_cause cause = mode_cause::organiser;
  asker by;
};
/// Nobody enters the draw any more; who joins now stands behind all of it.
struct pre_queue_closed {
  std::uint32_t entrants = 0; ///< places given since it opened, whatever became of them
  digest root{};              ///< Merkle root of their leaves
  asker by;                   ///< zero: by the schedule
};
/// The line is what the seed and the round's value make it, and the room is on.
struct drawn {
  digest seed{};
  std::optional<std::string>
      round_value; ///< absent: the draw had none, so that whoever runs the server could have minted entrants
  asker by;        ///< zero: by the schedule
};
struct mode_changed {
  mode to = mode::off; ///< never pre_queue, which pre_queue_opened begins
  mode_cause cause = mode_cause::organiser;
  asker by;
  std::string reason;   ///< the organiser's words; may be empty
  bool revoked = false; ///< paused: no admission is worth anything until the next of these, and their time stands still
};
/// People at the end of the line (or in the pre-queue), with places numbered on from `first`.
struct joined {
  struct entrant {
    subject_id who;
    std::uint8_t band = 0; ///< index into the settings' bands
    friend auto operator==(const entrant&, const entrant&) -> bool = default;
  };
  place_number first;
  std::vector<entrant> people; ///< in the order in which they came
};
struct left {
  std::vector<place_number> places;
};
/// They stopped polling: they keep their places until it is their turn.
struct fell_silent {
  std::vector<place_number> places;
};
/// They poll again.
struct returned {
  std::vector<place_number> places;
};
/// Let in. Counts against the limit from now on.
struct admitted {
  std::vector<place_number> places; ///< in the order of their turns
  instant claim_by;                 ///< who has not come by then has lost it
};
/// They came for it.
struct claimed {
  std::vector<place_number> places;
  instant until; ///< when their admission ends
};
/// They are done, and their places are free.
struct finished {
  std::vector<place_number> bought;
  std::vector<place_number> gave_up;
};
struct expired {
  place_status as{}; ///< missed_turn, unclaimed, ran_out or timed_out
  std::vector<place_number> places;
};
/// The place is void, and its owner's is a new one at the end.
struct demoted {
  place_number place;
  place_number now; ///< the new one
  std::string reason;
  asker by; ///< zero: by the server's own rules
};
/// The sale's backlog asks for a slower pace, or bears a faster one again.
struct pace_adjusted {
  std::uint32_t permille = 1'000; ///< of the settings' rate
};

} // namespace holdfast::domain::queue

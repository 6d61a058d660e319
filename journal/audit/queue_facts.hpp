#pragma once

#include "journal/audit/source.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The auditor's own reading of a waiting room's facts: plain values, no validation but of the encoding.
namespace holdfast::journal::audit {

struct room_settings {
  std::string public_round;
  std::uint64_t rate_milli_per_s = 0;
  std::uint64_t batch = 0;
  std::optional<std::uint64_t> max_active;
  std::uint64_t heartbeat_ms = 0;
  std::uint64_t admission_ms = 0;
  std::vector<std::string> bands;
  std::vector<std::uint64_t> shares; ///< percent, by band
};

struct queue_settings_changed {
  room_settings after;
};
struct pre_queue_opened {
  hash_bytes commitment{};
  std::string public_round;
};
struct pre_queue_closed {
  std::uint64_t entrants = 0;
  hash_bytes root{};
};
struct lots_drawn {
  std::string seed; ///< 32 bytes
  std::optional<std::string> round_value;
};
struct queue_mode_changed {
  std::uint64_t to = 0;      ///< 1 off, 3 on, 4 paused, 5 sold out
  std::uint64_t revoked = 0; ///< 1: paused, and no admission is worth anything until the next one
};
struct queue_joined {
  struct entrant {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint8_t band = 0;
  };
  std::uint64_t first = 0;
  std::vector<entrant> people;
};
/// Facts that say no more than which places.
struct places_named {
  enum class as : std::uint8_t { left, fell_silent, returned };
  as what{};
  std::vector<std::uint64_t> places;
};
struct queue_admitted {
  std::vector<std::uint64_t> places;
  std::int64_t claim_by = 0;
};
struct queue_claimed {
  std::vector<std::uint64_t> places;
  std::int64_t until = 0;
};
struct queue_finished {
  std::vector<std::uint64_t> bought;
  std::vector<std::uint64_t> gave_up;
};
struct queue_expired {
  std::uint64_t as = 0; ///< 8 silent at its turn, 9 did not come in time, 10 took too long, 11 silent for too long
  std::vector<std::uint64_t> places;
};
struct queue_demoted {
  std::uint64_t place = 0;
  std::uint64_t now = 0;
};
struct queue_pace_adjusted {
  std::uint64_t permille = 0;
};

using queue_fact = std::variant<queue_settings_changed, pre_queue_opened, pre_queue_closed, lots_drawn,
                                queue_mode_changed, queue_joined, places_named, queue_admitted, queue_claimed,
                                queue_finished, queue_expired, queue_demoted, queue_pace_adjusted>;

/// Whether the number is one of a waiting room's facts.
[[nodiscard]] auto is_queue_type(std::uint16_t type) -> bool;

/// Nothing when the payload is not what its type says.
[[nodiscard]] auto read_queue_fact(std::uint16_t type, std::string_view payload) -> std::optional<queue_fact>;

} // namespace holdfast::journal::audit

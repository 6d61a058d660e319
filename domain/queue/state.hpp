#pragma once

#include "domain/deadline_heap.hpp"
#include "domain/instant.hpp"
#include "domain/queue/admission.hpp"
#include "domain/queue/draw.hpp"
#include "domain/queue/estimate.hpp"
#include "domain/queue/fact.hpp"
#include "domain/queue/line.hpp"
#include "domain/queue/places.hpp"
#include "domain/queue/settings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace holdfast::domain::queue {

/// A draw, from its commitment to its proof.
struct lottery {
  digest commitment{};
  std::string public_round; ///< empty: none
  instant opened_at;
  place_number first; ///< the first entrant's
  merkle_log log;     ///< of the entrants' leaves
  bool closed = false;
  std::optional<digest> seed;             ///< absent: not drawn yet
  std::optional<std::string> round_value; ///< drawn: absent when there was none
};

/// People of a room, in its life.
struct head_count {
  std::uint64_t joined = 0;
  std::uint64_t admitted = 0;
  std::uint64_t bought = 0;
  std::uint64_t gave_up = 0;
  std::uint64_t left = 0;
  std::uint64_t missed_turn = 0;
  std::uint64_t unclaimed = 0;
  std::uint64_t ran_out = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t demoted = 0;
  friend auto operator==(const head_count&, const head_count&) -> bool = default;
};

/// One event's waiting room. A plain fold; not thread-safe. What polls need of it (`line::order`, places, counts) is made to be published.
struct state {
  struct silence {
    std::uint32_t place = 0;
    std::uint32_t since_s = 0;
  };

  /// Places that may be given since the room was last off: the server's memory decides, so it is no fact. It limits what is decided, not what was.
  std::uint32_t places_max = limits::places_max;

  std::uint64_t seq = 0;
  instant time;
  mode is = mode::off;
  instant mode_since;
  mode_cause cause = mode_cause::organiser;
  /// While it is paused so: since when no admission is worth anything, and the time of whoever is inside stands still.
  std::optional<instant> revoked_since;
  settings rules;
  std::uint64_t settings_version = 0; ///< seq of the fact that changed them last
  std::uint32_t pace_permille = 1'000;
  place_table places;
  std::array<line, limits::bands_max> lines; ///< by band; empty before the draw
  std::optional<lottery> draw;               ///< of the pre-queue since the room was last off
  bucket tokens;
  band_turns turns;
  visits measured;
  deadline_heap inside;        ///< when each admission ends; `hold` and `slot` are the place's number
  std::deque<silence> silent;  ///< oldest first; those that are over stay until they are first, or too many
  std::size_t silent_now = 0;  ///< places that are silent
  std::size_t waiting_now = 0; ///< places that wait, silent ones too
  std::array<drain, limits::bands_max> drains; ///< by band
  forecasts expected;
  std::uint64_t forecast_slice = 0; ///< of the newest forecasts
  head_count total;

  /// Whether the silence is still the one of its place.
  [[nodiscard]] auto lasts(const silence& of) const noexcept -> bool;
  /// Admissions a thousandth of a second, in millionths: the rate at the current pace.
  [[nodiscard]] auto rate_milli_per_s() const noexcept -> std::uint32_t;
  /// Memory of everything, its own size included.
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;
};

/// When a place that fell silent in this second is no longer kept.
[[nodiscard]] auto kept_until(const settings& by, std::uint32_t silent_since_s) noexcept -> instant;

/// What the owner of a place is told.
struct standing {
  place_status status{};
  std::uint8_t band = 0;
  std::optional<std::uint32_t> ahead; ///< people before them in their band; absent: not in a line
  std::uint32_t waiting = 0;          ///< people in the band's line
  std::uint64_t admitted = 0;         ///< by the room so far
  std::optional<eta_range> eta;       ///< absent: cannot be known
  std::optional<instant> until;       ///< let in: by when they come or are done
  millis next_poll;
};

/// Nothing for a number that was never given, or before the room was last off. O(log n).
[[nodiscard]] auto standing_of(const state& room, place_number place, instant now) -> std::optional<standing>;

/// The leaf of an entrant of the draw, by index.
[[nodiscard]] auto leaf_of(const state& room, std::uint32_t index) -> digest;

/// What the schedule has due at a time.
enum class scheduled : std::uint8_t { nothing, open_pre_queue, close_pre_queue, draw_lots, switch_on };
[[nodiscard]] auto scheduled_at(const state& room, instant now) noexcept -> scheduled;

/// When `advance`, or the schedule, may next have something to do that no other command brings about; nothing: never.
[[nodiscard]] auto next_due(const state& room) noexcept -> std::optional<instant>;

/// 64 bits that two folds of the same facts share; everything in it is part of them. O(n).
[[nodiscard]] auto state_hash(const state& room) -> std::uint64_t;

} // namespace holdfast::domain::queue

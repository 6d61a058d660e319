#pragma once

#include "domain/command.hpp"
#include "domain/instant.hpp"
#include "domain/queue/admission.hpp"
#include "domain/queue/command.hpp"
#include "domain/queue/decide.hpp"
#include "domain/queue/estimate.hpp"
#include "domain/queue/fact.hpp"
#include "domain/queue/settings.hpp"
#include "domain/queue/state.hpp"
#include "domain/strong_id.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The waiting rooms, as HTTP and event actors see them.
namespace holdfast::actors {

/// The draw of a room, as far as it may be told: the seed once it was drawn.
struct draw_view {
  domain::queue::digest commitment{};
  std::string public_round; ///< empty: none
  domain::instant opened_at;
  bool closed = false;
  std::uint32_t entrants = 0;                ///< so far, until it is closed
  domain::queue::digest root{};              ///< closed: of their leaves
  std::optional<domain::queue::digest> seed; ///< absent: not drawn yet
  std::optional<std::string> round_value;    ///< drawn: absent when there was none
};

/// One band of a room.
struct band_view {
  std::uint32_t waiting = 0;  ///< in its line, who is silent too
  std::uint64_t admitted = 0; ///< since the shares were last set
};

/// What a room shows to everybody, as of its last durable fact. Immutable; replaced as a whole, at most every tick.
struct room_view {
  std::uint64_t seq = 0;
  domain::instant updated_at;
  domain::queue::mode mode = domain::queue::mode::off;
  domain::instant mode_since;
  domain::queue::mode_cause cause = domain::queue::mode_cause::organiser;
  bool revoked = false;   ///< paused: no admission is worth anything meanwhile, and its time stands still
  bool held_back = false; ///< on, and nobody is let in because the event does not sell now; no fact says so
  domain::queue::settings rules;
  std::uint64_t settings_version = 0; ///< for If-Match; 0: never configured
  std::uint32_t pace_permille = 1'000;
  domain::queue::active_limit limit;
  std::uint64_t waiting = 0;
  std::uint64_t silent = 0; ///< of those who wait
  std::uint64_t inside = 0; ///< admitted and not done
  domain::queue::head_count total;
  domain::queue::eta_accuracy accuracy;
  std::optional<draw_view> draw; ///< of the pre-queue since the room was last off
  std::array<band_view, domain::queue::limits::bands_max> bands;
};

/// What somebody's place is at a poll.
struct place_view {
  domain::queue::place_number place;
  domain::queue::standing now;
  bool revoked = false;                    ///< let in, and that is worth nothing while the room is paused
  std::optional<std::uint32_t> draw_index; ///< of its leaf among the entrants of the draw; absent: not in it
  domain::queue::digest leaf{};            ///< with `draw_index`
  std::string reason;                      ///< demoted: why
  domain::queue::place_number instead;     ///< demoted: the new place; otherwise zero
};

/// Why a room was not asked, or could not answer.
struct room_unavailable {
  enum class reason : std::uint8_t {
    overloaded = 1, ///< too much is under way: try again
    closing = 2,    ///< the server ends
    journal = 3,    ///< nothing can be written, or its stream cannot be read
    no_event = 4,   ///< there is no such event
  };
  reason why = reason::overloaded;
};
using room_refusal = std::variant<domain::queue::refusal, room_unavailable>;

/// Who asks, for the record.
struct room_meta {
  domain::command_id id;
  domain::trace_id trace;
};

/// Whether somebody may hold seats.
enum class admission : std::uint8_t {
  not_needed = 1, ///< the room is off, or there is none
  granted = 2,
  required = 3, ///< it has no such place, or the place was not let in, or no admission is worth anything just now
  over = 4,     ///< it was let in, and that has ended
};

/// The waiting rooms of all events. Thread-safe; nothing blocks. Callbacks are called once, on some thread, when what they tell of is durable; they must
/// return soon.
class queue_port {
 public:
  virtual ~queue_port() = default;

  /// What a room shows; null when the event never had one that did anything.
  [[nodiscard]] virtual auto room(domain::event_id event) const -> std::shared_ptr<const room_view> = 0;

  /// Gives somebody a place at the end, or tells of the live one that they have. Joins are taken some at a time.
  virtual void join(domain::event_id event, domain::subject_id who, std::uint8_t band, const room_meta& meta,
                    std::function<void(tl::expected<place_view, room_refusal>)> done) noexcept = 0;
  /// A heartbeat: notes that the owner is there, and tells of the place. No actor is asked. Nothing for a place that is not theirs, or was given before the
  /// room was last off.
  [[nodiscard]] virtual auto poll(domain::event_id event, domain::subject_id who, domain::queue::place_number place)
      -> std::optional<place_view> = 0;
  /// Ends somebody's live place, whatever it is; nothing happens when there is none.
  virtual void leave(domain::event_id event, domain::subject_id who, domain::queue::place_number place,
                     const room_meta& meta, std::function<void(tl::expected<void, room_refusal>)> done) noexcept = 0;
  /// What organisers ask: configure, open_pre_queue (the commitment is filled in: the room makes the seed), close_pre_queue, draw_lots (the seed is filled
  /// in), switch_mode, demote. Tells the room as it is after it.
  virtual void
  command(domain::event_id event, domain::queue::command what, const room_meta& meta,
          std::function<void(tl::expected<std::shared_ptr<const room_view>, room_refusal>)> done) noexcept = 0;
  /// Leaves of the entrants of the draw from an index on, at most `limit` (<= 65,536) of them.
  virtual void
  leaves(domain::event_id event, std::uint32_t from, std::uint32_t limit,
         std::function<void(tl::expected<std::vector<domain::queue::digest>, room_refusal>)> done) noexcept = 0;

  /// Whether the owner of a place (zero: who has none) may hold seats at this moment. No actor is asked.
  [[nodiscard]] virtual auto admits(domain::event_id event, domain::subject_id who,
                                    domain::queue::place_number place) const -> admission = 0;
  /// Where the owner of a place that waits stands among all who ever stood in the event's line, 1 and up: who has less came first, and who was in an earlier
  /// line, before the room was off, before everybody of a later one. Never changes. Nothing: there is no such place, it is not theirs, it does not wait, or it
  /// is not drawn yet. No actor is asked.
  [[nodiscard]] virtual auto rank(domain::event_id event, domain::subject_id who,
                                  domain::queue::place_number place) const -> std::optional<std::uint32_t> = 0;
};

} // namespace holdfast::actors

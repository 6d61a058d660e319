#pragma once

#include "actors/queue_port.hpp"
#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "http/json_writer.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Waiting rooms as JSON.
namespace holdfast::http {

[[nodiscard]] auto to_text(domain::queue::mode is) noexcept -> std::string_view;
[[nodiscard]] auto to_text(domain::queue::mode_cause why) noexcept -> std::string_view;
/// 64 small hexadecimal digits.
[[nodiscard]] auto hex_of(const domain::queue::digest& what) -> std::string;

/// All that the owner of a place is told at once.
struct shown_place {
  domain::event_id event;
  domain::subject_id who;
  const actors::place_view& place;
  const actors::room_view& room;
  std::string_view ticket;                       ///< empty: the one they have
  std::string_view demoted_because;              ///< empty: they were not
  std::string_view admission;                    ///< the token of who is let in; empty otherwise
  std::optional<domain::instant> admitted_until; ///< when that token ends
  const std::string* prices = nullptr;           ///< JSON; null: not known now
  bool has_waitlist = false;                     ///< places that come back are offered to those on the event's waitlist
  domain::instant now;
};
void write_place(json_writer& out, const shown_place& what);

/// The room for its organiser: settings, counts, and the arithmetic of all three limits.
void write_room(json_writer& out, domain::event_id event, const actors::room_view& room);
/// The draw for everybody. `event` as a client names it in paths.
void write_draw(json_writer& out, domain::event_id event, const actors::draw_view& draw);

} // namespace holdfast::http

#include "http/queue_json.hpp"

#include "domain/public_id.hpp"

#include <cstddef>
#include <cstdint>

namespace holdfast::http {

namespace {

namespace room = domain::queue;

constexpr double per_thousand = 1'000;
constexpr std::int64_t ms_a_second = 1'000;

auto state_text(const actors::place_view& place, room::mode mode) noexcept -> std::string_view {
  if (place.revoked) {
    return "paused";
  }
  switch (place.now.status) {
  case room::place_status::waiting:
  case room::place_status::silent: break;
  case room::place_status::admitted:
  case room::place_status::active: return "admitted";
  case room::place_status::bought:
  case room::place_status::gave_up:
  case room::place_status::left: return "left";
  case room::place_status::missed_turn:
  case room::place_status::unclaimed:
  case room::place_status::ran_out:
  case room::place_status::timed_out:
  case room::place_status::demoted: return "expired";
  }
  switch (mode) {
  case room::mode::pre_queue: return "pre_queue";
  case room::mode::paused: return "paused";
  case room::mode::sold_out: return "sold_out";
  case room::mode::off:
  case room::mode::on: break;
  }
  return "waiting";
}

/// How a place ended; empty while it is live.
auto outcome_text(room::place_status is) noexcept -> std::string_view {
  switch (is) {
  case room::place_status::bought: return "bought";
  case room::place_status::gave_up: return "gave_up";
  case room::place_status::left: return "left";
  case room::place_status::missed_turn: return "missed_turn";
  case room::place_status::unclaimed: return "unclaimed";
  case room::place_status::ran_out: return "ran_out";
  case room::place_status::timed_out: return "timed_out";
  case room::place_status::demoted: return "demoted";
  default: return {};
  }
}

void write_per_second(json_writer& out, std::string_view name, std::uint64_t milli_per_s) {
  out.member(name, static_cast<double>(milli_per_s) / per_thousand);
}

template <class Number>
void write_number_or_null(json_writer& out, std::string_view name, const std::optional<Number>& value) {
  out.key(name);
  if (value) {
    out.value(*value);
  } else {
    out.null();
  }
}

void write_time_or_null(json_writer& out, std::string_view name, const std::optional<domain::instant>& at) {
  out.key(name);
  if (at) {
    out.time(at->unix_ms);
  } else {
    out.null();
  }
}

void write_text_or_null(json_writer& out, std::string_view name, std::string_view text) {
  out.key(name);
  if (text.empty()) {
    out.null();
  } else {
    out.value(text);
  }
}

auto subject_hex(const domain::subject_id& who) -> std::string {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto half : {who.high, who.low}) {
    for (unsigned shift = 64; shift > 0; shift -= 4) {
      text.push_back(digits[half >> (shift - 4) & 15U]);
    }
  }
  return text;
}

void write_eta(json_writer& out, const std::optional<room::eta_range>& eta) {
  out.key("eta");
  if (eta) {
    out.begin_object().member("low_s", eta->low_s).member("high_s", eta->high_s).end_object();
  } else {
    out.null();
  }
}

void write_receipt(json_writer& out, const shown_place& what) {
  if (!what.place.draw_index) {
    return;
  }
  out.key("receipt")
      .begin_object()
      .member("place", what.place.place.value())
      .member("subject", subject_hex(what.who))
      .member("band", what.place.now.band)
      .member("index", *what.place.draw_index)
      .member("leaf", hex_of(what.place.leaf))
      .end_object();
}

/// What only somebody who waits or is let in is told.
void write_live_place(json_writer& out, const shown_place& what) {
  const auto& now = what.place.now;
  if (now.ahead) {
    out.member("position", std::uint64_t{*now.ahead} + 1).member("ahead", *now.ahead);
  }
  if (now.band < what.room.rules.bands.size()) {
    out.member("band", std::string_view{what.room.rules.bands[now.band].name});
  }
  write_eta(out, now.eta);
  out.member("next_poll_ms", now.next_poll.count).member("heartbeat_ms", what.room.rules.heartbeat.count);
  if (!what.admission.empty() && what.admitted_until) {
    out.member("admission_token", what.admission).key("expires_at").time(what.admitted_until->unix_ms);
    const auto left = *what.admitted_until - what.now;
    out.member("expires_in_ms", left.count > 0 ? left.count : 0);
  }
}

void write_settings_of(json_writer& out, const room::settings& rules) {
  out.key("settings").begin_object();
  write_time_or_null(out, "pre_queue_at", rules.pre_queue_at);
  write_time_or_null(out, "starts_at", rules.starts_at);
  write_text_or_null(out, "public_round", rules.public_round);
  write_per_second(out, "rate_per_s", rules.rate_milli_per_s);
  out.member("batch", rules.batch);
  write_number_or_null(out, "max_active", rules.max_active);
  out.key("capacity_per_s");
  if (rules.capacity_milli_per_s == 0) {
    out.null();
  } else {
    out.value(static_cast<double>(rules.capacity_milli_per_s) / per_thousand);
  }
  out.member("expected_stay_seconds", rules.expected_stay.count / ms_a_second)
      .member("heartbeat_seconds", rules.heartbeat.count / ms_a_second)
      .member("queue_ttl_seconds", rules.queue_ttl.count / ms_a_second)
      .member("admission_seconds", rules.admission.count / ms_a_second);
  const auto load = rules.load_on_per_s == 0 ? std::nullopt : std::optional{rules.load_on_per_s};
  write_number_or_null(out, "load_on_per_s", load);
  out.key("bands").begin_array();
  for (const auto& band : rules.bands) {
    out.begin_object().member("name", std::string_view{band.name}).member("percent", band.percent).end_object();
  }
  out.end_array().end_object();
}

void write_active_limit(json_writer& out, const actors::room_view& room) {
  const auto& limit = room.limit;
  out.key("active").begin_object();
  out.key("capacity_per_s");
  if (limit.capacity_milli_per_s == 0) {
    out.null();
  } else {
    out.value(static_cast<double>(limit.capacity_milli_per_s) / per_thousand);
  }
  out.member("stay_seconds", static_cast<double>(limit.stay.count) / per_thousand)
      .member("stay_measured", limit.stay_measured)
      .member("safety", 0.8)
      .member("abandoned_share", static_cast<double>(limit.abandoned_permille) / per_thousand);
  write_number_or_null(out, "in_balance", limit.balance);
  write_number_or_null(out, "safe", limit.safe);
  write_number_or_null(out, "planned", limit.planned);
  write_number_or_null(out, "max_active", room.rules.max_active);
  write_number_or_null(out, "limit", limit.limit);
  out.member("inside", room.inside).end_object();
}

void write_limits(json_writer& out, const actors::room_view& room) {
  const auto paced = std::uint64_t{room.rules.rate_milli_per_s} * room.pace_permille / 1'000;
  out.key("limits").begin_object().key("rate").begin_object();
  write_per_second(out, "rate_per_s", room.rules.rate_milli_per_s);
  out.member("pace", static_cast<double>(room.pace_permille) / per_thousand);
  write_per_second(out, "effective_per_s", paced);
  out.member("batch", room.rules.batch).end_object();
  write_active_limit(out, room);
  out.key("feedback").begin_object();
  out.member("pace", static_cast<double>(room.pace_permille) / per_thousand);
  out.member("slowed", room.pace_permille < 1'000).end_object().end_object();
}

void write_room_counts(json_writer& out, const actors::room_view& room) {
  const auto& total = room.total;
  out.key("counts")
      .begin_object()
      .member("waiting", room.waiting)
      .member("inside", room.inside)
      .member("joined", total.joined)
      .member("admitted", total.admitted)
      .member("bought", total.bought)
      .member("gave_up", total.gave_up)
      .member("left", total.left)
      .member("missed_turn", total.missed_turn)
      .member("unclaimed", total.unclaimed)
      .member("ran_out", total.ran_out)
      .member("timed_out", total.timed_out)
      .member("demoted", total.demoted)
      .end_object();
  out.key("bands").begin_array();
  for (std::size_t i = 0; i < room.rules.bands.size() && i < room.bands.size(); ++i) {
    out.begin_object()
        .member("name", std::string_view{room.rules.bands[i].name})
        .member("percent", room.rules.bands[i].percent)
        .member("waiting", room.bands[i].waiting)
        .member("admitted", room.bands[i].admitted)
        .end_object();
  }
  out.end_array();
}

} // namespace

auto to_text(room::mode is) noexcept -> std::string_view {
  switch (is) {
  case room::mode::off: return "off";
  case room::mode::pre_queue: return "pre_queue";
  case room::mode::on: return "on";
  case room::mode::paused: return "paused";
  case room::mode::sold_out: return "sold_out";
  }
  return "off";
}

auto to_text(room::mode_cause why) noexcept -> std::string_view {
  switch (why) {
  case room::mode_cause::organiser: return "organiser";
  case room::mode_cause::schedule: return "schedule";
  case room::mode_cause::load: return "load";
  case room::mode_cause::seats_gone: return "seats_gone";
  case room::mode_cause::seats_back: return "seats_back";
  }
  return "organiser";
}

auto hex_of(const room::digest& what) -> std::string {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * what.size());
  for (const auto byte : what) {
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 15U]);
  }
  return text;
}

void write_place(json_writer& out, const shown_place& what) {
  const auto& place = what.place;
  out.begin_object();
  if (!what.ticket.empty()) {
    out.member("ticket", what.ticket);
  }
  out.member("place", place.place.value()).member("state", state_text(place, what.room.mode));
  if (const auto outcome = outcome_text(place.now.status); !outcome.empty()) {
    out.member("outcome", outcome);
  }
  if (room::is_live(place.now.status)) {
    write_live_place(out, what);
  }
  const auto& total = what.room.total;
  out.member("admitted", place.now.admitted).member("left", total.left + total.missed_turn + total.timed_out);
  out.key("updated_at").time(what.room.updated_at.unix_ms);
  if (!what.demoted_because.empty()) {
    out.key("demotion").begin_object().member("reason", what.demoted_because).end_object();
  }
  write_receipt(out, what);
  if (what.has_waitlist) {
    std::string path{"/v1/events/"};
    domain::public_ids::append(path, what.event);
    out.member("waitlist", std::string_view{path += "/waitlist"});
  }
  out.key("prices");
  if (what.prices != nullptr) {
    out.raw(*what.prices);
  } else {
    out.null();
  }
  out.end_object();
}

void write_room(json_writer& out, domain::event_id event, const actors::room_view& room) {
  std::string id;
  domain::public_ids::append(id, event);
  out.begin_object()
      .member("event_id", std::string_view{id})
      .member("seq", room.seq)
      .member("version", room.settings_version)
      .member("mode", to_text(room.mode));
  if (room.seq != 0) {
    out.key("mode_since").time(room.mode_since.unix_ms);
    out.member("cause", to_text(room.cause)).key("updated_at").time(room.updated_at.unix_ms);
  }
  out.member("revoked", room.revoked);
  write_text_or_null(out, "held_back", room.held_back ? "event_not_on_sale" : "");
  write_settings_of(out, room.rules);
  write_limits(out, room);
  write_room_counts(out, room);
  out.key("eta_accuracy")
      .begin_object()
      .member("measured", room.accuracy.measured)
      .member("inside", room.accuracy.inside)
      .member("early", room.accuracy.early)
      .member("late", room.accuracy.late)
      .end_object();
  out.key("draw");
  if (room.draw) {
    write_draw(out, event, *room.draw);
  } else {
    out.null();
  }
  out.end_object();
}

void write_draw(json_writer& out, domain::event_id event, const actors::draw_view& draw) {
  std::string id;
  domain::public_ids::append(id, event);
  out.begin_object()
      .member("event_id", std::string_view{id})
      .member("state", draw.seed     ? "drawn"
                       : draw.closed ? "closed"
                                     : "open")
      .member("commitment", hex_of(draw.commitment));
  write_text_or_null(out, "public_round", draw.public_round);
  out.key("opened_at").time(draw.opened_at.unix_ms);
  out.member("entrants", draw.entrants);
  write_text_or_null(out, "root", draw.closed ? hex_of(draw.root) : std::string{});
  write_text_or_null(out, "seed", draw.seed ? hex_of(*draw.seed) : std::string{});
  write_text_or_null(out, "round_value", draw.round_value.value_or(std::string{}));
  // The organiser could have made up entrants that the seed favours.
  write_number_or_null(out, "minted", draw.seed ? std::optional{!draw.round_value.has_value()} : std::nullopt);
  out.member("leaves", "/v1/events/" + id + "/queue/draw/leaves").end_object();
}

} // namespace holdfast::http

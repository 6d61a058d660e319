#include "http/queue_change.hpp"

#include "http/queue_bands.hpp"

#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace holdfast::http {

namespace {

namespace room = domain::queue;

constexpr double thousandths_in_one = 1'000;
constexpr std::int64_t ms_in_second = 1'000;

auto read_moment(const json_object& from, std::string_view name) -> queue_change::cleared_or<domain::instant> {
  if (from.cleared(name)) {
    return std::optional<domain::instant>{};
  }
  const auto at = from.optional_time(name);
  return at ? queue_change::cleared_or<domain::instant>{domain::instant{*at}} : std::nullopt;
}

/// A number a second, in whole thousandths.
auto read_rate(const json_object& from, std::string_view name) -> std::optional<std::uint32_t> {
  constexpr double most = room::limits::rate_milli_per_s_max / thousandths_in_one;
  const auto rate = from.optional_number(name, 0, most);
  if (!rate) {
    return std::nullopt;
  }
  const double thousandths = *rate * thousandths_in_one;
  constexpr double rounding = 1e-6;
  if (std::abs(thousandths - std::round(thousandths)) > rounding) {
    from.fault(name, "in thousandths: at most three digits after the point");
  }
  return static_cast<std::uint32_t>(std::lround(thousandths));
}

auto read_seconds(const json_object& from, std::string_view name, domain::millis least, domain::millis most)
    -> std::optional<domain::millis> {
  const auto count = from.optional_integer<std::int64_t>(name, least.count / ms_in_second, most.count / ms_in_second);
  return count ? std::optional{domain::seconds(*count)} : std::nullopt;
}

auto read_bands(const json_object& from) -> std::optional<std::vector<room::band>> {
  const auto list = from.optional_array("bands", 1, room::limits::bands_max);
  if (!list) {
    return std::nullopt;
  }
  std::vector<room::band> bands;
  for (const auto item : *list) {
    const auto one = item.object();
    const std::string name{one.text("name", {.bytes_min = 1, .bytes_max = room::limits::band_name_bytes_max})};
    if (!bands.empty() && !name.empty() && !is_band_of_sessions(name)) {
      one.fault("name", "verified, members, accessibility or band_0 to band_31: of no other can be told who is in it");
    }
    bands.push_back({name, one.integer<std::uint32_t>("percent", 1, 100)});
  }
  return bands;
}

void read_settings(const json_object& from, queue_change& to) {
  namespace limits = room::limits;
  constexpr auto most = std::uint32_t{1'000'000'000};
  to.pre_queue_at = read_moment(from, "pre_queue_at");
  to.starts_at = read_moment(from, "starts_at");
  if (from.cleared("public_round")) {
    to.public_round.emplace();
  } else if (const auto round =
                 from.optional_text("public_round", {.bytes_min = 1, .bytes_max = limits::round_bytes_max})) {
    to.public_round = *round;
  }
  to.rate_milli_per_s = read_rate(from, "rate_per_s");
  to.batch = from.optional_integer<std::uint32_t>("batch", 1, limits::batch_max);
  if (from.cleared("max_active")) {
    to.max_active = std::optional<std::uint32_t>{};
  } else if (const auto active = from.optional_integer<std::uint32_t>("max_active", 0, limits::active_max)) {
    to.max_active = active;
  }
  to.capacity_milli_per_s = from.cleared("capacity_per_s") ? 0 : read_rate(from, "capacity_per_s");
  to.expected_stay = read_seconds(from, "expected_stay_seconds", limits::expected_stay_min, limits::expected_stay_max);
  to.heartbeat = read_seconds(from, "heartbeat_seconds", limits::heartbeat_min, limits::heartbeat_max);
  to.queue_ttl = read_seconds(from, "queue_ttl_seconds", limits::queue_ttl_min, limits::queue_ttl_max);
  to.admission = read_seconds(from, "admission_seconds", limits::admission_min, limits::admission_max);
  to.load_on_per_s = from.cleared("load_on_per_s") ? 0 : from.optional_integer<std::uint32_t>("load_on_per_s", 1, most);
  to.bands = read_bands(from);
}

auto read_mode(const json_object& from) -> std::optional<room::mode> {
  const auto text = from.optional_text("mode", {.bytes_min = 1, .bytes_max = 16});
  if (!text) {
    return std::nullopt;
  }
  constexpr std::array<std::pair<std::string_view, room::mode>, 5> modes{{{"off", room::mode::off},
                                                                          {"pre_queue", room::mode::pre_queue},
                                                                          {"on", room::mode::on},
                                                                          {"paused", room::mode::paused},
                                                                          {"sold_out", room::mode::sold_out}}};
  for (const auto& [name, mode] : modes) {
    if (*text == name) {
      return mode;
    }
  }
  if (!text->empty()) {
    from.fault("mode", "off, pre_queue, on, paused or sold_out");
  }
  return std::nullopt;
}

auto read_draw(const json_object& from) -> std::optional<room::draw_lots> {
  const auto draw = from.optional_object("draw");
  if (!draw) {
    return std::nullopt;
  }
  room::draw_lots lots;
  if (const auto value =
          draw->optional_text("round_value", {.bytes_min = 1, .bytes_max = room::limits::round_value_bytes_max})) {
    lots.round_value = std::string{*value};
  }
  lots.without_round = draw->optional_boolean("without_round").value_or(false);
  if (lots.round_value && lots.without_round) {
    draw->fault("without_round", "with the round's value, or without: not both");
  }
  return lots;
}

} // namespace

auto queue_change::sets_something() const noexcept -> bool {
  return pre_queue_at || starts_at || public_round || rate_milli_per_s || batch || max_active || capacity_milli_per_s ||
         expected_stay || heartbeat || queue_ttl || admission || load_on_per_s || bands;
}

auto queue_change::applied_to(room::settings before) const -> room::settings {
  const auto set = [](auto& to, const auto& from) {
    if (from) {
      to = *from;
    }
  };
  set(before.pre_queue_at, pre_queue_at);
  set(before.starts_at, starts_at);
  set(before.public_round, public_round);
  set(before.rate_milli_per_s, rate_milli_per_s);
  set(before.batch, batch);
  set(before.max_active, max_active);
  set(before.capacity_milli_per_s, capacity_milli_per_s);
  set(before.expected_stay, expected_stay);
  set(before.heartbeat, heartbeat);
  set(before.queue_ttl, queue_ttl);
  set(before.admission, admission);
  set(before.load_on_per_s, load_on_per_s);
  set(before.bands, bands);
  return before;
}

auto queue_change::step_from(room::mode now) const -> std::optional<room::command_body> {
  if (mode == room::mode::pre_queue) {
    return room::open_pre_queue{};
  }
  if (mode) {
    return room::switch_mode{*mode, room::mode_cause::organiser, reason, revoke};
  }
  if (paused && *paused != (now == room::mode::paused)) {
    return room::switch_mode{*paused ? room::mode::paused : room::mode::on, room::mode_cause::organiser, reason};
  }
  if (close_pre_queue) {
    return room::close_pre_queue{};
  }
  if (draw) {
    return *draw;
  }
  return std::nullopt;
}

auto read_queue_change(const json_object& body) -> queue_change {
  queue_change what;
  read_settings(body, what);
  what.mode = read_mode(body);
  what.revoke = body.optional_boolean("revoke");
  if (what.revoke && what.mode != room::mode::paused) {
    body.fault("revoke", "only with the mode paused");
  }
  what.paused = body.optional_boolean("paused");
  if (const auto close = body.optional_boolean("close_pre_queue")) {
    what.close_pre_queue = *close;
    if (!*close) {
      body.fault("close_pre_queue", "is true, or is not there: what is closed is not opened again");
    }
  }
  what.draw = read_draw(body);
  if (const auto reason = body.optional_text("reason", {.bytes_min = 1, .bytes_max = room::limits::reason_bytes_max})) {
    what.reason = *reason;
  }
  const int steps = static_cast<int>(what.mode.has_value()) + static_cast<int>(what.paused.has_value()) +
                    static_cast<int>(what.close_pre_queue) + static_cast<int>(what.draw.has_value());
  if (steps > 1) {
    body.fault({}, "one of mode, paused, close_pre_queue and draw at a time");
  }
  return what;
}

} // namespace holdfast::http

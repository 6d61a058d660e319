#include "domain/queue/state.hpp"

#include "domain/check.hpp"
#include "domain/state_hash.hpp"

#include <algorithm>
#include <string_view>

namespace holdfast::domain::queue {
namespace {

void add(hash_fold& to, std::string_view text) {
  to.add(text.size());
  for (const char c : text) {
    to.add(static_cast<unsigned char>(c));
  }
}

void add(hash_fold& to, const digest& bytes) {
  for (const auto byte : bytes) {
    to.add(byte);
  }
}

void add(hash_fold& to, instant at) {
  to.add(static_cast<std::uint64_t>(at.unix_ms));
}

void add(hash_fold& to, millis span) {
  to.add(static_cast<std::uint64_t>(span.count));
}

template <class Value>
void add(hash_fold& to, const std::optional<Value>& value) {
  to.add(value ? 1 : 0);
  if (value) {
    add(to, *value);
  }
}

void add(hash_fold& to, const settings& of) {
  add(to, of.pre_queue_at);
  add(to, of.starts_at);
  add(to, of.public_round);
  to.add(of.rate_milli_per_s).add(of.batch).add(of.max_active.value_or(UINT32_MAX)).add(of.capacity_milli_per_s);
  for (const auto span : {of.expected_stay, of.heartbeat, of.queue_ttl, of.admission}) {
    add(to, span);
  }
  to.add(of.load_on_per_s).add(of.bands.size());
  for (const auto& one : of.bands) {
    add(to, one.name);
    to.add(one.percent);
  }
}

void add(hash_fold& to, const place_table& places) {
  to.add(places.last().value()).add(places.size()).add(places.live());
  const auto last = places.last().value();
  for (auto number = last - static_cast<std::uint32_t>(places.size()) + 1; number <= last; ++number) {
    const auto& one = *places.at(place_number{number});
    to.add(one.who.high).add(one.who.low).add(one.since_s | std::uint64_t{one.at} << 32);
    to.add(one.until_s | std::uint64_t{one.band} << 32 | static_cast<std::uint64_t>(one.status) << 40);
  }
}

void add(hash_fold& to, const line& of) {
  to.add(of.spots()).add(of.size());
  for (auto at = of.first(); at; at = of.after(*at)) {
    to.add(*at | std::uint64_t{of.place_at(*at)} << 32);
  }
}

void add(hash_fold& to, const lottery& of) {
  add(to, of.commitment);
  add(to, of.public_round);
  add(to, of.opened_at);
  to.add(of.first.value()).add(of.log.size()).add(of.closed ? 1 : 0);
  add(to, of.log.root());
  add(to, of.seed);
  to.add(of.round_value ? 1 : 0);
  add(to, of.round_value.value_or(""));
}

void add(hash_fold& to, const band_turns& of) {
  for (std::size_t i = 0; i < limits::bands_max; ++i) {
    to.add(of.admitted[i]).add(of.share[i]);
  }
  to.add(of.last_admitted).add(of.last_share);
}

void add(hash_fold& to, const head_count& of) {
  for (const auto count : {of.joined, of.admitted, of.bought, of.gave_up, of.left, of.missed_turn, of.unclaimed,
                           of.ran_out, of.timed_out, of.demoted}) {
    to.add(count);
  }
}

void add_waiting(standing& to, const state& room, const place& of, instant now) {
  const auto& in = room.lines[of.band];
  to.waiting = in.size();
  to.next_poll = room.rules.heartbeat;
  if (room.is == mode::pre_queue) {
    return;
  }
  to.ahead = in.ahead_of(of.at);
  if (room.is == mode::on) {
    to.eta =
        eta_of(room.drains[of.band].rates(now), *to.ahead, line_of_room(in.size(), room.waiting_now, room.silent_now));
    to.next_poll = poll_delay(room.rules, *to.ahead);
  }
}

} // namespace

auto state::lasts(const silence& of) const noexcept -> bool {
  const auto* const who = places.at(place_number{of.place});
  return who != nullptr && who->status == place_status::silent && who->since_s == of.since_s;
}

auto state::rate_milli_per_s() const noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(std::uint64_t{rules.rate_milli_per_s} * pace_permille / 1'000);
}

auto state::bytes() const noexcept -> std::size_t {
  std::size_t sum = sizeof(state) + places.bytes() + inside.bytes() + silent.size() * sizeof(silence);
  for (const auto& one : lines) {
    sum += one.bytes();
  }
  return sum + (draw ? draw->log.bytes() : 0);
}

auto kept_until(const settings& by, std::uint32_t silent_since_s) noexcept -> instant {
  return instant{(std::int64_t{silent_since_s} + 1) * 1'000} + by.queue_ttl;
}

auto standing_of(const state& room, place_number number, instant now) -> std::optional<standing> {
  const auto* const of = room.places.at(number);
  if (of == nullptr) {
    return std::nullopt;
  }
  standing told;
  told.status = of->status;
  told.band = of->band;
  told.admitted = room.total.admitted;
  told.next_poll = room.rules.heartbeat;
  if (is_waiting(of->status)) {
    add_waiting(told, room, *of, now);
  } else if (is_inside(of->status)) {
    told.until = instant{std::int64_t{of->until_s} * 1'000};
  }
  return told;
}

auto leaf_of(const state& room, std::uint32_t index) -> digest {
  const auto number = place_number{room.draw->first.value() + index};
  const auto* const of = room.places.at(number);
  HF_CHECK(of != nullptr && index < room.draw->log.size(), "a leaf is of somebody who entered");
  return leaf_hash(number.value(), of->who, of->band);
}

auto scheduled_at(const state& room, instant now) noexcept -> scheduled {
  // What the organiser did since a time on the schedule stands.
  const auto due = [&](const std::optional<instant>& at) { return at && *at <= now && room.mode_since < *at; };
  const auto& by = room.rules;
  if (room.is == mode::pre_queue) {
    if (room.draw->closed) {
      return scheduled::draw_lots;
    }
    return due(by.starts_at) ? scheduled::close_pre_queue : scheduled::nothing;
  }
  if (room.is != mode::off) {
    return scheduled::nothing;
  }
  if (due(by.starts_at)) {
    return scheduled::switch_on;
  }
  return due(by.pre_queue_at) ? scheduled::open_pre_queue : scheduled::nothing;
}

auto next_due(const state& room) noexcept -> std::optional<instant> {
  std::optional<instant> next;
  const auto consider = [&](std::optional<instant> at) { next = at && (!next || *at < *next) ? at : next; };
  if (!room.inside.empty() && !room.revoked_since) {
    consider(room.inside.front().at);
  }
  if (!room.silent.empty() && room.is != mode::sold_out) {
    consider(kept_until(room.rules, room.silent.front().since_s));
  }
  const auto limit = active_limit_of(room.rules, room.measured).limit;
  if (room.is == mode::on && room.waiting_now > 0 && (!limit || room.inside.size() < *limit)) {
    consider(room.tokens.next_at(room.rate_milli_per_s()));
  }
  const auto ahead = [&](const std::optional<instant>& at) { return at && room.mode_since < *at; };
  const bool gathers = room.is == mode::pre_queue && !room.draw->closed;
  if (room.is == mode::off && ahead(room.rules.pre_queue_at)) {
    consider(room.rules.pre_queue_at);
  }
  if ((room.is == mode::off || gathers) && ahead(room.rules.starts_at)) {
    consider(room.rules.starts_at);
  }
  return next;
}

auto state_hash(const state& room) -> std::uint64_t {
  hash_fold to{static_cast<std::uint64_t>(room.is)};
  to.add(room.seq).add(room.settings_version).add(room.pace_permille).add(static_cast<std::uint64_t>(room.cause));
  add(to, room.time);
  add(to, room.mode_since);
  add(to, room.revoked_since);
  add(to, room.rules);
  add(to, room.places);
  for (const auto& one : room.lines) {
    add(to, one);
  }
  to.add(room.draw ? 1 : 0);
  if (room.draw) {
    add(to, *room.draw);
  }
  to.add(room.tokens.level_micro());
  add(to, room.tokens.settled_at());
  add(to, room.turns);
  room.measured.hash_into(to);
  for (const auto& one : room.silent) {
    to.add(one.place | std::uint64_t{one.since_s} << 32);
  }
  to.add(room.silent_now).add(room.waiting_now).add(room.inside.size()).add(room.forecast_slice);
  for (const auto& one : room.drains) {
    one.hash_into(to);
  }
  room.expected.hash_into(to);
  add(to, room.total);
  return to.value();
}

} // namespace holdfast::domain::queue

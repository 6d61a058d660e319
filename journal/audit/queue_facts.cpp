#include "journal/audit/queue_facts.hpp"

#include "journal/audit/message.hpp"

#include <algorithm>

namespace holdfast::journal::audit {
namespace {

using shape = message::shape;

enum : std::uint16_t {
  type_settings_changed = 160,
  type_opened = 161,
  type_closed = 162,
  type_drawn = 163,
  type_mode_changed = 164,
  type_joined = 165,
  type_left = 166,
  type_fell_silent = 167,
  type_returned = 168,
  type_admitted = 169,
  type_claimed = 170,
  type_finished = 171,
  type_expired = 172,
  type_demoted = 173,
  type_pace_adjusted = 174,
};

constexpr std::size_t subject_bytes = 16;

auto hash_in(std::string_view bytes, hash_bytes& to) -> bool {
  if (bytes.size() != to.size())
    return false;
  std::copy(bytes.begin(), bytes.end(), to.begin());
  return true;
}

auto is_asker(std::string_view bytes) -> bool {
  return message{bytes}.is({{1, shape::fixed64}, {2, shape::fixed64}});
}

auto place_list(const message& from, std::uint32_t number, std::vector<std::uint64_t>& to) -> bool {
  auto list = from.list(number);
  if (!list)
    return false;
  to = *std::move(list);
  return true;
}

auto read_room_settings(std::string_view bytes) -> std::optional<room_settings> {
  const message from{bytes};
  if (!from.is({{1, shape::varint},
                {2, shape::varint},
                {3, shape::bytes},
                {4, shape::varint},
                {5, shape::varint},
                {6, shape::varint},
                {7, shape::varint},
                {8, shape::varint},
                {9, shape::varint},
                {10, shape::varint},
                {11, shape::varint},
                {12, shape::varint},
                {13, shape::bytes}}))
    return std::nullopt;
  room_settings made;
  made.public_round = from.text(3);
  made.rate_milli_per_s = from.value(4);
  made.batch = from.value(5);
  if (from.has(6))
    made.max_active = from.value(6);
  made.heartbeat_ms = from.value(9);
  made.admission_ms = from.value(11);
  for (const auto each : from.texts(13)) {
    const message band{each};
    if (!band.is({{1, shape::bytes}, {2, shape::varint}}))
      return std::nullopt;
    made.bands.emplace_back(band.text(1));
    made.shares.push_back(band.value(2));
  }
  return made;
}

auto read_settings_changed(const message& from) -> std::optional<queue_fact> {
  auto after = read_room_settings(from.text(1));
  if (!from.is({{1, shape::bytes}, {2, shape::bytes}, {3, shape::bytes}}) || !after || !is_asker(from.text(2)))
    return std::nullopt;
  return queue_settings_changed{*std::move(after)};
}

auto read_opened(const message& from) -> std::optional<queue_fact> {
  pre_queue_opened made;
  made.public_round = from.text(2);
  if (!from.is({{1, shape::bytes}, {2, shape::bytes}, {3, shape::varint}, {4, shape::bytes}}) ||
      !hash_in(from.text(1), made.commitment) || !is_asker(from.text(4)))
    return std::nullopt;
  return made;
}

auto read_closed(const message& from) -> std::optional<queue_fact> {
  pre_queue_closed made;
  made.entrants = from.value(1);
  if (!from.is({{1, shape::varint}, {2, shape::bytes}, {3, shape::bytes}}) || !hash_in(from.text(2), made.root) ||
      !is_asker(from.text(3)))
    return std::nullopt;
  return made;
}

auto read_drawn(const message& from) -> std::optional<queue_fact> {
  lots_drawn made;
  made.seed = from.text(1);
  if (from.has(2))
    made.round_value = std::string{from.text(2)};
  if (!from.is({{1, shape::bytes}, {2, shape::bytes}, {3, shape::bytes}}) ||
      made.seed.size() != std::tuple_size_v<hash_bytes> || !is_asker(from.text(3)))
    return std::nullopt;
  return made;
}

auto read_mode_changed(const message& from) -> std::optional<queue_fact> {
  if (!from.is({{1, shape::varint}, {2, shape::varint}, {3, shape::bytes}, {4, shape::bytes}, {5, shape::varint}}) ||
      !is_asker(from.text(3)))
    return std::nullopt;
  return queue_mode_changed{from.value(1), from.value(5)};
}

auto little_endian(std::string_view bytes) -> std::uint64_t {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return value;
}

auto read_joined(const message& from) -> std::optional<queue_fact> {
  queue_joined made;
  made.first = from.value(1);
  const auto who = from.text(2);
  const auto bands = from.text(3);
  if (!from.is({{1, shape::varint}, {2, shape::bytes}, {3, shape::bytes}}) || who.size() % subject_bytes != 0 ||
      (!bands.empty() && bands.size() != who.size() / subject_bytes))
    return std::nullopt;
  for (std::size_t at = 0; at < who.size() / subject_bytes; ++at) {
    const auto one = who.substr(at * subject_bytes, subject_bytes);
    made.people.push_back(
        {little_endian(one), little_endian(one.substr(8)),
         bands.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(static_cast<unsigned char>(bands[at]))});
  }
  return made;
}

auto read_named(const message& from, places_named::as what) -> std::optional<queue_fact> {
  places_named made{what, {}};
  if (!from.is({{1, shape::varint}, {1, shape::bytes}}) || !place_list(from, 1, made.places))
    return std::nullopt;
  return made;
}

/// Places and a time.
template <class Fact>
auto read_timed(const message& from, std::int64_t Fact::*time) -> std::optional<queue_fact> {
  Fact made;
  made.*time = static_cast<std::int64_t>(from.value(2));
  if (!from.is({{1, shape::varint}, {1, shape::bytes}, {2, shape::varint}}) || !place_list(from, 1, made.places))
    return std::nullopt;
  return made;
}

auto read_finished(const message& from) -> std::optional<queue_fact> {
  queue_finished made;
  if (!from.is({{1, shape::varint}, {1, shape::bytes}, {2, shape::varint}, {2, shape::bytes}}) ||
      !place_list(from, 1, made.bought) || !place_list(from, 2, made.gave_up))
    return std::nullopt;
  return made;
}

auto read_expired(const message& from) -> std::optional<queue_fact> {
  queue_expired made;
  made.as = from.value(1);
  if (!from.is({{1, shape::varint}, {2, shape::varint}, {2, shape::bytes}}) || !place_list(from, 2, made.places))
    return std::nullopt;
  return made;
}

auto read_demoted(const message& from) -> std::optional<queue_fact> {
  if (!from.is({{1, shape::varint}, {2, shape::varint}, {3, shape::bytes}, {4, shape::bytes}}) ||
      !is_asker(from.text(4)))
    return std::nullopt;
  return queue_demoted{from.value(1), from.value(2)};
}

} // namespace

auto is_queue_type(std::uint16_t type) -> bool {
  return type >= type_settings_changed && type <= type_pace_adjusted;
}

auto read_queue_fact(std::uint16_t type, std::string_view payload) -> std::optional<queue_fact> {
  const message from{payload};
  switch (type) {
  case type_settings_changed: return read_settings_changed(from);
  case type_opened: return read_opened(from);
  case type_closed: return read_closed(from);
  case type_drawn: return read_drawn(from);
  case type_mode_changed: return read_mode_changed(from);
  case type_joined: return read_joined(from);
  case type_left: return read_named(from, places_named::as::left);
  case type_fell_silent: return read_named(from, places_named::as::fell_silent);
  case type_returned: return read_named(from, places_named::as::returned);
  case type_admitted: return read_timed<queue_admitted>(from, &queue_admitted::claim_by);
  case type_claimed: return read_timed<queue_claimed>(from, &queue_claimed::until);
  case type_finished: return read_finished(from);
  case type_expired: return read_expired(from);
  case type_demoted: return read_demoted(from);
  case type_pace_adjusted:
    if (!from.is({{1, shape::varint}}))
      return std::nullopt;
    return queue_pace_adjusted{from.value(1)};
  default: return std::nullopt;
  }
}

} // namespace holdfast::journal::audit

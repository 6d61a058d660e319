#include "domain/queue/fact.hpp"
#include "journal/codec_parts.hpp"
#include "journal/facts.pb.h"
#include "journal/message_codec.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace holdfast::journal::codec {
namespace {

namespace room = domain::queue;

/// Whether a message inside another has no field that nobody knows.
template <class Message>
[[nodiscard]] auto is_whole(const Message& from) -> bool {
  return from.GetReflection()->GetUnknownFields(from).empty();
}

/// Nothing for the server itself, so that there is one way to write it.
template <class Message>
void write_asker(const room::asker& from, Message& to) {
  if (from == room::asker{})
    return;
  to.mutable_by()->set_organisation(from.organisation.value());
  to.mutable_by()->set_key(from.key.value());
}

[[nodiscard]] auto read_asker(const wire::QueueAsker& from, room::asker& to) -> bool {
  to = {domain::organisation_id{from.organisation()}, domain::key_id{from.key()}};
  return is_whole(from);
}

[[nodiscard]] auto read_digest(const std::string& from, room::digest& to) -> bool {
  if (from.size() != to.size())
    return false;
  std::copy(from.begin(), from.end(), to.begin());
  return true;
}

[[nodiscard]] auto digest_bytes(const room::digest& from) -> std::string {
  return {from.begin(), from.end()};
}

[[nodiscard]] auto read_mode_cause(std::uint32_t from, room::mode_cause& to) -> bool {
  to = static_cast<room::mode_cause>(from);
  return from >= static_cast<std::uint32_t>(room::mode_cause::organiser) &&
         from <= static_cast<std::uint32_t>(room::mode_cause::seats_back);
}

template <class Places>
void write_places(const std::vector<room::place_number>& from, Places& to) {
  to.Reserve(static_cast<int>(from.size()));
  for (const auto each : from)
    to.AddAlreadyReserved(each.value());
}

template <class Places>
[[nodiscard]] auto read_places(const Places& from, std::vector<room::place_number>& to) -> bool {
  to.reserve(static_cast<std::size_t>(from.size()));
  for (const auto each : from)
    to.emplace_back(each);
  return std::ranges::find(to, room::place_number{}) == to.end();
}

void write_settings(const room::settings& from, wire::QueueSettings* to) {
  if (from.pre_queue_at)
    to->set_pre_queue_at(from.pre_queue_at->unix_ms);
  if (from.starts_at)
    to->set_starts_at(from.starts_at->unix_ms);
  to->set_public_round(from.public_round);
  to->set_rate_milli_per_s(from.rate_milli_per_s);
  to->set_batch(from.batch);
  if (from.max_active)
    to->set_max_active(*from.max_active);
  to->set_capacity_milli_per_s(from.capacity_milli_per_s);
  to->set_expected_stay(from.expected_stay.count);
  to->set_heartbeat(from.heartbeat.count);
  to->set_queue_ttl(from.queue_ttl.count);
  to->set_admission(from.admission.count);
  to->set_load_on_per_s(from.load_on_per_s);
  for (const auto& band : from.bands) {
    auto* const out = to->add_bands();
    out->set_name(band.name);
    out->set_percent(band.percent);
  }
}

/// What a room could not have is refused: whoever reads on divides by it, and indexes with it.
[[nodiscard]] auto read_settings(const wire::QueueSettings& from, room::settings& to) -> bool {
  if (from.has_pre_queue_at())
    to.pre_queue_at = domain::instant{from.pre_queue_at()};
  if (from.has_starts_at())
    to.starts_at = domain::instant{from.starts_at()};
  to.public_round = from.public_round();
  to.rate_milli_per_s = from.rate_milli_per_s();
  to.batch = from.batch();
  if (from.has_max_active())
    to.max_active = from.max_active();
  to.capacity_milli_per_s = from.capacity_milli_per_s();
  to.expected_stay = {from.expected_stay()};
  to.heartbeat = {from.heartbeat()};
  to.queue_ttl = {from.queue_ttl()};
  to.admission = {from.admission()};
  to.load_on_per_s = from.load_on_per_s();
  to.bands.clear();
  for (const auto& band : from.bands()) {
    to.bands.push_back({band.name(), band.percent()});
    if (!is_whole(band))
      return false;
  }
  return is_whole(from) && room::settings_faults(to).empty();
}

[[nodiscard]] auto read_fact(const wire::QueueSettingsChanged& from, room::settings_changed& to) -> bool {
  to.reason = from.reason();
  return read_settings(from.after(), to.after) && read_asker(from.by(), to.by);
}

[[nodiscard]] auto read_fact(const wire::PreQueueOpened& from, room::pre_queue_opened& to) -> bool {
  to.public_round = from.public_round();
  return read_digest(from.commitment(), to.commitment) && read_mode_cause(from.cause(), to.cause) &&
         read_asker(from.by(), to.by);
}

[[nodiscard]] auto read_fact(const wire::PreQueueClosed& from, room::pre_queue_closed& to) -> bool {
  to.entrants = from.entrants();
  return read_digest(from.root(), to.root) && read_asker(from.by(), to.by);
}

[[nodiscard]] auto read_fact(const wire::LotsDrawn& from, room::drawn& to) -> bool {
  if (from.has_round_value())
    to.round_value = from.round_value();
  return read_digest(from.seed(), to.seed) && read_asker(from.by(), to.by);
}

[[nodiscard]] auto read_fact(const wire::QueueModeChanged& from, room::mode_changed& to) -> bool {
  to.to = static_cast<room::mode>(from.to());
  to.reason = from.reason();
  const bool is_mode = from.to() >= static_cast<std::uint32_t>(room::mode::off) &&
                       from.to() <= static_cast<std::uint32_t>(room::mode::sold_out) && to.to != room::mode::pre_queue;
  to.revoked = from.revoked();
  return is_mode && (!to.revoked || to.to == room::mode::paused) && read_mode_cause(from.cause(), to.cause) &&
         read_asker(from.by(), to.by);
}

[[nodiscard]] auto read_fact(const wire::QueueJoined& from, room::joined& to) -> bool {
  to.first = room::place_number{from.first()};
  const auto& bands = from.bands();
  const auto people = static_cast<std::size_t>(from.who_size()) / 2;
  if (from.first() == 0 || from.who_size() % 2 != 0 || (!bands.empty() && bands.size() != people))
    return false;
  to.people.reserve(people);
  for (std::size_t at = 0; at < people; ++at) {
    const auto half = static_cast<int>(2 * at);
    to.people.push_back(
        {{from.who(half), from.who(half + 1)}, bands.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(bands[at])});
  }
  return std::ranges::all_of(to.people, [](const auto& each) { return each.band < room::limits::bands_max; });
}

[[nodiscard]] auto read_fact(const wire::QueueLeft& from, room::left& to) -> bool {
  return read_places(from.places(), to.places);
}

[[nodiscard]] auto read_fact(const wire::QueueFellSilent& from, room::fell_silent& to) -> bool {
  return read_places(from.places(), to.places);
}

[[nodiscard]] auto read_fact(const wire::QueueReturned& from, room::returned& to) -> bool {
  return read_places(from.places(), to.places);
}

[[nodiscard]] auto read_fact(const wire::QueueAdmitted& from, room::admitted& to) -> bool {
  to.claim_by.unix_ms = from.claim_by();
  return read_places(from.places(), to.places);
}

[[nodiscard]] auto read_fact(const wire::QueueClaimed& from, room::claimed& to) -> bool {
  to.until.unix_ms = from.until();
  return read_places(from.places(), to.places);
}

[[nodiscard]] auto read_fact(const wire::QueueFinished& from, room::finished& to) -> bool {
  return read_places(from.bought(), to.bought) && read_places(from.gave_up(), to.gave_up);
}

[[nodiscard]] auto read_fact(const wire::QueueExpired& from, room::expired& to) -> bool {
  to.as = static_cast<room::place_status>(from.as());
  return from.as() >= static_cast<std::uint32_t>(room::place_status::missed_turn) &&
         from.as() <= static_cast<std::uint32_t>(room::place_status::timed_out) &&
         read_places(from.places(), to.places);
}

[[nodiscard]] auto read_fact(const wire::QueueDemoted& from, room::demoted& to) -> bool {
  to.place = room::place_number{from.place()};
  to.now = room::place_number{from.now()};
  to.reason = from.reason();
  return from.place() != 0 && from.now() != 0 && read_asker(from.by(), to.by);
}

[[nodiscard]] auto read_fact(const wire::QueuePaceAdjusted& from, room::pace_adjusted& to) -> bool {
  to.permille = from.permille();
  return to.permille <= 1'000;
}

template <class Message, class Fact>
[[nodiscard]] auto decode_room(std::string_view payload, domain::fact_body& body) -> bool {
  Message message;
  return parse(payload, message) && read_fact(message, body.emplace<Fact>());
}

template <class Message, class Fact>
void append_places(const Fact& fact, std::string& to) {
  Message message;
  write_places(fact.places, *message.mutable_places());
  append(message, to);
}

} // namespace

void encode(const room::settings_changed& fact, std::string& to) {
  wire::QueueSettingsChanged message;
  write_settings(fact.after, message.mutable_after());
  write_asker(fact.by, message);
  message.set_reason(fact.reason);
  append(message, to);
}

void encode(const room::pre_queue_opened& fact, std::string& to) {
  wire::PreQueueOpened message;
  message.set_commitment(digest_bytes(fact.commitment));
  message.set_public_round(fact.public_round);
  message.set_cause(static_cast<std::uint32_t>(fact.cause));
  write_asker(fact.by, message);
  append(message, to);
}

void encode(const room::pre_queue_closed& fact, std::string& to) {
  wire::PreQueueClosed message;
  message.set_entrants(fact.entrants);
  message.set_root(digest_bytes(fact.root));
  write_asker(fact.by, message);
  append(message, to);
}

void encode(const room::drawn& fact, std::string& to) {
  wire::LotsDrawn message;
  message.set_seed(digest_bytes(fact.seed));
  if (fact.round_value)
    message.set_round_value(*fact.round_value);
  write_asker(fact.by, message);
  append(message, to);
}

void encode(const room::mode_changed& fact, std::string& to) {
  wire::QueueModeChanged message;
  message.set_to(static_cast<std::uint32_t>(fact.to));
  message.set_cause(static_cast<std::uint32_t>(fact.cause));
  write_asker(fact.by, message);
  message.set_reason(fact.reason);
  message.set_revoked(fact.revoked);
  append(message, to);
}

void encode(const room::joined& fact, std::string& to) {
  wire::QueueJoined message;
  message.set_first(fact.first.value());
  auto& who = *message.mutable_who();
  who.Reserve(static_cast<int>(2 * fact.people.size()));
  for (const auto& each : fact.people) {
    who.AddAlreadyReserved(each.who.high);
    who.AddAlreadyReserved(each.who.low);
  }
  if (std::ranges::any_of(fact.people, [](const auto& each) { return each.band != 0; })) {
    auto& bands = *message.mutable_bands();
    for (const auto& each : fact.people)
      bands.push_back(static_cast<char>(each.band));
  }
  append(message, to);
}

void encode(const room::left& fact, std::string& to) {
  append_places<wire::QueueLeft>(fact, to);
}

void encode(const room::fell_silent& fact, std::string& to) {
  append_places<wire::QueueFellSilent>(fact, to);
}

void encode(const room::returned& fact, std::string& to) {
  append_places<wire::QueueReturned>(fact, to);
}

void encode(const room::admitted& fact, std::string& to) {
  wire::QueueAdmitted message;
  write_places(fact.places, *message.mutable_places());
  message.set_claim_by(fact.claim_by.unix_ms);
  append(message, to);
}

void encode(const room::claimed& fact, std::string& to) {
  wire::QueueClaimed message;
  write_places(fact.places, *message.mutable_places());
  message.set_until(fact.until.unix_ms);
  append(message, to);
}

void encode(const room::finished& fact, std::string& to) {
  wire::QueueFinished message;
  write_places(fact.bought, *message.mutable_bought());
  write_places(fact.gave_up, *message.mutable_gave_up());
  append(message, to);
}

void encode(const room::expired& fact, std::string& to) {
  wire::QueueExpired message;
  message.set_as(static_cast<std::uint32_t>(fact.as));
  write_places(fact.places, *message.mutable_places());
  append(message, to);
}

void encode(const room::demoted& fact, std::string& to) {
  wire::QueueDemoted message;
  message.set_place(fact.place.value());
  message.set_now(fact.now.value());
  message.set_reason(fact.reason);
  write_asker(fact.by, message);
  append(message, to);
}

void encode(const room::pace_adjusted& fact, std::string& to) {
  wire::QueuePaceAdjusted message;
  message.set_permille(fact.permille);
  append(message, to);
}

auto decode_queue(number type, std::string_view payload, domain::fact_body& body) -> bool {
  switch (type) {
  case number::queue_settings_changed:
    return decode_room<wire::QueueSettingsChanged, room::settings_changed>(payload, body);
  case number::pre_queue_opened: return decode_room<wire::PreQueueOpened, room::pre_queue_opened>(payload, body);
  case number::pre_queue_closed: return decode_room<wire::PreQueueClosed, room::pre_queue_closed>(payload, body);
  case number::lots_drawn: return decode_room<wire::LotsDrawn, room::drawn>(payload, body);
  case number::queue_mode_changed: return decode_room<wire::QueueModeChanged, room::mode_changed>(payload, body);
  case number::queue_joined: return decode_room<wire::QueueJoined, room::joined>(payload, body);
  case number::queue_left: return decode_room<wire::QueueLeft, room::left>(payload, body);
  case number::queue_fell_silent: return decode_room<wire::QueueFellSilent, room::fell_silent>(payload, body);
  case number::queue_returned: return decode_room<wire::QueueReturned, room::returned>(payload, body);
  case number::queue_admitted: return decode_room<wire::QueueAdmitted, room::admitted>(payload, body);
  case number::queue_claimed: return decode_room<wire::QueueClaimed, room::claimed>(payload, body);
  case number::queue_finished: return decode_room<wire::QueueFinished, room::finished>(payload, body);
  case number::queue_expired: return decode_room<wire::QueueExpired, room::expired>(payload, body);
  case number::queue_demoted: return decode_room<wire::QueueDemoted, room::demoted>(payload, body);
  case number::queue_pace_adjusted: return decode_room<wire::QueuePaceAdjusted, room::pace_adjusted>(payload, body);
  default: return false;
  }
}

} // namespace holdfast::journal::codec

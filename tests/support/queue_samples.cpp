#include "tests/support/queue_samples.hpp"

#include <cstdint>

namespace holdfast::testing {

namespace {

namespace room = domain::queue;
using domain::instant;
using room::place_number;

auto digest_of(std::uint8_t first) -> room::digest {
  room::digest made{};
  for (auto& byte : made)
    byte = first++;
  return made;
}

auto sample_settings() -> room::settings {
  room::settings made;
  made.pre_queue_at = instant{1'800'000'000'000};
  made.starts_at = instant{1'800'003'600'000};
  made.public_round = "drand quicknet 27182818";
  made.rate_milli_per_s = 123'456;
  made.batch = 77;
  made.max_active = 4'321;
  made.capacity_milli_per_s = 98'765;
  made.expected_stay = domain::seconds(245);
  made.heartbeat = domain::seconds(21);
  made.queue_ttl = domain::minutes(121);
  made.admission = domain::minutes(9);
  made.load_on_per_s = 345;
  made.bands = {{"general", 60}, {"Mitglieder", 40}};
  return made;
}

} // namespace

auto queue_samples() -> std::vector<sample> {
  const room::asker by{domain::organisation_id{7}, domain::key_id{0x5152535455565758}};
  const domain::subject_id one{0x3132333435363738, 0x4142434445464748};
  const domain::subject_id other{0x6162636465666768, 0x7172737475767778};
  return {
      {"queue_settings_changed", room::settings_changed{sample_settings(), by, "Andrang"}},
      {"queue_settings_changed", room::settings_changed{{}, {}, ""}},
      {"pre_queue_opened",
       room::pre_queue_opened{digest_of(1), "drand quicknet 27182818", room::mode_cause::schedule, by}},
      {"pre_queue_closed", room::pre_queue_closed{70'000, digest_of(33), by}},
      {"lots_drawn", room::drawn{digest_of(65), "5f2e", by}},
      {"lots_drawn", room::drawn{digest_of(65), std::nullopt, {}}},
      {"queue_mode_changed", room::mode_changed{room::mode::paused, room::mode_cause::organiser, by, "Tonprobe"}},
      {"queue_joined", room::joined{place_number{70'000}, {{one, 0}, {other, 3}}}},
      {"queue_joined", room::joined{place_number{1}, {{one, 0}, {other, 0}}}},
      {"queue_left", room::left{{place_number{70'000}, place_number{3}}}},
      {"queue_fell_silent", room::fell_silent{{place_number{70'000}, place_number{3}}}},
      {"queue_returned", room::returned{{place_number{70'000}, place_number{3}}}},
      {"queue_admitted", room::admitted{{place_number{70'000}, place_number{3}}, {1'800'000'030'000}}},
      {"queue_claimed", room::claimed{{place_number{70'000}, place_number{3}}, {1'800'000'600'000}}},
      {"queue_finished", room::finished{{place_number{70'000}}, {place_number{3}, place_number{4}}}},
      {"queue_expired", room::expired{room::place_status::ran_out, {place_number{70'000}, place_number{3}}}},
      {"queue_demoted", room::demoted{place_number{3}, place_number{70'001}, "Skript", by}},
      {"queue_pace_adjusted", room::pace_adjusted{650}},
  };
}

auto later_queue_samples() -> std::vector<sample> {
  const room::asker by{domain::organisation_id{7}, domain::key_id{0x5152535455565758}};
  return {
      {"queue_mode_changed",
       room::mode_changed{room::mode::paused, room::mode_cause::organiser, by, "Saal wird geräumt", true}},
  };
}

} // namespace holdfast::testing

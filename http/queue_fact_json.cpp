#include "http/queue_fact_json.hpp"

#include "domain/public_id.hpp"
#include "http/queue_json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

namespace {

namespace room = domain::queue;

auto place_status_text(room::place_status is) noexcept -> std::string_view {
  switch (is) {
  case room::place_status::missed_turn: return "missed_turn";
  case room::place_status::unclaimed: return "unclaimed";
  case room::place_status::ran_out: return "ran_out";
  case room::place_status::timed_out: return "timed_out";
  default: return "unknown";
  }
}

void write_digest(json_writer& out, std::string_view name, const room::digest& what) {
  const auto text = hex_of(what);
  out.member(name, std::string_view{text});
}

void write_asker(json_writer& out, const room::asker& by) {
  if (by.key) {
    std::string text;
    domain::public_ids::append(text, by.key);
    out.member("by", std::string_view{text});
  }
}

void write_words(json_writer& out, std::string_view reason) {
  if (!reason.empty()) {
    out.member("reason", reason);
  }
}

void write_place_numbers(json_writer& out, std::string_view name, const std::vector<room::place_number>& places) {
  out.key(name).begin_array();
  for (const auto each : places) {
    out.value(each.value());
  }
  out.end_array();
}

void write_settings(json_writer& out, const room::settings& what) {
  if (what.pre_queue_at) {
    out.key("pre_queue_at").time(what.pre_queue_at->unix_ms);
  }
  if (what.starts_at) {
    out.key("starts_at").time(what.starts_at->unix_ms);
  }
  if (!what.public_round.empty()) {
    out.member("public_round", std::string_view{what.public_round});
  }
  out.member("rate_milli_per_s", what.rate_milli_per_s).member("batch", what.batch);
  if (what.max_active) {
    out.member("max_active", *what.max_active);
  }
  out.member("capacity_milli_per_s", what.capacity_milli_per_s)
      .member("expected_stay_ms", what.expected_stay.count)
      .member("heartbeat_ms", what.heartbeat.count)
      .member("queue_ttl_ms", what.queue_ttl.count)
      .member("admission_ms", what.admission.count)
      .member("load_on_per_s", what.load_on_per_s);
  out.key("bands").begin_array();
  for (const auto& band : what.bands) {
    out.begin_object().member("name", std::string_view{band.name}).member("percent", band.percent).end_object();
  }
  out.end_array();
}

} // namespace

void queue_fact_writer::operator()(const room::settings_changed& fact) {
  out_.key("settings").begin_object();
  write_settings(out_, fact.after);
  out_.end_object();
  write_asker(out_, fact.by);
  write_words(out_, fact.reason);
}

void queue_fact_writer::operator()(const room::pre_queue_opened& fact) {
  write_digest(out_, "commitment", fact.commitment);
  if (!fact.public_round.empty()) {
    out_.member("public_round", std::string_view{fact.public_round});
  }
  out_.member("cause", to_text(fact.cause));
  write_asker(out_, fact.by);
}

void queue_fact_writer::operator()(const room::pre_queue_closed& fact) {
  out_.member("entrants", fact.entrants);
  write_digest(out_, "root", fact.root);
  write_asker(out_, fact.by);
}

void queue_fact_writer::operator()(const room::drawn& fact) {
  write_digest(out_, "seed", fact.seed);
  if (fact.round_value) {
    out_.member("round_value", std::string_view{*fact.round_value});
  }
  write_asker(out_, fact.by);
}

void queue_fact_writer::operator()(const room::mode_changed& fact) {
  out_.member("to", to_text(fact.to)).member("cause", to_text(fact.cause));
  if (fact.revoked) {
    out_.member("revoked", true);
  }
  write_asker(out_, fact.by);
  write_words(out_, fact.reason);
}

void queue_fact_writer::operator()(const room::joined& fact) {
  out_.member("first", fact.first.value()).member("people", fact.people.size());
}

void queue_fact_writer::operator()(const room::left& fact) {
  write_place_numbers(out_, "places", fact.places);
}

void queue_fact_writer::operator()(const room::fell_silent& fact) {
  write_place_numbers(out_, "places", fact.places);
}

void queue_fact_writer::operator()(const room::returned& fact) {
  write_place_numbers(out_, "places", fact.places);
}

void queue_fact_writer::operator()(const room::admitted& fact) {
  write_place_numbers(out_, "places", fact.places);
  out_.key("claim_by").time(fact.claim_by.unix_ms);
}

void queue_fact_writer::operator()(const room::claimed& fact) {
  write_place_numbers(out_, "places", fact.places);
  out_.key("until").time(fact.until.unix_ms);
}

void queue_fact_writer::operator()(const room::finished& fact) {
  write_place_numbers(out_, "bought", fact.bought);
  write_place_numbers(out_, "gave_up", fact.gave_up);
}

void queue_fact_writer::operator()(const room::expired& fact) {
  out_.member("as", place_status_text(fact.as));
  write_place_numbers(out_, "places", fact.places);
}

void queue_fact_writer::operator()(const room::demoted& fact) {
  out_.member("place", fact.place.value()).member("now", fact.now.value());
  write_asker(out_, fact.by);
  write_words(out_, fact.reason);
}

void queue_fact_writer::operator()(const room::pace_adjusted& fact) {
  out_.member("permille", fact.permille);
}

} // namespace holdfast::http

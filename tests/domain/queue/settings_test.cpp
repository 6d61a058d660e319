#include "domain/queue/settings.hpp"
#include "tests/domain/queue/hall.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

struct wrong {
  const char* pointer;
  std::function<void(queue::settings&)> make;
};

} // namespace

TEST_CASE("the settings as they come are sound, and so are the ends of every range") {
  CHECK(queue::settings_faults({}).empty());
  queue::settings least;
  least.rate_milli_per_s = 0;
  least.batch = 1;
  least.max_active = 0;
  least.expected_stay = seconds(10);
  least.heartbeat = seconds(15);
  least.queue_ttl = minutes(5);
  least.admission = minutes(1);
  CHECK(queue::settings_faults(least).empty());
  queue::settings most;
  most.pre_queue_at = noon;
  most.starts_at = noon + millis{1};
  most.public_round = std::string(200, 'r');
  most.rate_milli_per_s = 10'000'000;
  most.batch = 4'096;
  most.max_active = 1'000'000;
  most.capacity_milli_per_s = 10'000'000;
  most.expected_stay = minutes(60);
  most.heartbeat = seconds(30);
  most.queue_ttl = hours(7 * 24);
  most.admission = minutes(60);
  most.bands.assign(8, {"", 12});
  for (auto& one : most.bands) {
    one.name = "band " + std::to_string(&one - most.bands.data());
  }
  most.bands[0].percent = 16;
  CHECK(queue::settings_faults(most).empty());
}

TEST_CASE("every fault of settings is named by its place") {
  const std::vector<wrong> all{
      {"/pre_queue_at", [](auto& s) { s.pre_queue_at = noon; }},
      {"/pre_queue_at", [](auto& s) { s.pre_queue_at = s.starts_at = noon; }},
      {"/starts_at", [](auto& s) { s.starts_at = instant{-1}; }},
      {"/public_round", [](auto& s) { s.public_round = std::string(201, 'r'); }},
      {"/public_round", [](auto& s) { s.public_round = "a\n"; }},
      {"/rate_per_s", [](auto& s) { s.rate_milli_per_s = 10'000'001, s.batch = 4'096; }},
      {"/batch", [](auto& s) { s.batch = 0, s.rate_milli_per_s = 0; }},
      {"/batch", [](auto& s) { s.batch = 4'097; }},
      {"/batch", [](auto& s) { s.batch = 24; }},
      {"/max_active", [](auto& s) { s.max_active = 1'000'001; }},
      {"/capacity_per_s", [](auto& s) { s.capacity_milli_per_s = 10'000'001; }},
      {"/expected_stay_seconds", [](auto& s) { s.expected_stay = millis{9'999}; }},
      {"/expected_stay_seconds", [](auto& s) { s.expected_stay = millis{3'600'001}; }},
      {"/heartbeat_seconds", [](auto& s) { s.heartbeat = millis{14'999}; }},
      {"/heartbeat_seconds", [](auto& s) { s.heartbeat = millis{30'001}; }},
      {"/queue_ttl_seconds", [](auto& s) { s.queue_ttl = millis{299'999}; }},
      {"/queue_ttl_seconds", [](auto& s) { s.queue_ttl = millis{604'800'001}; }},
      {"/admission_seconds", [](auto& s) { s.admission = millis{59'999}; }},
      {"/admission_seconds", [](auto& s) { s.admission = millis{3'600'001}; }},
      {"/bands", [](auto& s) { s.bands[0].percent = 99; }},
      {"/bands/1/name",
       [](auto& s) {
         s.bands = {{"a", 50}, {"a", 50}};
       }},
      {"/bands/0/name", [](auto& s) { s.bands[0].name = ""; }},
      {"/bands/0/name", [](auto& s) { s.bands[0].name = std::string(33, 'n'); }},
      {"/bands/1/percent",
       [](auto& s) {
         s.bands = {{"a", 100}, {"b", 0}};
       }},
  };
  for (const auto& one : all) {
    CAPTURE(one.pointer);
    queue::settings what;
    one.make(what);
    const auto faults = queue::settings_faults(what);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].pointer == one.pointer);
    hall of;
    CHECK(told(of.act(queue::configure{what, {}, {}}, organiser())) == std::string{"invalid "} + one.pointer);
    CHECK(of.journal.empty());
  }
  queue::settings none;
  none.bands.clear();
  CHECK(queue::settings_faults(none).size() == 2); // neither a band nor a hundred percent
}

TEST_CASE("settings change with the version that was read, and only when something changes") {
  hall of;
  queue::settings faster;
  faster.rate_milli_per_s = 200'000;
  CHECK(told(of.act(queue::configure{faster, 1, {}}, organiser())) == "version_mismatch");
  CHECK(told(of.act(queue::configure{faster, 0, "more staff"}, organiser())) == "ok, settings_changed");
  CHECK(of.room.settings_version == 1);
  const auto& kept = std::get<queue::settings_changed>(of.journal.back().body);
  CHECK(kept.by == queue::asker{organisation_id{7}, key_id{70}});
  CHECK(kept.reason == "more staff");
  CHECK(told(of.act(queue::configure{faster, 1, {}}, organiser())) == "ok");
  CHECK(of.ask(queue::configure{{}, 7, {}}, organiser()).error().current == 1);
  CHECK(told(of.act(queue::configure{{}, 1, std::string(201, 'x')}, organiser())) == "invalid /reason");
  CHECK(of.room.rules == faster);
}

TEST_CASE("bands keep their meaning while people wait in them") {
  hall of;
  queue::settings two;
  two.bands = {{"general", 60}, {"members", 40}};
  of.configure(two);
  of.switch_to(queue::mode::on);
  of.join(1, 1, 1);
  auto other = two;
  other.bands = {{"general", 60}, {"verified", 40}};
  CHECK(told(of.act(queue::configure{other, {}, {}}, organiser())) == "invalid /bands");
  other.bands = {{"general", 100}};
  CHECK(told(of.act(queue::configure{other, {}, {}}, organiser())) == "invalid /bands");
  other.bands = {{"general", 50}, {"members", 40}, {"verified", 10}};
  CHECK(told(of.act(queue::configure{other, {}, {}}, organiser())) == "ok, settings_changed");
  CHECK(told(of.act(queue::join{{{somebody(2), 3}}})) == "invalid /band");
  REQUIRE(of.act(queue::leave{{of.place_of(1)}}));
  CHECK(told(of.act(queue::configure{{}, {}, {}}, organiser())) == "ok, settings_changed");
  CHECK(of.replays());
}

#include "tests/api/problem_check.hpp"
#include "tests/api/queue_scene.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

/// Waiting rooms as organisers control them.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;

namespace {

/// Asks for a change that is refused at this place.
void refused_at(waiting_scene& in, const json& change, const std::string& pointer) {
  CAPTURE(change.dump());
  const auto no = in.organiser.patch(in.opera.path("/queue"), change);
  check_problem(no, "validation_failed");
  std::set<std::string> pointers;
  if (no.json().contains("errors")) {
    for (const auto& error : no.json().at("errors")) {
      pointers.insert(error.at("pointer").get<std::string>());
    }
  }
  CHECK(pointers == std::set<std::string>{pointer});
}

auto bands_of(std::initializer_list<std::pair<const char*, int>> all) -> json {
  auto bands = json::array();
  for (const auto& [name, percent] : all) {
    bands.push_back({{"name", name}, {"percent", percent}});
  }
  return bands;
}

} // namespace

TEST_CASE("everything that can be set is set, shown and taken away again") {
  waiting_scene in;
  const auto defaults = in.status().json().at("settings");
  CHECK(defaults.at("rate_per_s") == 100);
  CHECK(defaults.at("batch") == 50);
  CHECK(defaults.at("max_active").is_null());
  CHECK(defaults.at("bands") == bands_of({{"general", 100}}));
  const json all{{"pre_queue_at", "2031-01-01T09:00:00.000Z"},
                 {"starts_at", "2031-01-01T10:00:00.000Z"},
                 {"public_round", "drand 1000"},
                 {"rate_per_s", 12.125},
                 {"batch", 7},
                 {"max_active", 500},
                 {"capacity_per_s", 5},
                 {"expected_stay_seconds", 240},
                 {"heartbeat_seconds", 30},
                 {"queue_ttl_seconds", 3600},
                 {"admission_seconds", 300},
                 {"load_on_per_s", 40},
                 {"bands", bands_of({{"general", 60}, {"members", 30}, {"accessibility", 10}})}};
  const auto set = in.set(all);
  CHECK(set.json().at("settings") == all);
  CHECK(set.json().at("version") == 1);
  CHECK(in.status().json().at("settings") == all);
  const auto cleared = in.set({{"pre_queue_at", nullptr},
                               {"starts_at", nullptr},
                               {"public_round", nullptr},
                               {"max_active", nullptr},
                               {"capacity_per_s", nullptr},
                               {"load_on_per_s", nullptr}});
  for (const auto* what :
       {"pre_queue_at", "starts_at", "public_round", "max_active", "capacity_per_s", "load_on_per_s"}) {
    CAPTURE(what);
    CHECK(cleared.json().at("settings").at(what).is_null());
  }
  CHECK(cleared.json().at("settings").at("rate_per_s") == 12.125);
  // What is asked for is so already.
  CHECK(in.set({{"batch", 7}}).json().at("version") == cleared.json().at("version"));
  CHECK(in.set(json::object()).json().at("version") == cleared.json().at("version"));
}

TEST_CASE("the arithmetic of all limits is shown") {
  waiting_scene in;
  in.set({{"capacity_per_s", 5}, {"expected_stay_seconds", 240}, {"max_active", 900}, {"rate_per_s", 20}});
  const auto limits = in.status().json().at("limits");
  CHECK(limits.at("rate") == json{{"rate_per_s", 20.0}, {"pace", 1.0}, {"effective_per_s", 20.0}, {"batch", 50}});
  const auto& active = limits.at("active");
  CHECK(active.at("in_balance") == 1'200);
  CHECK(active.at("safe") == 960);
  CHECK(active.at("planned") == 960);
  CHECK(active.at("limit") == 900);
  CHECK(active.at("stay_measured") == false);
  CHECK(active.at("stay_seconds") == 240);
  CHECK(limits.at("feedback") == json{{"pace", 1.0}, {"slowed", false}});
}

TEST_CASE("what cannot be set is refused with its place, and nothing changes") {
  waiting_scene in;
  refused_at(in, {{"rate_per_s", 10'001}}, "/rate_per_s");
  refused_at(in, {{"rate_per_s", 0.0001}}, "/rate_per_s");
  refused_at(in, {{"rate_per_s", "fast"}}, "/rate_per_s");
  refused_at(in, {{"batch", 0}}, "/batch");
  refused_at(in, {{"batch", 4'097}}, "/batch");
  refused_at(in, {{"rate_per_s", 1'000}, {"batch", 10}}, "/batch");
  refused_at(in, {{"max_active", -1}}, "/max_active");
  refused_at(in, {{"capacity_per_s", -1}}, "/capacity_per_s");
  refused_at(in, {{"expected_stay_seconds", 9}}, "/expected_stay_seconds");
  refused_at(in, {{"heartbeat_seconds", 31}}, "/heartbeat_seconds");
  refused_at(in, {{"queue_ttl_seconds", 299}}, "/queue_ttl_seconds");
  refused_at(in, {{"admission_seconds", 3'601}}, "/admission_seconds");
  refused_at(in, {{"load_on_per_s", 0}}, "/load_on_per_s");
  refused_at(in, {{"pre_queue_at", "2031-01-01T09:00:00.000Z"}}, "/pre_queue_at");
  refused_at(in, {{"starts_at", "tomorrow"}}, "/starts_at");
  refused_at(in, {{"public_round", std::string(201, 'x')}}, "/public_round");
  refused_at(in, {{"bands", json::array()}}, "/bands");
  refused_at(in, {{"bands", bands_of({{"general", 90}})}}, "/bands");
  refused_at(in, {{"bands", bands_of({{"general", 90}, {"friends", 10}})}}, "/bands/1/name");
  refused_at(in, {{"bands", bands_of({{"general", 90}, {"band_32", 10}})}}, "/bands/1/name");
  refused_at(in, {{"bands", bands_of({{"members", 90}, {"members", 10}})}}, "/bands/1/name");
  refused_at(in, {{"mode", "open"}}, "/mode");
  refused_at(in, {{"mode", "on"}, {"paused", true}}, "");
  refused_at(in, {{"close_pre_queue", false}}, "/close_pre_queue");
  refused_at(in, {{"draw", {{"round_value", "1"}, {"without_round", true}}}}, "/draw/without_round");
  refused_at(in, {{"draw", {{"seed", "1"}}}}, "/draw/seed");
  refused_at(in, {{"reason", std::string(201, 'x')}}, "/reason");
  refused_at(in, {{"rate", 5}}, "/rate");
  CHECK(in.status().json().at("version") == 0);
  check_problem(in.organiser.ask("PATCH", in.opera.path("/queue"), "{"), "invalid_json");
}

TEST_CASE("a change is based on the version that it says, or on the newest") {
  waiting_scene in;
  const auto path = in.opera.path("/queue");
  const auto first = in.organiser.patch(path, {{"batch", 60}}, {.if_match = "0"});
  REQUIRE(first.status == 200);
  const auto late = in.organiser.patch(path, {{"batch", 70}}, {.if_match = "0"});
  check_problem(late, "version_mismatch");
  CHECK(late.json().at("version") == first.json().at("version"));
  check_problem(in.organiser.patch(path, {{"batch", 70}}, {.if_match = "\"a\""}), "version_mismatch");
  // A step is held to it too.
  check_problem(in.organiser.patch(path, {{"mode", "on"}}, {.if_match = "0"}), "version_mismatch");
  CHECK(in.status().text("mode") == "off");
  const auto version = std::to_string(first.json().at("version").get<int>());
  CHECK(in.organiser.patch(path, {{"mode", "on"}, {"batch", 70}}, {.if_match = '"' + version + '"'}).status == 200);
  CHECK(in.set({{"rate_per_s", 50}}).json().at("settings").at("batch") == 70);
}

TEST_CASE("a change knows its room after a restart, though nobody has looked at it") {
  waiting_scene in;
  const auto version = in.set({{"batch", 60}, {"max_active", 9}}).json().at("version").get<int>();
  in.restart();
  const auto kept =
      in.organiser.patch(in.opera.path("/queue"), {{"rate_per_s", 5}}, {.if_match = std::to_string(version)});
  INFO(kept.body);
  REQUIRE(kept.status == 200);
  CHECK(kept.json().at("settings").at("batch") == 60);
  in.restart();
  CHECK(in.status().json().at("settings").at("max_active") == 9);
}

TEST_CASE("a step that the mode does not have is refused, and settings sent along stand") {
  waiting_scene in;
  const auto path = in.opera.path("/queue");
  const auto no = in.organiser.patch(path, {{"mode", "paused"}, {"batch", 60}});
  check_problem(no, "waiting_room_mode");
  CHECK(no.json().at("mode") == "off");
  CHECK(in.status().json().at("settings").at("batch") == 60);
  check_problem(in.organiser.patch(path, {{"close_pre_queue", true}}), "waiting_room_mode");
  check_problem(in.organiser.patch(path, {{"draw", json::object()}}), "waiting_room_mode");
  in.set({{"mode", "on"}});
  check_problem(in.organiser.patch(path, {{"mode", "pre_queue"}}), "waiting_room_mode");
  CHECK(in.set({{"mode", "sold_out"}}).text("mode") == "sold_out");
  auto late = in.somebody();
  CHECK(late.join().text("state") == "sold_out");
}

TEST_CASE("the room of a draft can be set up and not joined, and another organisation's is not there") {
  waiting_scene in;
  const auto draft = "/v1/events/" + make_draft(in.organiser, in.opera.venue) + "/queue";
  CHECK(in.organiser.get(draft + "/status").text("mode") == "off");
  CHECK(in.organiser.patch(draft, {{"mode", "on"}}).text("mode") == "on");
  CHECK(in.organiser.get(draft + "/status").text("mode") == "on");
  check_problem(in.server.buyer().post(draft), "not_found");
  auto foreign = in.server.key({"admin"}, in.server.organisation("Theatre"));
  check_problem(foreign.patch(in.opera.path("/queue"), {{"mode", "on"}}), "not_found");
  check_problem(foreign.get(in.opera.path("/queue/status")), "not_found");
  check_problem(foreign.post(in.opera.path("/queue/demotions"), {{"place", 1}, {"reason", "x"}}), "not_found");
}

TEST_CASE("a demotion voids a place for one at the end, and its owner is told why") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  auto line = in.line_of(3);
  const auto path = in.opera.path("/queue/demotions");
  const auto done = in.organiser.post(path, {{"ticket", line[0].ticket()}, {"reason", "twelve tabs"}});
  INFO(done.body);
  REQUIRE(done.status == 200);
  CHECK(done.json().at("counts").at("demoted") == 1);
  const auto old = line[0].ticket();
  reply told;
  CHECK(eventually([&] {
    told = line[0].poll();
    return told.json().contains("demotion");
  }));
  CHECK(told.json().at("demotion").at("reason") == "twelve tabs");
  CHECK(told.json().at("place") == 4);
  CHECK(told.json().at("position") == 3);
  CHECK(line[0].ticket() != old);
  CHECK(line[1].poll().json().at("position") == 1);
  // With the new ticket nobody is reminded of it.
  CHECK_FALSE(line[0].poll().json().contains("demotion"));
  // Somebody who missed several comes to the last of them.
  line[0].show(old);
  REQUIRE(in.organiser.post(path, {{"place", 4}, {"reason", "again"}}).status == 200);
  CHECK(eventually([&] { return line[0].poll().json().at("place") == 5; }));
  check_problem(in.organiser.post(path, {{"place", 4}, {"reason", "again"}}), "not_found");
  check_problem(in.organiser.post(path, {{"place", 99}, {"reason", "again"}}), "not_found");
  check_problem(in.organiser.post(path, {{"place", 5}}), "validation_failed");
  check_problem(in.organiser.post(path, {{"place", 5}, {"ticket", old}, {"reason", "x"}}), "validation_failed");
  check_problem(in.organiser.post(path, {{"reason", "x"}}), "validation_failed");
  check_problem(in.organiser.post(path, {{"ticket", "v1.1.x.y"}, {"reason", "x"}}), "validation_failed");
}

TEST_CASE("members come in by their share, as far as the event's own organisation says who they are") {
  waiting_scene in;
  in.set(
      {{"mode", "on"}, {"rate_per_s", 0}, {"bands", bands_of({{"everybody", 50}, {"verified", 30}, {"members", 20}})}});
  auto login = in.server.key({"identify"});
  auto other_login = in.server.key({"identify"}, in.server.organisation("Theatre"));
  const auto band_of = [&](api_client& by, const json& person) {
    const auto session = by.post("/v1/sessions", person);
    REQUIRE(session.status == 201);
    guest one{in.server.with(session.text("token")), in.opera};
    return one.join().text("band");
  };
  CHECK(in.somebody().join().text("band") == "everybody");
  CHECK(band_of(login, {{"subject", "ada"}, {"bands", {0}}}) == "members");
  CHECK(band_of(login, {{"subject", "bob"}, {"verified", true}, {"bands", {0}}}) == "verified");
  CHECK(band_of(login, {{"subject", "cy"}, {"bands", {1, 5}}}) == "everybody");
  CHECK(band_of(other_login, {{"subject", "dan"}, {"verified", true}, {"bands", {0}}}) == "everybody");
  CHECK(eventually([&] { return in.status().json().at("bands").at(0).at("waiting") == 3; }));
  const auto bands = in.status().json().at("bands");
  CHECK(bands.at(1) == json{{"name", "verified"}, {"percent", 30}, {"waiting", 1}, {"admitted", 0}});
  // While they wait no band goes.
  const auto no = in.organiser.patch(in.opera.path("/queue"), {{"bands", bands_of({{"everybody", 100}})}});
  check_problem(no, "validation_failed");
  CHECK(no.json().at("errors").at(0).at("pointer") == "/bands");
}

TEST_CASE("the room's facts are in its journal, with who asked and why, for auditors") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"rate_per_s", 0}, {"reason", "a storm"}});
  auto line = in.line_of(2);
  auto auditor = in.server.key({"audit"});
  const auto path = in.opera.path("/journal?stream=queue");
  const auto facts = auditor.get(path);
  REQUIRE(facts.status == 200);
  const auto& items = facts.json().at("items");
  REQUIRE(items.size() >= 3);
  CHECK(items.at(0).at("type") == "queue_settings_changed");
  CHECK(items.at(0).at("seq") == 1);
  CHECK(items.at(0).at("data").at("reason") == "a storm");
  CHECK(items.at(0).at("data").at("by").get<std::string>().starts_with("key_"));
  CHECK(items.at(1).at("data").at("to") == "on");
  CHECK(items.at(2).at("data").at("first") == 1);
  CHECK(items.at(1).at("previous_hash") == items.at(0).at("hash"));
  CHECK(facts.body.find("subject") == std::string::npos);
  const auto second = auditor.get(path + "&limit=1");
  CHECK(second.text("next_cursor") == "2");
  CHECK(auditor.get(path + "&from_seq=2&limit=1").json().at("items").at(0).at("seq") == 2);
  // The event's own are others.
  CHECK(auditor.get(in.opera.path("/journal?stream=event")).body == auditor.get(in.opera.path("/journal")).body);
  check_problem(auditor.get(in.opera.path("/journal?stream=pay")), "invalid_query");
  auto foreign = in.server.key({"admin"}, in.server.organisation("Theatre"));
  check_problem(foreign.get(path), "not_found");
}

} // namespace holdfast::api_test

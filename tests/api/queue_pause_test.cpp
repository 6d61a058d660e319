#include "http/json_writer.hpp"
#include "tests/api/problem_check.hpp"
#include "tests/api/queue_scene.hpp"

#include <doctest/doctest.h>

#include <string>

/// When nobody is let in, and when nobody's admission is worth anything.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;

namespace {

/// A change of the room that is refused for one of its fields.
void is_fault_of(waiting_scene& in, const json& change, const std::string& pointer) {
  CAPTURE(change.dump());
  const auto no = in.organiser.patch(in.opera.path("/queue"), change);
  check_problem(no, "validation_failed");
  REQUIRE(no.json().at("errors").size() == 1);
  CHECK(no.json().at("errors").at(0).at("pointer") == pointer);
}

/// Waits until the room says why it lets in nobody, or that it does.
void is_held_back(waiting_scene& in, const json& why) {
  reply got;
  const bool did = eventually([&] {
    got = in.status();
    return got.json().at("held_back") == why;
  });
  INFO(got.body);
  CHECK(did);
}

} // namespace

TEST_CASE(
    "a pause can take admissions back, and whoever was inside goes on after it with what was left of their time") {
  waiting_scene in;
  CHECK(in.status().json().at("revoked") == false);
  in.set({{"mode", "on"}, {"max_active", 1}, {"admission_seconds", 600}});
  auto line = in.line_of(2);
  line[0].becomes("admitted");
  REQUIRE(line[0].hold("A/1/1").status == 201);
  const auto paused = in.set({{"mode", "paused"}, {"revoke", true}, {"reason", "the hall is cleared"}});
  CHECK(paused.text("mode") == "paused");
  CHECK(paused.json().at("revoked") == true);
  CHECK(in.status().json().at("revoked") == true);
  const auto told = line[0].poll();
  CHECK(told.text("state") == "paused");
  CHECK_FALSE(told.json().contains("admission_token"));
  CHECK_FALSE(told.json().contains("expires_at"));
  check_problem(line[0].hold("A/1/2"), "admission_required");
  // Longer than an admission, and what is repeated is answered as it was.
  in.server.clock().turn(domain::minutes(20));
  check_problem(line[0].hold("A/1/2", "second-hold"), "admission_required");
  CHECK(line[0].poll().text("state") == "paused");
  CHECK(line[1].poll().text("state") == "paused");
  const auto on = in.set({{"mode", "on"}});
  CHECK(on.json().at("revoked") == false);
  const auto back = line[0].becomes("admitted");
  const auto left = back.json().at("expires_in_ms").get<std::int64_t>();
  CHECK(left > 0);
  CHECK(left <= 601'000);
  CHECK(line[0].hold("A/1/2", "second-hold").status == 201);
  CHECK(line[1].poll().text("state") == "waiting");
  CHECK(in.status().json().at("counts").at("ran_out") == 0);
  const auto facts = in.server.key({"audit"}).get(in.opera.path("/journal?stream=queue"));
  CHECK(facts.body.find(R"("revoked":true)") != std::string::npos);
}

TEST_CASE("a pause can take admissions back while it lasts, and give them back") {
  waiting_scene in;
  in.set({{"mode", "on"}});
  auto buyer = in.somebody();
  REQUIRE(buyer.join().status == 201);
  buyer.becomes("admitted");
  CHECK(in.set({{"paused", true}}).json().at("revoked") == false);
  CHECK(buyer.hold("A/1/1").status == 201);
  CHECK(in.set({{"mode", "paused"}, {"revoke", true}}).json().at("revoked") == true);
  CHECK(in.set({{"mode", "paused"}}).json().at("revoked") == true);
  CHECK(in.set({{"paused", true}}).json().at("revoked") == true);
  check_problem(buyer.hold("A/1/2"), "admission_required");
  CHECK(in.set({{"mode", "paused"}, {"revoke", false}}).json().at("revoked") == false);
  buyer.becomes("admitted");
  CHECK(buyer.hold("A/1/2").status == 201);
}

TEST_CASE("only a pause takes admissions back") {
  waiting_scene in;
  in.set({{"mode", "on"}});
  is_fault_of(in, {{"revoke", true}}, "/revoke");
  is_fault_of(in, {{"revoke", false}, {"mode", "on"}}, "/revoke");
  is_fault_of(in, {{"revoke", true}, {"paused", true}}, "/revoke");
  is_fault_of(in, {{"revoke", "yes"}, {"mode", "paused"}}, "/revoke");
  CHECK(in.status().text("mode") == "on");
}

TEST_CASE("nobody is let in while the event is paused, and the line goes on when it is resumed") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"max_active", 1}});
  auto inside = in.somebody();
  REQUIRE(inside.join().status == 201);
  inside.becomes("admitted");
  REQUIRE(in.organiser.post(in.opera.path("/pause")).status == 200);
  is_held_back(in, "event_not_on_sale");
  CHECK(in.status().text("mode") == "on");
  CHECK(inside.poll().text("state") == "admitted");
  auto waits = in.somebody();
  REQUIRE(waits.join().status == 201);
  REQUIRE(inside.leave().status == 204);
  inside.becomes("left");
  CHECK(waits.poll().text("state") == "waiting");
  REQUIRE(in.organiser.post(in.opera.path("/resume")).status == 200);
  waits.becomes("admitted");
  is_held_back(in, nullptr);
  CHECK(waits.hold("A/1/1").status == 201);
}

TEST_CASE("who waits before the sale opens is let in when it does, and not before") {
  waiting_scene in;
  std::string opens_at;
  http::append_rfc3339(opens_at, (in.server.clock().now() + domain::hours(1)).unix_ms);
  REQUIRE(in.organiser.patch(in.opera.path(), {{"sale", {{"opens_at", opens_at}}}}).status == 200);
  in.set({{"mode", "on"}, {"heartbeat_seconds", 30}});
  is_held_back(in, "event_not_on_sale");
  auto buyer = in.somebody();
  REQUIRE(buyer.join().status == 201);
  CHECK(buyer.poll().text("state") == "waiting");
  CHECK(in.status().json().at("counts").at("admitted") == 0);
  in.server.clock().turn(domain::hours(1));
  // Whoever is silent when the sale opens has missed their turn; the next one comes at once.
  auto prompt = in.somebody();
  REQUIRE(prompt.join().status == 201);
  prompt.becomes("admitted");
  CHECK(prompt.hold("A/1/1").status == 201);
}

} // namespace holdfast::api_test

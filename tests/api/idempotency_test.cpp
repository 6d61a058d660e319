#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <future>
#include <vector>

namespace holdfast::api_test {

using nlohmann::json;

namespace {

/// The same answer again: byte for byte, and marked.
void check_replay(const reply& first, const reply& again) {
  INFO(again.body);
  CHECK(again.status == first.status);
  CHECK(again.body == first.body);
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(first.header("idempotency-replayed").empty());
  CHECK(again.header("location") == first.header("location"));
  CHECK(again.event_seq() == first.event_seq());
}

} // namespace

TEST_CASE("a repeated request gets the first answer's bytes again, and a current span of time") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  const auto key = new_key();
  const auto first = hold(buyer, opera, {"A/1/1"}, {.key = key});
  REQUIRE(first.status == 201);
  server.clock().turn(domain::seconds(100));
  const auto again = hold(buyer, opera, {"A/1/1"}, {.key = key});
  check_replay(first, again);
  CHECK(first.header("expires-in-ms") == "600000");
  CHECK(again.header("expires-in-ms") == "500000");
}

TEST_CASE("a repeated request is answered after a crash and restart") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  const auto key = new_key();
  const auto first = hold(buyer, opera, {"A/1/1"}, {.key = key});
  const auto sold_key = new_key();
  auto till = opera.till;
  const auto sold = confirm(till, first.text("hold_id"), {.key = sold_key});
  REQUIRE(sold.status == 201);
  server.restart();
  auto later = server.with(buyer.bearer());
  auto later_till = server.with(till.bearer());
  check_replay(first, hold(later, opera, {"A/1/1"}, {.key = key}));
  check_replay(sold, confirm(later_till, first.text("hold_id"), {.key = sold_key}));
}

TEST_CASE("a retry is answered even when the sale is paused or its hold has run out") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  const auto key = new_key();
  const auto first = hold(buyer, opera, {"A/1/1"}, {.key = key});
  REQUIRE(organiser.post(opera.path("/pause")).status == 200);
  check_replay(first, hold(buyer, opera, {"A/1/1"}, {.key = key}));
  server.clock().turn(domain::seconds(601));
  REQUIRE(buyer.get("/v1/holds/" + first.text("hold_id") + "?min_seq=" + first.event_seq()).code() == "hold_expired");
  const auto late = hold(buyer, opera, {"A/1/1"}, {.key = key});
  check_replay(first, late);
  CHECK(late.header("expires-in-ms") == "0");
}

TEST_CASE("a key belongs to one request: another body or another operation is refused") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  const auto key = new_key();
  const auto first = hold(buyer, opera, {"A/1/1"}, {.key = key});
  const auto other = hold(buyer, opera, {"A/1/2"}, {.key = key});
  CHECK(other.status == 422);
  CHECK(other.code() == "idempotency_key_reused");
  const auto extend = buyer.post("/v1/holds/" + first.text("hold_id") + "/extend", json::object(), {.key = key});
  CHECK(extend.code() == "idempotency_key_reused");
  auto admin = server.admin();
  REQUIRE(admin.post("/v1/organisations", {{"name", "Theatre"}}, {.key = key}).status == 201);
  CHECK(admin.post("/v1/organisations", {{"name", "Arena"}}, {.key = key}).code() == "idempotency_key_reused");
}

TEST_CASE("a key is its principal's own") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  auto first = server.buyer();
  auto second = server.buyer();
  const auto key = new_key();
  const auto made = hold(first, opera, {"A/1/1"}, {.key = key});
  REQUIRE(made.status == 201);
  CHECK(hold(second, opera, {"A/1/1"}, {.key = key}).code() == "seat_unavailable");
  const auto other = hold(second, opera, {"A/1/2"}, {.key = key});
  CHECK(other.status == 201);
  CHECK(other.text("hold_id") != made.text("hold_id"));
}

TEST_CASE("a rejection is not remembered: the same request is decided anew") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  auto first = server.buyer();
  auto second = server.buyer();
  const auto id = held(first, opera, {"A/1/1"});
  const auto key = new_key();
  CHECK(hold(second, opera, {"A/1/1"}, {.key = key}).code() == "seat_unavailable");
  REQUIRE(first.remove("/v1/holds/" + id).status == 204);
  CHECK(hold(second, opera, {"A/1/1"}, {.key = key}).status == 201);
}

TEST_CASE("duplicates that arrive together are one hold and one answer") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  constexpr int copies = 16;
  for (int round = 1; round <= 5; ++round) {
    const auto key = new_key();
    std::vector<std::future<reply>> asked;
    for (int i = 0; i < copies; ++i) {
      asked.push_back(std::async(std::launch::async, [&, round] {
        auto own = buyer;
        return hold(own, opera, {"A/2/" + std::to_string(round)}, {.key = key});
      }));
    }
    std::vector<reply> answers;
    for (auto& each : asked) {
      answers.push_back(each.get());
    }
    int replayed = 0;
    for (const auto& each : answers) {
      INFO(each.body);
      CHECK(each.status == 201);
      CHECK(each.body == answers.front().body);
      replayed += each.header("idempotency-replayed") == "true" ? 1 : 0;
    }
    CHECK(replayed == copies - 1);
    const auto page = server.anybody().get(opera.path("?min_seq=" + answers.front().event_seq()));
    CHECK(page.json().at("counts").at("held") == round);
  }
}

TEST_CASE("an answer with a secret is not stored: a retry learns the id") {
  api_server server;
  auto admin = server.admin();
  const json body{{"name", "till"}, {"scopes", {"sell", "scan"}}};
  const auto key = new_key();
  const auto first = admin.post("/v1/keys", body, {.key = key});
  REQUIRE(first.status == 201);
  for (int i = 0; i < 2; ++i) {
    const auto again = server.admin().post("/v1/keys", body, {.key = key});
    INFO(again.body);
    CHECK(again.status == 409);
    CHECK(again.code() == "already_created");
    CHECK(again.json().at("id") == first.text("key_id"));
    CHECK(again.header("location") == first.header("location"));
    CHECK(again.body.find(first.text("secret")) == std::string::npos);
    server.restart();
  }
}

TEST_CASE("keys are remembered for a day") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  const auto key = new_key();
  const auto first = hold(buyer, opera, {"A/1/1"}, {.key = key});
  const auto venue_key = new_key();
  REQUIRE(organiser.post("/v1/venues", hall(), {.key = venue_key}).status == 201);
  server.clock().turn(domain::hours(23));
  check_replay(first, hold(buyer, opera, {"A/1/1"}, {.key = key}));
  server.clock().turn(domain::hours(3));
  const auto next_day = hold(buyer, opera, {"A/1/1"}, {.key = key});
  CHECK(next_day.status == 201);
  CHECK(next_day.text("hold_id") != first.text("hold_id"));
  // What has an id of its own is still there.
  CHECK(organiser.post("/v1/venues", hall(), {.key = venue_key}).code() == "already_exists");
}

} // namespace holdfast::api_test

#include "tests/api/api_server.hpp"
#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

using namespace holdfast;
using namespace holdfast::api_test;
using nlohmann::json;

namespace holdfast::api_test::allocations {
namespace {

auto apart(std::vector<std::string> seats, const std::string& kind = "house", const json& more = json::object())
    -> json {
  json body{{"name", "Box"}, {"kind", kind}, {"reason", "guests of the house"}, {"seats", std::move(seats)}};
  body.update(more);
  return body;
}

auto floor(int places) -> json {
  return json::array({{{"area", "floor"}, {"quantity", places}}});
}

struct desk {
  api_server server;
  box_office opera{server};
  api_client organiser{opera.organiser};
  api_client till{opera.till};
  api_client buyer{server.buyer()};

  auto allocate(const json& body) -> std::string {
    const auto made = organiser.post(opera.path("/allocations"), body);
    INFO(made.body);
    REQUIRE(made.status == 201);
    seq = made.event_seq();
    return made.text("allocation_id");
  }
  auto list() -> json { return organiser.get(opera.path("/allocations?min_seq=" + seq)).json().at("items"); }
  auto status_of(const std::string& seat) -> std::string { return seat_status(buyer, opera, seat, seq); }

  std::string seq = "0";
};

} // namespace

TEST_CASE("places set apart are blocked for everybody, and listed for their organisation") {
  desk at;
  const auto made =
      at.organiser.post(at.opera.path("/allocations"), apart({"A/1/1", "A/1/2"}, "house", {{"areas", floor(5)}}));
  INFO(made.body);
  REQUIRE(made.status == 201);
  at.seq = made.event_seq();
  CHECK(made.json() ==
        json::parse(R"({"allocation_id":"alc_1","name":"Box","kind":"house","reason":"guests of the house",
      "takes_returns":false,"areas":[{"area":"floor","quantity":5,"used":0}],"counts":{"held":0,"sold":0,"blocked":7}})"));
  const auto page = at.buyer.get(at.opera.path("?min_seq=" + at.seq));
  CHECK(page.json().at("counts") == json::parse(R"({"available":59,"held":0,"sold":0,"blocked":7})"));
  CHECK(at.status_of("A/1/1") == "blocked");
  const auto map = at.buyer.get(at.opera.path("/seats"));
  CHECK(map.json().at("areas").at(0).at("available") == 35);
  const auto taken = hold(at.buyer, at.opera, {"A/1/1"});
  CHECK(taken.code() == "seat_unavailable");
  CHECK(taken.json().at("conflicts") == json::parse(R"([{"seat":"A/1/1","status":"blocked"}])"));
  REQUIRE(at.list().size() == 1);
  CHECK(at.list().at(0).at("seats").at(1) == json::parse(R"({"seat":"A/1/2","status":"blocked"})"));
  CHECK(at.till.get(at.opera.path("/allocations")).status == 200);
  CHECK(at.organiser.get(at.opera.path("/allocations")).header("cache-control") == "no-store");

  const auto path = at.opera.path("/allocations/alc_1");
  const auto gone = at.organiser.remove(path);
  REQUIRE(gone.status == 204);
  at.seq = gone.event_seq();
  CHECK(at.organiser.remove(path).status == 204);
  CHECK(at.list().empty());
  CHECK(at.status_of("A/1/1") == "available");
  CHECK(at.organiser.remove(at.opera.path("/allocations/alc_2")).code() == "not_found");
  for (const char* none : {"alc_0", "alc_01", "alc_", "alc_65536", "alc_1x", "hld_1"}) {
    CAPTURE(none);
    CHECK(at.organiser.remove(at.opera.path("/allocations/") + none).code() == "not_found");
  }
}

TEST_CASE("a presale is for who knows its code, and the code is told to nobody") {
  desk at;
  at.allocate(apart({"A/1/1", "A/1/2"}, "presale", {{"access_code", "Fan Club 27"}, {"areas", floor(3)}}));
  const auto ask = [&](const json& wish) { return at.buyer.post(at.opera.path("/holds"), wish); };
  CHECK(ask({{"seats", {"A/1/1"}}}).code() == "seat_unavailable");
  CHECK(ask({{"seats", {"A/1/1"}}, {"access_code", "fan club 27"}}).code() == "wrong_access_code");
  const auto held = ask({{"seats", {"A/1/1", "A/2/1"}}, {"access_code", "Fan Club 27"}});
  INFO(held.body);
  REQUIRE(held.status == 201);
  CHECK(held.text("allocation_id") == "alc_1");
  const auto best = ask({{"best_available", {{"quantity", 1}}}, {"access_code", "Fan Club 27"}});
  CHECK(best.json().at("seats").at(0).at("seat") == "A/1/2");
  CHECK(ask({{"areas", floor(4)}, {"access_code", "Fan Club 27"}}).json().at("conflicts").at(0).at("available") == 3);
  CHECK(ask({{"areas", floor(3)}, {"access_code", "Fan Club 27"}}).status == 201);
  CHECK(at.buyer.remove("/v1/holds/" + held.text("hold_id")).status == 204);
  at.seq = held.event_seq();
  CHECK(at.status_of("A/1/2") == "held");
  auto auditor = at.server.key({"audit"});
  const auto facts = auditor.get(at.opera.path("/journal"));
  CHECK(facts.body.find("Fan Club") == std::string::npos);
  CHECK(facts.body.find("seats_allocated") != std::string::npos);
  const auto again =
      at.organiser.post(at.opera.path("/allocations"), apart({"A/2/9"}, "presale", {{"access_code", "Fan Club 27"}}));
  CHECK(again.status == 422);
  CHECK(again.json().at("errors").at(0).at("pointer") == "/access_code");
}

TEST_CASE("a code whose places are gone is refused, and gets nothing of the public's in their stead") {
  desk at;
  at.allocate(apart({"A/1/1"}, "presale", {{"access_code", "Fan Club 27"}, {"areas", floor(2)}}));
  const auto ask = [&](json wish, bool with_code) {
    if (with_code) {
      wish["access_code"] = "Fan Club 27";
    }
    return at.buyer.post(at.opera.path("/holds"), wish);
  };
  const json best{{"best_available", {{"quantity", 1}}}};
  const auto own = ask(best, true);
  REQUIRE(own.status == 201);
  CHECK(own.text("allocation_id") == "alc_1");
  CHECK(ask({{"areas", floor(2)}}, true).status == 201);
  CHECK(ask(best, true).code() == "no_such_seats");
  const auto full = ask({{"areas", floor(1)}}, true);
  CHECK(full.code() == "area_full");
  CHECK(full.json().at("conflicts").at(0).at("available") == 0);
  // Without the code there is enough, and the hold says that it is of no allocation.
  for (const auto& wish : {best, json{{"areas", floor(1)}}}) {
    const auto others = ask(wish, false);
    CHECK(others.status == 201);
    CHECK_FALSE(others.json().contains("allocation_id"));
  }
}

TEST_CASE("the box office has what is set apart for it by naming it, and nobody has what is killed") {
  desk at;
  const auto comp = at.allocate(apart({"A/1/1"}, "comp"));
  const auto kill = at.allocate(apart({"A/1/2"}, "kill"));
  const auto ask = [&](api_client& who, const std::string& seat, const std::string& of) {
    return who.post(at.opera.path("/holds"), {{"seats", {seat}}, {"allocation", of}});
  };
  CHECK(hold(at.till, at.opera, {"A/1/1"}).code() == "seat_unavailable");
  for (const auto& refused : {ask(at.buyer, "A/1/1", comp), ask(at.till, "A/1/2", kill), ask(at.till, "A/1/1", "alc_9"),
                              ask(at.till, "A/1/1", "comp")}) {
    INFO(refused.body);
    CHECK(refused.status == 422);
    CHECK(refused.json().at("errors").at(0).at("pointer") == "/allocation");
  }
  const auto held = ask(at.till, "A/1/1", comp);
  REQUIRE(held.status == 201);
  const auto order = at.till.post("/v1/holds/" + held.text("hold_id") + "/confirm",
                                  {{"payment", {{"method", "complimentary"}, {"reason", "press"}}}});
  REQUIRE(order.status == 201);
  CHECK(order.text("allocation_id") == comp);
  at.seq = order.event_seq();
  CHECK(at.list().at(0).at("counts") == json::parse(R"({"held":0,"sold":1,"blocked":0})"));
}

TEST_CASE("seats are moved live, all or none") {
  desk at;
  const auto path = at.opera.path("/allocations/") + at.allocate(apart({"A/1/1", "A/1/2"}));
  const auto moved = at.organiser.patch(path, {{"add_seats", {"A/1/5"}}, {"remove_seats", {"A/1/1"}}});
  INFO(moved.body);
  REQUIRE(moved.status == 200);
  at.seq = moved.event_seq();
  CHECK(moved.json().at("counts").at("blocked") == 2);
  CHECK(at.status_of("A/1/1") == "available");
  CHECK(at.status_of("A/1/5") == "blocked");
  const auto same = at.organiser.patch(path, {{"add_seats", {"A/1/5"}}, {"remove_seats", {"A/1/1"}}});
  CHECK(same.status == 200);
  CHECK(same.event_seq() == moved.event_seq());
  REQUIRE(hold(at.buyer, at.opera, {"A/1/7"}).status == 201);
  CHECK(at.organiser.patch(path, {{"add_seats", {"A/1/7", "A/1/8"}}}).code() == "seat_unavailable");
  CHECK(at.status_of("A/1/8") == "available");
  const auto nowhere = at.organiser.patch(path, {{"add_seats", {"A/1/99"}}, {"remove_seats", {"A/1/98"}}});
  CHECK(nowhere.status == 422);
  CHECK(nowhere.json().at("errors").at(0).at("pointer") == "/add_seats/0");
  CHECK(nowhere.json().at("errors").at(1).at("pointer") == "/remove_seats/0");
}

TEST_CASE("what cannot be set apart is refused with where it is") {
  desk at;
  const std::vector<std::pair<json, std::string>> cases{
      {apart({"A/1/1"}, "lost"), "/kind"},
      {apart({"A/1/1"}, "presale"), "/access_code"},
      {apart({"A/1/1"}, "house", {{"access_code", "Fan Club"}}), "/access_code"},
      {apart({"A/9/1"}), "/seats/0"},
      {apart({"A/1/1", "A/1/1"}), "/seats"},
      {apart({}), "/seats"},
      {apart({"A/1/1"}, "house", {{"name", ""}}), "/name"},
      {apart({"A/1/1"}, "house", {{"reason", nullptr}}), "/reason"},
      {apart({"A/1/1"}, "house", {{"areas", json::array({{{"area", "roof"}, {"quantity", 1}}})}}), "/areas/0/area"},
      {apart({"A/1/1"}, "house", {{"areas", floor(0)}}), "/areas/0/quantity"},
      {apart({"A/1/1"}, "house", {{"colour", "red"}}), "/colour"},
  };
  for (const auto& [body, pointer] : cases) {
    CAPTURE(body.dump());
    const auto refused = at.organiser.post(at.opera.path("/allocations"), body);
    INFO(refused.body);
    CHECK(refused.status == 422);
    CHECK(refused.json().at("errors").at(0).at("pointer") == pointer);
  }
  CHECK(at.list().empty());
}

TEST_CASE("what is set apart survives the server") {
  desk at;
  at.allocate(apart({"A/1/1"}, "presale", {{"access_code", "Fan Club 27"}}));
  at.server.restart();
  auto buyer = at.server.with(at.buyer.bearer());
  CHECK(hold(buyer, at.opera, {"A/1/1"}).code() == "seat_unavailable");
  CHECK(buyer.post(at.opera.path("/holds"), {{"seats", {"A/1/1"}}, {"access_code", "Fan Club 27"}}).status == 201);
}

} // namespace holdfast::api_test::allocations

#include "tests/api/api_server.hpp"
#include "tests/api/box_office.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

/// Allocations that change while the sale goes on, and their list by pages.
namespace holdfast::api_test {

namespace {

using nlohmann::json;

auto floor(int places) -> json {
  return json::array({{{"area", "floor"}, {"quantity", places}}});
}

/// `alc_1` with three seats and five places, `alc_2` with one seat.
struct two_apart {
  api_server server;
  box_office opera{server};
  api_client organiser{opera.organiser};
  api_client till{opera.till};
  api_client buyer{server.buyer()};

  two_apart() {
    const json house{{"name", "House"}, {"kind", "house"}, {"reason", "guests"}};
    auto one = house;
    one["seats"] = {"A/1/1", "A/1/2", "A/1/3"};
    one["areas"] = floor(5);
    auto other = house;
    other["seats"] = {"A/2/1"};
    REQUIRE(organiser.post(opera.path("/allocations"), one).status == 201);
    REQUIRE(organiser.post(opera.path("/allocations"), other).status == 201);
  }

  auto change(const std::string& id, const json& body) -> reply {
    return organiser.patch(opera.path("/allocations/" + id), body);
  }
  auto page() -> json { return buyer.get(opera.path("")).json().at("counts"); }
  auto list(const std::string& query = "") -> json { return organiser.get(opera.path("/allocations" + query)).json(); }
};

} // namespace

TEST_CASE("seats go from one allocation to another at once, and the public never sees them free") {
  two_apart at;
  const auto moved = at.change("alc_2", {{"add_seats", {"A/1/1", "A/1/2"}}, {"from", "alc_1"}});
  INFO(moved.body);
  REQUIRE(moved.status == 200);
  CHECK(moved.json().at("counts").at("blocked") == 3);
  CHECK(at.page() == json::parse(R"({"available":57,"held":0,"sold":0,"blocked":9})"));
  const auto items = at.list().at("items");
  CHECK(items.at(0).at("seats") == json::parse(R"([{"seat":"A/1/3","status":"blocked"}])"));
  CHECK(items.at(1).at("seats").size() == 3);
  auto auditor = at.server.key({"audit"});
  const auto facts = auditor.get(at.opera.path("/journal")).json().at("items");
  const auto& fact = facts.back();
  INFO(fact.dump());
  CHECK(fact.at("type") == "allocation_changed");
  CHECK(fact.dump().find(R"("from":"alc_1")") != std::string::npos);
  const auto again = at.change("alc_2", {{"add_seats", {"A/1/1", "A/1/2"}}, {"from", "alc_1"}});
  CHECK(again.event_seq() == moved.event_seq());
  const auto of = [&](const char* id) { return json{{"seats", {"A/1/1"}}, {"allocation", id}}; };
  CHECK(at.till.post(at.opera.path("/holds"), of("alc_1")).code() == "seat_unavailable");
  CHECK(at.till.post(at.opera.path("/holds"), of("alc_2")).status == 201);
}

TEST_CASE("standing places of an allocation are raised, lowered, moved and given back live") {
  two_apart at;
  CHECK(at.change("alc_1", {{"areas", floor(8)}}).json().at("areas").at(0).at("quantity") == 8);
  CHECK(at.page().at("blocked") == 12);
  REQUIRE(at.till.post(at.opera.path("/holds"), {{"areas", floor(3)}, {"allocation", "alc_1"}}).status == 201);
  const auto too_few = at.change("alc_1", {{"areas", floor(2)}});
  check_problem(too_few, "area_full");
  CHECK(too_few.json().at("conflicts") == json::parse(R"([{"area":"floor","available":5}])"));
  const auto too_many = at.change("alc_1", {{"areas", floor(41)}});
  check_problem(too_many, "area_full");
  CHECK(too_many.json().at("conflicts").at(0).at("available") == 32);
  const auto moved = at.change("alc_2", {{"areas", floor(5)}, {"from", "alc_1"}});
  INFO(moved.body);
  REQUIRE(moved.status == 200);
  CHECK(at.page() == json::parse(R"({"available":54,"held":3,"sold":0,"blocked":9})"));
  CHECK(at.list().at("items").at(0).at("areas") == json::parse(R"([{"area":"floor","quantity":3,"used":3}])"));
  check_problem(at.change("alc_2", {{"areas", floor(6)}, {"from", "alc_1"}}), "area_full");
  CHECK(at.change("alc_2", {{"areas", floor(0)}}).json().at("areas").empty());
  CHECK(at.page().at("blocked") == 4);
}

TEST_CASE("a move that cannot be is refused with where it is, and changes nothing") {
  two_apart at;
  REQUIRE(hold(at.buyer, at.opera, {"A/2/5"}).status == 201);
  const auto recorded = at.server.recorded();
  const std::vector<std::pair<json, std::string>> cases{
      {{{"add_seats", {"A/1/1"}}, {"from", "alc_2"}}, "/from"},
      {{{"add_seats", {"A/1/1"}}, {"from", "alc_9"}}, "/from"},
      {{{"add_seats", {"A/1/1"}}, {"from", "house"}}, "/from"},
      {{{"add_seats", {"A/1/1"}}, {"from", 1}}, "/from"},
      {{{"areas", json::array({{{"area", "roof"}, {"quantity", 1}}})}}, "/areas/0/area"},
      {{{"areas", floor(-1)}}, "/areas/0/quantity"},
      {{{"areas", floor(1'000'001)}}, "/areas/0/quantity"},
      {{{"areas", json::array({floor(1)[0], floor(2)[0]})}}, "/areas"},
      {{{"add_areas", floor(1)}}, "/add_areas"},
  };
  for (const auto& [body, pointer] : cases) {
    CAPTURE(body.dump());
    const auto refused = at.change("alc_2", body);
    INFO(refused.body);
    CHECK(refused.status == 422);
    CHECK(refused.json().at("errors").at(0).at("pointer") == pointer);
  }
  const auto conflict = at.change("alc_2", {{"add_seats", {"A/1/1", "A/2/5", "A/2/6"}}, {"from", "alc_1"}});
  check_problem(conflict, "seat_unavailable");
  CHECK(conflict.json().at("conflicts") ==
        json::parse(R"([{"seat":"A/2/5","status":"held"},{"seat":"A/2/6","status":"available"}])"));
  CHECK(at.server.recorded() == recorded);
}

TEST_CASE("allocations are listed by pages") {
  two_apart at;
  const auto all = at.list();
  CHECK(all.at("items").size() == 2);
  CHECK(all.at("next_cursor").is_null());
  const auto first = at.list("?limit=1");
  CHECK(first.at("items").size() == 1);
  CHECK(first.at("items").at(0) == all.at("items").at(0));
  CHECK(first.at("next_cursor") == "alc_1");
  const auto second = at.list("?limit=1&cursor=alc_1");
  CHECK(second.at("items").at(0) == all.at("items").at(1));
  CHECK(second.at("next_cursor").is_null());
  CHECK(at.list("?cursor=alc_2").at("items").empty());
  REQUIRE(at.organiser.remove(at.opera.path("/allocations/alc_1")).status == 204);
  for (const char* wrong : {"limit=0", "limit=201", "limit=x", "cursor=2", "cursor=alc_0", "page=2"}) {
    CAPTURE(wrong);
    check_problem(at.organiser.get(at.opera.path("/allocations?") + wrong), "invalid_query");
  }
  const auto one = at.organiser.get(at.opera.path("/allocations?limit=1"));
  const auto other = at.organiser.get(at.opera.path("/allocations?limit=2"));
  CHECK(one.header("etag") != other.header("etag"));
}

} // namespace holdfast::api_test

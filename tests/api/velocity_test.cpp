#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

/// What is bought within a time, and places that are kept when they are given back.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;
using testing::fake_gateway;

namespace {

auto rule(const char* per, int places, int seconds) -> json {
  return {{"per", per}, {"places", places}, {"seconds", seconds}};
}

auto rules_of(std::vector<json> all) -> json {
  return json(std::move(all));
}

auto first_allocation(const box_office& opera, const reply& after) -> json {
  auto organiser = opera.organiser;
  return organiser.get(opera.path("/allocations?min_seq=" + after.event_seq())).json().at("items").at(0);
}

} // namespace

TEST_CASE("a buyer who buys too fast is told when to come back, keeps the seats, and buys then") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  box_office opera{server, {{"velocity", rules_of({rule("buyer", 3, 300)})}}};
  auto buyer = server.buyer();
  REQUIRE(pay(buyer, held(buyer, opera, {"A/1/1", "A/1/2"}), good_card).status == 201);
  const auto id = held(buyer, opera, {"A/1/5", "A/1/6"});
  const auto no = pay(buyer, id, good_card);
  check_problem(no, "velocity_exceeded");
  CHECK(no.status == 409);
  CHECK(no.json().at("limit_of") == "buyer_window");
  CHECK(no.json().at("limit") == 3);
  CHECK(no.json().at("current") == 2);
  CHECK(no.json().at("seconds") == 300);
  CHECK(no.json().at("again_at").get<std::string>().ends_with("Z"));
  CHECK(buyer.get("/v1/holds/" + id).text("status") == "held");
  CHECK(kept(gateway) == 2 * 8'900);
  auto other = server.buyer();
  CHECK(pay(other, held(other, opera, {"A/1/7", "A/1/8"}), good_card).status == 201);
  server.clock().turn(domain::seconds(300));
  CHECK(pay(buyer, id, good_card).status == 201);
}

TEST_CASE("a card that buys too fast through whomever pays nothing, and another card takes the seats") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  box_office opera{server, {{"velocity", rules_of({rule("card", 3, 300)})}}};
  auto first = server.buyer();
  auto second = server.buyer();
  REQUIRE(pay(first, held(first, opera, {"A/1/1", "A/1/2"}), good_card).status == 201);
  const auto id = held(second, opera, {"A/1/5", "A/1/6"});
  check_problem(pay(second, id, good_card), "velocity_exceeded");
  CHECK(eventually([&] { return kept(gateway) == 2 * 8'900; }));
  CHECK(eventually([&] { return second.get("/v1/holds/" + id).text("status") == "held"; }));
  CHECK(second.get(order_path(id)).text("reason") == "over_limit");
  CHECK(pay(second, id, "pm_card_mastercard").status == 201);
}

TEST_CASE("the rules of an event are seen on its page, changed, taken away, and refused with a pointer") {
  opening_night in;
  const auto rules = rules_of({rule("buyer", 4, 60), rule("card", 8, 604'800)});
  const auto path = in.opera.path();
  const auto set = in.organiser.patch(path, {{"velocity", rules}});
  REQUIRE(set.status == 200);
  CHECK(in.buyer.get(path + "?min_seq=" + set.event_seq()).json().at("velocity") == rules);
  const auto refused = [&](std::vector<json> wrong, const std::string& pointer) {
    const auto no = in.organiser.patch(path, {{"velocity", rules_of(std::move(wrong))}});
    check_problem(no, "validation_failed");
    CHECK(no.json().at("errors").at(0).at("pointer") == pointer);
  };
  refused({rule("seat", 4, 60)}, "/velocity/0/per");
  refused({rule("buyer", 4, 60), rule("buyer", 0, 60)}, "/velocity/1/places");
  refused({rule("buyer", 4, 604'801)}, "/velocity/0/seconds");
  refused({rule("buyer", 4, 0)}, "/velocity/0/seconds");
  refused(std::vector<json>(9, rule("buyer", 4, 60)), "/velocity");
  CHECK(in.buyer.get(path).json().at("velocity") == rules);
  const auto cleared = in.organiser.patch(path, {{"velocity", nullptr}});
  REQUIRE(cleared.status == 200);
  CHECK_FALSE(in.buyer.get(path + "?min_seq=" + cleared.event_seq()).json().contains("velocity"));
}

TEST_CASE("what a buyer gives back is the allocation's and not the public's, until the event says otherwise") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  box_office opera{server, {{"returns_to_allocation", "alc_1"}, {"refunds_until", "2100-01-01T00:00:00.000Z"}}};
  const json guests{
      {"name", "Guests"}, {"kind", "house"}, {"reason", "late guests"}, {"seats", json::array({"A/1/10"})}};
  const auto made = opera.organiser.post(opera.path("/allocations"), guests);
  REQUIRE(made.status == 201);
  CHECK(made.json().at("takes_returns") == true);
  CHECK(first_allocation(opera, made).at("takes_returns") == true);
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/1", "A/1/2"});
  REQUIRE(pay(buyer, id, good_card).status == 201);
  REQUIRE(buyer.post(order_path(id) + "/refunds", json::object()).status == 201);
  CHECK(eventually([&] { return kept(gateway) == 0; }));
  check_problem(hold(buyer, opera, {"A/1/1"}), "seat_unavailable");
  CHECK(eventually([&] { return first_allocation(opera, made).at("seats").size() == 3; }));
  CHECK(opera.till.post(opera.path("/holds"), {{"seats", json::array({"A/1/1"})}, {"allocation", "alc_1"}}).status ==
        201);
  const auto cleared = opera.organiser.patch(opera.path(), {{"returns_to_allocation", nullptr}});
  REQUIRE(cleared.status == 200);
  CHECK(first_allocation(opera, cleared).at("takes_returns") == false);
  const auto other = held(buyer, opera, {"A/1/5"});
  REQUIRE(pay(buyer, other, good_card).status == 201);
  REQUIRE(buyer.post(order_path(other) + "/refunds", json::object()).status == 201);
  CHECK(eventually([&] { return hold(buyer, opera, {"A/1/5"}).status == 201; }));
  const auto no = opera.organiser.patch(opera.path(), {{"returns_to_allocation", "guests"}});
  check_problem(no, "validation_failed");
  CHECK(no.json().at("errors").at(0).at("pointer") == "/returns_to_allocation");
  const auto beyond = opera.organiser.patch(opera.path(), {{"returns_to_allocation", "alc_60001"}});
  check_problem(beyond, "validation_failed");
}

} // namespace holdfast::api_test

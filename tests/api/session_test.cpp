#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

namespace holdfast::api_test {

using nlohmann::json;

TEST_CASE("every anonymous session is a new buyer") {
  const api_server server;
  auto anybody = server.anybody();
  const auto first = anybody.ask("POST", "/v1/sessions", "");
  const auto second = anybody.post("/v1/sessions");
  REQUIRE(first.status == 201);
  CHECK(first.json().at("verified") == false);
  CHECK(first.text("buyer_id") != second.text("buyer_id"));
  CHECK(first.header("cache-control") == "no-store");
}

TEST_CASE("a person whom the organiser knows is the same buyer every time, and another one elsewhere") {
  const api_server server;
  auto login = server.key({"identify"});
  auto elsewhere = server.key({"identify"}, server.organisation("Theatre"));
  const json person{{"subject", "customer-7"}, {"verified", true}, {"bands", {1, 5}}};
  const auto first = login.post("/v1/sessions", person);
  INFO(first.body);
  REQUIRE(first.status == 201);
  CHECK(first.json().at("verified") == true);
  CHECK(login.post("/v1/sessions", person).text("buyer_id") == first.text("buyer_id"));
  CHECK(login.post("/v1/sessions", {{"subject", "customer-8"}}).text("buyer_id") != first.text("buyer_id"));
  CHECK(elsewhere.post("/v1/sessions", person).text("buyer_id") != first.text("buyer_id"));
}

TEST_CASE("only a key of scope identify names people") {
  const api_server server;
  auto till = server.key({"sell"});
  auto anybody = server.anybody();
  auto login = server.key({"identify"});
  CHECK(till.post("/v1/sessions", {{"subject", "customer-7"}}).code() == "scope_missing");
  CHECK(anybody.post("/v1/sessions", {{"subject", "customer-7"}}).code() == "validation_failed");
  CHECK(login.post("/v1/sessions").json().at("errors").at(0).at("pointer") == "/subject");
  CHECK(login.post("/v1/sessions", {{"subject", "a"}, {"bands", {32, 1}}}).json().at("errors").at(0).at("pointer") ==
        "/bands/0");
}

TEST_CASE("a session is renewed for the same buyer") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/1"});
  const auto renewed = buyer.post("/v1/sessions/refresh");
  REQUIRE(renewed.status == 201);
  auto later = server.with(renewed.text("token"));
  CHECK(later.remove("/v1/holds/" + id).status == 204);
  auto till = opera.till;
  CHECK(till.post("/v1/sessions/refresh").code() == "buyer_required");
}

} // namespace holdfast::api_test

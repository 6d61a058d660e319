#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

namespace holdfast::api_test {

using nlohmann::json;

TEST_CASE("a buyer holds seats, and they are held for everybody") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto made = hold(buyer, opera, {"A/1/7", "A/1/8"});
  INFO(made.body);
  REQUIRE(made.status == 201);
  const auto body = made.json();
  CHECK(body.at("event_id") == opera.event);
  CHECK(body.at("status") == "held");
  CHECK(
      body.at("seats") ==
      json::parse(R"([{"seat":"A/1/7","tier":"stalls","price":8900},{"seat":"A/1/8","tier":"stalls","price":8900}])"));
  CHECK(body.at("areas").empty());
  CHECK(body.at("total") == 17'800);
  CHECK(body.at("currency") == "EUR");
  CHECK(body.at("expires_in_ms") == 600'000);
  CHECK(std::to_string(body.at("seq").get<int>()) == made.event_seq());
  CHECK(made.header("location") == "/v1/holds/" + made.text("hold_id"));
  CHECK(made.header("expires-in-ms") == "600000");
  CHECK(made.header("cache-control") == "no-store");
  auto anybody = server.anybody();
  CHECK(seat_status(anybody, opera, "A/1/7", made.event_seq()) == "held");
  CHECK(seat_status(anybody, opera, "A/1/9", made.event_seq()) == "available");
}

} // namespace holdfast::api_test

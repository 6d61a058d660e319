#include "tests/api/box_office.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <vector>

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
  CHECK(body.at("seats") == json::parse(R"([{"seat":"A/1/7","tier":"stalls","price":8900,"fee":0},
                                            {"seat":"A/1/8","tier":"stalls","price":8900,"fee":0}])"));
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

TEST_CASE("a seat that somebody has is refused by name, with alternatives of the same kind") {
  const api_server server;
  const box_office opera{server};
  auto first = server.buyer();
  auto second = server.buyer();
  const auto made = hold(first, opera, {"A/1/5", "A/1/6"});
  REQUIRE(made.status == 201);
  const auto refused = hold(second, opera, {"A/1/6", "A/1/7"});
  CHECK(refused.status == 409);
  CHECK(refused.code() == "seat_unavailable");
  const auto body = refused.json();
  CHECK(body.at("type") == "/problems/seat_unavailable");
  CHECK(body.at("conflicts") == json::parse(R"([{"seat":"A/1/6","status":"held"}])"));
  CHECK(body.at("seq") == made.json().at("seq"));
  const auto& alternatives = body.at("alternatives");
  REQUIRE_FALSE(alternatives.empty());
  CHECK(alternatives.size() <= 3);
  for (const auto& each : alternatives) {
    CHECK(each.at("seats").size() == 2);
    CHECK(each.at("total") == 17'800);
    std::vector<std::string> seats = each.at("seats");
    CHECK(hold(second, opera, seats).status == 201);
    break; // the others may share seats with it
  }
}

TEST_CASE("best available chooses adjacent seats of the wanted tiers and sections") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto made = buyer.post(opera.path("/holds"), {{"best_available", {{"quantity", 3}, {"tiers", {"balcony"}}}}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  const auto seats = made.json().at("seats");
  REQUIRE(seats.size() == 3);
  for (const auto& seat : seats) {
    CHECK(seat.at("seat").get<std::string>().starts_with("B/1/10"));
    CHECK(seat.at("price") == 4'500);
  }
  const auto accessible = buyer.post(
      opera.path("/holds"),
      {{"best_available", {{"quantity", 2}, {"accessible", 2}, {"adjacent", true}, {"sections", json::array({"A"})}}}});
  INFO(accessible.body);
  REQUIRE(accessible.status == 201);
  CHECK(accessible.json().at("seats").at(0).at("seat") == "A/1/3");
  CHECK(accessible.json().at("seats").at(1).at("seat") == "A/1/4");
}

TEST_CASE("standing places are held by quantity, and an area that is full says what is left") {
  const api_server server;
  const box_office opera{server, {{"max_per_order", 30}, {"max_per_buyer", 30}}};
  auto first = server.buyer();
  auto second = server.buyer();
  const auto made = first.post(opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 30}}}}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  CHECK(made.json().at("areas") ==
        json::parse(R"([{"area":"floor","tier":"standing","quantity":30,"price":2500,"fee":0}])"));
  CHECK(made.json().at("total") == 75'000);
  const auto refused = second.post(opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 11}}}}});
  CHECK(refused.code() == "area_full");
  CHECK(refused.json().at("conflicts") == json::parse(R"([{"area":"floor","available":10}])"));
}

TEST_CASE("only its owner sees a hold, and everybody else is told that there is none") {
  const api_server server;
  const box_office opera{server};
  auto owner = server.buyer();
  auto other = server.buyer();
  auto till = opera.till;
  const auto made = hold(owner, opera, {"A/1/1"});
  const auto path = "/v1/holds/" + made.text("hold_id") + "?min_seq=" + made.event_seq();
  const auto shown = owner.get(path);
  REQUIRE(shown.status == 200);
  CHECK(shown.json().at("hold_id") == made.text("hold_id"));
  CHECK(shown.json().at("seats") == made.json().at("seats"));
  CHECK(shown.header("x-view-seq") == made.event_seq());
  CHECK(shown.header("expires-in-ms") == "600000");
  CHECK(other.get(path).code() == "not_found");
  CHECK(till.get(path).code() == "not_found");
  CHECK(other.remove("/v1/holds/" + made.text("hold_id")).code() == "not_found");
  CHECK(other.post("/v1/holds/" + made.text("hold_id") + "/extend").code() == "not_found");
}

TEST_CASE("a released hold gives its seats back, and releasing it again changes nothing") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  auto anybody = server.anybody();
  const auto id = held(buyer, opera, {"A/1/1"});
  const auto released = buyer.remove("/v1/holds/" + id);
  CHECK(released.status == 204);
  CHECK(seat_status(anybody, opera, "A/1/1", released.event_seq()) == "available");
  const auto again = buyer.remove("/v1/holds/" + id);
  CHECK(again.status == 204);
  CHECK(again.event_seq() == released.event_seq());
  CHECK(buyer.get("/v1/holds/" + id + "?min_seq=" + released.event_seq()).code() == "hold_ended");
  CHECK(buyer.post("/v1/holds/" + id + "/extend").code() == "hold_ended");
}

TEST_CASE("each end of a hold has one answer to whoever reads it") {
  const api_server server;
  const box_office opera{server};
  auto till = opera.till;
  const auto released = held(till, opera, {"A/1/1"});
  const auto confirmed = held(till, opera, {"A/1/2"});
  const auto expired = held(till, opera, {"A/1/3"});
  REQUIRE(till.remove("/v1/holds/" + released).status == 204);
  const auto order = confirm(till, confirmed);
  REQUIRE(order.status == 201);
  server.clock().turn(domain::seconds(600));
  const auto read = [&](const std::string& id) {
    return till.get("/v1/holds/" + id + "?min_seq=" + order.event_seq());
  };
  check_problem(read(released), "hold_ended");
  CHECK(read(released).status == 410);
  check_problem(read(expired), "hold_expired");
  CHECK(read(expired).status == 410);
  CHECK(read(confirmed).status == 200);
  CHECK(read(confirmed).body == order.body);
  // And one to whoever wants to use it.
  check_problem(confirm(till, released), "hold_ended");
  check_problem(confirm(till, expired), "hold_expired");
  check_problem(confirm(till, confirmed), "hold_confirmed");
}

TEST_CASE("a hold is extended once, by the event's extension and up to its cap") {
  const api_server server;
  const box_office opera{server, {{"hold_seconds", 120}, {"hold_extension_seconds", 90}, {"hold_cap_seconds", 180}}};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/1"});
  server.clock().turn(domain::seconds(100));
  const auto extended = buyer.post("/v1/holds/" + id + "/extend");
  INFO(extended.body);
  REQUIRE(extended.status == 200);
  CHECK(extended.json().at("extended") == true);
  CHECK(extended.json().at("expires_in_ms") == 80'000);
  CHECK(extended.header("expires-in-ms") == "80000");
  CHECK(buyer.post("/v1/holds/" + id + "/extend").code() == "already_extended");
}

TEST_CASE("an extension adds to the deadline whenever it is asked for, and nothing above the cap") {
  const api_server server;
  const box_office opera{server, {{"hold_seconds", 120}, {"hold_extension_seconds", 90}, {"hold_cap_seconds", 600}}};
  auto buyer = server.buyer();
  const auto extended = buyer.post("/v1/holds/" + held(buyer, opera, {"A/1/1"}) + "/extend");
  CHECK(extended.json().at("expires_in_ms") == 210'000);
  const box_office strict{server, {{"hold_seconds", 120}, {"hold_extension_seconds", 90}, {"hold_cap_seconds", 120}}};
  const auto made = hold(buyer, strict, {"A/1/1"});
  const auto path = "/v1/holds/" + made.text("hold_id");
  CHECK(buyer.post(path + "/extend").code() == "already_extended");
  CHECK(buyer.get(path + "?min_seq=" + made.event_seq()).json().at("extended") == false);
}

TEST_CASE("a hold ends at its deadline: its owner is told, and its seats are free for others") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  auto other = server.buyer();
  auto anybody = server.anybody();
  const auto made = hold(buyer, opera, {"A/1/1"});
  const auto id = made.text("hold_id");
  server.clock().turn(domain::seconds(600));
  CHECK(buyer.get("/v1/holds/" + id + "?min_seq=" + made.event_seq()).code() == "hold_expired");
  constexpr const char* seq_of_expiry = "4"; // after creation, publication and the hold
  CHECK(seat_status(anybody, opera, "A/1/1", seq_of_expiry) == "available");
  CHECK(buyer.get("/v1/holds/" + id).code() == "hold_expired");
  CHECK(buyer.remove("/v1/holds/" + id).code() == "hold_expired");
  CHECK(buyer.post("/v1/holds/" + id + "/extend").code() == "hold_expired");
  CHECK(hold(other, opera, {"A/1/1"}).status == 201);
}

TEST_CASE("a wish of a shape that nobody can grant is refused with every fault") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto path = opera.path("/holds");
  const std::vector<std::pair<json, std::string>> table{
      {json::object(), ""},
      {{{"seats", json::array()}}, "/seats"},
      {{{"seats", {"A/1/1", "A/1/2"}}, {"areas", {{{"area", "floor"}, {"quantity", 1}}}}}, ""},
      {{{"seats", {"A/9/1", "A/1/2"}}}, "/seats/0"},
      {{{"seats", {"A/1/1", "A/1/1"}}}, "/seats"},
      {{{"seats", {"A/1/01", "A/1/2"}}}, "/seats/0"},
      {{{"best_available", json::object()}}, "/best_available/quantity"},
      {{{"best_available", {{"quantity", 0}}}}, "/best_available/quantity"},
      {{{"best_available", {{"quantity", 1}, {"accessible", 2}}}}, "/best_available/accessible"},
      {{{"best_available", {{"quantity", 1}, {"tiers", json::array({"gold"})}}}}, "/best_available/tiers/0"},
      {{{"best_available", {{"quantity", 1}, {"sections", json::array({"Z"})}}}}, "/best_available/sections/0"},
      {{{"areas", {{{"area", "moon"}, {"quantity", 1}}}}}, "/areas/0/area"},
      {{{"areas", {{{"area", "floor"}}}}}, "/areas/0/quantity"},
      {{{"seats", {"A/1/1", "A/1/2"}}, {"colour", "red"}}, "/colour"},
  };
  for (const auto& [body, pointer] : table) {
    const auto refused = buyer.post(path, body);
    CAPTURE(body.dump());
    CAPTURE(refused.body);
    CHECK(refused.status == 422);
    CHECK(refused.code() == "validation_failed");
    bool named = false;
    for (const auto& error : refused.json().at("errors")) {
      named = named || error.at("pointer") == pointer;
    }
    CHECK(named);
  }
}

TEST_CASE("an order and a buyer have limits, and a box office only the first") {
  const api_server server;
  const box_office opera{server, {{"max_per_order", 3}, {"max_per_buyer", 4}}};
  auto buyer = server.buyer();
  auto till = opera.till;
  const auto order = hold(buyer, opera, {"A/1/1", "A/1/2", "A/1/3", "A/1/4"});
  CHECK(order.code() == "limit_exceeded");
  CHECK(order.json().at("limit_of") == "order");
  CHECK(order.json().at("limit") == 3);
  CHECK(hold(buyer, opera, {"A/1/1", "A/1/2", "A/1/3"}).status == 201);
  const auto more = hold(buyer, opera, {"A/1/4", "A/1/5"});
  CHECK(more.code() == "limit_exceeded");
  CHECK(more.json().at("limit_of") == "buyer");
  CHECK(more.json().at("limit") == 4);
  CHECK(more.json().at("current") == 3);
  CHECK(hold(till, opera, {"A/2/1", "A/2/2", "A/2/3"}).status == 201);
  CHECK(hold(till, opera, {"A/2/4", "A/2/5", "A/2/6"}).status == 201);
  CHECK(hold(till, opera, {"A/1/4", "A/1/5", "A/1/6", "A/1/7"}).code() == "limit_exceeded");
}

TEST_CASE("the largest hold fits its request: a thousand seats with the longest labels") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto till = server.key({"sell"});
  const std::string section(32, 's');
  const std::string row(32, 'r');
  auto big = hall();
  big["layout"]["sections"] = {
      {{"name", section}, {"tier", "stalls"}, {"rows", {{{"name", row}, {"first", 998'000}, {"count", 1'000}}}}}};
  const auto venue = organiser.post("/v1/venues", big).text("venue_id");
  const auto path = "/v1/events/" + make_draft(organiser, venue, {{"max_per_order", 1'000}});
  REQUIRE(organiser.post(path + "/publish").status == 200);
  std::vector<std::string> seats;
  for (int number = 998'000; number < 999'000; ++number) {
    seats.push_back(section + "/" + row + "/" + std::to_string(number));
  }
  const auto made = till.post(path + "/holds", {{"seats", seats}});
  INFO(made.body.substr(0, 300));
  REQUIRE(made.status == 201);
  CHECK(made.json().at("seats").size() == 1'000);
  CHECK(made.json().at("total") == 8'900'000);
  const auto sold = confirm(till, made.text("hold_id"));
  REQUIRE(sold.status == 201);
  CHECK(sold.json().at("tickets").size() == 1'000);
}

} // namespace holdfast::api_test

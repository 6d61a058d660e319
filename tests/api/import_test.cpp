#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <string>

namespace holdfast::api_test {

using nlohmann::json;

namespace {

auto seating_plan() -> json {
  json rows = json::array();
  for (int row = 1; row <= 3; ++row) {
    json seats = json::array();
    for (int seat = 1; seat <= 8; ++seat)
      seats.push_back({{"seat_guid", std::to_string(row) + "-" + std::to_string(seat)},
                       {"seat_number", std::to_string(seat)},
                       {"position", {{"x", 25 * seat}, {"y", 0}}},
                       {"category", "stalls"}});
    rows.push_back({{"row_number", std::to_string(row)}, {"position", {{"x", 0}, {"y", 30 * row}}}, {"seats", seats}});
  }
  return {{"name", "Hall"},
          {"categories", json::array({{{"name", "stalls"}}})},
          {"zones", json::array({{{"name", "Ground"}, {"position", {{"x", 0}, {"y", 0}}}, {"rows", rows}}})}};
}

} // namespace

TEST_CASE("a hall is made from a seating plan, and its seats can be sold") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto hall_with_plan = hall();
  hall_with_plan["layout"] = seating_plan();
  const auto made = organiser.post("/v1/venues", hall_with_plan);
  INFO(made.body);
  REQUIRE(made.status == 201);
  CHECK(made.json().at("seats") == 24);
  const auto event = make_draft(organiser, made.text("venue_id"));
  REQUIRE(organiser.post("/v1/events/" + event + "/publish").status == 200);
  auto buyer = server.buyer();
  CHECK(buyer.post("/v1/events/" + event + "/holds", {{"seats", {"Ground/2/3", "Ground/2/4"}}}).status == 201);
  const auto page = organiser.get("/v1/events/" + event);
  const auto layout = organiser.get("/v1/layouts/" + page.text("layout_hash"));
  CHECK(layout.json().at("sections").at(0).at("rows").at(1).at("pitch") == 25);
}

TEST_CASE("a draft's layout is replaced by a seating plan, and a broken one says where") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto event = make_draft(organiser, make_hall(organiser));
  CHECK(organiser.put("/v1/events/" + event + "/layout", seating_plan()).status == 200);
  auto broken = seating_plan();
  broken["zones"][0]["rows"][1]["seats"][4]["seat_number"] = "4b";
  broken["zones"][0]["rows"][2]["seats"][0]["category"] = "boxes";
  const auto refused = organiser.put("/v1/events/" + event + "/layout", broken);
  CHECK(refused.code() == "validation_failed");
  REQUIRE(refused.json().at("errors").size() == 2);
  CHECK(refused.json().at("errors").at(0).at("pointer") == "/zones/0/rows/1/seats/4/seat_number");
  CHECK(refused.json().at("errors").at(1).at("pointer") == "/zones/0/rows/2/seats/0/category");
  auto hall_with_plan = hall();
  hall_with_plan["layout"] = broken;
  const auto venue = organiser.post("/v1/venues", hall_with_plan);
  CHECK(venue.json().at("errors").at(0).at("pointer") == "/layout/zones/0/rows/1/seats/4/seat_number");
}

TEST_CASE("a plan that is larger than a layout may be is not read") {
  const api_server server{{.layout_body_bytes_max = 1'500}};
  auto organiser = server.key({"organise"});
  const auto event = make_draft(organiser, make_hall(organiser));
  CHECK(organiser.put("/v1/events/" + event + "/layout", seating_plan()).code() == "body_too_large");
}

} // namespace holdfast::api_test

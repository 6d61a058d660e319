#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

namespace holdfast::api_test {

using nlohmann::json;

auto hall_layout() -> json {
  return json::parse(R"({
    "sections": [
      {"name": "A", "tier": "stalls", "rows": [
        {"name": "1", "count": 10, "x": 0, "y": 10, "attributes": {"3": ["accessible"], "4": ["accessible", "companion"]}},
        {"name": "2", "count": 10, "x": 0, "y": 20.5, "pitch": 1.25, "angle": -0.5}]},
      {"name": "B", "tier": "balcony", "rows": [{"name": "1", "first": 101, "count": 6, "x": 2, "y": 60}]}],
    "areas": [{"name": "floor", "tier": "standing", "capacity": 40}],
    "focal": {"x": 4.5, "y": 0}})");
}

auto hall() -> json {
  return {{"name", "Opera"},  {"city", "Graz"}, {"country", "AT"},        {"timezone", "Europe/Vienna"},
          {"lat", 47.070714}, {"lon", 15.4395}, {"layout", hall_layout()}};
}

auto evening(const std::string& venue) -> json {
  return {{"name", "Tosca"},
          {"venue_id", venue},
          {"starts_at", "2031-03-01T19:00:00.000Z"},
          {"category", "opera"},
          {"currency", "EUR"},
          {"tiers",
           {{{"id", "stalls"}, {"name", "Stalls"}, {"price", 8900}},
            {{"id", "balcony"}, {"name", "Balcony"}, {"price", 4500}},
            {{"id", "standing"}, {"name", "Standing"}, {"price", 2500}}}},
          {"max_per_order", 8},
          {"max_per_buyer", 8}};
}

auto make_hall(api_client& organiser) -> std::string {
  const auto made = organiser.post("/v1/venues", hall());
  INFO(made.body);
  REQUIRE(made.status == 201);
  return made.text("venue_id");
}

auto make_draft(api_client& organiser, const std::string& venue, const json& changes) -> std::string {
  auto body = evening(venue);
  body.merge_patch(changes);
  const auto made = organiser.post("/v1/events", body);
  INFO(made.body);
  REQUIRE(made.status == 201);
  return made.text("event_id");
}

box_office::box_office(const api_server& on, const json& changes)
    : organiser{on.key({"organise"})},
      till{on.key({"sell"})},
      venue{make_hall(organiser)},
      event{make_draft(organiser, venue, changes)} {
  const auto published = organiser.post(path("/publish"));
  INFO(published.body);
  REQUIRE(published.status == 200);
  // Views follow the journal: from here on they show the event to everybody.
  REQUIRE(organiser.get(path("?min_seq=" + published.event_seq())).status == 200);
}

auto hold(api_client& who, const box_office& at, const std::vector<std::string>& seats, const ask_with& with) -> reply {
  return who.post(at.path("/holds"), {{"seats", seats}}, with);
}

auto held(api_client& who, const box_office& at, const std::vector<std::string>& seats) -> std::string {
  const auto made = hold(who, at, seats);
  INFO(made.body);
  REQUIRE(made.status == 201);
  return made.text("hold_id");
}

auto confirm(api_client& till, const std::string& hold_id, const ask_with& with) -> reply {
  return till.post("/v1/holds/" + hold_id + "/confirm", {{"payment", {{"method", "cash"}, {"reference", "till 3"}}}},
                   with);
}

auto seat_status(api_client& who, const box_office& at, const std::string& seat, const std::string& min_seq)
    -> std::string {
  const auto seats = who.get(at.path("/seats?min_seq=" + min_seq));
  INFO(seats.body);
  REQUIRE(seats.status == 200);
  for (const auto& each : seats.json().at("seats")) {
    if (each.at("seat") == seat) {
      return each.at("status").get<std::string>();
    }
  }
  return "no such seat";
}

} // namespace holdfast::api_test

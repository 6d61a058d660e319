#include "http/layout_reader.hpp"
#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace holdfast::api_test {

using nlohmann::json;

TEST_CASE("a venue is created, read, listed and amended by its organisation") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto made = organiser.post("/v1/venues", hall());
  INFO(made.body);
  REQUIRE(made.status == 201);
  CHECK(made.json().at("seats") == 26);
  CHECK(made.json().at("standing") == 40);
  CHECK(made.json().at("lat") == 47.070714);
  const auto path = made.header("location");
  CHECK(path == "/v1/venues/" + made.text("venue_id"));
  CHECK(organiser.get(path).body == made.body);
  CHECK(organiser.get("/v1/venues").json().at("items") == json::array({made.json()}));
  const auto amended = organiser.patch(path, {{"city", "Wien"}, {"lat", nullptr}, {"lon", nullptr}});
  INFO(amended.body);
  REQUIRE(amended.status == 200);
  CHECK(amended.text("city") == "Wien");
  CHECK(amended.text("name") == "Opera");
  CHECK_FALSE(amended.json().contains("lat"));
  CHECK(amended.text("layout_hash") == made.text("layout_hash"));
  CHECK(organiser.get(path).body == amended.body);
}

TEST_CASE("a venue's layout is replaced, and its address changes with its content only") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto made = organiser.post("/v1/venues", hall());
  const auto path = made.header("location");
  auto other = hall_layout();
  other["areas"][0]["capacity"] = 41;
  const auto amended = organiser.patch(path, {{"layout", other}});
  REQUIRE(amended.status == 200);
  CHECK(amended.text("layout_hash") != made.text("layout_hash"));
  CHECK(amended.json().at("standing") == 41);
  const auto back = organiser.patch(path, {{"layout", hall_layout()}});
  CHECK(back.text("layout_hash") == made.text("layout_hash"));
  auto anybody = server.anybody();
  CHECK(eventually([&] { return anybody.get("/v1/layouts/" + made.text("layout_hash")).status == 200; }));
}

TEST_CASE("a large layout is read like a small one: taken whole, answered again alike, its faults named") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto body = hall();
  auto& rows = body["layout"]["sections"][0]["rows"];
  const auto row = rows[0];
  while (rows.dump().size() < 2 * http::layout_bytes_at_once_max) {
    rows.push_back(row);
    rows.back()["name"] = "r" + std::to_string(rows.size());
  }
  const auto key = new_key();
  const auto made = organiser.post("/v1/venues", body, {.key = key});
  INFO(made.body);
  REQUIRE(made.status == 201);
  CHECK(made.json().at("seats") == 10 * rows.size() + 6);
  const auto again = organiser.post("/v1/venues", body, {.key = key});
  CHECK(again.body == made.body);
  CHECK(again.header("idempotency-replayed") == "true");
  const json layout{{"layout", body["layout"]}};
  CHECK(organiser.patch(made.header("location"), layout).status == 200);
  const auto draft = "/v1/events/" + make_draft(organiser, made.text("venue_id"));
  CHECK(organiser.put(draft + "/layout", body["layout"]).status == 200);
  const auto last = std::to_string(rows.size() - 1);
  rows.back()["count"] = 0;
  const auto refused = organiser.post("/v1/venues", body);
  CHECK(refused.code() == "validation_failed");
  CHECK(refused.json().at("errors").at(0).at("pointer") == "/layout/sections/0/rows/" + last + "/count");
}

TEST_CASE("a venue that was changed in the meantime is not overwritten") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto made = organiser.post("/v1/venues", hall());
  const auto path = made.header("location");
  const auto version = std::to_string(made.json().at("version").get<int>());
  const auto first = organiser.patch(path, {{"name", "Opera House"}}, {.if_match = version});
  REQUIRE(first.status == 200);
  const auto second = organiser.patch(path, {{"name", "Theatre"}}, {.if_match = version});
  CHECK(second.status == 412);
  CHECK(second.code() == "version_mismatch");
  CHECK(second.json().at("version") == first.json().at("version"));
  CHECK(organiser.patch(path, {{"name", "Theatre"}}, {.if_match = "\"nonsense\""}).code() == "version_mismatch");
  CHECK(organiser.patch(path, {{"name", "Theatre"}}, {.if_match = "*"}).status == 200);
}

TEST_CASE("another organisation's venues do not exist") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto foreign = server.key({"organise"}, server.organisation("Theatre"));
  const auto path = organiser.post("/v1/venues", hall()).header("location");
  CHECK(foreign.get(path).code() == "not_found");
  CHECK(foreign.patch(path, {{"name", "Mine"}}).code() == "not_found");
  CHECK(foreign.get("/v1/venues").json().at("items").empty());
  auto event = evening(path.substr(path.rfind('/') + 1));
  const auto refused = foreign.post("/v1/events", event);
  CHECK(refused.code() == "validation_failed");
  CHECK(refused.json().at("errors").at(0).at("pointer") == "/venue_id");
}

TEST_CASE("lists are read a page at a time") {
  const api_server server;
  auto organiser = server.key({"organise"});
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) {
    made.push_back(make_hall(organiser));
  }
  std::sort(made.begin(), made.end());
  std::vector<std::string> listed;
  std::string path = "/v1/venues?limit=2";
  while (!path.empty()) {
    const auto page = organiser.get(path).json();
    CHECK(page.at("items").size() <= 2);
    for (const auto& venue : page.at("items")) {
      listed.push_back(venue.at("venue_id").get<std::string>());
    }
    const auto& next = page.at("next_cursor");
    path = next.is_null() ? "" : "/v1/venues?limit=2&cursor=" + next.get<std::string>();
  }
  CHECK(listed == made);
  for (const char* query : {"limit=0", "limit=201", "limit=x", "cursor=evt_0000000000001", "colour=red"}) {
    CHECK(organiser.get(std::string{"/v1/venues?"} + query).code() == "invalid_query");
  }
}

/// A hall with one thing about it changed.
struct bad_hall {
  const char* what;
  json patch; ///< RFC 6902 operations
  const char* pointer;
};

auto bad_halls() -> std::vector<bad_hall> {
  const auto set = [](const char* at, json value) {
    return json::array({{{"op", "add"}, {"path", at}, {"value", std::move(value)}}});
  };
  const auto cut = [](const char* at) { return json::array({{{"op", "remove"}, {"path", at}}}); };
  return {
      {"no name", cut("/name"), "/name"},
      {"an empty name", set("/name", ""), "/name"},
      {"a name that is no text", set("/name", 7), "/name"},
      {"no layout", cut("/layout"), "/layout"},
      {"a country of three letters", set("/country", "AUT"), "/country"},
      {"a country in small letters", set("/country", "at"), "/country"},
      {"a latitude beyond the pole", set("/lat", 90.5), "/lat"},
      {"a latitude alone", cut("/lon"), "/lon"},
      {"an unknown field", set("/colour", "red"), "/colour"},
      {"an unknown field of a row", set("/layout/sections/0/rows/0/colour", "red"), "/layout/sections/0/rows/0/colour"},
      {"a section without a tier", cut("/layout/sections/0/tier"), "/layout/sections/0/tier"},
      {"a slash in a name", set("/layout/sections/0/name", "A/B"), "/layout/sections/0/name"},
      {"two sections of one name", set("/layout/sections/1/name", "A"), "/layout/sections/1/name"},
      {"two rows of one name", set("/layout/sections/0/rows/1/name", "1"), "/layout/sections/0/rows/1/name"},
      {"an empty row", set("/layout/sections/0/rows/0/count", 0), "/layout/sections/0/rows/0/count"},
      {"too long a row", set("/layout/sections/0/rows/0/count", 1'025), "/layout/sections/0/rows/0/count"},
      {"a count that is no integer", set("/layout/sections/0/rows/0/count", 1.5), "/layout/sections/0/rows/0/count"},
      {"numbers beyond six digits", set("/layout/sections/0/rows/0/first", 999'999), "/layout/sections/0/rows/0/first"},
      {"a place off the plan", set("/layout/sections/0/rows/0/x", 2e7), "/layout/sections/0/rows/0/x"},
      {"an angle beyond a turn", set("/layout/sections/0/rows/0/angle", 361), "/layout/sections/0/rows/0/angle"},
      {"an attribute nobody knows", set("/layout/sections/0/rows/0/attributes/3", json::array({"golden"})),
       "/layout/sections/0/rows/0/attributes/3/0"},
      {"attributes of a seat that is not there",
       set("/layout/sections/0/rows/0/attributes/11", json::array({"companion"})),
       "/layout/sections/0/rows/0/attributes/11"},
      {"a seat's number with a zero in front",
       set("/layout/sections/0/rows/0/attributes/05", json::array({"companion"})),
       "/layout/sections/0/rows/0/attributes/05"},
      {"an area without places", set("/layout/areas/0/capacity", 0), "/layout/areas/0/capacity"},
      {"a focal point without y", cut("/layout/focal/y"), "/layout/focal/y"},
      {"a layout without a place", set("/layout", json::object()), "/layout"},
  };
}

TEST_CASE("a venue with a fault is refused, and the fault is named by its place") {
  const api_server server;
  auto organiser = server.key({"organise"});
  for (const auto& [what, patch, pointer] : bad_halls()) {
    const auto refused = organiser.post("/v1/venues", hall().patch(patch));
    CAPTURE(what);
    CAPTURE(refused.body);
    CHECK(refused.status == 422);
    CHECK(refused.code() == "validation_failed");
    const auto errors = refused.json().at("errors");
    CHECK(std::any_of(errors.begin(), errors.end(),
                      [at = pointer](const json& error) { return error.at("pointer") == at; }));
  }
}

TEST_CASE("all faults of a body are told at once") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto bad = hall();
  bad["lat"] = "north";
  bad["colour"] = "red";
  bad["layout"]["sections"][0]["rows"][1].erase("count");
  bad["layout"]["areas"][0]["capacity"] = -1;
  const auto refused = organiser.post("/v1/venues", bad);
  CHECK(refused.json().at("errors").size() == 4);
  // What one place alone does not show is told with what it does.
  bad["layout"]["sections"][1]["name"] = "A";
  const auto again = organiser.post("/v1/venues", bad);
  CHECK(again.json().at("errors").size() == 5);
  CHECK(again.json().at("errors").at(4).at("pointer") == "/layout/sections/1/name");
}

} // namespace holdfast::api_test

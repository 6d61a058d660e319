#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

namespace holdfast::api_test {

using nlohmann::json;

TEST_CASE("an event goes through its life, a step at a time, and no step twice") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto event = make_draft(organiser, make_hall(organiser));
  const auto step = [&](const std::string& name) { return organiser.post("/v1/events/" + event + "/" + name); };
  CHECK(step("pause").code() == "wrong_status");
  CHECK(step("resume").code() == "wrong_status");
  CHECK(step("close").code() == "wrong_status");
  const std::vector<std::pair<std::string, std::string>> life{
      {"publish", "on_sale"}, {"pause", "paused"}, {"resume", "on_sale"}, {"close", "closed"}};
  int seq = 1;
  for (const auto& [name, status] : life) {
    const auto done = step(name);
    CAPTURE(name);
    INFO(done.body);
    REQUIRE(done.status == 200);
    CHECK(done.text("status") == status);
    CHECK(done.json().at("seq") == ++seq);
    CHECK(done.event_seq() == std::to_string(seq));
    CHECK(step(name).code() == "wrong_status");
  }
  CHECK(step("cancel").text("status") == "cancelled");
  CHECK(step("cancel").code() == "wrong_status");
}

TEST_CASE("the answer to a write is the page that everybody sees") {
  const api_server server;
  const box_office opera{server};
  auto organiser = opera.organiser;
  auto buyer = server.buyer();
  REQUIRE(hold(buyer, opera, {"A/1/1", "B/1/102"}).status == 201);
  REQUIRE(buyer.post(opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 2}}}}}).status == 201);
  const auto paused = organiser.post(opera.path("/pause"));
  REQUIRE(paused.status == 200);
  const auto page = server.anybody().get(opera.path("?min_seq=" + paused.event_seq()));
  CHECK(page.body == paused.body);
  CHECK(page.json().at("counts") == json::parse(R"({"available":62,"held":4,"sold":0,"blocked":0})"));
}

TEST_CASE("an event's configuration is what was asked for, and times may be left out") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto venue = make_hall(organiser);
  auto body = evening(venue);
  body["description"] = "Three acts,\ntwo intervals";
  body["sale"] = {{"opens_at", "2030-12-01T09:00:00.000Z"}, {"closes_at", nullptr}};
  body["hold_seconds"] = 300;
  body["hold_extension_seconds"] = 120;
  body["hold_cap_seconds"] = 900;
  body["tiers"][1].erase("name");
  const auto made = organiser.post("/v1/events", body);
  INFO(made.body);
  REQUIRE(made.status == 201);
  const auto& event = made.json();
  CHECK(made.header("location") == "/v1/events/" + made.text("event_id"));
  CHECK(event.at("status") == "draft");
  CHECK(event.at("description") == body.at("description"));
  CHECK(event.at("sale") == json::parse(R"({"opens_at":"2030-12-01T09:00:00.000Z","closes_at":null,"phases":[]})"));
  CHECK(event.at("hold_seconds") == 300);
  CHECK(event.at("hold_extension_seconds") == 120);
  CHECK(event.at("hold_cap_seconds") == 900);
  CHECK(event.at("tiers").at(1).at("name") == "balcony");
  CHECK(event.at("venue").at("venue_id") == venue);
  CHECK(organiser.post("/v1/events/" + made.text("event_id") + "/publish").text("status") == "published");
}

TEST_CASE("a sale opens and closes by itself at its times") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto buyer = server.buyer();
  const auto at = [&](domain::millis later) {
    std::string text;
    http::append_rfc3339(text, (server.clock().now() + later).unix_ms);
    return text;
  };
  const box_office opera{server, {{"sale", {{"opens_at", at(domain::hours(1))}, {"closes_at", at(domain::hours(2))}}}}};
  const auto status = [&] { return server.anybody().get(opera.path()).text("status"); };
  CHECK(status() == "published");
  CHECK(hold(buyer, opera, {"A/1/1"}).code() == "sale_not_open");
  server.clock().turn(domain::hours(1));
  CHECK(status() == "on_sale");
  CHECK(hold(buyer, opera, {"A/1/1"}).status == 201);
  server.clock().turn(domain::hours(1));
  CHECK(status() == "published");
  CHECK(hold(buyer, opera, {"A/1/2"}).code() == "sale_not_open");
}

TEST_CASE("an amendment changes what it names, and null takes away what may be absent") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto venue = make_hall(organiser);
  const auto event =
      make_draft(organiser, venue, {{"description", "long"}, {"sale", {{"opens_at", "2030-01-01T00:00:00Z"}}}});
  const auto path = "/v1/events/" + event;
  const auto amended = organiser.patch(path, {{"name", "Aida"},
                                              {"description", nullptr},
                                              {"category", nullptr},
                                              {"sale", {{"opens_at", nullptr}, {"closes_at", "2031-01-01T00:00:00Z"}}},
                                              {"max_per_order", 4}});
  INFO(amended.body);
  REQUIRE(amended.status == 200);
  CHECK(amended.text("name") == "Aida");
  CHECK(amended.text("description").empty());
  CHECK(amended.text("category").empty());
  CHECK(amended.json().at("sale") ==
        json::parse(R"({"opens_at":null,"closes_at":"2031-01-01T00:00:00.000Z","phases":[]})"));
  const auto reopened = organiser.patch(path, {{"sale", {{"opens_at", "2030-01-01T00:00:00Z"}}}});
  CHECK(reopened.json().at("sale").at("closes_at") == "2031-01-01T00:00:00.000Z"); // what is not named stays
  CHECK(amended.json().at("max_per_order") == 4);
  CHECK(amended.json().at("max_per_buyer") == 8);
  CHECK(amended.json().at("version") == 2);
  CHECK(organiser.patch(path, {{"sale", nullptr}}).json().at("sale") ==
        json::parse(R"({"opens_at":null,"closes_at":null,"phases":[]})"));
  const auto as_merge_patch = organiser.ask("PATCH", path, R"({"name":"Norma"})",
                                            {.headers = "Content-Type: application/merge-patch+json\r\n"});
  CHECK(as_merge_patch.text("name") == "Norma");
}

TEST_CASE("an event that was changed in the meantime is not overwritten, and sales are no change") {
  const api_server server;
  const box_office opera{server};
  auto organiser = opera.organiser;
  auto buyer = server.buyer();
  const auto page = organiser.get(opera.path());
  const auto version = std::to_string(page.json().at("version").get<int>());
  REQUIRE(hold(buyer, opera, {"A/1/1"}).status == 201);
  CHECK(organiser.patch(opera.path(), {{"name", "Aida"}}, {.if_match = version}).status == 200);
  const auto late = organiser.patch(opera.path(), {{"name", "Norma"}}, {.if_match = version});
  CHECK(late.code() == "version_mismatch");
  CHECK(late.json().at("version").get<int>() > page.json().at("version").get<int>());
  for (const char* step : {"/pause", "/close", "/cancel"}) {
    CHECK(organiser.post(opera.path(step), json::object(), {.if_match = version}).code() == "version_mismatch");
  }
  CHECK(organiser.put(opera.path("/layout"), hall_layout(), {.if_match = version}).code() == "version_mismatch");
}

TEST_CASE("layout, venue, currency and tiers are frozen once an event is published; prices are not") {
  const api_server server;
  const box_office opera{server};
  auto organiser = opera.organiser;
  const auto other_hall = make_hall(organiser);
  CHECK(organiser.put(opera.path("/layout"), hall_layout()).code() == "layout_frozen");
  CHECK(organiser.patch(opera.path(), {{"venue_id", other_hall}}).code() == "layout_frozen");
  CHECK(organiser.patch(opera.path(), {{"currency", "CHF"}}).code() == "layout_frozen");
  auto tiers = evening(opera.venue).at("tiers");
  tiers.at(0).at("price") = 9'900;
  const auto dearer = organiser.patch(opera.path(), {{"tiers", tiers}});
  INFO(dearer.body);
  REQUIRE(dearer.status == 200);
  auto buyer = server.buyer();
  CHECK(hold(buyer, opera, {"A/1/1"}).json().at("total") == 9'900);
}

TEST_CASE("a draft's layout is replaced, if its tiers have prices") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto path = "/v1/events/" + make_draft(organiser, make_hall(organiser));
  auto layout = hall_layout();
  layout["sections"][1]["rows"][0]["count"] = 7;
  const auto replaced = organiser.put(path + "/layout", layout);
  INFO(replaced.body);
  REQUIRE(replaced.status == 200);
  CHECK(replaced.json().at("counts").at("available") == 67);
  layout["sections"][1]["tier"] = "gallery";
  const auto refused = organiser.put(path + "/layout", layout);
  CHECK(refused.code() == "validation_failed");
  CHECK(refused.body.find("gallery") != std::string::npos);
  layout["sections"][1]["rows"][0]["count"] = 0;
  CHECK(organiser.put(path + "/layout", layout).json().at("errors").at(0).at("pointer") == "/sections/1/rows/0/count");
}

TEST_CASE("an event of another organisation is not there, whatever one wants of it") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto foreign = server.key({"admin"}, server.organisation("Theatre"));
  const auto event = make_draft(organiser, make_hall(organiser));
  const auto path = "/v1/events/" + event;
  CHECK(foreign.patch(path, {{"name", "Mine"}}).code() == "not_found");
  CHECK(foreign.patch(path, {{"slug", "mine"}}).code() == "not_found");
  CHECK(server.anybody().get("/v1/events/mine").code() == "not_found");
  CHECK(foreign.put(path + "/layout", hall_layout()).code() == "not_found");
  for (const char* step : {"/publish", "/pause", "/resume", "/close", "/cancel"}) {
    CHECK(foreign.post(path + step).code() == "not_found");
  }
  CHECK(foreign.post(path + "/holds", {{"seats", {"A/1/1", "A/9/9"}}}).code() == "not_found");
  CHECK(foreign.get("/v1/events").json().at("items").empty());
}

TEST_CASE("an organisation's events are listed in pages") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto venue = make_hall(organiser);
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) {
    made.push_back(make_draft(organiser, venue, {{"name", "Evening " + std::to_string(i)}}));
  }
  REQUIRE(organiser.post("/v1/events/" + made.back() + "/publish").status == 200);
  std::map<std::string, std::string> statuses;
  const auto read_all = [&] {
    statuses.clear();
    std::string path = "/v1/events?limit=2";
    while (!path.empty()) {
      const auto page = organiser.get(path);
      for (const auto& event : page.json().at("items")) {
        statuses.emplace(event.at("event_id"), event.at("status"));
      }
      const auto next = page.json().at("next_cursor");
      path = next.is_null() ? "" : "/v1/events?limit=2&cursor=" + next.get<std::string>();
    }
    return statuses.size() == 5 && statuses[made.back()] == "on_sale";
  };
  REQUIRE(eventually(read_all));
  CHECK(statuses.at(made.front()) == "draft");
}

struct bad_event {
  const char* what;
  json patch;
  const char* pointer;
};

auto bad_events() -> std::vector<bad_event> {
  const auto set = [](const char* at, json value) {
    return json::array({{{"op", "add"}, {"path", at}, {"value", std::move(value)}}});
  };
  const auto cut = [](const char* at) { return json::array({{{"op", "remove"}, {"path", at}}}); };
  return {
      {"no name", cut("/name"), "/name"},
      {"too long a name", set("/name", std::string(201, 'x')), "/name"},
      {"no venue", cut("/venue_id"), "/venue_id"},
      {"an id that is no venue's", set("/venue_id", "evt_0000000000001"), "/venue_id"},
      {"a venue that is not there", set("/venue_id", "ven_0000000000001"), "/venue_id"},
      {"no time", cut("/starts_at"), "/starts_at"},
      {"a time without a zone", set("/starts_at", "2031-03-01T19:00:00"), "/starts_at"},
      {"a currency in small letters", set("/currency", "eur"), "/currency"},
      {"no tiers", set("/tiers", json::array()), "/tiers"},
      {"a tier of the hall without a price", cut("/tiers/2"), "/tiers"},
      {"one tier twice", set("/tiers/1/id", "stalls"), "/tiers/1/id"},
      {"a negative price", set("/tiers/0/price", -1), "/tiers/0/price"},
      {"a broken price", set("/tiers/0/price", 89.5), "/tiers/0/price"},
      {"a slug with a capital", set("/slug", "Tosca"), "/slug"},
      {"a slug that ends in a hyphen", set("/slug", "tosca-"), "/slug"},
      {"a sale that closes before it opens",
       set("/sale", {{"opens_at", "2031-01-02T00:00:00Z"}, {"closes_at", "2031-01-01T00:00:00Z"}}), "/sale/closes_at"},
      {"too short a hold", set("/hold_seconds", 59), "/hold_seconds"},
      {"too long a hold", set("/hold_seconds", 3'601), "/hold_seconds"},
      {"a cap below the hold", set("/hold_cap_seconds", 60), "/hold_cap_seconds"},
      {"no ticket an order", set("/max_per_order", 0), "/max_per_order"},
      {"too many a buyer", set("/max_per_buyer", 100'001), "/max_per_buyer"},
      {"an unknown field", set("/colour", "red"), "/colour"},
  };
}

TEST_CASE("an event with a fault is refused, and the fault is named by its place") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto venue = make_hall(organiser);
  for (const auto& [what, patch, pointer] : bad_events()) {
    // With a slug, the event is judged before its name is reserved; without one, by the event itself.
    for (const bool with_slug : {false, true}) {
      auto body = evening(venue);
      if (with_slug) {
        body["slug"] = "tosca";
      }
      const auto refused = organiser.post("/v1/events", body.patch(patch));
      CAPTURE(what);
      CAPTURE(refused.body);
      CHECK(refused.code() == "validation_failed");
      const auto& errors = refused.json().at("errors");
      CHECK(std::any_of(errors.begin(), errors.end(),
                        [at = pointer](const json& error) { return error.at("pointer") == at; }));
    }
  }
  CHECK(organiser
            .post("/v1/events",
                  [&] {
                    auto body = evening(venue);
                    body["slug"] = "tosca";
                    return body;
                  }())
            .status == 201);
}

} // namespace holdfast::api_test

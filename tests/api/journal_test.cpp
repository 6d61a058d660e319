#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace holdfast::api_test {

using nlohmann::json;

namespace {

/// Every fact of an event, read in pages of this size.
auto read_all(api_client& auditor, const box_office& at, int limit) -> std::vector<json> {
  std::vector<json> facts;
  auto path = at.path("/journal?limit=" + std::to_string(limit));
  while (!path.empty()) {
    const auto page = auditor.get(path);
    INFO(page.body);
    REQUIRE(page.status == 200);
    const auto& items = page.json().at("items");
    CHECK(items.size() <= static_cast<std::size_t>(limit));
    facts.insert(facts.end(), items.begin(), items.end());
    const auto& next = page.json().at("next_cursor");
    path = next.is_null() ? ""
                          : at.path("/journal?limit=" + std::to_string(limit) + "&from_seq=" + next.get<std::string>());
  }
  return facts;
}

} // namespace

TEST_CASE("the journal feed tells every fact once, in order, each chained to the one before") {
  const api_server server;
  const box_office opera{server};
  auto organiser = opera.organiser;
  auto till = opera.till;
  auto buyer = server.buyer();
  auto auditor = server.key({"audit"});
  REQUIRE(organiser.patch(opera.path(), {{"name", "Aida"}}).status == 200);
  const auto first = held(buyer, opera, {"A/1/7", "B/1/101"});
  REQUIRE(buyer.post("/v1/holds/" + first + "/extend").status == 200);
  REQUIRE(buyer.remove("/v1/holds/" + first).status == 204);
  const auto standing = till.post(opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 2}}}}});
  const auto sold = confirm(till, standing.text("hold_id"));
  REQUIRE(sold.status == 201);
  const auto facts = read_all(auditor, opera, 3);
  CHECK(facts == read_all(auditor, opera, 200));
  const std::vector<std::string> types{"event_created", "event_published", "event_amended", "hold_created",
                                       "hold_extended", "hold_released",   "hold_created",  "order_confirmed"};
  REQUIRE(facts.size() == types.size());
  for (std::size_t i = 0; i < facts.size(); ++i) {
    CAPTURE(facts[i].dump());
    CHECK(facts[i].at("seq") == i + 1);
    CHECK(facts[i].at("type") == types[i]);
    CHECK(facts[i].at("hash").get<std::string>().size() == 64);
    if (i > 0) {
      CHECK(facts[i].at("previous_hash") == facts[i - 1].at("hash"));
      CHECK(facts[i].at("time").get<std::string>() >= facts[i - 1].at("time").get<std::string>());
    }
  }
  CHECK(facts[0].at("data").at("event_id") == opera.event);
  CHECK(facts[2].at("data").at("name") == "Aida");
  CHECK(facts[3].at("data").at("hold_id") == first);
  CHECK(facts[3].at("data").at("seats").at(1) == json::parse(R"({"seat":"B/1/101","price":4500,"fee":0})"));
  CHECK(facts[3].at("data").at("owner").get<std::string>().starts_with("byr_"));
  CHECK(facts[6].at("data").at("areas").at(0).at("area") == "floor");
  CHECK(facts[7].at("data").at("order_id") == sold.text("order_id"));
  CHECK(facts[7].at("data").at("payment").at("reference") == "till 3");
}

TEST_CASE("a fact names the command and the trace that it came from") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  auto auditor = server.key({"audit"});
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const auto made = hold(buyer, opera, {"A/1/1"}, {.headers = "traceparent: 00-" + trace + "-b7ad6b7169203331-01\r\n"});
  REQUIRE(made.status == 201);
  const auto page = auditor.get(opera.path("/journal?from_seq=" + made.event_seq()));
  REQUIRE(page.json().at("items").size() == 1);
  const auto& fact = page.json().at("items").at(0);
  CHECK(fact.at("trace_id") == trace);
  CHECK(fact.at("command_id").get<std::string>().size() == 32);
  const auto published = auditor.get(opera.path("/journal?from_seq=2&limit=1"));
  CHECK(published.json().at("items").at(0).at("command_id").is_null());
  CHECK(published.json().at("next_cursor") == "3");
  CHECK(auditor.get(opera.path("/journal?cursor=3")).body == page.body);
  CHECK(auditor.get(opera.path("/journal?from_seq=1000")).json().at("items").empty());
}

TEST_CASE("seats keep their labels when a draft's layout was replaced before its publication") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto venue = make_hall(organiser);
  const auto event = make_draft(organiser, venue);
  auto layout = hall_layout();
  layout["sections"][0]["name"] = "Parkett";
  REQUIRE(organiser.put("/v1/events/" + event + "/layout", layout).status == 200);
  REQUIRE(organiser.post("/v1/events/" + event + "/publish").status == 200);
  auto buyer = server.buyer();
  REQUIRE(buyer.post("/v1/events/" + event + "/holds", {{"seats", json::array({"Parkett/1/1"})}}).status == 201);
  auto auditor = server.key({"audit"});
  for (int i = 0; i < 2; ++i) { // read, and from memory
    const auto page = auditor.get("/v1/events/" + event + "/journal?from_seq=4");
    CHECK(page.json().at("items").at(0).at("data").at("seats").at(0).at("seat") == "Parkett/1/1");
  }
}

TEST_CASE("a page of large facts ends early, with a cursor, and nothing is lost") {
  const api_server server;
  const box_office opera{server};
  auto organiser = opera.organiser;
  auto auditor = server.key({"audit"});
  // 80 times some 8 KiB, which are more than two pages of 256 KiB.
  for (int i = 0; i < 80; ++i) {
    const auto text = std::string(8'000, 'x') + std::to_string(i);
    REQUIRE(organiser.patch(opera.path(), {{"description", text}}).status == 200);
  }
  const auto page = auditor.get(opera.path("/journal?limit=200"));
  const auto& items = page.json().at("items");
  CHECK(items.size() < 40);
  CHECK(page.body.size() < std::size_t{300} * 1024);
  CHECK(page.json().at("next_cursor") == std::to_string(items.size() + 1));
  const auto facts = read_all(auditor, opera, 200);
  REQUIRE(facts.size() == 82);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    CHECK(facts[i].at("seq") == i + 1);
  }
  // A page that ends with the journal has no cursor, however many facts it was to have.
  const auto last = auditor.get(opera.path("/journal?from_seq=81&limit=2"));
  CHECK(last.json().at("items").size() == 2);
  CHECK(last.json().at("next_cursor").is_null());
}

TEST_CASE("the journal of another organisation is not there") {
  const api_server server;
  const box_office opera{server};
  auto foreign = server.key({"audit"}, server.organisation("Theatre"));
  auto auditor = server.key({"audit"});
  CHECK(foreign.get(opera.path("/journal")).code() == "not_found");
  CHECK(auditor.get(opera.path("/journal")).status == 200);
  CHECK(foreign.get(opera.path("/journal")).code() == "not_found");
  CHECK(auditor.get("/v1/events/evt_0000000000009/journal").code() == "not_found");
  for (const char* query : {"from_seq=0", "from_seq=x", "limit=0", "limit=201", "from_seq=1&cursor=1", "colour=red"}) {
    CHECK(auditor.get(opera.path("/journal?" + std::string{query})).code() == "invalid_query");
  }
}

} // namespace holdfast::api_test

#include "tests/api/api_server.hpp"
#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

using namespace holdfast;
using namespace holdfast::api_test;
using nlohmann::json;

namespace {

constexpr const char* past = "2020-01-01T00:00:00.000Z";
constexpr const char* far_future = "2090-01-01T00:00:00.000Z";

auto members(const json& more = json::object()) -> json {
  json phase{{"id", "members"}, {"name", "Members"}, {"opens_at", past}, {"access_code", "Fan Club 27"}};
  phase.update(more);
  return {{"sale", {{"opens_at", far_future}, {"phases", {phase}}}}};
}

auto prices(api_client& who, const box_office& at, const std::string& min_seq = "0") -> json {
  const auto said = who.get(at.path("/prices?min_seq=" + min_seq));
  INFO(said.body);
  REQUIRE(said.status == 200);
  return said.json();
}

/// What the first tier costs after the fact that follows an answer, which a rule makes.
auto costs_after(api_client& who, const box_office& at, const reply& answer) -> int {
  return prices(who, at, std::to_string(std::stoull(answer.event_seq()) + 1)).at("tiers").at(0).at("price").get<int>();
}

} // namespace

TEST_CASE("a presale sells to who knows its code before the general sale, and shows no code") {
  const api_server server;
  const box_office opera{server, members()};
  auto organiser = opera.organiser;
  auto buyer = server.buyer();
  const auto ask = [&](const json& wish) { return buyer.post(opera.path("/holds"), wish); };
  CHECK(ask({{"seats", {"A/1/1"}}}).code() == "sale_not_open");
  CHECK(ask({{"seats", {"A/1/1"}}, {"access_code", "Fan Club 28"}}).code() == "wrong_access_code");
  const auto held = ask({{"seats", {"A/1/1"}}, {"access_code", "Fan Club 27"}});
  INFO(held.body);
  CHECK(held.status == 201);
  const auto page = buyer.get(opera.path());
  CHECK(page.json().at("status") == "published");
  CHECK(page.json().at("sale").at("phases") ==
        json::parse(R"([{"id":"members","name":"Members","opens_at":"2020-01-01T00:00:00.000Z","closes_at":null,
                         "access":"code"}])"));
  CHECK(page.body.find("Fan Club") == std::string::npos);
  auto auditor = server.key({"audit"});
  CHECK(auditor.get(opera.path("/journal")).body.find("Fan Club") == std::string::npos);

  const auto renamed = organiser.patch(
      opera.path(), {{"sale", {{"phases", {{{"id", "members"}, {"opens_at", past}, {"access", "code"}}}}}}});
  INFO(renamed.body);
  REQUIRE(renamed.status == 200);
  CHECK(ask({{"seats", {"A/1/2"}}, {"access_code", "Fan Club 27"}}).status == 201);
  REQUIRE(organiser.patch(opera.path(), {{"sale", {{"phases", nullptr}}}}).status == 200);
  CHECK(ask({{"seats", {"A/1/3"}}, {"access_code", "Fan Club 27"}}).code() == "sale_not_open");
}

TEST_CASE("prices change by hand and by rules, for new holds only, and everybody can read the history") {
  api_server server;
  const box_office opera{server};
  auto organiser = opera.organiser;
  auto till = opera.till;
  auto anybody = server.anybody();
  auto tiers = anybody.get(opera.path()).json().at("tiers");
  const auto before = prices(anybody, opera, "2"); // created and published
  CHECK(before.at("changes").size() == tiers.size());
  CHECK(before.at("changes").at(0).at("cause") == "start");
  const auto old_hold = held(till, opera, {"A/1/1"});

  json wanted = json::array();
  for (const auto& tier : tiers) {
    wanted.push_back({{"id", tier.at("id")}, {"name", tier.at("name")}, {"price", tier.at("price")}});
  }
  wanted[0]["price"] = 9'000;
  const auto dearer = organiser.patch(opera.path(), {{"tiers", wanted}});
  INFO(dearer.body);
  REQUIRE(dearer.status == 200);
  const auto now = prices(anybody, opera, dearer.event_seq());
  CHECK(now.at("tiers").at(0).at("price") == 9'000);
  CHECK(now.at("changes").back().at("cause") == "organiser");
  CHECK(std::to_string(now.at("changes").back().at("seq").get<int>()) == dearer.event_seq());
  const auto tier_id = tiers.at(0).at("id");
  const auto rules = organiser.patch(
      opera.path(),
      {{"price_rules",
        {{{"id", "early"}, {"tier", tier_id}, {"at", past}, {"change_percent", 10}},
         {{"id", "first-sold"}, {"tier", tier_id}, {"sold_percent", 1}, {"change_percent", 100}, {"cap", 12'345}}}}});
  INFO(rules.body);
  REQUIRE(rules.status == 200);
  CHECK(costs_after(anybody, opera, rules) == 9'900);
  CHECK(till.get("/v1/holds/" + old_hold).json().at("seats").at(0).at("price") == tiers.at(0).at("price"));
  const auto sold = confirm(till, old_hold);
  REQUIRE(sold.status == 201);
  CHECK(sold.json().at("total") == tiers.at(0).at("price"));
  CHECK(costs_after(anybody, opera, sold) == 12'345);
  server.restart();
  auto again = server.anybody();
  const auto after = prices(again, opera, std::to_string(std::stoull(sold.event_seq()) + 1));
  CHECK(after.at("tiers").at(0).at("price") == 12'345);
  const auto& changes = after.at("changes");
  REQUIRE(changes.size() == tiers.size() + 3);
  CHECK(changes.at(tiers.size() + 1).at("rule") == "early");
  CHECK(changes.at(tiers.size() + 2).at("rule") == "first-sold");
  CHECK(changes.at(tiers.size() + 2).at("cause") == "rule");
  auto new_buyer = server.buyer();
  CHECK(hold(new_buyer, opera, {"A/1/2"}).json().at("seats").at(0).at("price") == 12'345);
  const auto page = again.get(opera.path());
  CHECK(page.json().at("price_rules").at(0).at("applied_at").is_string());
  const auto unchanged = again.get(
      opera.path("/prices"), {.headers = "If-None-Match: " + again.get(opera.path("/prices")).header("etag") + "\r\n"});
  CHECK(unchanged.status == 304);
}

TEST_CASE("what cannot be declared is refused with where it is, and prices of drafts are nobody's business") {
  const api_server server;
  const box_office opera{server};
  auto organiser = opera.organiser;
  const auto tier = organiser.get(opera.path()).json().at("tiers").at(0).at("id");
  const std::vector<std::pair<json, std::string>> cases{
      {{{"price_rules", {{{"id", "a"}, {"tier", "none"}, {"at", past}, {"price", 1}}}}}, "/price_rules/0/tier"},
      {{{"price_rules", {{{"id", "a"}, {"tier", tier}, {"price", 1}}}}}, "/price_rules/0"},
      {{{"price_rules", {{{"id", "a"}, {"tier", tier}, {"at", past}}}}}, "/price_rules/0"},
      {{{"price_rules", {{{"id", "A b"}, {"tier", tier}, {"at", past}, {"price", 1}}}}}, "/price_rules/0/id"},
      {{{"price_rules", {{{"id", "a"}, {"tier", tier}, {"sold_percent", 101}, {"price", 1}}}}},
       "/price_rules/0/sold_percent"},
      {{{"price_rules", {{{"id", "a"}, {"tier", tier}, {"at", "soon"}, {"price", 1}}}}}, "/price_rules/0/at"},
      {{{"price_rules", {{{"id", "a"}, {"tier", tier}, {"at", past}, {"price", 5}, {"cap", 4}}}}},
       "/price_rules/0/price"},
      {{{"sale", {{"phases", {{{"id", "m"}, {"opens_at", past}}}}}}}, "/sale/phases/0/access_code"},
      {{{"sale", {{"phases", {{{"id", "m"}, {"access_code", "Fan Club 27"}}}}}}}, "/sale/phases/0/opens_at"},
      {{{"sale",
         {{"phases", {{{"id", "m"}, {"opens_at", past}, {"closes_at", past}, {"access_code", "Fan Club 27"}}}}}}},
       "/sale/phases/0/closes_at"},
  };
  for (const auto& [body, pointer] : cases) {
    CAPTURE(body.dump());
    const auto refused = organiser.patch(opera.path(), body);
    INFO(refused.body);
    CHECK(refused.status == 422);
    CHECK(refused.json().at("errors").at(0).at("pointer") == pointer);
  }
  const auto draft = make_draft(organiser, opera.venue);
  CHECK(server.anybody().get("/v1/events/" + draft + "/prices?min_seq=1").code() == "not_found");
  CHECK(organiser.get("/v1/events/" + draft + "/prices?min_seq=1").status == 200);
  CHECK(server.anybody().get("/v1/events/evt_0000000000000/prices").code() == "not_found");
}

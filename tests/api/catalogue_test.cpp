#include "tests/api/api_server.hpp"
#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

using namespace holdfast;
using namespace holdfast::api_test;
using nlohmann::json;

namespace {

auto texts() -> json {
  return {{"description", "An *opera* <b>in</b> [three](javascript:x) acts"},
          {"performers", {{{"name", "Floria"}, {"url", "https://floria.example/"}}, {{"name", "Mario"}}}},
          {"images",
           {{{"url", "https://a.example/p.jpg"}, {"alt", "Floria with a fan"}, {"kind", "poster"}},
            {{"url", "https://a.example/q.jpg"}, {"alt", "The castle"}}}},
          {"languages", {"it", "de-AT"}},
          {"few_left", {{"places", 20}}}};
}

auto with_fees() -> json {
  return {{{"id", "stalls"}, {"name", "Stalls"}, {"price", 8'900}, {"fee", 250}},
          {{"id", "balcony"}, {"name", "Balcony"}, {"price", 4'500}},
          {{"id", "standing"}, {"name", "Standing"}, {"price", 2'500}, {"fee", 90}}};
}

/// The pointers of a problem's errors.
auto pointers(const reply& what) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (const auto& one : what.json().at("errors")) {
    all.push_back(one.at("pointer").get<std::string>());
  }
  return all;
}

} // namespace

TEST_CASE("an event page shows who and what is to be seen, and its description as safe HTML") {
  const api_server server;
  const box_office opera{server, texts()};
  const auto page = server.anybody().get(opera.path());
  INFO(page.body);
  REQUIRE(page.status == 200);
  for (const char* name : {"description", "performers", "images", "languages", "few_left"}) {
    CAPTURE(name);
    CHECK(page.json().at(name) == texts().at(name));
  }
  CHECK(page.text("description_html") == "<p>An <em>opera</em> &lt;b&gt;in&lt;/b&gt; three acts</p>\n");
}

TEST_CASE("texts that are left out are empty, and null takes them away") {
  const api_server server;
  const box_office plain{server};
  const auto page = server.anybody().get(plain.path());
  CHECK(page.json().at("performers").empty());
  CHECK(page.json().at("images").empty());
  CHECK(page.json().at("languages").empty());
  CHECK(page.json().at("few_left") == json{{"percent", 10}});
  auto organiser = plain.organiser;
  const auto amended = organiser.patch(plain.path(), texts());
  REQUIRE(amended.status == 200);
  CHECK(amended.json().at("performers").size() == 2);
  CHECK(organiser.patch(plain.path(), {{"languages", {"de"}}}).json().at("performers").size() == 2);
  const auto cleared = organiser.patch(
      plain.path(), {{"performers", nullptr}, {"images", nullptr}, {"languages", nullptr}, {"few_left", nullptr}});
  REQUIRE(cleared.status == 200);
  CHECK(cleared.json().at("performers").empty());
  CHECK(cleared.json().at("images").empty());
  CHECK(cleared.json().at("languages").empty());
  CHECK(cleared.json().at("few_left") == json{{"percent", 10}});
  CHECK(server.anybody().get(plain.path("?min_seq=" + cleared.event_seq())).body == cleared.body);
}

TEST_CASE("texts that cannot be are refused with where they are") {
  const api_server server;
  const box_office opera{server};
  auto organiser = opera.organiser;
  const std::vector<std::pair<json, std::string>> cases{
      {{{"performers", {{{"url", "https://a.example"}}}}}, "/performers/0/name"},
      {{{"performers", {{{"name", "Floria"}, {"url", "javascript:x"}}}}}, "/performers/0/url"},
      {{{"performers", {{{"name", "Floria"}, {"age", 30}}}}}, "/performers/0/age"},
      {{{"images", {{{"url", "http://a.example"}, {"alt", "x"}}}}}, "/images/0/url"},
      {{{"images", {{{"url", "https://a.example"}}}}}, "/images/0/alt"},
      {{{"images", {{{"url", "https://a.example"}, {"alt", "x"}, {"kind", "A b"}}}}}, "/images/0/kind"},
      {{{"languages", {"de", "German"}}}, "/languages/1"},
      {{{"languages", {7}}}, "/languages/0"},
      {{{"few_left", {{"percent", 101}}}}, "/few_left/percent"},
      {{{"few_left", {{"percent", 10}, {"places", 10}}}}, "/few_left"},
      {{{"few_left", json::object()}}, "/few_left"},
      {{{"tiers", {{{"id", "stalls"}, {"price", 1}, {"fee", -1}}}}}, "/tiers/0/fee"},
  };
  for (const auto& [change, pointer] : cases) {
    CAPTURE(change.dump());
    const auto refused = organiser.patch(opera.path(), change);
    INFO(refused.body);
    CHECK(refused.status == 422);
    CHECK(pointers(refused).front() == pointer);
  }
}

TEST_CASE("fees are part of a hold's total, and stay as they were when it was made") {
  const api_server server;
  const box_office opera{server, {{"tiers", with_fees()}}};
  auto buyer = server.buyer();
  const auto held = hold(buyer, opera, {"A/1/1", "A/1/2"});
  INFO(held.body);
  REQUIRE(held.status == 201);
  CHECK(held.json().at("seats").at(0).at("fee") == 250);
  CHECK(held.json().at("fees") == 500);
  CHECK(held.json().at("total") == 2 * 8'900 + 500);
  const auto floor = buyer.post(opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 2}}}}});
  CHECK(floor.json().at("areas").at(0).at("fee") == 90);
  CHECK(floor.json().at("fees") == 180);
  CHECK(floor.json().at("total") == 5'180);

  auto dearer = with_fees();
  dearer.at(0).at("fee") = 400;
  auto organiser = opera.organiser;
  REQUIRE(organiser.patch(opera.path(), {{"tiers", dearer}}).status == 200);
  const auto shown = buyer.get("/v1/holds/" + held.text("hold_id"));
  CHECK(shown.json().at("fees") == 500);
  CHECK(shown.json().at("total") == 2 * 8'900 + 500);
  auto other = server.buyer();
  CHECK(hold(other, opera, {"A/1/3"}).json().at("fees") == 400);
  const auto taken = hold(other, opera, {"A/1/1"});
  CHECK(taken.json().at("alternatives").at(0).at("total") == 9'300);

  auto till = server.key({"sell"});
  const auto order = till.post("/v1/holds/" + held.text("hold_id") + "/confirm", {{"payment", {{"method", "cash"}}}});
  INFO(order.body);
  REQUIRE(order.status == 201);
  CHECK(order.json().at("fees") == 500);
  CHECK(order.json().at("total") == 18'300);
  CHECK(order.json().at("tickets").at(0).at("fee") == 250);
  const auto gift = till.post("/v1/holds/" + floor.text("hold_id") + "/confirm",
                              {{"payment", {{"method", "complimentary"}, {"reason", "press"}}}});
  CHECK(gift.json().at("fees") == 0);
  CHECK(gift.json().at("total") == 0);
  CHECK(gift.json().at("tickets").at(0).at("fee") == 0);
  CHECK(buyer.get("/v1/orders/" + order.text("order_id")).json().at("fees") == 500);
}

TEST_CASE("tiers say how much is left of them, by the event's own threshold") {
  const api_server server;
  const box_office opera{server, {{"few_left", {{"places", 62}}}}};
  auto organiser = opera.organiser;
  const auto of_floor = [&] {
    const auto page = organiser.get(opera.path());
    return page.json().at("tiers").at(2).at("availability").get<std::string>();
  };
  CHECK(of_floor() == "few");
  const auto changed = organiser.patch(opera.path(), {{"few_left", {{"percent", 0}}}});
  REQUIRE(changed.status == 200);
  const auto page = server.anybody().get(opera.path("?min_seq=") + changed.event_seq());
  for (const auto& tier : page.json().at("tiers")) {
    CHECK(tier.at("availability") == (tier.at("available") == 0 ? "none" : "many"));
  }
}

#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

/// Places that come back, over sockets: who waits, what they are offered, and what becomes of it.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;

namespace {

constexpr std::int64_t stalls_price = 8'900;
constexpr int half_an_hour_s = 1'800;

auto of_seats(int together, std::int64_t each = stalls_price, const json& tiers = json::array({"stalls"})) -> json {
  return {{"choices", {{{"seats", {together}}, {"tiers", tiers}, {"max_each", each}}}}};
}

/// An event whose places are all sold, but for pairs of seats that the till has in holds.
struct sold_out_evening {
  explicit sold_out_evening(server_settings settings = {}, const json& changes = json::object())
      : server{std::move(settings)}, opera{server, with_waitlist(changes)} {
    sell({{"seats", {"A/1/1", "A/1/2", "A/1/3", "A/1/4", "A/1/5", "A/1/6", "A/1/7", "A/1/8", "A/1/9", "A/1/10"}}});
    sell({{"seats", {"A/2/5", "A/2/6", "A/2/7", "A/2/8", "A/2/9", "A/2/10"}}});
    sell({{"seats", {"B/1/101", "B/1/102", "B/1/103", "B/1/104", "B/1/105", "B/1/106"}}});
    sell({{"areas", {{{"area", "floor"}, {"quantity", 40}}}}});
    kept.push_back(held(opera.till, opera, {"A/2/1", "A/2/2"}));
    kept.push_back(held(opera.till, opera, {"A/2/3", "A/2/4"}));
  }

  static auto with_waitlist(const json& changes) -> json {
    json all{{"waitlist", {{"offer_seconds", half_an_hour_s}}}, {"max_per_order", 40}};
    all.merge_patch(changes);
    return all;
  }

  void sell(const json& places) { REQUIRE(confirm(opera.till, take(places)).status == 201); }

  auto take(const json& places) -> std::string {
    const auto made = opera.till.post(opera.path("/holds"), places);
    INFO(made.body);
    REQUIRE(made.status == 201);
    return made.text("hold_id");
  }

  /// One of the pairs comes back.
  void release(std::size_t pair) { REQUIRE(opera.till.remove("/v1/holds/" + kept[pair]).status == 204); }

  auto join(api_client& who, const json& body, const ask_with& with = {}) -> reply {
    return who.post(opera.path("/waitlist"), body, with);
  }
  auto waits(api_client& who, const json& body) -> reply {
    auto made = join(who, body);
    INFO(made.body);
    REQUIRE(made.status == 201);
    return made;
  }
  auto see(api_client& who) -> reply { return who.get(opera.path("/waitlist")); }
  auto leave(api_client& who) -> reply { return who.remove(opera.path("/waitlist")); }
  /// Looks until the order is that far; fails the test when it never is.
  auto becomes(api_client& who, const std::string& status) -> json {
    reply got;
    const bool did = eventually([&] {
      got = see(who);
      return got.status == 200 && got.text("status") == status;
    });
    INFO("never " << status << ": " << got.body);
    REQUIRE(did);
    return got.json();
  }
  auto offered_hold(api_client& who) -> std::string {
    return becomes(who, "offered").at("offer").at("hold_id").get<std::string>();
  }

  api_server server;
  box_office opera;
  std::vector<std::string> kept;
  api_client ada{server.buyer()};
  api_client bob{server.buyer()};
  api_client cleo{server.buyer()};
};

auto seats_in(const json& hold) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (const auto& one : hold.at("seats")) {
    all.push_back(one.at("seat"));
  }
  return all;
}

} // namespace

TEST_CASE("who waits is offered what comes back, in turn and before anybody else may hold it, and buys it") {
  sold_out_evening at;
  const auto made = at.waits(at.ada, of_seats(2));
  CHECK(made.text("waitlist_id") == "wtl_1");
  CHECK(made.text("status") == "waiting");
  CHECK(made.json().at("ahead") == 0);
  CHECK(made.json().at("choices") ==
        json::parse(R"([{"seats":[2],"tiers":["stalls"],"accessible":0,"max_each":8900}])"));
  CHECK(made.header("location") == at.opera.path("/waitlist"));
  CHECK(made.header("cache-control") == "no-store");
  CHECK(at.waits(at.bob, of_seats(2)).json().at("ahead") == 1);
  CHECK(at.see(at.bob).json().at("ahead") == 1);
  check_problem(at.see(at.cleo), "not_found");
  at.release(0);
  const auto offered = at.becomes(at.ada, "offered");
  const auto& offer = offered.at("offer");
  CHECK(seats_in(offer) == std::vector<std::string>{"A/2/1", "A/2/2"});
  CHECK(offer.at("expires_in_ms") == half_an_hour_s * 1'000);
  CHECK(offer.at("waitlist_id") == "wtl_1");
  CHECK(offer.at("total") == 2 * stalls_price);
  CHECK_FALSE(offered.contains("ahead"));
  check_problem(hold(at.cleo, at.opera, {"A/2/1"}), "seat_unavailable");
  const auto next = at.see(at.bob);
  CHECK(next.text("status") == "waiting");
  CHECK(next.json().at("ahead") == 0);
  const auto path = "/v1/holds/" + offer.at("hold_id").get<std::string>();
  CHECK(at.ada.get(path).json().at("waitlist_id") == "wtl_1");
  CHECK(at.bob.get(path).status == 404);
  const auto extended = at.ada.post(path + "/extend");
  CHECK(extended.json().at("waitlist_id") == "wtl_1");
  const auto sold = confirm(at.opera.till, offer.at("hold_id"));
  REQUIRE(sold.status == 201);
  const auto bought = at.becomes(at.ada, "bought");
  CHECK(bought.at("order_id") == sold.text("order_id"));
  CHECK_FALSE(bought.contains("offer"));
  CHECK(at.see(at.bob).text("status") == "waiting");
}

TEST_CASE("an offer that nobody takes goes to the next in line, and whoever let it lapse may wait again") {
  sold_out_evening at;
  REQUIRE(confirm(at.opera.till, at.kept[1]).status == 201);
  for (auto* who : {&at.ada, &at.bob}) {
    at.waits(*who, of_seats(2));
  }
  at.release(0);
  at.becomes(at.ada, "offered");
  at.server.clock().turn(domain::seconds(half_an_hour_s));
  CHECK(seats_in(at.becomes(at.bob, "offered").at("offer")) == std::vector<std::string>{"A/2/1", "A/2/2"});
  at.becomes(at.ada, "lapsed");
  CHECK(at.waits(at.ada, of_seats(2)).text("waitlist_id") == "wtl_3");
  CHECK(at.leave(at.bob).status == 204);
  at.becomes(at.bob, "left");
  at.becomes(at.ada, "offered");
}

TEST_CASE("whoever waits no more is off the waitlist, and gives back what they were offered") {
  sold_out_evening at;
  for (auto* who : {&at.ada, &at.bob, &at.cleo}) {
    at.waits(*who, of_seats(2));
  }
  REQUIRE(at.leave(at.ada).status == 204);
  CHECK(at.see(at.ada).text("status") == "left");
  check_problem(at.leave(at.ada), "not_found");
  at.release(0);
  const auto first = at.offered_hold(at.bob);
  CHECK(at.see(at.cleo).text("status") == "waiting");
  REQUIRE(at.leave(at.bob).status == 204);
  at.becomes(at.bob, "left");
  const auto second = at.offered_hold(at.cleo);
  CHECK(second != first);
  CHECK(at.bob.get("/v1/holds/" + first).code() == "hold_ended");
  // Releasing the hold itself is the same.
  REQUIRE(at.cleo.remove("/v1/holds/" + second).status == 204);
  at.becomes(at.cleo, "left");
  CHECK(hold(at.ada, at.opera, {"A/2/1"}).status == 201);
}

TEST_CASE(
    "the first choice that can be met is offered: groups side by side, accessible seats, areas, and none above its price") {
  sold_out_evening at;
  const json pairs{{"choices",
                    {{{"seats", {4}}, {"tiers", {"balcony", "stalls"}}, {"max_each", 4'500}},
                     {{"areas", {{{"area", "floor"}, {"quantity", 2}}}}, {"max_each", 2'500}},
                     {{"seats", {1, 1}}, {"max_each", stalls_price}}}}};
  const auto waiting = at.waits(at.ada, pairs);
  const auto& choices = waiting.json().at("choices");
  CHECK(choices.at(0).at("tiers") == json::array({"stalls", "balcony"})); // as the layout has them
  CHECK(choices.at(1) == json::parse(R"({"areas":[{"area":"floor","quantity":2}],"max_each":2500})"));
  CHECK(choices.at(2).at("tiers").empty());
  at.waits(at.bob, of_seats(2, stalls_price - 1));
  at.release(0);
  CHECK(at.becomes(at.ada, "offered").at("offer").at("total") == 2 * stalls_price);
  at.release(1);
  CHECK(at.see(at.bob).text("status") == "waiting"); // too dear
  REQUIRE(hold(at.cleo, at.opera, {"A/2/3"}).status == 201);
  // A price that falls is an offer to whoever waited for it.
  const json cheaper{{"tiers",
                      {{{"id", "stalls"}, {"name", "Stalls"}, {"price", 5'000}},
                       {{"id", "balcony"}, {"name", "Balcony"}, {"price", 4'500}},
                       {{"id", "standing"}, {"name", "Standing"}, {"price", 2'500}}}}};
  auto dora = at.server.buyer();
  at.waits(dora, of_seats(1, 5'000));
  REQUIRE(at.opera.organiser.patch(at.opera.path(), cheaper).status == 200);
  const auto sum = at.opera.organiser.get(at.opera.path("/waitlist/summary"));
  CHECK(
      eventually([&] { return at.opera.organiser.get(at.opera.path("/waitlist/summary")).json().at("offered") == 2; }));
}

TEST_CASE("an organiser sees how many wait, and for what") {
  sold_out_evening at;
  const auto path = at.opera.path("/waitlist/summary");
  CHECK(at.opera.organiser.get(path).json().at("waiting") == 0);
  at.waits(at.ada, of_seats(2));
  at.waits(at.bob, {{"choices", {{{"seats", {3}}, {"tiers", {"stalls", "balcony"}}, {"max_each", 9'000}}}}});
  at.waits(at.cleo, {{"choices", {{{"areas", {{{"area", "floor"}, {"quantity", 4}}}}, {"max_each", 9'000}}}}});
  auto dora = at.server.buyer();
  at.waits(dora, {{"choices", {{{"seats", {2, 2}}, {"max_each", 9'000}}}}});
  const auto got = at.opera.organiser.get(path);
  CHECK(got.header("x-view-seq") == std::to_string(got.json().at("seq").get<int>()));
  auto sum = got.json();
  sum.erase("seq");
  CHECK(sum == json{{"event_id", at.opera.event},
                    {"waiting", 4},
                    {"offered", 0},
                    {"bought", 0},
                    {"lapsed", 0},
                    {"left", 0},
                    {"over", 0},
                    {"places_wanted", 13},
                    {"tiers",
                     {{{"tier", "stalls"}, {"orders", 2}, {"places", 5}},
                      {{"tier", "balcony"}, {"orders", 1}, {"places", 3}},
                      {{"tier", "standing"}, {"orders", 1}, {"places", 4}}}},
                    {"any_tier", {{"orders", 1}, {"places", 4}}}});
  at.release(0);
  REQUIRE(confirm(at.opera.till, at.offered_hold(at.ada)).status == 201);
  REQUIRE(at.leave(at.bob).status == 204);
  REQUIRE(at.opera.organiser.post(at.opera.path("/close")).status == 200);
  at.becomes(at.cleo, "over");
  const auto last = at.opera.organiser.get(path).json();
  CHECK(last.at("bought") == 1);
  CHECK(last.at("left") == 1);
  CHECK(last.at("over") == 2);
  CHECK(last.at("places_wanted") == 0);
  auto theatre = at.server.key({"organise"}, at.server.organisation("Theatre"));
  check_problem(theatre.get(path), "not_found");
  check_problem(at.ada.get(path), "scope_missing");
}

TEST_CASE("a repeated order is the one that was placed, whatever became of it, and what waits outlives the server") {
  sold_out_evening at;
  const auto key = new_key();
  const auto made = at.join(at.ada, of_seats(2), {.key = key});
  REQUIRE(made.status == 201);
  REQUIRE(at.leave(at.ada).status == 204);
  const auto again = at.join(at.ada, of_seats(2), {.key = key});
  CHECK(again.status == 201);
  CHECK(again.body == made.body);
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(at.see(at.ada).text("status") == "left");
  at.waits(at.bob, of_seats(2));
  at.server.restart();
  auto bob = at.server.with(at.bob.bearer());
  auto till = at.server.with(at.opera.till.bearer());
  CHECK(eventually([&] { return at.see(bob).text("status") == "waiting"; }));
  REQUIRE(till.remove("/v1/holds/" + at.kept[0]).status == 204);
  at.becomes(bob, "offered");
  at.server.restart();
  auto later = at.server.with(at.bob.bearer());
  CHECK(at.becomes(later, "offered").at("offer").at("seats").size() == 2);
}

TEST_CASE("what cannot be waited for is refused, and says why") {
  sold_out_evening at;
  at.waits(at.ada, of_seats(2));
  check_problem(at.join(at.ada, of_seats(1)), "already_waiting");
  const auto many = at.join(at.bob, {{"choices", {{{"seats", {8, 1}}, {"max_each", 9'000}}}}});
  check_problem(many, "limit_exceeded");
  CHECK(many.json().at("limit_of") == "buyer");
  REQUIRE(at.opera.organiser.patch(at.opera.path(), {{"max_per_order", 5}}).status == 200);
  const auto more = at.join(at.bob, {{"choices", {{{"seats", {3, 3}}, {"max_each", 9'000}}}}});
  check_problem(more, "limit_exceeded");
  CHECK(more.json().at("limit_of") == "order");
  check_problem(at.join(at.opera.till, of_seats(1)), "buyer_required");
  auto& organiser = at.opera.organiser;
  REQUIRE(organiser.post(at.opera.path("/pause")).status == 200);
  check_problem(at.join(at.bob, of_seats(1)), "sale_not_open");
  at.release(0);
  REQUIRE(organiser.post(at.opera.path("/resume")).status == 200);
  at.becomes(at.ada, "offered");
  at.release(1);
  check_problem(at.join(at.bob, of_seats(2)), "places_available");
  REQUIRE(organiser.patch(at.opera.path(), {{"waitlist", nullptr}}).status == 200);
  check_problem(at.join(at.bob, of_seats(3)), "waitlist_closed");
  const auto draft = make_draft(organiser, at.opera.venue);
  check_problem(at.bob.post("/v1/events/" + draft + "/waitlist", of_seats(1)), "not_found");
  check_problem(at.bob.get("/v1/events/" + draft + "/waitlist"), "not_found");
  check_problem(at.bob.remove("/v1/events/" + draft + "/waitlist"), "not_found");
}

TEST_CASE("what is no order is named, place by place") {
  sold_out_evening at;
  const auto pointers = [&](const json& body) {
    const auto got = at.join(at.ada, body);
    INFO(got.body);
    check_problem(got, "validation_failed");
    std::vector<std::string> all;
    for (const auto& one : got.json().at("errors")) {
      all.push_back(one.at("pointer"));
    }
    return all;
  };
  using list = std::vector<std::string>;
  const auto choice = [](json one) { return json{{"choices", json::array({std::move(one)})}}; };
  CHECK(pointers(json::object()) == list{"/choices"});
  CHECK(pointers({{"choices", json::array()}}) == list{"/choices"});
  CHECK(pointers(choice({{"max_each", 1}})) == list{"/choices/0"});
  CHECK(pointers(choice({{"seats", {1}}})) == list{"/choices/0/max_each"});
  CHECK(pointers(choice({{"seats", {1}}, {"max_each", -1}})) == list{"/choices/0/max_each"});
  CHECK(pointers(choice({{"seats", json::array()}, {"max_each", 1}})) == list{"/choices/0/seats"});
  CHECK(pointers(choice({{"seats", {0, 101}}, {"max_each", 1}})) == list{"/choices/0/seats/0", "/choices/0/seats/1"});
  CHECK(pointers(choice({{"seats", {2}}, {"accessible", 3}, {"max_each", 1}})) == list{"/choices/0/accessible"});
  CHECK(pointers(choice({{"seats", {1}}, {"near", "A/1/1"}, {"max_each", 1}})) == list{"/choices/0/near"});
  const json floor = json::array({{{"area", "floor"}, {"quantity", 1}}});
  CHECK(pointers(choice({{"seats", {1}}, {"areas", floor}, {"max_each", 1}})) == list{"/choices/0"});
  CHECK(pointers(choice({{"areas", floor}, {"tiers", {"standing"}}, {"max_each", 1}})) == list{"/choices/0/areas"});
  const json sound{{"seats", {1}}, {"max_each", 1}};
  CHECK(pointers({{"choices", json::array({sound, sound, sound, sound, sound})}}) == list{"/choices"});
  // What only the event can tell.
  CHECK(at.join(at.ada, choice({{"seats", {1}}, {"tiers", {"boxes"}}, {"max_each", 1}})).code() == "validation_failed");
  const json pit = json::array({{{"area", "pit"}, {"quantity", 1}}});
  CHECK(at.join(at.ada, choice({{"areas", pit}, {"max_each", 1}})).code() == "validation_failed");
  // What an empty house could not give.
  CHECK(pointers(choice({{"seats", {2, 11}}, {"max_each", 1}})) == list{"/choices/0/seats/1"});
  CHECK(pointers(choice({{"seats", {1}}, {"tiers", {"standing"}}, {"max_each", 1}})) == list{"/choices/0/seats/0"});
  const json crowd = json::array({{{"area", "floor"}, {"quantity", 41}}});
  CHECK(pointers(choice({{"areas", crowd}, {"max_each", 1}})) == list{"/choices/0/areas/0/quantity"});
  CHECK(at.join(at.ada, {{"choices", json::array()}, {"email", "ada@example.org"}}).code() == "field_not_supported");
  CHECK(at.see(at.ada).status == 404);
}

TEST_CASE("an address is kept apart from the journal, and a bad one is refused") {
  server_settings settings;
  settings.keeps_people = true;
  sold_out_evening at{std::move(settings)};
  auto body = of_seats(2);
  body["email"] = "ada at example";
  check_problem(at.join(at.ada, body), "validation_failed");
  body["email"] = "ada@example.org";
  const auto made = at.waits(at.ada, body);
  CHECK(made.body.find("example.org") == std::string::npos);
  check_problem(at.join(at.ada, body), "already_waiting");
  auto auditor = at.server.key({"audit"});
  const auto facts = auditor.get(at.opera.path("/journal"));
  CHECK(facts.body.find("waitlist_joined") != std::string::npos);
  CHECK(facts.body.find("example.org") == std::string::npos);
  CHECK(at.leave(at.ada).status == 204);
}

TEST_CASE("an offer is paid by card as any hold, and cannot be left meanwhile") {
  testing::fake_gateway gateway;
  answering pump{gateway};
  sold_out_evening at{impatient_with(gateway)};
  at.waits(at.ada, of_seats(2));
  at.waits(at.bob, of_seats(2));
  at.release(0);
  const auto offered = at.offered_hold(at.ada);
  pump.hold_back(true);
  REQUIRE(pay(at.ada, offered, good_card).status == 202);
  check_problem(at.leave(at.ada), "payment_in_progress");
  pump.hold_back(false);
  CHECK("/v1/orders/" + at.becomes(at.ada, "bought").at("order_id").get<std::string>() == order_path(offered));
  CHECK(at.see(at.bob).text("status") == "waiting");
  // An order that goes back is offered as well.
  // It can when its money was taken, which is a moment after it was bought.
  REQUIRE(eventually([&] { return at.opera.organiser.post(order_path(offered) + "/refunds").status < 300; }));
  at.becomes(at.bob, "offered");
  CHECK(at.see(at.ada).text("status") == "bought");
}

TEST_CASE("an event says whether it has a waitlist, and for how long it keeps what it offers") {
  empty_house in;
  const auto event = "/v1/events/" + make_draft(in.organiser, in.venue);
  CHECK_FALSE(in.organiser.get(event).json().contains("waitlist"));
  const json an_hour{{"offer_seconds", 3'600}};
  const auto changed = in.organiser.patch(event, {{"waitlist", an_hour}});
  CHECK(changed.json().at("waitlist") == an_hour);
  CHECK(in.organiser.get(event).json().at("waitlist") == an_hour);
  CHECK(in.organiser.patch(event, {{"name", "Aida"}}).json().at("waitlist") == an_hour);
  for (const auto& bad : {json{{"offer_seconds", 59}}, json{{"offer_seconds", 259'201}},
                          json{{"offer_seconds", 60}, {"first", true}}, json::object(), json{30}}) {
    CHECK(in.organiser.patch(event, {{"waitlist", bad}}).code() == "validation_failed");
  }
  CHECK_FALSE(in.organiser.patch(event, {{"waitlist", nullptr}}).json().contains("waitlist"));
  auto body = evening(in.venue);
  body["waitlist"] = {{"offer_seconds", 60}};
  CHECK(in.organiser.post("/v1/events", body).json().at("waitlist") == json{{"offer_seconds", 60}});
}

} // namespace holdfast::api_test

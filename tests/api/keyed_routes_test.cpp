#include "tests/api/box_office.hpp"
#include "tests/api/paying.hpp"
#include "tests/api/ticket_scene.hpp"

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// Every route of the table that takes an `Idempotency-Key`, held to what a key promises.
namespace holdfast::api_test {

using nlohmann::json;

namespace {

/// A hall, an event on sale, and everybody who may ask for something with a key.
struct desk {
  testing::fake_gateway gateway = {};
  answering pump{gateway};
  api_server server{[this] {
    auto settings = settings_with(gateway);
    settings.notifies.emplace();
    return settings;
  }()};
  box_office opera{server};
  api_client organiser{opera.organiser};
  api_client till{opera.till};
  api_client admin{server.admin()};

  /// A new connection each: the server may have been started again.
  [[nodiscard]] auto again(const api_client& who) const -> api_client { return server.with(who.bearer()); }
};

/// A request that is granted, and another one of the same kind.
struct keyed {
  api_client by;
  std::string path;
  json body = json::object();
  json other_body = json::object();
  std::string other_path = {}; ///< empty: the same
  bool secret = false;         ///< its answer is told once
  bool is_a_fact = true;       ///< what it does is in the journal
};

using request_for = std::function<keyed(desk&)>;

auto refund_of_an_order(desk& at) -> keyed {
  auto buyer = at.server.buyer();
  std::array<std::string, 2> orders;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto hold = held(buyer, at.opera, {"A/1/" + std::to_string(i + 5)});
    REQUIRE(pay(buyer, hold, good_card).status == 201);
    orders[i] = order_path(hold) + "/refunds";
  }
  // That the money is back is written down later: not during this test.
  at.pump.hold_back(true);
  return {at.organiser, orders[0], json::object(), json::object(), orders[1]};
}

auto review_of_an_order(desk& at) -> keyed {
  REQUIRE(at.organiser.patch(at.opera.path(), {{"risk", {{"scored", true}, {"on_failure", "review"}}}}).status == 200);
  auto buyer = at.server.buyer();
  const auto hold = held(buyer, at.opera, {"A/1/7"});
  REQUIRE(pay(buyer, hold, good_card).status == 201);
  return {at.organiser, order_path(hold) + "/review", {{"decision", "accept"}}, {{"decision", "refund"}}};
}

auto order_on_a_waitlist(desk& at) -> keyed {
  REQUIRE(at.organiser.patch(at.opera.path(), {{"waitlist", {{"offer_seconds", 600}}}}).status == 200);
  // For less than anything costs.
  const auto up_to = [](int each) { return json{{"choices", {{{"seats", {2}}, {"max_each", each}}}}}; };
  return {at.server.buyer(), at.opera.path("/waitlist"), up_to(100), up_to(200)};
}

auto offer_of_a_ticket(desk& at) -> keyed {
  REQUIRE(at.organiser.patch(at.opera.path(), {{"resale", {{"max_percent", 100}}}}).status == 200);
  auto buyer = at.server.buyer();
  const auto sold = pay(buyer, held(buyer, at.opera, {"A/1/7"}), good_card);
  REQUIRE(sold.status == 201);
  const auto ticket = sold.json().at("tickets").at(0).at("ticket_id").get<std::string>();
  return {buyer, "/v1/tickets/" + ticket + "/offer", {{"price", 100}}, {{"price", 200}}};
}

auto claim_of_a_ticket(desk& at) -> keyed {
  const sold_tickets sold{at.opera, at.till, {"A/1/1", "A/1/2"}};
  std::array<json, 2> claims;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    // The views know the ticket a moment after it is sold.
    REQUIRE(testing::eventually([&] { return at.till.get(sold.path(i)).status == 200; }));
    const auto offer = at.till.post("/v1/tickets/" + sold.ids[i] + "/transfer");
    REQUIRE(offer.status == 201);
    claims[i] = {{"token", offer.text("claim_token")}};
  }
  return {at.server.buyer(), "/v1/tickets/claim", claims[0], claims[1]};
}

auto a_new_organisation(desk& at) -> keyed {
  return {at.admin, "/v1/organisations", {{"name", "Theatre"}}, {{"name", "Arena"}}};
}

/// By route. What a request needs first is made by the same call.
auto keyed_requests() -> std::map<std::string, request_for> {
  auto renamed_hall = hall();
  renamed_hall["name"] = "Arena";
  return {
      {"POST /v1/venues",
       [=](desk& at) {
         return keyed{at.organiser, "/v1/venues", hall(), renamed_hall};
       }},
      {"POST /v1/events",
       [](desk& at) {
         auto other = evening(at.opera.venue);
         other["name"] = "Aida";
         return keyed{at.organiser, "/v1/events", evening(at.opera.venue), std::move(other)};
       }},
      {"POST /v1/organisations", a_new_organisation},
      {"POST /v1/keys",
       [](desk& at) {
         const json scan{{"name", "gate"}, {"scopes", json::array({"scan"})}};
         const json sell{{"name", "till"}, {"scopes", json::array({"sell"})}};
         return keyed{at.admin, "/v1/keys", scan, sell, {}, true};
       }},
      {"POST /v1/webhooks",
       [](desk& at) {
         const json here{{"url", "https://organiser.example/here"}};
         const json there{{"url", "https://organiser.example/there"}};
         return keyed{at.organiser, "/v1/webhooks", here, there, {}, true, false};
       }},
      {"POST /v1/events/{event}/allocations",
       [](desk& at) {
         const auto apart = [](const char* seat) {
           return json{{"name", "Box"}, {"kind", "house"}, {"reason", "guests"}, {"seats", {seat}}};
         };
         return keyed{at.organiser, at.opera.path("/allocations"), apart("A/1/1"), apart("A/1/2")};
       }},
      {"POST /v1/events/{event}/holds",
       [](desk& at) {
         return keyed{at.till, at.opera.path("/holds"), {{"seats", {"A/1/1"}}}, {{"seats", {"A/1/2"}}}};
       }},
      {"POST /v1/events/{event}/waitlist", order_on_a_waitlist},
      {"POST /v1/holds/{hold}/extend",
       [](desk& at) {
         const auto hold = "/v1/holds/" + held(at.till, at.opera, {"A/1/1"});
         return keyed{
             at.till, hold + "/extend", json::object(), {{"payment", {{"method", "cash"}}}}, hold + "/confirm"};
       }},
      {"POST /v1/holds/{hold}/confirm",
       [](desk& at) {
         return keyed{at.till,
                      "/v1/holds/" + held(at.till, at.opera, {"A/1/1"}) + "/confirm",
                      {{"payment", {{"method", "cash"}}}},
                      {{"payment", {{"method", "card_terminal"}}}}};
       }},
      {"POST /v1/orders/{order}/refunds", refund_of_an_order},
      {"POST /v1/orders/{order}/review", review_of_an_order},
      {"POST /v1/tickets/{ticket}/offer", offer_of_a_ticket},
      {"POST /v1/tickets/claim", claim_of_a_ticket},
  };
}

/// Every route that asks for a key, with its request. A route without one fails the test.
template <class Check>
void for_every_keyed_route(Check check) {
  const auto requests = keyed_requests();
  std::size_t seen = 0;
  const api_server any;
  for (const auto& row : any.table().routes()) {
    if (row.keyed == http::idempotency::required) {
      const auto name = std::string{to_string(row.verb)} + " " + row.pattern;
      CAPTURE(name);
      const auto found = requests.find(name);
      REQUIRE_MESSAGE(found != requests.end(), "a keyed route without a request: add one");
      desk at;
      auto request = found->second(at);
      check(at, request);
      ++seen;
    }
  }
  CHECK(seen == requests.size());
}

/// The same answer, byte for byte; of one with a secret only what it was about.
void check_repeated(const keyed& what, const reply& first, const reply& again) {
  INFO(again.body);
  CHECK(again.header("location") == first.header("location"));
  if (what.secret) {
    CHECK(again.code() == "already_created");
    const auto& location = first.header("location");
    CHECK(again.text("id") == location.substr(location.rfind('/') + 1));
    CHECK(again.body.find(first.text("secret")) == std::string::npos);
    return;
  }
  CHECK(again.status == first.status);
  CHECK(again.body == first.body);
  CHECK(again.event_seq() == first.event_seq());
  CHECK(first.header("idempotency-replayed").empty());
  CHECK(again.header("idempotency-replayed") == "true");
}

} // namespace

TEST_CASE("whatever takes a key is carried out once, and answered alike, also after a restart") {
  for_every_keyed_route([](desk& at, keyed& what) {
    const auto key = new_key();
    const auto before = at.server.recorded();
    const auto first = what.by.post(what.path, what.body, {.key = key});
    INFO(first.body);
    REQUIRE(first.status < 300);
    const auto recorded = at.server.recorded();
    CHECK((recorded != before) == what.is_a_fact);
    check_repeated(what, first, what.by.post(what.path, what.body, {.key = key}));
    CHECK(at.server.recorded() == recorded);
    at.server.restart();
    check_repeated(what, first, at.again(what.by).post(what.path, what.body, {.key = key}));
  });
}

TEST_CASE("a key that was used takes no other request, and the other request does nothing") {
  for_every_keyed_route([](desk& at, keyed& what) {
    const auto key = new_key();
    REQUIRE(what.by.post(what.path, what.body, {.key = key}).status < 300);
    const auto recorded = at.server.recorded();
    const auto& path = what.other_path.empty() ? what.path : what.other_path;
    const auto refused = what.by.post(path, what.other_body, {.key = key});
    INFO(refused.body);
    CHECK(refused.status == 422);
    CHECK(refused.code() == "idempotency_key_reused");
    CHECK(at.server.recorded() == recorded);
    at.server.restart();
    const auto later = at.again(what.by).post(path, what.other_body, {.key = key});
    CHECK(later.code() == "idempotency_key_reused");
  });
}

TEST_CASE("whatever takes a key asks for one, of 8 to 128 visible characters") {
  for_every_keyed_route([](desk& at, keyed& what) {
    const auto recorded = at.server.recorded();
    CHECK(what.by.post(what.path, what.body, {.without_key = true}).code() == "idempotency_key_required");
    for (const auto& key : {std::string(7, 'k'), std::string(129, 'k'), std::string{"with a blank"}}) {
      const auto refused = what.by.post(what.path, what.body, {.key = key});
      CHECK(refused.status == 400);
      CHECK(refused.code() == "idempotency_key_invalid");
    }
    CHECK(at.server.recorded() == recorded);
    CHECK(what.by.post(what.path, what.body, {.key = std::string(128, '~')}).status < 300);
  });
}

TEST_CASE("one key for two principals is two keys") {
  for_every_keyed_route([](desk& at, keyed& what) {
    const auto key = new_key();
    auto somebody = at.server.key({"admin"});
    const auto first = what.by.post(what.path, what.body, {.key = key});
    REQUIRE(first.status < 300);
    const auto other = somebody.post(what.path, what.body, {.key = key});
    INFO(other.body);
    CHECK(other.header("idempotency-replayed").empty());
    CHECK(other.code() != "idempotency_key_reused");
    CHECK(other.code() != "already_created");
  });
}

} // namespace holdfast::api_test

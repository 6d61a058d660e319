#include "notifications/webhook_signature.hpp"
#include "payments/scoring_client.hpp"
#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"
#include "tests/support/scoring_hook.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Payments that are scored by a hook over real sockets, before the gateway is asked for anything.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;
using testing::fake_gateway;
using testing::scoring_hook;

namespace {

constexpr std::string_view scoring_secret = "a secret of the test, 32 bytes ..";

auto client_of(const scoring_hook& hook, std::chrono::milliseconds timeout) -> std::unique_ptr<payments::scorer> {
  payments::scoring_options options;
  options.url = hook.url();
  options.timeout = timeout;
  options.answer_bytes_max = 1'024;
  options.sign = [](std::string_view id, std::int64_t now_s, std::string_view body) {
    return notifications::webhook_headers(scoring_secret, id, now_s, body);
  };
  return payments::make_scoring_client(options).value();
}

auto scored(const char* on_failure) -> json {
  return {{"risk", {{"scored", true}, {"on_failure", on_failure}}}};
}

/// A hook, a gateway, and a server that asks both.
struct scored_house {
  explicit scored_house(const char* on_failure = "deny", std::chrono::milliseconds timeout = std::chrono::seconds{20},
                        std::chrono::milliseconds answer_soon = std::chrono::minutes{1})
      : answer_within{answer_soon},
        client{client_of(hook, timeout)},
        server{settings()},
        opera{server, scored(on_failure)} {}

  auto settings() -> server_settings {
    auto all = settings_with(gateway);
    all.checkout.answer_within = answer_within;
    all.scorer = client.get();
    return all;
  }

  std::chrono::milliseconds answer_within;
  scoring_hook hook;
  fake_gateway gateway;
  answering pump{gateway};
  std::unique_ptr<payments::scorer> client;
  api_server server;
  box_office opera;
  api_client buyer{server.buyer()};
};

} // namespace

TEST_CASE(
    "the hook is asked about a payment once, signed, without anything about a person, and what it allows is sold") {
  scored_house in;
  auto& buyer = in.buyer;
  const auto id = held(buyer, in.opera, {"A/1/7", "A/1/8"});
  const auto key = new_key();
  const auto paid = pay(buyer, id, good_card, key);
  INFO(paid.body);
  REQUIRE(paid.status == 201);
  CHECK(pay(buyer, id, good_card, key).body == paid.body);
  const auto asked = in.hook.asked();
  REQUIRE(asked.size() == 1);
  const auto& headers = asked.front().headers;
  const auto& body = asked.front().body;
  const auto signature = notifications::webhook_headers(scoring_secret, headers.at("webhook-id"),
                                                        std::stoll(headers.at("webhook-timestamp")), body);
  CHECK("webhook-signature: " + headers.at("webhook-signature") == signature.back());
  const auto question = json::parse(body);
  CHECK(question.at("type") == "payment.scoring");
  const auto data = question.at("data");
  CHECK(data.at("order_id") == paid.text("order_id"));
  CHECK(data.at("event_id") == in.opera.event);
  CHECK(data.at("amount") == 17'800);
  CHECK(data.at("currency") == "EUR");
  CHECK(data.at("places") == 2);
  CHECK(data.at("buyer_places") == 2);
  CHECK(data.at("buyer_id").get<std::string>().starts_with("byr_"));
  CHECK(data.contains("requested_at"));
  CHECK(data.size() == 9);
  CHECK(body.find(good_card) == std::string::npos);
  auto organiser = in.opera.organiser;
  CHECK(organiser.get(in.opera.path("/reviews")).json().at("items").empty());
  CHECK(in.server.engine().metrics().payments_allowed.load() == 1);
  CHECK(in.server.engine().metrics().scorings.load() == 1);
  CHECK(in.server.engine().metrics().scorings_failed.load() == 0);
}

TEST_CASE("a payment that is denied asks nothing of the gateway, and leaves the hold to another card") {
  scored_house in{"allow"};
  auto& buyer = in.buyer;
  in.hook.say("deny", "five cards in an hour");
  const auto id = held(buyer, in.opera, {"A/1/7"});
  const auto key = new_key();
  const auto denied = pay(buyer, id, good_card, key);
  INFO(denied.body);
  REQUIRE(denied.status == 402);
  check_problem(denied, "payment_declined");
  CHECK(denied.json().at("decline_code") == "risk_denied");
  CHECK(denied.body.find("five cards") == std::string::npos);
  CHECK(in.gateway.calls().empty());
  CHECK(eventually([&] { return buyer.get("/v1/holds/" + id).text("status") == "held"; }));
  in.hook.say("allow");
  const auto again = pay(buyer, id, good_card, key);
  CHECK(again.body == denied.body);
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(in.hook.asked().size() == 1);
  CHECK(pay(buyer, id, good_card).status == 201);
  const auto asked = in.hook.asked();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].headers.at("webhook-id") != asked[1].headers.at("webhook-id"));
  CHECK(in.server.engine().metrics().payments_denied.load() == 1);
  CHECK(kept(in.gateway) == 8'900);
}

TEST_CASE("an order that is sold with a review is listed for its organiser until it is accepted") {
  scored_house in;
  auto& buyer = in.buyer;
  auto organiser = in.opera.organiser;
  in.hook.say("review", "new card");
  const auto id = held(buyer, in.opera, {"A/1/7", "A/1/8"});
  const auto paid = pay(buyer, id, good_card);
  REQUIRE(paid.status == 201);
  CHECK(paid.json().at("tickets").size() == 2);
  const auto path = in.opera.path("/reviews");
  const auto page = organiser.get(path);
  REQUIRE(page.status == 200);
  CHECK(page.json().at("next_cursor").is_null());
  REQUIRE(page.json().at("items").size() == 1);
  const auto line = page.json().at("items").front();
  CHECK(line.at("order_id") == paid.text("order_id"));
  CHECK(line.at("amount") == 17'800);
  CHECK(line.at("currency") == "EUR");
  CHECK(line.at("places") == 2);
  CHECK(line.at("reason") == "new card");
  CHECK(line.at("by") == "hook");
  auto elsewhere = in.server.key({"organise"}, in.server.organisation("Elsewhere"));
  CHECK(elsewhere.get(path).code() == "not_found");
  const auto order = order_path(id);
  CHECK(elsewhere.post(order + "/review", {{"decision", "accept"}}).code() == "not_found");
  CHECK(organiser.post("/v1/orders/ord_0/review", {{"decision", "accept"}}).code() == "not_found");
  for (const auto& body : {json::object(), json{{"decision", "maybe"}}, json{{"decision", 7}},
                           json{{"decision", "accept"}, {"why", "x"}}}) {
    CHECK(organiser.post(order + "/review", body).code() == "validation_failed");
  }
  const auto key = new_key();
  const auto accepted = organiser.post(order + "/review", {{"decision", "accept"}}, {.key = key});
  REQUIRE(accepted.status == 200);
  CHECK(accepted.text("order_id") == paid.text("order_id"));
  CHECK(accepted.text("decision") == "accept");
  CHECK(organiser.get(path).json().at("items").empty());
  const auto again = organiser.post(order + "/review", {{"decision", "accept"}}, {.key = key});
  CHECK(again.body == accepted.body);
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(organiser.post(order + "/review", {{"decision", "refund"}}, {.key = key}).code() == "idempotency_key_reused");
  CHECK(organiser.post(order + "/review", {{"decision", "accept"}}).code() == "not_found");
  CHECK(buyer.get(order).text("status") == "confirmed");
  CHECK(kept(in.gateway) == 17'800);
  CHECK(in.server.engine().metrics().payments_open.load() == 0);
}

TEST_CASE("a review that ends with a refund gives the order back as its organiser's refund does") {
  scored_house in;
  auto organiser = in.opera.organiser;
  in.hook.say("review");
  const auto id = held(in.buyer, in.opera, {"A/1/7"});
  REQUIRE(pay(in.buyer, id, good_card).status == 201);
  const auto path = order_path(id) + "/review";
  const auto key = new_key();
  const auto back = organiser.post(path, {{"decision", "refund"}}, {.key = key});
  INFO(back.body);
  REQUIRE(back.status == 201);
  CHECK(back.text("status") == "refunded");
  CHECK(back.json().at("amount") == 8'900);
  CHECK(organiser.post(path, {{"decision", "refund"}}, {.key = key}).body == back.body);
  CHECK(organiser.post(path, {{"decision", "refund"}}).code() == "not_found");
  CHECK(organiser.get(in.opera.path("/reviews")).json().at("items").empty());
  CHECK(eventually([&] { return kept(in.gateway) == 0; }));
  CHECK(eventually([&] { return in.buyer.get(order_path(id)).text("status") == "refunded"; }));
}

TEST_CASE("an order under review that is refunded otherwise is listed no more") {
  scored_house in;
  auto organiser = in.opera.organiser;
  in.hook.say("review");
  const auto id = held(in.buyer, in.opera, {"A/1/7"});
  REQUIRE(pay(in.buyer, id, good_card).status == 201);
  REQUIRE(organiser.post(order_path(id) + "/refunds").status == 201);
  CHECK(organiser.get(in.opera.path("/reviews")).json().at("items").empty());
  CHECK(organiser.post(order_path(id) + "/review", {{"decision", "accept"}}).code() == "order_refunded");
}

TEST_CASE("reviews come a page at a time, in the order in which they were paid") {
  scored_house in;
  auto organiser = in.opera.organiser;
  in.hook.say("review");
  std::vector<std::string> orders;
  for (const auto* seat : {"A/1/5", "A/1/6", "A/1/7"}) {
    const auto paid = pay(in.buyer, held(in.buyer, in.opera, {seat}), good_card);
    REQUIRE(paid.status == 201);
    orders.push_back(paid.text("order_id"));
  }
  const auto path = in.opera.path("/reviews?limit=2");
  const auto first = organiser.get(path).json();
  REQUIRE(first.at("items").size() == 2);
  CHECK(first.at("items").at(0).at("order_id") == orders[0]);
  CHECK(first.at("items").at(1).at("order_id") == orders[1]);
  const auto second = organiser.get(path + "&cursor=" + first.at("next_cursor").get<std::string>()).json();
  REQUIRE(second.at("items").size() == 1);
  CHECK(second.at("items").at(0).at("order_id") == orders[2]);
  CHECK(second.at("next_cursor").is_null());
  for (const auto* query :
       {"?cursor=x", "?cursor=0", "?cursor=", "?cursor=99999999999", "?limit=0", "?limit=201", "?of=1"}) {
    CAPTURE(query);
    CHECK(organiser.get(in.opera.path(std::string{"/reviews"} + query)).status == 400);
  }
}

TEST_CASE("a hook that fails in whatever way leaves the verdict to the event, which says why there was none") {
  struct failure {
    int status;
    std::string body;
    const char* reason;
  };
  const std::vector<failure> failures{
      {500, "{}", "http_500"},
      {200, "no JSON", "unreadable"},
      {200, R"({"verdict":"perhaps"})", "unreadable"},
      {200, R"({"verdict":"allow","reason":")" + std::string(2'000, 'r') + "\"}", "unreadable"},
      {302, "", "http_302"},
      {0, "", "timed_out"}};
  for (const auto& one : failures) {
    CAPTURE(one.reason);
    scored_house in{"review", std::chrono::milliseconds{one.status == 0 ? 50 : 20'000}};
    auto organiser = in.opera.organiser;
    if (one.status == 0) {
      in.hook.say_nothing();
    } else {
      in.hook.answer(one.status, one.body);
    }
    REQUIRE(pay(in.buyer, held(in.buyer, in.opera, {"A/1/7"}), good_card).status == 201);
    const auto items = organiser.get(in.opera.path("/reviews")).json().at("items");
    REQUIRE(items.size() == 1);
    CHECK(items.front().at("by") == "policy");
    CHECK(items.front().at("reason") == one.reason);
    CHECK(in.hook.asked().size() == 1);
    CHECK(in.server.engine().metrics().scorings_failed.load() == 1);
  }
}

TEST_CASE("without a verdict an event allows or denies as it says, and a server without a hook has none") {
  for (const bool denies : {false, true}) {
    CAPTURE(denies);
    fake_gateway gateway;
    const answering pump{gateway};
    const api_server server{settings_with(gateway)};
    const box_office opera{server, scored(denies ? "deny" : "allow")};
    auto buyer = server.buyer();
    const auto paid = pay(buyer, held(buyer, opera, {"A/1/7"}), good_card);
    CHECK(paid.status == (denies ? 402 : 201));
    CHECK(gateway.calls().empty() == denies);
  }
}

TEST_CASE("what is not scored, and what costs nothing, asks no hook") {
  scored_house in;
  in.hook.say("deny");
  const box_office other{in.server};
  CHECK(pay(in.buyer, held(in.buyer, other, {"A/1/7"}), good_card).status == 201);
  auto free = evening(in.opera.venue);
  for (auto& tier : free.at("tiers")) {
    tier["price"] = 0;
  }
  const box_office gift{in.server, {{"tiers", free.at("tiers")}, {"risk", {{"scored", true}, {"on_failure", "deny"}}}}};
  CHECK(pay(in.buyer, held(in.buyer, gift, {"A/1/7"}), good_card).status == 201);
  CHECK(in.hook.asked().empty());
}

TEST_CASE("a hook that is slow keeps nobody waiting but whoever pays") {
  scored_house in{"deny", std::chrono::seconds{20}, std::chrono::milliseconds{30}};
  in.hook.say_nothing();
  const box_office other{in.server};
  const auto id = held(in.buyer, in.opera, {"A/1/7"});
  const auto key = new_key();
  REQUIRE(pay(in.buyer, id, good_card, key).status == 202);
  REQUIRE(eventually([&] { return in.hook.asked().size() == 1; }));
  auto quick = in.server.buyer();
  held(quick, in.opera, {"A/1/8"});
  const auto theirs = held(quick, other, {"A/1/7"});
  const auto their_key = new_key();
  CHECK(eventually([&] { return pay(quick, theirs, good_card, their_key).status == 201; }));
  CHECK(pay(in.buyer, id, good_card, key).status == 202);
  CHECK(in.hook.asked().size() == 1);
  in.hook.say("allow");
  CHECK(eventually([&] { return pay(in.buyer, id, good_card, key).status == 201; }));
}

TEST_CASE(
    "a verdict is asked for again after a restart, under the same id, until it is written down, and never after") {
  scored_house in{"deny", std::chrono::seconds{20}, std::chrono::milliseconds{30}};
  auto& server = in.server;
  in.hook.say_nothing();
  const auto id = held(in.buyer, in.opera, {"A/1/7"});
  const auto key = new_key();
  REQUIRE(pay(in.buyer, id, good_card, key).status == 202);
  REQUIRE(eventually([&] { return in.hook.asked().size() == 1; }));
  server.restart();
  REQUIRE(eventually([&] { return in.hook.asked().size() == 2; }));
  in.pump.hold_back(true);
  in.hook.say("review", "as before");
  REQUIRE(eventually([&] { return !in.gateway.calls().empty(); }));
  server.restart();
  in.hook.say("deny");
  in.pump.hold_back(false);
  auto buyer = server.with(in.buyer.bearer());
  CHECK(eventually([&] { return pay(buyer, id, good_card, key).status == 201; }));
  const auto asked = in.hook.asked();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].headers.at("webhook-id") == asked[1].headers.at("webhook-id"));
  CHECK(asked[0].body == asked[1].body);
  auto organiser = server.with(in.opera.organiser.bearer());
  CHECK(organiser.get(in.opera.path("/reviews")).json().at("items").size() == 1);
}

TEST_CASE("a server ends though the first to ask for an event's payments was a list of reviews") {
  const api_server server;
  box_office opera{server};
  const auto listed = opera.organiser.get(opera.path("/reviews"));
  REQUIRE(listed.status == 200);
  CHECK(listed.json().at("items").empty());
}

TEST_CASE("an event says that it has payments scored, and what stands for a verdict, together") {
  const api_server server;
  box_office opera{server};
  auto& organiser = opera.organiser;
  auto auditor = server.key({"audit"});
  const auto risk_now = [&](const reply& set) {
    REQUIRE(set.status == 200);
    const auto fact = auditor.get(opera.path("/journal?limit=1&from_seq=" + set.event_seq())).json().at("items").at(0);
    return fact.at("data").value("risk", json{});
  };
  CHECK(risk_now(organiser.patch(opera.path(), scored("review"))) == json{{"scored", true}, {"on_failure", "review"}});
  for (const auto& risk :
       {json{{"scored", true}}, json{{"scored", true}, {"on_failure", "perhaps"}},
        json{{"scored", true}, {"on_failure", "none"}}, json{{"scored", false}, {"on_failure", "deny"}}}) {
    CAPTURE(risk.dump());
    const auto no = organiser.patch(opera.path(), {{"risk", risk}});
    CHECK(no.code() == "validation_failed");
    CHECK(no.json().at("errors").at(0).at("pointer") == "/risk/on_failure");
  }
  CHECK(organiser.patch(opera.path(), {{"risk", {{"scored", "yes"}}}}).code() == "validation_failed");
  CHECK_FALSE(risk_now(organiser.patch(opera.path(), {{"name", "Aida"}})).is_null());
  CHECK(risk_now(organiser.patch(opera.path(), {{"risk", {{"scored", false}}}})).is_null());
  CHECK_FALSE(risk_now(organiser.patch(opera.path(), scored("deny"))).is_null());
  CHECK_FALSE(server.anybody().get(opera.path()).json().contains("risk")); // nobody else's business
  CHECK(risk_now(organiser.patch(opera.path(), {{"risk", nullptr}})).is_null());
}

} // namespace holdfast::api_test

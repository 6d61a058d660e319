#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <set>

namespace holdfast::api_test {

using nlohmann::json;

TEST_CASE("a box office sells: hold, confirm, order with a ticket a place") {
  const api_server server;
  const box_office opera{server};
  auto till = opera.till;
  const auto made = till.post(opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 3}}}}});
  REQUIRE(made.status == 201);
  CHECK(made.text("sold_by").starts_with("key_"));
  const auto sold = confirm(till, made.text("hold_id"));
  INFO(sold.body);
  REQUIRE(sold.status == 201);
  const auto order = sold.json();
  CHECK(order.at("status") == "confirmed");
  CHECK(order.at("hold_id") == made.text("hold_id"));
  CHECK(order.at("total") == 7'500);
  CHECK(order.at("payment") == json::parse(R"({"method":"cash","reference":"till 3"})"));
  CHECK(order.at("confirmed_by") == made.text("sold_by"));
  CHECK(sold.header("location") == "/v1/orders/" + sold.text("order_id"));
  std::set<std::string> tickets;
  for (const auto& ticket : order.at("tickets")) {
    CHECK(ticket.at("area") == "floor");
    CHECK(ticket.at("price") == 2'500);
    tickets.insert(ticket.at("ticket_id").get<std::string>());
  }
  CHECK(tickets.size() == 3);
  const auto read = till.get("/v1/orders/" + sold.text("order_id") + "?min_seq=" + sold.event_seq());
  REQUIRE(read.status == 200);
  CHECK(read.body == sold.body);
  const auto as_hold = till.get("/v1/holds/" + made.text("hold_id") + "?min_seq=" + sold.event_seq());
  CHECK(as_hold.body == sold.body);
}

TEST_CASE("a box office confirms a buyer's hold: the order is the buyer's, and the till that confirmed may read it") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  auto other = server.buyer();
  auto till = opera.till;
  auto second_till = server.key({"sell", "audit"});
  const auto sold = confirm(till, held(buyer, opera, {"A/1/7"}));
  REQUIRE(sold.status == 201);
  CHECK_FALSE(sold.json().contains("sold_by"));
  CHECK(sold.text("confirmed_by").starts_with("key_"));
  const auto path = "/v1/orders/" + sold.text("order_id") + "?min_seq=" + sold.event_seq();
  CHECK(buyer.get(path).body == sold.body);
  CHECK(till.get(path).body == sold.body);
  CHECK(other.get(path).code() == "not_found");
  CHECK(second_till.get(path).code() == "not_found");
  auto anybody = server.anybody();
  CHECK(seat_status(anybody, opera, "A/1/7", sold.event_seq()) == "sold");
}

TEST_CASE("what is an order is no hold any more") {
  const api_server server;
  const box_office opera{server};
  auto till = opera.till;
  const auto made = hold(till, opera, {"A/1/7"});
  const auto path = "/v1/holds/" + made.text("hold_id");
  REQUIRE(confirm(till, made.text("hold_id")).status == 201);
  CHECK(till.remove(path).code() == "hold_confirmed");
  CHECK(till.post(path + "/extend").code() == "hold_confirmed");
  CHECK(confirm(till, made.text("hold_id")).code() == "hold_confirmed");
}

TEST_CASE("complimentary tickets need a reason and cost nothing") {
  const api_server server;
  const box_office opera{server};
  auto till = opera.till;
  const auto id = held(till, opera, {"A/1/7"});
  const auto path = "/v1/holds/" + id + "/confirm";
  const auto refused = till.post(path, {{"payment", {{"method", "complimentary"}}}});
  CHECK(refused.code() == "validation_failed");
  CHECK(refused.json().at("errors").at(0).at("pointer") == "/payment/reason");
  const auto given = till.post(path, {{"payment", {{"method", "complimentary"}, {"reason", "press"}}}});
  REQUIRE(given.status == 201);
  CHECK(given.json().at("total") == 0);
  CHECK(given.json().at("tickets").at(0).at("price") == 0);
}

TEST_CASE("a payment is one of three, its texts are short and plain, and no card number gets in") {
  const api_server server;
  const box_office opera{server};
  auto till = opera.till;
  const auto path = "/v1/holds/" + held(till, opera, {"A/1/7"}) + "/confirm";
  const std::vector<std::pair<json, std::string>> table{
      {json::object(), "/payment"},
      {{{"payment", json::object()}}, "/payment/method"},
      {{{"payment", {{"method", "barter"}}}}, "/payment/method"},
      {{{"payment", {{"method", "cash"}, {"reference", "till/3"}}}}, "/payment/reference"},
      {{{"payment", {{"method", "cash"}, {"reference", std::string(65, 'x')}}}}, "/payment/reference"},
      {{{"payment", {{"method", "cash"}, {"reason", "\xC3\xA4"}}}}, "/payment/reason"},
      {{{"payment", {{"method", "cash"}, {"iban", "x"}}}}, "/payment/iban"},
  };
  for (const auto& [body, pointer] : table) {
    const auto refused = till.post(path, body);
    CAPTURE(body.dump());
    CAPTURE(refused.body);
    CHECK(refused.code() == "validation_failed");
    CHECK(refused.json().at("errors").at(0).at("pointer") == pointer);
  }
  const auto card = till.post(path, {{"payment", {{"method", "cash"}, {"reference", "4242 4242 4242 4242"}}}});
  CHECK(card.status == 422);
  CHECK(card.code() == "card_number_refused");
  for (const auto& [reference, reason] : std::vector<std::pair<std::string, std::string>>{
           {"4242 4242", "4242 4242"}, {"00994242424242424242", "paid"}, {"till 3", "99 4242424242424242 1"}}) {
    const auto hidden =
        till.post(path, {{"payment", {{"method", "cash"}, {"reference", reference}, {"reason", reason}}}});
    CAPTURE(reference);
    CHECK(hidden.code() == "card_number_refused");
  }
  for (const char* field : {"email", "attendees"}) {
    const auto personal = till.post(path, {{"payment", {{"method", "cash"}}}, {field, "somebody"}});
    CHECK(personal.code() == "field_not_supported");
    CHECK(personal.json().at("errors").at(0).at("pointer") == std::string{"/"} + field);
  }
  CHECK(till.post(path, {{"payment", {{"method", "card_terminal"}}}}).status == 201);
}

TEST_CASE("a buyer cannot pay here yet, and is told so for a hold of theirs only") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  auto other = server.buyer();
  const json card{{"payment", {{"method", "pm_card_visa"}}}};
  const auto path = "/v1/holds/" + held(buyer, opera, {"A/1/7"}) + "/confirm";
  CHECK(buyer.post(path, card).status == 501);
  CHECK(buyer.post(path, card).code() == "payments_not_configured");
  CHECK(other.post(path, card).code() == "not_found");
  server.clock().turn(domain::seconds(600));
  CHECK(buyer.post(path, card).code() == "hold_expired");
}

TEST_CASE("orders are listed newest first, a page at a time, each owner's own") {
  const api_server server;
  const box_office opera{server};
  auto till = opera.till;
  auto buyer = server.buyer();
  std::vector<std::string> made;
  std::string seq;
  for (int i = 1; i <= 5; ++i) {
    const auto sold = confirm(till, held(till, opera, {"A/1/" + std::to_string(i)}));
    REQUIRE(sold.status == 201);
    made.insert(made.begin(), sold.text("order_id"));
    seq = sold.event_seq();
  }
  REQUIRE(till.get("/v1/orders/" + made.front() + "?min_seq=" + seq).status == 200);
  std::vector<std::string> listed;
  std::string path = "/v1/orders?limit=2";
  std::size_t pages = 0;
  while (!path.empty()) {
    const auto page = till.get(path);
    INFO(page.body);
    REQUIRE(page.status == 200);
    for (const auto& order : page.json().at("items")) {
      listed.push_back(order.at("order_id").get<std::string>());
    }
    const auto next = page.json().at("next_cursor");
    path = next.is_null() ? "" : "/v1/orders?limit=2&cursor=" + next.get<std::string>();
    ++pages;
  }
  CHECK(listed == made);
  CHECK(pages == 3);
  CHECK(buyer.get("/v1/orders").json().at("items").empty());
  CHECK(till.get("/v1/orders?cursor=x").code() == "invalid_query");
}

} // namespace holdfast::api_test

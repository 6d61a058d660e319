#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"
#include "tests/api/ticket_scene.hpp"

#include <doctest/doctest.h>

namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;

namespace {

auto token_of(api_client& holder, const std::string& ticket, const json& wish = json::object()) -> std::string {
  const auto offer = holder.post("/v1/tickets/" + ticket + "/transfer", wish);
  INFO(offer.body);
  REQUIRE(offer.status == 201);
  return offer.text("claim_token");
}

auto claim(api_client& who, const std::string& token, const std::string& key = new_key()) -> reply {
  return who.post("/v1/tickets/claim", {{"token", token}}, {.key = key});
}

} // namespace

TEST_CASE("a ticket goes to another buyer: it has a new code, and who had it sees it no more") {
  opening_night in;
  const sold_tickets sold{in.opera, in.buyer, {"A/1/7", "A/1/8"}};
  auto friend_of = in.server.buyer();
  const auto old_code = in.buyer.get(sold.path(0)).text("code");
  const auto token = token_of(in.buyer, sold.ids[0]);
  const auto key = new_key();
  const auto taken = claim(friend_of, token, key);
  INFO(taken.body);
  REQUIRE(taken.status == 201);
  CHECK(taken.text("ticket_id") == sold.ids[0]);
  CHECK(taken.text("seat") == "A/1/7");
  CHECK(taken.json().at("serial") == 2);
  CHECK(taken.header("location") == "/v1/tickets/" + sold.ids[0]);
  CHECK(taken.body.find(old_code) == std::string::npos);
  const auto again = claim(friend_of, token, key);
  CHECK(again.body == taken.body);
  CHECK(again.header("idempotency-replayed") == "true");

  const auto at = "/v1/tickets/" + sold.ids[0] + "?min_seq=" + taken.event_seq();
  const auto now = friend_of.get(at);
  REQUIRE(now.status == 200);
  CHECK(now.json().at("serial") == 2);
  CHECK(now.text("code") != old_code);
  check_problem(in.buyer.get(at), "not_found");
  check_problem(in.buyer.get("/v1/tickets/" + sold.ids[0] + "/qr.svg?min_seq=" + taken.event_seq()), "not_found");
  // The other ticket of the order stays, and the order says whose is whose.
  CHECK(in.buyer.get(sold.path(1)).status == 200);
  const auto order = in.buyer.get("/v1/orders/" + sold.order + "?min_seq=" + taken.event_seq()).json();
  CHECK(order.at("tickets").at(0).at("handed_on") == true);
  CHECK_FALSE(order.at("tickets").at(1).contains("handed_on"));
  check_problem(friend_of.get("/v1/orders/" + sold.order), "not_found");
  // The organiser sees it as before; the new holder may hand it on, the old one may not.
  CHECK(in.organiser.get(at).status == 200);
  check_problem(in.buyer.post("/v1/tickets/" + sold.ids[0] + "/transfer"), "not_found");
  CHECK(friend_of.post("/v1/tickets/" + sold.ids[0] + "/transfer").status == 201);
}

TEST_CASE("who opens the link to their own ticket keeps it, and the link") {
  opening_night in;
  const sold_tickets sold{in.opera, in.buyer, {"A/1/7"}};
  auto friend_of = in.server.buyer();
  const auto token = token_of(in.buyer, sold.ids[0]);
  const auto own = claim(in.buyer, token);
  INFO(own.body);
  CHECK(own.status == 201);
  CHECK(own.text("ticket_id") == sold.ids[0]);
  CHECK(own.json().at("serial") == 1);
  CHECK(claim(friend_of, token).json().at("serial") == 2);
}

TEST_CASE("tickets that were handed to somebody are listed, a page at a time, without their codes") {
  opening_night in;
  const sold_tickets sold{in.opera, in.buyer, {"A/1/1", "A/1/2", "A/1/3"}};
  auto friend_of = in.server.buyer();
  std::string seq;
  for (const auto& id : sold.ids) {
    const auto taken = claim(friend_of, token_of(in.buyer, id));
    REQUIRE(taken.status == 201);
    seq = taken.event_seq();
  }
  REQUIRE(friend_of.get("/v1/tickets/" + sold.ids[0] + "?min_seq=" + seq).status == 200);
  const auto first = friend_of.get("/v1/tickets?limit=2").json();
  REQUIRE(first.at("items").size() == 2);
  CHECK(first.at("items").at(0).at("ticket_id") == sold.ids[0]);
  CHECK_FALSE(first.at("items").at(0).contains("code"));
  REQUIRE(first.at("next_cursor").is_string());
  const auto rest = friend_of.get("/v1/tickets?limit=2&cursor=" + first.at("next_cursor").get<std::string>()).json();
  REQUIRE(rest.at("items").size() == 1);
  CHECK(rest.at("items").at(0).at("seat") == "A/1/3");
  CHECK(rest.at("next_cursor").is_null());
  CHECK(in.buyer.get("/v1/tickets").json().at("items").empty());
  check_problem(friend_of.get("/v1/tickets?cursor=x"), "invalid_query");
  check_problem(friend_of.get("/v1/tickets?limit=0"), "invalid_query");
  // Handed back, it is in the order again.
  const auto back = claim(in.buyer, token_of(friend_of, sold.ids[0]));
  REQUIRE(back.status == 201);
  CHECK(back.json().at("serial") == 3);
  CHECK(in.buyer.get("/v1/tickets/" + sold.ids[0] + "?min_seq=" + back.event_seq()).status == 200);
  CHECK(friend_of.get("/v1/tickets").json().at("items").size() == 2);
}

TEST_CASE(
    "somebody's tickets are listed, own and handed over, the newest order's first, but not those that went back") {
  opening_night in;
  const sold_tickets old{in.opera, in.buyer, {"A/1/1", "A/1/2"}};
  auto friend_of = in.server.buyer();
  const sold_tickets others{in.opera, friend_of, {"A/1/3", "A/1/4"}};
  const sold_tickets young{in.opera, in.buyer, {"A/1/5", "A/1/6"}};
  const auto taken = claim(in.buyer, token_of(friend_of, others.ids[1]));
  REQUIRE(taken.status == 201);
  const auto given = claim(friend_of, token_of(in.buyer, young.ids[0]));
  REQUIRE(given.status == 201);
  const auto id = old.order;
  const auto back = in.organiser.post("/v1/orders/" + id + "/refunds", {{"tickets", {old.ids[0]}}}, {.key = new_key()});
  INFO(back.body);
  REQUIRE(back.status == 201);
  REQUIRE(in.buyer.get("/v1/orders/" + id + "?min_seq=" + back.event_seq()).status == 200);

  const auto listed = [](api_client& who, const std::string& limit) {
    std::vector<std::string> all;
    std::string cursor;
    do {
      const auto page = who.get("/v1/tickets?limit=" + limit + cursor).json();
      for (const auto& one : page.at("items")) {
        all.push_back(one.at("ticket_id").get<std::string>());
        CHECK_FALSE(one.contains("code"));
      }
      cursor = page.at("next_cursor").is_null() ? "" : "&cursor=" + page.at("next_cursor").get<std::string>();
    } while (!cursor.empty());
    return all;
  };
  for (const std::string limit : {"1", "2", "3", "50"}) {
    CHECK(listed(in.buyer, limit) == std::vector<std::string>{young.ids[1], others.ids[1], old.ids[1]});
    CHECK(listed(friend_of, limit) == std::vector<std::string>{young.ids[0], others.ids[0]});
  }
  for (const auto* cursor : {"x", "1", "1.2", "1.2.", "1.2.3.4", "0.0.1", "-1.2.3", "1.2.99999999999", "1.2.3x"}) {
    CAPTURE(cursor);
    check_problem(in.buyer.get(std::string{"/v1/tickets?cursor="} + cursor), "invalid_query");
  }
  const auto stranger = in.server.buyer().get("/v1/tickets?cursor=3.9.0").json();
  CHECK(stranger.at("items").empty());
}

TEST_CASE("an offer is taken once, ends when it says, and dies when its holder has the code made anew") {
  opening_night in;
  const sold_tickets sold{in.opera, in.buyer, {"A/1/7", "A/1/8"}};
  auto quick = in.server.buyer();
  auto late = in.server.buyer();
  const auto token = token_of(in.buyer, sold.ids[0]);
  REQUIRE(claim(quick, token).status == 201);
  check_problem(claim(late, token), "claim_void");

  const auto short_lived = token_of(in.buyer, sold.ids[1], {{"expires_in_s", 60}});
  in.server.clock().turn(domain::seconds(60));
  check_problem(claim(late, short_lived), "claim_void");

  const auto withdrawn = token_of(in.buyer, sold.ids[1]);
  const auto anew = in.buyer.remove("/v1/tickets/" + sold.ids[1] + "/transfer");
  INFO(anew.body);
  REQUIRE(anew.status == 200);
  CHECK(anew.json().at("serial") == 2);
  check_problem(claim(late, withdrawn), "claim_void");
  check_problem(late.remove("/v1/tickets/" + sold.ids[1] + "/transfer"), "not_found");
  check_problem(late.remove("/v1/tickets/tkt_0/transfer"), "not_found");
}

TEST_CASE("a retry of a claim is answered although its offer is over") {
  opening_night in;
  const sold_tickets sold{in.opera, in.buyer, {"A/1/7"}};
  auto friend_of = in.server.buyer();
  const auto token = token_of(in.buyer, sold.ids[0], {{"expires_in_s", 60}});
  const auto key = new_key();
  const auto taken = claim(friend_of, token, key);
  REQUIRE(taken.status == 201);
  in.server.clock().turn(domain::hours(2));
  CHECK(claim(friend_of, token, key).body == taken.body);
}

TEST_CASE("a ticket goes on when the event is sold out, and its sale over, and counts towards nobody's limit") {
  const api_server server;
  const box_office opera{server, {{"max_per_buyer", 1}}};
  auto buyer = server.buyer();
  auto friend_of = server.buyer();
  const sold_tickets sold{opera, buyer, {"A/1/7"}};
  const sold_tickets own{opera, friend_of, {"A/1/8"}};
  auto organiser = opera.organiser;
  REQUIRE(organiser.post(opera.path("/close")).status == 200);
  CHECK(claim(friend_of, token_of(buyer, sold.ids[0])).status == 201);
}

TEST_CASE("what is no offer is refused, and so is one that nobody may make") {
  opening_night in;
  const sold_tickets sold{in.opera, in.buyer, {"A/1/7"}};
  auto other = in.server.buyer();
  check_problem(claim(other, "v1.1.xx.yy"), "validation_failed");
  check_problem(claim(other, other.bearer()), "validation_failed");
  check_problem(other.post("/v1/tickets/claim", json::object()), "validation_failed");
  auto till = in.opera.till;
  check_problem(till.post("/v1/tickets/claim", {{"token", "x"}}), "buyer_required");
  check_problem(other.post("/v1/tickets/" + sold.ids[0] + "/transfer"), "not_found");
  check_problem(other.post("/v1/tickets/tkt_0/transfer"), "not_found");
  for (const auto& wish : {json{{"expires_in_s", 59}}, json{{"expires_in_s", 2'592'001}}, json{{"to", "somebody"}}}) {
    check_problem(in.buyer.post("/v1/tickets/" + sold.ids[0] + "/transfer", wish), "validation_failed");
  }
}

TEST_CASE("a till hands its tickets to buyers") {
  opening_night in;
  auto till = in.opera.till;
  const sold_tickets sold{in.opera, till, {"A/1/7"}};
  const auto taken = claim(in.buyer, token_of(till, sold.ids[0]));
  REQUIRE(taken.status == 201);
  CHECK(in.buyer.get("/v1/tickets/" + sold.ids[0] + "?min_seq=" + taken.event_seq()).status == 200);
  check_problem(till.get("/v1/tickets/" + sold.ids[0]), "not_found");
}

TEST_CASE("who has what outlives the server") {
  opening_night in;
  const sold_tickets sold{in.opera, in.buyer, {"A/1/7"}};
  const auto friend_token = in.server.buyer().bearer();
  {
    auto friend_of = in.server.with(friend_token);
    REQUIRE(claim(friend_of, token_of(in.buyer, sold.ids[0])).status == 201);
  }
  in.server.restart();
  auto friend_of = in.server.with(friend_token);
  auto old_holder = in.server.with(in.buyer.bearer());
  CHECK(eventually([&] { return friend_of.get("/v1/tickets/" + sold.ids[0]).status == 200; }));
  CHECK(friend_of.get("/v1/tickets").json().at("items").size() == 1);
  check_problem(old_holder.get("/v1/tickets/" + sold.ids[0]), "not_found");
}

TEST_CASE("of an order that was given back nothing is offered, and offers of it are void") {
  testing::fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  auto other = server.buyer();
  auto organiser = opera.organiser;
  const auto id = held(buyer, opera, {"A/1/7"});
  const auto bought = pay(buyer, id, good_card);
  REQUIRE(bought.status == 201);
  const auto ticket = bought.json().at("tickets").at(0).at("ticket_id").get<std::string>();
  const auto token = token_of(buyer, ticket);
  REQUIRE(organiser.post(order_path(id) + "/refunds").status == 201);
  check_problem(claim(other, token), "claim_void");
  CHECK(eventually([&] { return buyer.get("/v1/tickets/" + ticket).text("status") == "returned"; }));
  check_problem(buyer.post("/v1/tickets/" + ticket + "/transfer"), "not_found");
  check_problem(buyer.remove("/v1/tickets/" + ticket + "/transfer"), "not_found");
  check_problem(buyer.post("/v1/tickets/" + ticket + "/offer", {{"price", 100}}), "not_found");
  check_problem(buyer.remove("/v1/tickets/" + ticket + "/offer"), "not_found");
}

} // namespace holdfast::api_test

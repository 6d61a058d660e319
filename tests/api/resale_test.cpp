#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

/// Tickets that their buyers offer to other buyers, over sockets: from the offer to the door and the books.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;
using testing::fake_gateway;

namespace {

constexpr std::int64_t paid_each = 8'900;
constexpr std::int64_t price = 7'000;

/// A server that takes cards, an event that lets tickets be resold for 80 %, and a seller with two seats.
struct market {
  explicit market(const json& changes = {{"resale", {{"max_percent", 80}}}}) : opera{server, changes} {
    order = held(seller, opera, {"A/1/7", "A/1/8"});
    const auto sold = pay_to_the_end(seller, order, good_card);
    REQUIRE(sold.status == 201);
    for (const auto& one : sold.json().at("tickets")) {
      tickets.push_back(one.at("ticket_id"));
    }
  }

  auto offer(api_client& who, std::size_t ticket, std::int64_t amount, const ask_with& with = {}) -> reply {
    return who.post("/v1/tickets/" + tickets[ticket] + "/offer", {{"price", amount}}, with);
  }
  auto withdraw(std::size_t ticket) -> reply { return seller.remove("/v1/tickets/" + tickets[ticket] + "/offer"); }
  auto hold_offer(api_client& who, std::size_t ticket) -> reply {
    return who.post(opera.path("/holds"), {{"resale", tickets[ticket]}});
  }
  auto list(const std::string& min_seq, const std::string& more = {}) -> json {
    auto anybody = server.anybody();
    const auto got = anybody.get(opera.path("/resale?min_seq=" + min_seq + more));
    REQUIRE(got.status == 200);
    return got.json();
  }
  /// The payment that S made is settled: its money may go back.
  [[nodiscard]] auto sellers_order() -> json { return seller.get(order_path(order)).json(); }

  fake_gateway gateway;
  answering pump{gateway};
  api_server server{impatient_with(gateway)};
  box_office opera;
  api_client seller{server.buyer()};
  api_client buyer{server.buyer()};
  api_client scanner{server.key({"scan"})};
  std::string order;
  std::vector<std::string> tickets;
};

auto scan(api_client& door, const std::string& code, const std::string& nonce) -> std::string {
  return door.post("/v1/scans", {{"code", code}, {"gate", "north"}, {"nonce", nonce}}).text("result");
}

auto code_of(api_client& who, const std::string& ticket, const std::string& min_seq) -> std::string {
  const auto got = who.get("/v1/tickets/" + ticket + "?min_seq=" + min_seq);
  REQUIRE(got.status == 200);
  return got.text("code");
}

} // namespace

TEST_CASE("a ticket is offered, found, held, paid by the second card, and the seller has the price back") {
  market at;
  const auto old_code = code_of(at.seller, at.tickets[1], "0");
  const auto key = new_key();
  const auto offer = at.offer(at.seller, 1, price, {.key = key});
  INFO(offer.body);
  REQUIRE(offer.status == 201);
  CHECK(offer.json().at("price") == price);
  CHECK(offer.text("seat") == "A/1/8");
  CHECK(offer.header("location") == at.opera.path("/resale"));
  CHECK(at.offer(at.seller, 1, price, {.key = key}).body == offer.body);
  const auto listed = at.list(offer.event_seq()).at("items");
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].at("ticket_id") == at.tickets[1]);
  CHECK(listed[0].at("seat") == "A/1/8");
  CHECK(listed[0].at("price") == price);
  CHECK(listed[0].at("status") == "offered");
  const auto hold = at.hold_offer(at.buyer, 1);
  INFO(hold.body);
  REQUIRE(hold.status == 201);
  CHECK(hold.json().at("total") == price);
  CHECK(hold.json().at("seats").at(0).at("seat") == "A/1/8");
  CHECK(at.list(hold.event_seq()).at("items").at(0).at("status") == "held");
  const auto declined = pay_to_the_end(at.buyer, hold.text("hold_id"), bad_card);
  CHECK(declined.code() == "payment_declined");
  const auto sold = pay_to_the_end(at.buyer, hold.text("hold_id"), good_card);
  INFO(sold.body);
  REQUIRE(sold.status == 201);
  CHECK(sold.json().at("total") == price);
  const auto bought = sold.json().at("tickets").at(0).at("ticket_id").get<std::string>();
  CHECK(bought != at.tickets[1]);
  // 8,900 were paid for it: 7,000 go back, 1,900 stay.
  CHECK(eventually([&] { return kept(at.gateway) == 2 * paid_each; }));
  REQUIRE(at.gateway.refunds().size() == 1);
  CHECK(at.gateway.refunds().front().amount == price);
  CHECK(eventually([&] { return at.sellers_order().contains("resold_tickets"); }));
  const auto left = at.sellers_order();
  CHECK(left.at("status") == "confirmed");
  CHECK(left.at("resold_tickets") == json::array({at.tickets[1]}));
  CHECK(left.at("refunded") == price);
  CHECK(left.at("kept") == paid_each - price);
  CHECK(left.at("total") == 2 * paid_each);
  CHECK(left.at("tickets").size() == 1);
  CHECK(at.list(sold.event_seq()).at("items").empty());
  CHECK(scan(at.scanner, old_code, "scan-0001") == "revoked");
  CHECK(scan(at.scanner, code_of(at.buyer, bought, sold.event_seq()), "scan-0002") == "admitted");
  const auto report = at.opera.organiser.get(at.opera.path("/report?min_seq=" + sold.event_seq())).json();
  CHECK(report.at("places").at("sold") == 2);
  CHECK(report.at("revenue") == paid_each + price);
  CHECK(report.at("kept") == paid_each - price);
  const auto door = at.scanner.get(at.opera.path("/revocations?since=0")).json();
  CHECK(door.at("items").dump().find(at.tickets[1]) != std::string::npos);
}

TEST_CASE(
    "a hold of an offered ticket ends with its offer: at once, and whoever is paying for it has everything back") {
  market at;
  REQUIRE(at.offer(at.seller, 0, price).status == 201);
  REQUIRE(at.offer(at.seller, 1, price).status == 201);
  const auto idle = at.hold_offer(at.buyer, 0).text("hold_id");
  const auto offered = at.hold_offer(at.buyer, 1);
  const auto paying = offered.text("hold_id");
  const auto ticket = "/v1/tickets/" + at.tickets[1];
  REQUIRE(at.seller.get(ticket + "?min_seq=" + offered.event_seq()).status == 200);
  check_problem(at.seller.post(ticket + "/transfer"), "offer_taken");
  at.pump.hold_back(true);
  const auto key = new_key();
  REQUIRE(pay(at.buyer, paying, good_card, key).status == 202);
  for (const std::size_t index : {std::size_t{0}, std::size_t{1}}) {
    CHECK(scan(at.scanner, code_of(at.seller, at.tickets[index], offered.event_seq()), new_key()) == "admitted");
  }
  for (const auto& hold : {idle, paying}) {
    CHECK(eventually([&] { return at.buyer.get("/v1/holds/" + hold).code() == "hold_ended"; }));
    check_problem(at.buyer.post("/v1/holds/" + hold + "/extend"), "hold_ended");
    CHECK(at.buyer.remove("/v1/holds/" + hold).status == 204);
  }
  check_problem(pay(at.buyer, idle, good_card), "hold_ended");
  at.pump.hold_back(false);
  CHECK(eventually([&] { return pay(at.buyer, paying, good_card, key).code() == "hold_ended"; }));
  CHECK(eventually([&] { return at.buyer.get(order_path(paying)).text("status") == "failed"; }));
  CHECK(eventually([&] { return kept(at.gateway) == 2 * paid_each; }));
  at.server.restart();
  auto after = at.server.with(at.buyer.bearer());
  CHECK(eventually([&] { return after.get(order_path(paying)).text("status") == "failed"; }));
  CHECK(after.get(order_path(paying)).text("reason") == "lost");
}

TEST_CASE("the seller's receipt credits what came back, and the seller's list has the other ticket alone") {
  market at;
  const auto resell = [&](std::size_t ticket) {
    REQUIRE(at.offer(at.seller, ticket, price).status == 201);
    const auto hold = at.hold_offer(at.buyer, ticket);
    REQUIRE(hold.status == 201);
    const auto sold = pay_to_the_end(at.buyer, hold.text("hold_id"), good_card);
    REQUIRE(sold.status == 201);
    return "min_seq=" + sold.event_seq();
  };
  const auto credits_at = [&](const std::string& seq) {
    const auto page =
        at.seller.get(order_path(at.order) + "/receipt?" + seq, {.headers = "Accept: text/html\r\n"}).body;
    std::size_t from = 0;
    for (const auto* text : {"A/1/7", "A/1/8", "178.00", "<h2>Credit note", "A/1/8", "−89.00",
                             "Not refunded when resold", "19.00", "−70.00"}) {
      CAPTURE(text);
      from = page.find(text, from);
      REQUIRE(from != std::string::npos);
    }
    return page;
  };
  auto seq = resell(1);
  credits_at(seq);
  const auto has = [](api_client& who) { return who.get("/v1/tickets").json().at("items"); };
  CHECK(eventually([&] { return has(at.seller).size() == 1; }));
  CHECK(has(at.seller).at(0).at("ticket_id") == at.tickets[0]);
  seq = resell(0);
  CHECK(credits_at(seq).find("-2</h2>") != std::string::npos);
  CHECK(eventually([&] { return has(at.seller).empty(); }));
  CHECK(has(at.buyer).size() == 2);
}

TEST_CASE("an offer is the buyer's own, within the event's price, and for a ticket that a card paid") {
  market at;
  CHECK(at.offer(at.buyer, 0, price).code() == "not_found");
  check_problem(at.offer(at.seller, 0, 7'121), "validation_failed");
  check_problem(at.seller.post("/v1/tickets/" + at.tickets[0] + "/offer", json::object()), "validation_failed");
  check_problem(at.seller.post("/v1/tickets/" + at.tickets[0] + "/offer", {{"price", -1}}), "validation_failed");
  CHECK(at.offer(at.seller, 0, 7'120).status == 201);
  const auto cheaper = at.offer(at.seller, 0, 7'000);
  CHECK(cheaper.status == 201);
  CHECK(at.list(cheaper.event_seq()).at("items").at(0).at("price") == 7'000);
  CHECK(at.withdraw(0).status == 204);
  CHECK(at.withdraw(0).status == 204);
  const auto cash = confirm(at.opera.till, held(at.buyer, at.opera, {"A/2/1"}));
  const auto ticket = cash.json().at("tickets").at(0).at("ticket_id").get<std::string>();
  check_problem(at.buyer.post("/v1/tickets/" + ticket + "/offer", {{"price", 1}}), "resale_closed");
  market none{json::object()};
  check_problem(none.offer(none.seller, 0, 1), "resale_closed");
  check_problem(none.opera.organiser.patch(none.opera.path(), {{"resale", {{"max_percent", 101}}}}),
                "validation_failed");
  const auto amended = none.opera.organiser.patch(none.opera.path(), {{"resale", {{"max_percent", 100}}}});
  REQUIRE(amended.status == 200);
  auto anybody = none.server.anybody();
  const auto page = anybody.get(none.opera.path("?min_seq=" + amended.event_seq()));
  CHECK(page.json().at("resale").at("max_percent") == 100);
  CHECK(none.offer(none.seller, 0, paid_each).status == 201);
  CHECK(none.opera.organiser.patch(none.opera.path(), {{"resale", nullptr}}).status == 200);
  check_problem(none.hold_offer(none.buyer, 0), "resale_closed");
}

TEST_CASE("one buyer at a time has an offered ticket, the seller waits for them, and a till sells none") {
  market at;
  REQUIRE(at.offer(at.seller, 0, price).status == 201);
  CHECK(at.hold_offer(at.buyer, 1).code() == "not_found");
  check_problem(at.hold_offer(at.seller, 0), "validation_failed");
  check_problem(at.buyer.post(at.opera.path("/holds"), {{"resale", at.tickets[0]}, {"seats", {"A/1/1"}}}),
                "validation_failed");
  check_problem(at.buyer.post(at.opera.path("/holds"), {{"resale", "tkt_0"}}), "validation_failed");
  check_problem(at.opera.till.post(at.opera.path("/holds"), {{"resale", at.tickets[0]}}), "validation_failed");
  const auto hold = at.hold_offer(at.buyer, 0);
  REQUIRE(hold.status == 201);
  auto other = at.server.buyer();
  check_problem(at.hold_offer(other, 0), "offer_taken");
  check_problem(at.offer(at.seller, 0, price - 1), "offer_taken");
  check_problem(at.withdraw(0), "offer_taken");
  check_problem(at.seller.remove("/v1/tickets/" + at.tickets[0] + "/transfer"), "offer_taken");
  check_problem(confirm(at.opera.till, hold.text("hold_id")), "resale_closed");
  const auto path = "/v1/holds/" + hold.text("hold_id");
  CHECK(at.buyer.get(path + "?min_seq=" + hold.event_seq()).json().at("total") == price);
  CHECK(at.buyer.remove(path).status == 204);
  const auto again = at.hold_offer(other, 0);
  CHECK(again.status == 201);
  auto anybody = at.server.anybody();
  CHECK(seat_status(anybody, at.opera, "A/1/7", again.event_seq()) == "sold");
}

TEST_CASE("the list of offers has pages, is everybody's, and outlives a restart") {
  market at;
  REQUIRE(at.offer(at.seller, 0, price).status == 201);
  const auto last = at.offer(at.seller, 1, price - 1);
  REQUIRE(last.status == 201);
  const auto first = at.list(last.event_seq(), "&limit=1");
  CHECK(first.at("items").size() == 1);
  const auto rest = at.list(last.event_seq(), "&limit=1&cursor=" + first.at("next_cursor").get<std::string>());
  CHECK(rest.at("items").at(0).at("ticket_id") == at.tickets[1]);
  CHECK(rest.at("next_cursor").is_null());
  auto anybody = at.server.anybody();
  check_problem(anybody.get(at.opera.path("/resale?cursor=x")), "invalid_query");
  check_problem(anybody.get(at.opera.path("/resale?limit=0")), "invalid_query");
  CHECK(anybody.get("/v1/events/evt_0/resale").code() == "not_found");
  at.server.restart();
  auto again = at.server.anybody();
  CHECK(eventually([&] {
    const auto got = again.get(at.opera.path("/resale"));
    return got.status == 200 && got.json().at("items").size() == 2;
  }));
}

TEST_CASE("who has the list of offers is told so until something happens to the event") {
  market at;
  const auto offered = at.offer(at.seller, 0, price);
  auto anybody = at.server.anybody();
  const auto path = at.opera.path("/resale?min_seq=" + offered.event_seq());
  const auto first = anybody.get(path);
  REQUIRE(first.status == 200);
  CHECK(first.header("etag") == "W/\"" + first.header("x-view-seq") + "-resale\"");
  CHECK(first.header("cache-control").starts_with("public, max-age=1,"));
  const auto with_tag = [&](const std::string& tag) {
    return anybody.get(path, {.headers = "If-None-Match: " + tag + "\r\n"});
  };
  const auto kept_one = with_tag(first.header("etag"));
  CHECK(kept_one.status == 304);
  CHECK(kept_one.body.empty());
  CHECK(kept_one.header("etag") == first.header("etag"));
  CHECK(with_tag("W/\"1-resale\"").body == first.body);
  const auto cheaper = at.offer(at.seller, 0, price - 1);
  const auto now = anybody.get(at.opera.path("/resale?min_seq=" + cheaper.event_seq()),
                               {.headers = "If-None-Match: " + first.header("etag") + "\r\n"});
  CHECK(now.status == 200);
  CHECK(now.header("etag") != first.header("etag"));
}

TEST_CASE("whoever gives the rest of the order back has that much back, and what is kept stays") {
  market at;
  REQUIRE(at.offer(at.seller, 0, price).status == 201);
  const auto hold = at.hold_offer(at.buyer, 0);
  REQUIRE(pay_to_the_end(at.buyer, hold.text("hold_id"), good_card).status == 201);
  CHECK(eventually([&] { return at.gateway.refunds().size() == 1; }));
  reply back;
  CHECK(eventually([&] {
    back = at.opera.organiser.post(order_path(at.order) + "/refunds", json::object());
    return back.code() != "payment_in_progress";
  }));
  INFO(back.body);
  REQUIRE(back.status == 201);
  CHECK(back.json().at("amount") == paid_each);
  CHECK(eventually([&] { return kept(at.gateway) == price + (paid_each - price); }));
  CHECK(eventually([&] { return at.sellers_order().at("status") == "refunded"; }));
  CHECK(at.sellers_order().at("refunded") == price + paid_each);
}

} // namespace holdfast::api_test

#include "domain/public_id.hpp"
#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;
using testing::fake_gateway;
using call = fake_gateway::call;
using trouble = fake_gateway::trouble;

namespace {

constexpr const char* long_after = "2100-01-01T00:00:00.000Z";
constexpr const char* long_ago = "2001-01-01T00:00:00.000Z";

auto tickets_of(const reply& order) -> std::vector<std::string> {
  std::vector<std::string> ids;
  for (const auto& one : order.json().at("tickets")) {
    ids.push_back(one.at("ticket_id"));
  }
  return ids;
}

auto refund_tickets(api_client& who, const std::string& hold, const std::vector<std::string>& tickets,
                    const std::string& key = new_key()) -> reply {
  const auto body = tickets.empty() ? json::object() : json{{"tickets", tickets}};
  reply told;
  // The money of the refund before may still be on its way.
  CHECK(eventually([&] {
    told = who.post(order_path(hold) + "/refunds", body, {.key = key});
    return told.status < 400 || told.code() != "payment_in_progress";
  }));
  return told;
}

/// A server that takes cards, an event whose buyers may give tickets back, and an order of three seats.
struct paid_order {
  explicit paid_order(const json& changes = {{"refunds_until", long_after}}) : opera{server, changes} {
    hold = held(buyer, opera, {"A/1/7", "A/1/8", "A/1/9"});
    const auto paid = pay(buyer, hold, good_card);
    REQUIRE(paid.status == 201);
    tickets = tickets_of(paid);
  }

  [[nodiscard]] auto order() -> reply { return buyer.get(order_path(hold)); }

  fake_gateway gateway;
  answering pump{gateway};
  api_server server{settings_with(gateway)};
  box_office opera;
  api_client buyer{server.buyer()};
  std::string hold;
  std::vector<std::string> tickets;
};

} // namespace

TEST_CASE("a buyer gives one ticket back: its seat is free, its money returns once, and the other tickets stay") {
  paid_order in;
  const auto key = new_key();
  const auto back = refund_tickets(in.buyer, in.hold, {in.tickets[1]}, key);
  INFO(back.body);
  REQUIRE(back.status == 201);
  CHECK(back.text("status") == "partially_refunded");
  CHECK(back.json().at("amount") == 8'900);
  CHECK(back.json().at("tickets") == json::array({in.tickets[1]}));
  const auto again = refund_tickets(in.buyer, in.hold, {in.tickets[1]}, key);
  CHECK(again.body == back.body);
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(eventually([&] { return kept(in.gateway) == 2 * 8'900; }));
  CHECK(eventually([&] { return in.order().text("status") == "partially_refunded"; }));
  const auto order = in.order();
  CHECK(tickets_of(order) == std::vector<std::string>{in.tickets[0], in.tickets[2]});
  CHECK(order.json().at("returned_tickets") == json::array({in.tickets[1]}));
  CHECK(order.json().at("total") == 3 * 8'900);
  CHECK(order.json().at("refunded") == 8'900);
  auto anybody = in.server.anybody();
  CHECK(eventually([&] { return seat_status(anybody, in.opera, "A/1/8", "0") == "available"; }));
  CHECK(seat_status(anybody, in.opera, "A/1/7", "0") == "sold");
  check_problem(refund_tickets(in.buyer, in.hold, {in.tickets[1]}), "order_refunded");
  const auto rest = refund_tickets(in.opera.organiser, in.hold, {});
  REQUIRE(rest.status == 201);
  CHECK(rest.text("status") == "refunded");
  CHECK(rest.json().at("amount") == 2 * 8'900);
  CHECK(eventually([&] { return kept(in.gateway) == 0; }));
  CHECK(in.gateway.refunds().size() == 2);
  CHECK(eventually([&] { return in.order().text("status") == "refunded"; }));
  CHECK(in.order().json().at("refunded") == 3 * 8'900);
  const auto report = in.opera.organiser.get(in.opera.path("/report")).json();
  CHECK(report.at("places").at("sold") == 0);
  CHECK(report.at("revenue") == 0);
}

TEST_CASE("all tickets named are the whole order, and what is asked of it afterwards is refused") {
  paid_order in;
  const auto back = refund_tickets(in.opera.organiser, in.hold, in.tickets);
  REQUIRE(back.status == 201);
  CHECK(back.text("status") == "refunded");
  CHECK(back.json().at("amount") == 3 * 8'900);
  CHECK(eventually([&] { return kept(in.gateway) == 0; }));
  CHECK(eventually([&] { return in.order().text("status") == "refunded"; }));
  check_problem(refund_tickets(in.opera.organiser, in.hold, {}), "order_refunded");
  check_problem(refund_tickets(in.opera.organiser, in.hold, {in.tickets[0]}), "order_refunded");
}

TEST_CASE("buyers give back only while the event lets them, only their own, and only what there is") {
  {
    paid_order never{json::object()};
    check_problem(refund_tickets(never.buyer, never.hold, {}), "refund_closed");
    check_problem(refund_tickets(never.buyer, never.hold, {never.tickets[0]}), "refund_closed");
    REQUIRE(never.opera.organiser.patch(never.opera.path(), {{"refunds_until", long_ago}}).status == 200);
    check_problem(refund_tickets(never.buyer, never.hold, {}), "refund_closed");
    CHECK(kept(never.gateway) == 3 * 8'900);
    const auto changed = never.opera.organiser.patch(never.opera.path(), {{"refunds_until", long_after}});
    REQUIRE(changed.status == 200);
    const auto page = never.opera.organiser.get(never.opera.path("?min_seq=" + changed.event_seq()));
    CHECK(page.json().value("refunds_until", "") == long_after);
    CHECK(refund_tickets(never.buyer, never.hold, {}).status == 201);
  }
  paid_order in;
  auto other = in.server.buyer();
  CHECK(refund_tickets(other, in.hold, {}).code() == "not_found");
  const auto others = held(other, in.opera, {"B/1/101"});
  const auto order = pay(other, others, good_card);
  REQUIRE(order.status == 201);
  CHECK(refund_tickets(in.buyer, in.hold, tickets_of(order)).code() == "validation_failed");
  CHECK(refund_tickets(in.buyer, in.hold, {in.tickets[0], in.tickets[0]}).code() == "validation_failed");
  CHECK(refund_tickets(in.buyer, in.hold, {"tkt_0"}).code() == "validation_failed");
  const auto none = in.buyer.post(order_path(in.hold) + "/refunds", {{"tickets", json::array()}});
  CHECK(none.code() == "validation_failed");
  CHECK(kept(in.gateway) == 3 * 8'900 + 4'500);
}

TEST_CASE("a ticket that the order never had is named as such") {
  paid_order in;
  const domain::public_ids ids{domain::public_ids::key{7, 11}};
  const auto first = ids.parse_ticket(in.tickets[0]).value();
  std::string fourth;
  ids.append_ticket(fourth, first.event, first.order, 3);
  check_problem(refund_tickets(in.opera.organiser, in.hold, {fourth}), "no_such_ticket");
}

TEST_CASE("the refund of a ticket whose answer is lost, or that fails under its key, goes on across a restart, once") {
  for (const auto how : {trouble::lose_request, trouble::lose_answer}) {
    CAPTURE(static_cast<int>(how));
    fake_gateway gateway;
    answering pump{gateway};
    api_server server{impatient_with(gateway)};
    const box_office opera{server};
    auto buyer = server.buyer();
    const auto id = held(buyer, opera, {"A/1/7", "A/1/8"});
    const auto paid = pay_to_the_end(buyer, id, good_card);
    REQUIRE(paid.status == 201);
    gateway.next(call::refund_payment, how);
    auto organiser = opera.organiser;
    REQUIRE(eventually([&, key = new_key()] { // 202 on a machine that is busy
      return refund_tickets(organiser, id, {tickets_of(paid)[0]}, key).status == 201;
    }));
    server.restart();
    CHECK(eventually([&] { return kept(gateway) == 8'900; }));
    CHECK(gateway.refunds().size() == 1);
    auto after = server.with(organiser.bearer());
    REQUIRE(eventually(
        [&, key = new_key()] { return refund_tickets(after, id, {tickets_of(paid)[1]}, key).status == 201; }));
    CHECK(eventually([&] { return kept(gateway) == 0; }));
  }
}

TEST_CASE("what the till sold is taken back too: by ticket and whole, its money is the till's") {
  opening_night in;
  auto& till = in.opera.till;
  const auto id = held(till, in.opera, {"A/1/1", "A/1/2"});
  const auto sold = confirm(till, id);
  REQUIRE(sold.status == 201);
  check_problem(refund_tickets(till, id, {}), "scope_missing");
  CHECK(refund_tickets(in.buyer, id, {}).code() == "not_found");
  const auto key = new_key();
  const auto one = refund_tickets(in.organiser, id, {tickets_of(sold)[0]}, key);
  REQUIRE(one.status == 201);
  CHECK(one.text("status") == "partially_refunded");
  CHECK(one.json().at("amount") == 8'900);
  CHECK(refund_tickets(in.organiser, id, {tickets_of(sold)[0]}, key).body == one.body);
  check_problem(refund_tickets(in.organiser, id, {tickets_of(sold)[0]}), "order_refunded");
  CHECK(seat_status(in.buyer, in.opera, "A/1/1", one.header("event-seq")) == "available");
  const auto rest = refund_tickets(in.organiser, id, {});
  REQUIRE(rest.status == 201);
  CHECK(rest.text("status") == "refunded");
  check_problem(refund_tickets(in.organiser, id, {}), "order_refunded");
  const auto order = till.get(sold.header("location") + "?min_seq=" + rest.header("event-seq"));
  CHECK(order.text("status") == "refunded");
  const auto elsewhere = held(till, in.opera, {"A/1/3"});
  CHECK(refund_tickets(in.organiser, elsewhere, {}).code() == "not_found"); // a hold is no order
}

TEST_CASE("a ticket that went back opens no door; one that was used its buyer keeps, and the organiser may take") {
  paid_order in;
  auto scanner = in.server.key({"scan"});
  std::vector<std::string> codes;
  for (const auto& id : in.tickets) {
    std::string code;
    CHECK(eventually([&] {
      const auto got = in.buyer.get("/v1/tickets/" + id);
      code = got.status == 200 ? got.text("code") : std::string{};
      return !code.empty();
    }));
    codes.push_back(code);
  }
  const auto scan = [&](std::size_t which, const std::string& nonce) {
    return scanner.post("/v1/scans", {{"code", codes[which]}, {"gate", "north"}, {"nonce", nonce}}).text("result");
  };
  CHECK(scan(0, "scan-0001") == "admitted");
  check_problem(refund_tickets(in.buyer, in.hold, {in.tickets[0]}), "ticket_used");
  const auto back = refund_tickets(in.buyer, in.hold, {in.tickets[1]});
  REQUIRE(back.status == 201);
  CHECK(scan(1, "scan-0002") == "revoked");
  // What it was for may be another ticket's by now: no place is named, and never the next one's.
  const auto gone = scanner.post("/v1/scans", {{"code", codes[1]}, {"gate", "north"}, {"nonce", "scan-0005"}});
  CHECK_FALSE(gone.json().contains("seat"));
  CHECK_FALSE(gone.json().contains("area"));
  CHECK(scan(2, "scan-0003") == "admitted");
  REQUIRE(refund_tickets(in.opera.organiser, in.hold, {in.tickets[0]}).status == 201);
  CHECK(scan(0, "scan-0004") == "revoked");
  CHECK(eventually([&] { return in.buyer.get("/v1/tickets/" + in.tickets[0]).code() == "order_refunded"; }));
  CHECK(eventually([&] {
    const auto list = scanner.get(in.opera.path("/revocations")).json().at("items");
    return list.size() == 2 && list.at(0).at("ticket_id") == in.tickets[1] &&
           list.at(1).at("ticket_id") == in.tickets[0];
  }));
  CHECK(eventually([&] { return kept(in.gateway) == 8'900; }));
}

TEST_CASE("one card pays for so many tickets and no more, through whomever; another card takes the rest") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  box_office opera{server, {{"max_per_card", 3}}};
  auto first = server.buyer();
  auto second = server.buyer();
  REQUIRE(pay(first, held(first, opera, {"A/1/1", "A/1/2"}), good_card).status == 201);
  const auto id = held(second, opera, {"A/1/3", "A/1/4"});
  check_problem(pay(second, id, good_card), "card_limit_exceeded");
  CHECK(eventually([&] { return kept(gateway) == 2 * 8'900; }));
  CHECK(eventually([&] { return second.get("/v1/holds/" + id).text("status") == "held"; }));
  CHECK(second.get(order_path(id)).text("reason") == "over_limit");
  CHECK(pay(second, id, "pm_card_mastercard").status == 201);
  CHECK(opera.organiser.patch(opera.path(), {{"max_per_card", nullptr}}).status == 200);
  const auto more = held(second, opera, {"A/1/5", "A/1/6"});
  CHECK(pay(second, more, good_card).status == 201);
  CHECK(opera.organiser.patch(opera.path(), {{"max_per_card", 0}}).code() == "validation_failed");
}

TEST_CASE("a cancelled event gives every order back by itself, across a restart and an outage, and sells nothing") {
  fake_gateway gateway;
  answering pump{gateway};
  auto settings = settings_with(gateway);
  settings.checkout.refunds_at_once = 2;
  api_server server{settings};
  const box_office opera{server};
  std::vector<std::string> holds;
  std::vector<api_client> buyers;
  for (int i = 1; i <= 6; ++i) {
    buyers.push_back(server.buyer());
    holds.push_back(held(buyers.back(), opera, {"A/2/" + std::to_string(i)}));
    REQUIRE(pay(buyers.back(), holds.back(), good_card).status == 201);
  }
  auto till = opera.till;
  const auto cash = held(till, opera, {"B/1/101"});
  const auto sold = confirm(till, cash);
  REQUIRE(sold.status == 201);
  auto late = server.buyer();
  const auto pending = held(late, opera, {"B/1/102"});
  gateway.open_circuit(std::chrono::milliseconds{10});
  auto organiser = opera.organiser;
  REQUIRE(organiser.post(opera.path("/cancel")).text("status") == "cancelled");
  CHECK(pay(late, pending, good_card).status >= 400);
  server.restart();
  gateway.close_circuit();
  CHECK(eventually([&] { return kept(gateway) == 0; }));
  CHECK(gateway.refunds().size() == 6);
  for (std::size_t i = 0; i < holds.size(); ++i) {
    auto buyer = server.with(buyers[i].bearer());
    CHECK(eventually([&] { return buyer.get(order_path(holds[i])).text("status") == "refunded"; }));
  }
  auto box = server.with(till.bearer());
  CHECK(eventually([&] { return box.get(sold.header("location")).text("status") == "cancelled"; }));
  auto audit = server.with(organiser.bearer());
  const auto report = audit.get(opera.path("/report")).json();
  CHECK(report.at("places").at("sold") == 0);
}

} // namespace holdfast::api_test

#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;
using testing::fake_gateway;
using call = fake_gateway::call;
using trouble = fake_gateway::trouble;
using payments::payment_status;

namespace {

auto refund(api_client& organiser, const std::string& hold, const std::string& key = new_key()) -> reply {
  return organiser.post(order_path(hold) + "/refunds", json::object(), {.key = key});
}

} // namespace

TEST_CASE("an organiser refunds an order: its seats are free, its money goes back once, and it says so") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  auto organiser = opera.organiser;
  const auto id = held(buyer, opera, {"A/1/7", "A/1/8"});
  CHECK(refund(organiser, id).code() == "not_found");
  REQUIRE(pay(buyer, id, good_card).status == 201);
  const auto key = new_key();
  const auto given_back = refund(organiser, id, key);
  INFO(given_back.body);
  REQUIRE(given_back.status == 201);
  CHECK(given_back.text("status") == "refunded");
  CHECK(given_back.json().at("amount") == 17'800);
  CHECK(given_back.header("location") == order_path(id));
  const auto again = refund(organiser, id, key);
  CHECK(again.body == given_back.body);
  CHECK(again.header("idempotency-replayed") == "true");
  check_problem(refund(organiser, id), "order_refunded");
  CHECK(eventually([&] { return kept(gateway) == 0; }));
  CHECK(gateway.refunds().size() == 1);
  CHECK(eventually([&] { return buyer.get(order_path(id)).text("status") == "refunded"; }));
  CHECK(buyer.get("/v1/orders").json().at("items").front().at("status") == "refunded");
  auto anybody = server.anybody();
  CHECK(eventually([&] { return seat_status(anybody, opera, "A/1/7", "0") == "available"; }));
  const auto report = organiser.get(opera.path("/report")).json();
  CHECK(report.at("places").at("sold") == 0);
  CHECK(report.at("revenue") == 0);
  const auto next = held(buyer, opera, {"A/1/7", "A/1/8"});
  CHECK(pay(buyer, next, good_card).status == 201);
}

TEST_CASE("only the organiser of the event refunds") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  auto organiser = opera.organiser;
  auto till = opera.till;
  const auto id = held(buyer, opera, {"A/1/7"});
  REQUIRE(pay(buyer, id, good_card).status == 201);
  CHECK(refund(till, id).status == 403);
  auto elsewhere = server.key({"organise"}, server.organisation("Elsewhere"));
  CHECK(refund(elsewhere, id).code() == "not_found");
  CHECK(organiser.post("/v1/orders/ord_0/refunds").code() == "not_found");
  CHECK(organiser.post(order_path(id) + "/refunds", {{"tickets", 1}}).code() == "validation_failed");
  CHECK(kept(gateway) == 8'900);
}

TEST_CASE("a refund whose answer is lost is asked for again, across a restart too, and made once") {
  for (const auto how : {trouble::lose_request, trouble::lose_answer}) {
    CAPTURE(static_cast<int>(how));
    fake_gateway gateway;
    answering pump{gateway};
    api_server server{impatient_with(gateway)};
    const box_office opera{server};
    auto buyer = server.buyer();
    const auto id = held(buyer, opera, {"A/1/7"});
    REQUIRE(pay_to_the_end(buyer, id, good_card).status == 201);
    gateway.next(call::refund_payment, how);
    auto organiser = opera.organiser;
    const auto key = new_key();
    REQUIRE(eventually([&] { return refund(organiser, id, key).status == 201; })); // 202 on a machine that is busy
    server.restart();
    CHECK(eventually([&] { return kept(gateway) == 0; }));
    CHECK(gateway.refunds().size() == 1);
    auto after = server.with(organiser.bearer());
    CHECK(refund(after, id, key).status == 201);
  }
}

} // namespace holdfast::api_test

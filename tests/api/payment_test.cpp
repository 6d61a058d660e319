#include "journal/journal.hpp"
#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;
using testing::fake_gateway;
using call = fake_gateway::call;
using trouble = fake_gateway::trouble;
using payments::payment_status;

TEST_CASE("a buyer pays by card and has the order; the same request again gets the same bytes and no second charge") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7", "A/1/8"});
  const auto key = new_key();
  const auto paid = pay(buyer, id, good_card, key);
  INFO(paid.body);
  REQUIRE(paid.status == 201);
  const auto order = paid.json();
  CHECK(order.at("status") == "confirmed");
  CHECK(order.at("total") == 17'800);
  CHECK(order.at("payment").at("method") == "card");
  CHECK(order.at("tickets").size() == 2);
  REQUIRE(gateway.payments().size() == 1);
  const auto charged = gateway.payments().front();
  CHECK(order.at("payment").at("reference") == charged.id);
  CHECK(charged.status == payment_status::succeeded);
  CHECK(charged.amount_received == 17'800);
  CHECK(charged.currency.text() == "EUR");
  const auto again = pay(buyer, id, good_card, key);
  CHECK(again.body == paid.body);
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(pay(buyer, id, bad_card, key).code() == "idempotency_key_reused");
  CHECK(pay(buyer, id, good_card).code() == "hold_confirmed");
  CHECK(buyer.get(order_path(id) + "?min_seq=" + paid.event_seq()).body == paid.body);
  auto anybody = server.anybody();
  CHECK(seat_status(anybody, opera, "A/1/7", paid.event_seq()) == "sold");
  CHECK(gateway.payments().size() == 1);
}

TEST_CASE("a declined card leaves the hold to another one") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  const auto key = new_key();
  const auto declined = pay(buyer, id, bad_card, key);
  INFO(declined.body);
  REQUIRE(declined.status == 402);
  check_problem(declined, "payment_declined");
  CHECK(declined.json().at("decline_code") == "insufficient_funds");
  const auto again = pay(buyer, id, bad_card, key);
  CHECK(again.body == declined.body);
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(eventually([&] { return buyer.get("/v1/holds/" + id).text("status") == "held"; }));
  const auto failed = buyer.get(order_path(id));
  CHECK(failed.text("status") == "failed");
  CHECK(failed.text("reason") == "declined");
  const auto paid = pay(buyer, id, good_card);
  CHECK(paid.status == 201);
  CHECK(kept(gateway) == 8'900);
}

TEST_CASE("a gateway that cannot be reached keeps the hold, for longer, and says when to try again") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  gateway.open_circuit(std::chrono::seconds{5});
  const auto key = new_key();
  const auto refused = pay(buyer, id, good_card, key);
  INFO(refused.body);
  check_problem(refused, "payments_unavailable");
  CHECK(refused.header("retry-after") == "5");
  gateway.close_circuit();
  // Nothing was decided: the very same request begins the payment anew, and is answered alike from then on.
  const auto paid = pay(buyer, id, good_card, key);
  INFO(paid.body);
  REQUIRE(paid.status == 201);
  const auto again = pay(buyer, id, good_card, key);
  CHECK(again.body == paid.body);
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(pay(buyer, id, bad_card, key).code() == "idempotency_key_reused");
  CHECK(gateway.payments().size() == 1);
}

TEST_CASE("whoever repeats a request while the gateway is away is never stuck with an old answer") {
  fake_gateway gateway;
  const answering pump{gateway};
  api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  const auto key = new_key();
  gateway.open_circuit(std::chrono::seconds{5});
  for (int i = 0; i < 3; ++i) {
    CHECK(pay(buyer, id, good_card, key).code() == "payments_unavailable");
  }
  server.restart();
  auto after = server.with(buyer.bearer());
  CHECK(pay(after, id, good_card, key).code() == "payments_unavailable");
  gateway.close_circuit();
  CHECK(pay(after, id, good_card, key).status == 201);
  CHECK(kept(gateway) == 8'900);
}

TEST_CASE("a slow gateway: 202, a pending order, a pinned hold, and at last an order") {
  fake_gateway gateway;
  answering pump{gateway};
  pump.hold_back(true);
  auto settings = impatient_with(gateway);
  const api_server server{settings};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  const auto key = new_key();
  const auto pending = pay(buyer, id, good_card, key);
  INFO(pending.body);
  REQUIRE(pending.status == 202);
  CHECK(pending.header("location") == order_path(id));
  CHECK(pending.text("status") == "pending");
  CHECK(eventually([&] { return buyer.get(order_path(id)).text("status") == "pending"; }));
  CHECK(buyer.get("/v1/holds/" + id).text("status") == "confirming");
  check_problem(buyer.remove("/v1/holds/" + id), "payment_in_progress");
  CHECK(buyer.post("/v1/holds/" + id + "/extend").code() == "payment_in_progress");
  CHECK(pay(buyer, id, good_card).code() == "payment_in_progress");
  auto till = opera.till;
  CHECK(confirm(till, id).code() == "payment_in_progress");
  CHECK(pay(buyer, id, good_card, key).status == 202);
  pump.hold_back(false);
  CHECK(eventually([&] { return buyer.get(order_path(id)).text("status") == "confirmed"; }));
  CHECK(eventually([&] { return pay(buyer, id, good_card, key).status == 201; }));
  CHECK(gateway.payments().size() == 1);
  CHECK(kept(gateway) == 8'900);
}

TEST_CASE("an answer that nobody waited for names the request that hears it") {
  fake_gateway gateway;
  answering pump{gateway};
  pump.hold_back(true);
  auto settings = impatient_with(gateway);
  const api_server server{settings};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  const auto key = new_key();
  REQUIRE(pay(buyer, id, bad_card, key).status == 202);
  pump.hold_back(false);
  CHECK(eventually([&] { return buyer.get(order_path(id)).text("status") == "failed"; }));
  const auto told = pay(buyer, id, bad_card, key);
  CHECK(told.header("idempotency-replayed") == "true");
  check_problem(told, "payment_declined");
  CHECK(told.text("trace_id") != std::string(32, '0'));
}

TEST_CASE("whatever call loses its answer, and whenever the server stops, one charge becomes one order") {
  for (const auto lost : {call::create, call::authorise, call::capture}) {
    for (const auto how : {trouble::lose_request, trouble::lose_answer}) {
      CAPTURE(static_cast<int>(lost));
      CAPTURE(static_cast<int>(how));
      fake_gateway gateway;
      answering pump{gateway};
      auto settings = impatient_with(gateway);
      api_server server{settings};
      const box_office opera{server};
      auto buyer = server.buyer();
      const auto id = held(buyer, opera, {"A/1/7"});
      gateway.next(lost, how);
      const auto first = pay(buyer, id, good_card);
      CHECK((first.status == 201 || first.status == 202));
      server.restart();
      auto after = server.with(buyer.bearer());
      CHECK(eventually([&] { return after.get(order_path(id)).text("status") == "confirmed"; }));
      CHECK(eventually([&] { return kept(gateway) == 8'900; }));
      REQUIRE(gateway.payments().size() == 1);
      CHECK(eventually([&] { return gateway.payments().front().status == payment_status::succeeded; }));
    }
  }
}

TEST_CASE("a success that comes when the hold has ended goes back in full") {
  fake_gateway gateway;
  answering pump{gateway};
  auto settings = impatient_with(gateway);
  settings.checkout.payment_timeout = domain::hours(10);
  api_server server{settings};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  pump.hold_back(true);
  const auto key = new_key();
  REQUIRE(pay(buyer, id, good_card, key).status == 202);
  server.clock().turn(domain::hours(3));
  pump.hold_back(false);
  CHECK(eventually(
      [&] { return !gateway.payments().empty() && gateway.payments().front().status == payment_status::canceled; }));
  CHECK(kept(gateway) == 0);
  CHECK(eventually([&] { return pay(buyer, id, good_card, key).code() == "hold_expired"; }));
  auto other = server.buyer();
  CHECK(hold(other, opera, {"A/1/7"}).status == 201);
}

TEST_CASE("an order that was being paid when its event was cancelled has failed") {
  fake_gateway gateway;
  answering pump{gateway};
  auto settings = impatient_with(gateway);
  api_server server{settings};
  const box_office opera{server};
  auto organiser = opera.organiser;
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  pump.hold_back(true);
  REQUIRE(pay(buyer, id, good_card).status == 202);
  REQUIRE(organiser.post(opera.path("/cancel")).status == 200);
  pump.hold_back(false);
  CHECK(eventually([&] { return buyer.get(order_path(id)).text("status") == "failed"; }));
  CHECK(eventually([&] { return kept(gateway) == 0; }));
  server.restart();
  auto after = server.with(buyer.bearer());
  CHECK(eventually([&] { return after.get(order_path(id)).text("status") == "failed"; }));
}

TEST_CASE("a gateway that does not say in time whether it has the money is called off") {
  fake_gateway gateway;
  const answering pump{gateway};
  auto settings = impatient_with(gateway);
  api_server server{settings};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  gateway.next(call::authorise, trouble::keep_failure);
  gateway.always(call::retrieve, trouble::refuse);
  const auto key = new_key();
  REQUIRE(pay(buyer, id, good_card, key).status == 202);
  server.clock().turn(domain::minutes(4));
  check_problem(pay_to_the_end(buyer, id, good_card, key), "payment_timed_out");
  gateway.works_again(call::retrieve);
  CHECK(eventually([&] { return buyer.get("/v1/holds/" + id).text("status") == "held"; }));
  // It had reserved the money after all, and gives it back when it can be asked again.
  CHECK(eventually([&] { return gateway.payments().front().status == payment_status::canceled; }));
  CHECK(kept(gateway) == 0);
  CHECK(pay_to_the_end(buyer, id, good_card).status == 201);
}

TEST_CASE("a payment that never reached the gateway's bank is ended there when it is called off") {
  fake_gateway gateway;
  const answering pump{gateway};
  api_server server{impatient_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  gateway.always(call::authorise, trouble::lose_request);
  const auto key = new_key();
  REQUIRE(pay(buyer, id, good_card, key).status == 202);
  server.clock().turn(domain::minutes(4));
  CHECK(eventually([&] { return pay(buyer, id, good_card, key).code() == "payment_timed_out"; }));
  CHECK(eventually([&] { return gateway.payments().front().status == payment_status::canceled; }));
  CHECK(eventually([&] { return server.engine().metrics().payments_open.load() == 0; }));
}

TEST_CASE(
    "a failure that the gateway repeats for ever ends the payment, or is got round where nothing can happen twice") {
  for (const auto at : {call::create, call::capture, call::cancel}) {
    CAPTURE(static_cast<int>(at));
    fake_gateway gateway;
    const answering pump{gateway};
    api_server server{settings_with(gateway)};
    const box_office opera{server};
    auto buyer = server.buyer();
    const auto id = held(buyer, opera, {"A/1/7"});
    gateway.next(at, trouble::keep_failure);
    if (at == call::cancel) {
      gateway.next(call::authorise, trouble::wrong_amount);
    }
    const auto said = pay(buyer, id, good_card);
    const auto code = said.status == 201 ? "paid" : said.code();
    CHECK(code == (at == call::create ? "payments_unavailable" : (at == call::capture ? "paid" : "payment_failed")));
    CHECK(eventually([&] { return server.engine().metrics().payments_open.load() == 0; }));
    CHECK(kept(gateway) == (at == call::capture ? 8'900 : 0));
  }
}

TEST_CASE("another amount than was asked for is nobody's order, and goes back") {
  fake_gateway gateway;
  const answering pump{gateway};
  const api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  gateway.next(call::authorise, trouble::wrong_amount);
  const auto failed = pay(buyer, id, good_card);
  INFO(failed.body);
  check_problem(failed, "payment_failed");
  CHECK(eventually([&] { return kept(gateway) == 0; }));
  CHECK(pay(buyer, id, good_card).status == 201);
}

TEST_CASE("what cannot be paid is refused before anything is written down or asked of the gateway") {
  fake_gateway gateway;
  const answering pump{gateway};
  api_server server{settings_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  auto other = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  CHECK(pay(other, id, good_card).code() == "not_found");
  CHECK(pay(buyer, id, "pm card").code() == "validation_failed");
  CHECK(pay(buyer, id, std::string(129, 'a')).code() == "validation_failed");
  CHECK(pay(buyer, id, "4242424242424242").code() == "card_number_refused");
  CHECK(buyer.post("/v1/holds/" + id + "/confirm").code() == "validation_failed");
  CHECK(buyer.post("/v1/holds/" + id + "/confirm", {{"payment", {{"method", good_card}}}}, {.without_key = true})
            .status == 400);
  const auto gone = held(buyer, opera, {"A/1/9"});
  REQUIRE(buyer.remove("/v1/holds/" + gone).status == 204);
  CHECK(pay(buyer, gone, good_card).code() == "hold_ended");
  server.clock().turn(domain::hours(1));
  CHECK(pay(buyer, id, good_card).code() == "hold_expired");
  CHECK(gateway.calls().empty());
  const auto heads = server.journal().heads(journal::stream_kind::payment);
  REQUIRE(heads.has_value());
  CHECK(heads->empty());
}

} // namespace holdfast::api_test

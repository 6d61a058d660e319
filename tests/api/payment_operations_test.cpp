#include "payments/webhook_signature.hpp"
#include "tests/api/paying.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>

/// What operators see of payments, and what the gateway tells.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;
using testing::fake_gateway;
using call = fake_gateway::call;
using trouble = fake_gateway::trouble;

namespace {

constexpr const char* secret = "whsec_of_the_test";

auto now_s() -> std::int64_t {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

auto notification(const std::string& payment, const std::string& id = "evt_1") -> std::string {
  return json{{"id", id},
              {"object", "event"},
              {"type", "payment_intent.amount_capturable_updated"},
              {"created", now_s()},
              {"data", {{"object", {{"id", payment}, {"object", "payment_intent"}}}}}}
      .dump();
}

auto notify(api_client& by, const std::string& body, const std::string& signature) -> reply {
  return by.ask("POST", "/v1/payments/webhook", body, {.headers = "Stripe-Signature: " + signature + "\r\n"});
}

} // namespace

TEST_CASE("payments that have not ended are listed for the operator, with what they wait for") {
  fake_gateway gateway;
  answering pump{gateway};
  const api_server server{impatient_with(gateway)};
  const box_office opera{server};
  auto buyer = server.buyer();
  auto admin = server.admin();
  CHECK(admin.get("/v1/admin/payments").json().at("items").empty());
  const auto id = held(buyer, opera, {"A/1/7"});
  gateway.open_circuit(std::chrono::milliseconds{1});
  gateway.close_circuit();
  // Reserved, and then the gateway is away: it can only be tried again.
  gateway.always(call::capture, trouble::lose_request);
  REQUIRE(pay(buyer, id, good_card).status == 202);
  json line;
  CHECK(eventually([&] {
    const auto items = admin.get("/v1/admin/payments").json().at("items");
    if (items.size() != 1 || items.front().at("tries").get<int>() < 3) {
      return false;
    }
    line = items.front();
    return true;
  }));
  CHECK(line.at("event_id") == opera.event);
  CHECK(line.at("hold_id") == id);
  CHECK(line.at("status") == "booked");
  CHECK(line.at("amount") == 8'900);
  CHECK(line.at("currency") == "EUR");
  CHECK(line.at("gateway_payment") == gateway.payments().front().id);
  CHECK(line.contains("trouble"));
  CHECK(server.engine().metrics().payments_stuck.load() == 1);
  gateway.works_again(call::capture);
  CHECK(eventually([&] { return admin.get("/v1/admin/payments").json().at("items").empty(); }));
  CHECK(eventually([&] { return server.engine().metrics().payments_stuck.load() == 0; }));
  CHECK(eventually([&] { return server.engine().metrics().payments_open.load() == 0; }));
  CHECK(eventually([&] { return server.engine().metrics().payments_captured.load() == 1; }));
  auto elsewhere = server.key({"admin"}, server.organisation("Elsewhere"));
  CHECK(elsewhere.get("/v1/admin/payments").code() == "not_found");
}

TEST_CASE("a notification makes a payment go on at once; it needs a signature, and is no more than a hint") {
  fake_gateway gateway;
  answering pump{gateway};
  auto settings = impatient_with(gateway);
  settings.notification_secrets = {"whsec_of_yesterday", secret};
  settings.checkout.retry_first = std::chrono::hours{1};
  settings.checkout.retry_max = std::chrono::hours{1};
  const api_server server{settings};
  const box_office opera{server};
  auto buyer = server.buyer();
  auto anybody = server.anybody();
  const auto id = held(buyer, opera, {"A/1/7"});
  gateway.next(call::authorise, trouble::lose_answer);
  const auto key = new_key();
  REQUIRE(pay(buyer, id, good_card, key).status == 202);
  CHECK(eventually([&] { return !gateway.payments().empty() && kept(gateway) == 8'900; }));
  const auto body = notification(gateway.payments().front().id);
  check_problem(notify(anybody, body, "t=1,v1=00"), "signature_invalid");
  check_problem(notify(anybody, body, payments::sign(body, "whsec_of_somebody", now_s())), "signature_invalid");
  check_problem(notify(anybody, body, payments::sign(body, secret, now_s() - 301)), "signature_invalid");
  check_problem(notify(anybody, body + " ", payments::sign(body, secret, now_s())), "signature_invalid");
  check_problem(anybody.post("/v1/payments/webhook"), "signature_invalid");
  CHECK(notify(anybody, "{}", payments::sign("{}", secret, now_s())).code() == "validation_failed");
  const auto foreign = notification("pi_of_nobody");
  CHECK(notify(anybody, foreign, payments::sign(foreign, secret, now_s())).status == 204);
  CHECK(buyer.get(order_path(id)).text("status") == "pending");
  // One that comes while the lost answer is still waited for hurries nothing.
  CHECK(eventually([&] {
    for (int times = 0; times < 20; ++times)
      CHECK(notify(anybody, body, payments::sign(body, secret, now_s())).status == 204);
    return pay(buyer, id, good_card, key).status == 201;
  }));
  CHECK(gateway.payments().size() == 1);
  CHECK(kept(gateway) == 8'900);
}

TEST_CASE("a notification takes effect once, however often and whenever it comes, also after a restart") {
  fake_gateway gateway;
  answering pump{gateway};
  auto settings = impatient_with(gateway);
  settings.notification_secrets = {secret};
  settings.checkout.retry_first = std::chrono::hours{1};
  settings.checkout.retry_max = std::chrono::hours{1};
  api_server server{settings};
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/7"});
  for (int times = 0; times < 5; ++times) {
    gateway.next(call::authorise, trouble::lose_request);
  }
  REQUIRE(pay(buyer, id, good_card).status == 202);
  const auto asked = [&] {
    const auto calls = gateway.calls();
    return std::ranges::count(calls, call::authorise, &fake_gateway::asked::kind);
  };
  const auto waits_after = [&](int tries) {
    return eventually([&] {
      const auto items = server.admin().get("/v1/admin/payments").json().at("items");
      return items.size() == 1 && items.front().at("tries") == tries;
    });
  };
  const auto tell = [&](const char* hint) {
    const auto body = notification(gateway.payments().front().id, hint);
    auto anybody = server.anybody();
    for (int times = 0; times < 20; ++times) {
      CHECK(notify(anybody, body, payments::sign(body, secret, now_s())).status == 204);
    }
  };
  REQUIRE(waits_after(1));
  for (const auto* hint : {"evt_1", "evt_2"}) {
    const auto before = asked();
    tell(hint);
    REQUIRE(waits_after(static_cast<int>(before) + 1));
    CHECK(asked() == before + 1);
  }
  tell("evt_1");
  tell("evt_2");
  tell("evt_3");
  REQUIRE(waits_after(4));
  CHECK(asked() == 4);
  server.restart();
  REQUIRE(waits_after(1));
  CHECK(asked() == 5);
  tell("evt_3");
  tell("evt_1");
  tell("evt_4");
  auto after = server.with(buyer.bearer());
  CHECK(eventually([&] { return after.get(order_path(id)).text("status") == "confirmed"; }));
  CHECK(asked() == 6);
  CHECK(kept(gateway) == 8'900);
}

TEST_CASE("without a secret no notification is taken") {
  const api_server server;
  auto anybody = server.anybody();
  CHECK(anybody.post("/v1/payments/webhook").code() == "payments_not_configured");
}

} // namespace holdfast::api_test

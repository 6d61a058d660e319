#include "payments/webhook_signature.hpp"
#include "tests/payments/room.hpp"
#include "tests/support/eventually.hpp"
#include "tools/gateway/wire_server.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::payments;
using namespace holdfast::payments_test;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::eventually;

/// Takes notifications as a server would: verifies, then reads.
class inbox {
 public:
  inbox() {
    auto started = gateway::wire_server::start("127.0.0.1", 0, [this](const auto& request) { return take(request); });
    REQUIRE(started.has_value());
    server_ = std::move(*started);
  }

  auto url() const -> std::string {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + "/v1/payments/webhook";
  }

  void trust(const std::filesystem::path& file) {
    auto secrets = stripe::read_webhook_secrets(file);
    REQUIRE(secrets.has_value());
    const std::scoped_lock lock{mutex_};
    secrets_ = *secrets;
  }

  /// The next so many notifications are answered 500.
  void refuse(int count) { refusals_ = count; }

  auto events() const -> std::vector<webhook_event> {
    const std::scoped_lock lock{mutex_};
    return events_;
  }

  auto has(const std::string& type) const -> bool {
    const auto all = events();
    return std::ranges::any_of(all, [&](const auto& each) { return each.type == type; });
  }

  auto forged() const -> int { return forged_; }

 private:
  auto take(const gateway::wire_server::http_request& request) -> gateway::wire_answer {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    const auto header = request["Stripe-Signature"];
    const std::scoped_lock lock{mutex_};
    if (!verify_signature({header.data(), header.size()}, request.body(), secrets_, now)) {
      ++forged_;
      return {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", false, false};
    }
    if (refusals_ > 0) {
      --refusals_;
      return {"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", false, false};
    }
    const auto event = read_webhook_event(request.body());
    if (event) {
      events_.push_back(*event);
    }
    return {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, false};
  }

  mutable std::mutex mutex_;
  std::vector<std::string> secrets_;
  std::vector<webhook_event> events_;
  std::atomic<int> refusals_{0};
  std::atomic<int> forged_{0};
  std::unique_ptr<gateway::wire_server> server_; ///< last: it uses everything above
};

/// A paid order, and what it is told of.
auto pay(payments::gateway& at, const std::string& name) -> std::string {
  auto id = id_of(create(at, "c-" + name));
  CHECK(words(authorise(at, "a-" + name, id)) == "payment requires_capture");
  CHECK(words(capture(at, "p-" + name, id)) == "payment succeeded");
  return id;
}

const std::vector<std::string> of_a_payment{"payment_intent.created", "charge.succeeded",
                                            "payment_intent.amount_capturable_updated", "charge.captured",
                                            "payment_intent.succeeded"};

auto types_of(const std::vector<webhook_event>& events) -> std::vector<std::string> {
  std::vector<std::string> types;
  for (const auto& each : events) {
    types.push_back(each.type);
  }
  return types;
}

} // namespace

TEST_CASE("notifications are signed, in order, and name their payment") {
  inbox mail;
  room here{json::object(), mail.url()};
  mail.trust(here.simulator().webhook_secret_file());
  const auto at = here.client();
  const auto id = pay(*at, "1");
  REQUIRE(eventually([&] { return mail.events().size() == of_a_payment.size(); }));
  CHECK(types_of(mail.events()) == of_a_payment);
  for (const auto& each : mail.events()) {
    CHECK(each.payment_id == id);
  }
  CHECK(mail.forged() == 0);
}

TEST_CASE("a notification that nobody takes comes again, also after the gateway was started anew") {
  inbox mail;
  room here{json::object(), mail.url()};
  mail.trust(here.simulator().webhook_secret_file());
  mail.refuse(1'000'000);
  const auto at = here.client();
  static_cast<void>(pay(*at, "1"));
  REQUIRE(eventually([&] { return here.simulator().counts().at("webhooks").at("failed").get<int>() >= 6; }));
  CHECK(mail.events().empty());
  here.stop();
  mail.refuse(0);
  here.start();
  REQUIRE(eventually([&] { return mail.events().size() == of_a_payment.size(); }));
  CHECK(types_of(mail.events()) == of_a_payment);
  REQUIRE(eventually([&] { return here.simulator().counts().at("webhooks").at("waiting") == 0; }));
  here.stop();
  here.start();
  static_cast<void>(create(*at, "c-2"));
  REQUIRE(eventually([&] { return mail.events().size() > of_a_payment.size(); }));
  CHECK(mail.events().back().type == "payment_intent.created");
  CHECK(mail.events().size() == of_a_payment.size() + 1);
}

TEST_CASE("a script sends copies, in any order, and forgeries that do not verify") {
  inbox mail;
  room here{json::object(), mail.url()};
  mail.trust(here.simulator().webhook_secret_file());
  here.follow(
      {{"seed", 3}, {"webhooks", {{"copies", 4}, {"shuffled", 20}, {"forged", 2}, {"ms", {{"uniform", {0, 30}}}}}}});
  const auto at = here.client();
  for (int i = 0; i < 4; ++i) {
    static_cast<void>(pay(*at, std::to_string(i)));
  }
  REQUIRE(eventually([&] { return mail.events().size() == 80; }));
  REQUIRE(eventually([&] { return mail.forged() == 40; }));
  std::map<std::string, int> copies;
  std::vector<std::string> order;
  for (const auto& each : mail.events()) {
    if (++copies[each.id] == 1) {
      order.push_back(each.id);
    }
  }
  CHECK(copies.size() == 20);
  CHECK(std::ranges::all_of(copies, [](const auto& each) { return each.second == 4; }));
  CHECK_FALSE(std::ranges::is_sorted(order));
  CHECK(here.simulator().counts().at("webhooks").at("forged_taken") == 0);
}

TEST_CASE("a notification can come before the answer that it is about") {
  inbox mail;
  room here{{{"rules", {{{"on", "confirm"}, {"do", "wait_after"}, {"ms", 60'000}}}}}, mail.url()};
  mail.trust(here.simulator().webhook_secret_file());
  auto at = here.client();
  const auto id = id_of(create(*at, "k-1"));
  std::atomic<bool> answered{false};
  at->authorise({"k-2", id, "pm_card_visa"}, [&](payment_outcome&&) { answered = true; });
  REQUIRE(eventually([&] { return mail.has("payment_intent.amount_capturable_updated"); }));
  CHECK_FALSE(answered);
  at.reset(); // before what its answer goes to
  CHECK(answered);
}

TEST_CASE("a pending refund becomes what it was to become, and says so") {
  inbox mail;
  room here{json::object(), mail.url()};
  mail.trust(here.simulator().webhook_secret_file());
  const auto at = here.client();
  const auto paid = [&](const std::string& name, const std::string& method) {
    auto id = id_of(create(*at, "c-" + name));
    CHECK(words(authorise(*at, "a-" + name, id, method)) == "payment requires_capture");
    CHECK(words(capture(*at, "p-" + name, id)) == "payment succeeded");
    return id;
  };
  CHECK(words(give_back(*at, "r-1", paid("1", "pm_card_pendingRefund"), 900)) == "refund pending");
  CHECK(words(give_back(*at, "r-2", paid("2", "pm_card_refundFail"), 900)) == "refund succeeded");
  REQUIRE(eventually([&] { return mail.has("refund.failed"); }));
  REQUIRE(eventually([&] {
    const auto refunds = here.ledger().refunds;
    return refunds.at(0).status == refund_status::succeeded && refunds.at(1).status == refund_status::failed;
  }));
  const auto ledger = here.ledger();
  CHECK(ledger.payments.at(0).amount_refunded == 900);
  CHECK(ledger.payments.at(1).amount_refunded == 0);
}

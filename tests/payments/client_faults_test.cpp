#include "tests/payments/room.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <map>

namespace {

using namespace holdfast;
using namespace holdfast::payments;
using namespace holdfast::payments_test;
using namespace std::chrono_literals;
using nlohmann::json;

/// A script of one rule, named "it".
auto rule(json what) -> json {
  what["name"] = "it";
  return {{"rules", {what}}};
}

auto once_only(stripe::client_options& options) {
  options.attempts_max = 1;
}

} // namespace

TEST_CASE("a lost request is sent again with the same key") {
  room here{rule({{"on", "create"}, {"do", "drop_request"}, {"times", 2}})};
  const auto at = here.client();
  CHECK(words(create(*at, "k")) == "payment requires_payment_method");
  CHECK(here.struck("it") == 2);
  CHECK(here.ledger().payments.size() == 1);
}

TEST_CASE("a lost answer is asked for again, and nothing happens twice") {
  room here{rule({{"on", "any"}, {"do", "drop_response"}, {"every", 2}})};
  const auto at = here.client();
  const auto id = id_of(create(*at, "k-1"));
  CHECK(words(authorise(*at, "k-2", id)) == "payment requires_capture");
  CHECK(words(capture(*at, "k-3", id)) == "payment succeeded");
  CHECK(words(give_back(*at, "k-4", id, 700)) == "refund succeeded");
  CHECK(here.struck("it") == 4);
  const auto ledger = here.ledger();
  REQUIRE(ledger.payments.size() == 1);
  CHECK(ledger.payments.front().amount_received == 5'000);
  CHECK(ledger.payments.front().amount_refunded == 700);
}

TEST_CASE("what stays lost is unknown, whether it took effect or not, and the same call later says which") {
  for (const auto* act : {"drop_request", "drop_response"}) {
    CAPTURE(act);
    room here;
    const auto at = here.client();
    const auto id = id_of(create(*at, "k-1"));
    here.follow(rule({{"on", "confirm"}, {"do", act}}));
    CHECK(words(authorise(*at, "k-2", id)) == "unknown connection_lost");
    // Three attempts; libcurl makes one of its own when a kept connection turns out to be dead.
    CHECK(here.struck("it") >= 3);
    CHECK(here.struck("it") <= 4);
    here.follow(json::object());
    CHECK(words(authorise(*at, "k-2", id)) == "payment requires_capture");
    CHECK(here.ledger().payments.size() == 1);
  }
}

TEST_CASE("a failure that the gateway keeps for a key is unknown for ever, and the payment itself says what happened") {
  room here;
  const auto at = here.client();
  const auto id = id_of(create(*at, "k-1"));
  here.follow(rule({{"on", "confirm"}, {"do", "fail_after"}, {"kept", true}, {"times", 1}}));
  const auto first = authorise(*at, "k-2", id);
  CHECK(words(first) == "unknown server_error");
  CHECK(std::get<unknown>(first).kept);
  CHECK(words(authorise(*at, "k-2", id)) == "unknown server_error");
  CHECK(words(retrieve(*at, id)) == "payment requires_capture");
}

TEST_CASE("a failure after the effect that is not kept is asked again") {
  room here{rule({{"on", "capture"}, {"do", "fail_after"}, {"status", 503}, {"times", 1}})};
  const auto at = here.client();
  const auto id = id_of(create(*at, "k-1"));
  CHECK(words(authorise(*at, "k-2", id)) == "payment requires_capture");
  CHECK(words(capture(*at, "k-3", id)) == "payment succeeded");
  CHECK(here.struck("it") == 1);
}

TEST_CASE("a gateway that takes too long leaves the outcome unknown, and says that it is at work when asked again") {
  room here{rule({{"on", "confirm"}, {"do", "wait"}, {"ms", 60'000}, {"times", 1}})};
  const auto at = here.client([](auto& options) { options.request_timeout = 500ms; });
  const auto id = id_of(create(*at, "k-1"));
  CHECK(words(authorise(*at, "k-2", id)) == "unknown in_progress");
  const auto impatient = here.client([](auto& options) {
    options.request_timeout = 500ms;
    options.attempts_max = 1;
  });
  here.follow(rule({{"on", "confirm"}, {"do", "wait_after"}, {"ms", 60'000}, {"times", 1}}));
  const auto other = id_of(create(*at, "k-3"));
  CHECK(words(authorise(*impatient, "k-4", other)) == "unknown timed_out");
  // The effect took place; only the answer is late.
  CHECK(words(retrieve(*at, other)) == "payment requires_capture");
}

TEST_CASE("an answer that comes twice is taken once, and never for the answer of another call") {
  room here{rule({{"on", "any"}, {"do", "twice"}})};
  const auto at = here.client();
  std::map<std::string, std::string> orders;
  for (int i = 0; i < 20; ++i) {
    const auto order = "ord_" + std::to_string(i);
    const auto made = create(*at, "k-" + order, 1'000 + i, order);
    const auto id = id_of(made);
    CHECK(value_of(std::get<payment>(made).about, "order") == order);
    CHECK(orders.emplace(id, order).second);
    const auto now = retrieve(*at, id);
    CHECK(id_of(now) == id);
    CHECK(std::get<payment>(now).amount == 1'000 + i);
  }
  CHECK(here.ledger().payments.size() == 20);
}

TEST_CASE("answers that make no sense are unknown, never a success and never a decline") {
  struct row {
    const char* act;
    const char* expected;
  };
  for (const auto& each : {row{"garbage", "unknown unreadable"}, row{"truncate", "unknown connection_lost"}}) {
    CAPTURE(each.act);
    room here;
    const auto at = here.client(once_only);
    const auto id = id_of(create(*at, "k-1"));
    here.follow(rule({{"on", "any"}, {"do", each.act}}));
    CHECK(words(create(*at, "k-2")) == each.expected);
    CHECK(words(authorise(*at, "k-3", id)) == each.expected);
    CHECK(words(authorise(*at, "k-4", id, "pm_card_chargeDeclined")) == each.expected);
    CHECK(words(retrieve(*at, id)) == each.expected);
    here.follow(json::object());
    CHECK(words(retrieve(*at, id)) == "payment requires_capture");
  }
}

TEST_CASE("an answer that is too long ends, and is unknown") {
  room here;
  const auto at = here.client([](auto& options) {
    options.attempts_max = 1;
    options.answer_bytes_max = 100;
  });
  CHECK(words(create(*at, "k-1")) == "unknown unreadable");
}

TEST_CASE("a wrong amount or currency comes as the gateway has it") {
  room here{{{"rules",
              {{{"on", "create"}, {"order", "dear"}, {"do", "wrong_amount"}, {"number", 7}},
               {{"on", "create"}, {"order", "abroad"}, {"do", "wrong_currency"}, {"text", "usd"}},
               {{"on", "capture"}, {"do", "wrong_amount"}, {"number", -1}}}}}};
  const auto at = here.client();
  CHECK(std::get<payment>(create(*at, "k-1", 5'000, "dear")).amount == 5'007);
  CHECK(std::get<payment>(create(*at, "k-2", 5'000, "abroad")).currency.text() == "USD");
  const auto id = id_of(create(*at, "k-3"));
  CHECK(words(authorise(*at, "k-4", id)) == "payment requires_capture");
  CHECK(std::get<payment>(capture(*at, "k-5", id)).amount_received == 4'999);
  CHECK(std::get<payment>(retrieve(*at, id)).amount_received == 5'000);
}

TEST_CASE("a pause that the gateway asks for is kept by all calls") {
  room here{rule({{"on", "create"}, {"do", "limit"}, {"number", 1}, {"times", 1}})};
  const auto at = here.client();
  const auto before = std::chrono::steady_clock::now();
  CHECK(words(create(*at, "k-1")) == "payment requires_payment_method");
  CHECK(std::chrono::steady_clock::now() - before >= 1'000ms);
  here.follow(rule({{"on", "create"}, {"do", "limit"}, {"number", 100}}));
  const auto hurried = here.client([](auto& options) { options.call_deadline = 2'000ms; });
  const auto limited = create(*hurried, "k-2");
  CHECK(words(limited) == "refused rate_limited");
  CHECK(words(create(*hurried, "k-3")) == "refused rate_limited");
  CHECK(here.struck("it") == 1);
}

TEST_CASE("declines of a script come as declines") {
  room here{rule({{"on", "confirm"}, {"do", "decline"}, {"text", "insufficient_funds"}, {"times", 1}})};
  const auto at = here.client();
  const auto id = id_of(create(*at, "k-1"));
  CHECK(words(authorise(*at, "k-2", id)) == "declined insufficient_funds");
  CHECK(words(authorise(*at, "k-3", id)) == "payment requires_capture");
}

TEST_CASE("whatever fails, asking with the same keys until it is known charges once and refunds once") {
  auto rules = json::array();
  for (const auto* act :
       {"drop_request", "drop_response", "fail_before", "fail_after", "twice", "garbage", "truncate"}) {
    rules.push_back({{"name", act}, {"do", act}, {"probability", 0.12}});
  }
  room here{{{"seed", 7}, {"rules", rules}}};
  const auto at = here.client([](auto& options) { options.attempts_max = 2; });
  const auto until_known = [](const auto& call) {
    auto last = call();
    while (std::holds_alternative<unknown>(last) || std::holds_alternative<refused>(last)) {
      last = call();
    }
    return last;
  };
  for (int i = 0; i < 30; ++i) {
    const auto n = std::to_string(i);
    const auto id = id_of(until_known([&] { return create(*at, "c-" + n, 1'000 + i, "ord_" + n); }));
    CHECK(words(until_known([&] { return authorise(*at, "d-" + n, id, "pm_card_chargeDeclined"); })) ==
          "declined generic_decline");
    CHECK(words(until_known([&] { return authorise(*at, "a-" + n, id); })) == "payment requires_capture");
    CHECK(words(until_known([&] { return capture(*at, "p-" + n, id, 1'000 + i); })) == "payment succeeded");
    CHECK(words(until_known([&] { return give_back(*at, "r-" + n, id, 400); })) == "refund succeeded");
  }
  const auto ledger = here.ledger();
  CHECK(ledger.payments.size() == 30);
  CHECK(ledger.refunds.size() == 30);
  for (const auto& each : ledger.payments) {
    CHECK(each.amount_received == each.amount);
    CHECK(each.amount_refunded == 400);
  }
  const auto counted = here.simulator().counts(); // outlives the loop over a part of it
  for (const auto& [name, counts] : counted.at("rules").items()) {
    CAPTURE(name);
    CHECK(counts.at("struck").get<int>() > 0);
  }
}

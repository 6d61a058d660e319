#include "tests/payments/room.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::payments;
using namespace holdfast::payments_test;
using namespace std::chrono_literals;
using nlohmann::json;

auto slow_reads() -> json {
  return {{"rules", {{{"on", "retrieve"}, {"do", "wait"}, {"ms", 60'000}}}}};
}

/// Counts answers by what they are.
class tally {
 public:
  auto taker() -> on_outcome<payment> {
    return [this](payment_outcome&& came) {
      const std::scoped_lock lock{mutex_};
      said_.push_back(words(came));
    };
  }

  auto said() const -> std::vector<std::string> {
    const std::scoped_lock lock{mutex_};
    return said_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> said_;
};

} // namespace

TEST_CASE("an open circuit refuses at once, lets one try after a while, and closes when the gateway is back") {
  room here;
  const auto at = here.client([](auto& options) {
    options.attempts_max = 1;
    options.breaker.failures_min = 3;
    options.breaker.open_first = 2'000ms;
    options.breaker.open_max = 2'000ms;
  });
  const auto id = id_of(create(*at, "k-1"));
  here.stop();
  for (int i = 0; i < 3; ++i) {
    const auto none = retrieve(*at, id);
    // The first may find its old connection gone after it has sent the request.
    CHECK((words(none) == "refused unreachable" || (i == 0 && words(none) == "unknown connection_lost")));
  }
  const auto sent = at->status().requests;
  const auto refusal = create(*at, "k-2");
  CHECK(words(refusal) == "refused circuit_open");
  CHECK(std::get<refused>(refusal).retry_after > 0ms);
  CHECK(std::get<refused>(refusal).retry_after <= 2'000ms);
  CHECK(at->status().requests == sent);
  CHECK(at->status().circuit == circuit_state::open);
  CHECK(at->status().circuit_opened == 1);
  here.start();
  REQUIRE(testing::eventually([&] { return at->status().circuit == circuit_state::half_open; }));
  CHECK(words(create(*at, "k-2")) == "payment requires_payment_method");
  REQUIRE(testing::eventually([&] { return at->status().circuit == circuit_state::closed; }));
  CHECK(here.ledger().payments.size() == 2);
}

TEST_CASE("an outage of the gateway opens the circuit") {
  room here;
  const auto at = here.client([](auto& options) {
    options.breaker.failures_min = 3;
    options.breaker.open_first = 60'000ms;
    options.breaker.open_max = 60'000ms;
  });
  here.simulator().be_away(60'000ms);
  CHECK(words(create(*at, "k-1")) == "unknown connection_lost");
  CHECK(words(create(*at, "k-2")) == "refused circuit_open");
  CHECK(here.simulator().counts().at("away") == 3);
}

TEST_CASE("declines and errors of ours leave the circuit closed") {
  room here;
  const auto at = here.client([](auto& options) { options.breaker.failures_min = 1; });
  const auto id = id_of(create(*at, "k-0"));
  for (int i = 1; i < 10; ++i) {
    CHECK(words(authorise(*at, "k-" + std::to_string(i), id, "pm_card_chargeDeclined")) == "declined generic_decline");
    CHECK(words(retrieve(*at, "pi_none")) == "rejected not_found");
  }
  CHECK(at->status().circuit == circuit_state::closed);
  CHECK(at->status().circuit_opened == 0);
}

TEST_CASE(
    "a failure that the gateway repeats from memory closes the circuit, so that it can be asked what became of the payment") {
  room here;
  const auto at = here.client([](auto& options) {
    options.attempts_max = 1;
    options.breaker.failures_min = 1;
    options.breaker.failures_percent = 1;
    options.breaker.open_first = 10ms;
    options.breaker.open_max = 10ms;
  });
  const auto id = id_of(create(*at, "k-1"));
  CHECK(words(authorise(*at, "k-2", id)) == "payment requires_capture");
  here.follow({{"rules", {{{"on", "capture"}, {"do", "fail_after"}, {"status", 500}, {"kept", true}, {"times", 1}}}}});
  CHECK(words(capture(*at, "k-3", id)) == "unknown server_error");
  REQUIRE(testing::eventually([&] { return at->status().circuit == circuit_state::half_open; }));
  const auto again = capture(*at, "k-3", id);
  CHECK(std::get<unknown>(again).kept);
  CHECK(words(retrieve(*at, id)) == "payment succeeded");
}

TEST_CASE("as many calls as may be are on their way, and the next is refused at once") {
  room here;
  auto at = here.client([](auto& options) { options.calls_max = 3; });
  const auto id = id_of(create(*at, "k-1"));
  here.follow(slow_reads());
  tally answers;
  for (int i = 0; i < 3; ++i) {
    at->retrieve(id, answers.taker());
  }
  CHECK(words(create(*at, "k-2")) == "refused bulkhead_full");
  CHECK(at->status().in_flight == 3);
  CHECK(answers.said().empty());
  at.reset(); // before what its answers go to
  CHECK(answers.said().size() == 3);
}

TEST_CASE("calls beyond our own rate wait a little, or are refused with the time until the next") {
  room here;
  const auto patient = here.client([](auto& options) {
    options.requests_per_s = 20;
    options.requests_burst = 1;
  });
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) {
    CHECK(words(create(*patient, "p-" + std::to_string(i))) == "payment requires_payment_method");
  }
  CHECK(std::chrono::steady_clock::now() - before >= 190ms);
  const auto hasty = here.client([](auto& options) {
    options.requests_per_s = 0.1;
    options.requests_burst = 1;
    options.limit_wait_max = 0ms;
  });
  CHECK(words(create(*hasty, "h-1")) == "payment requires_payment_method");
  const auto refusal = create(*hasty, "h-2");
  CHECK(words(refusal) == "refused rate_limited");
  CHECK(std::get<refused>(refusal).retry_after > 5s);
  CHECK(std::get<refused>(refusal).retry_after <= 10s);
}

TEST_CASE("a client that ends answers every call, once, by what may have happened") {
  room here;
  auto at = here.client();
  const auto id = id_of(create(*at, "k-1"));
  here.follow(slow_reads());
  tally answers;
  for (int i = 0; i < 10; ++i) {
    at->retrieve(id, answers.taker());
  }
  REQUIRE(testing::eventually([&] { return here.asked("retrieve") == 10; }));
  at.reset();
  const auto said = answers.said();
  REQUIRE(said.size() == 10);
  for (const auto& each : said) {
    CHECK(each == "unknown stopped");
  }
}

TEST_CASE(
    "a call that no connection could be had for is refused when the client ends, and calls made by answers are answered") {
  room here;
  auto at = here.client([](auto& options) {
    options.retry_first = 60'000ms;
    options.retry_longest = 60'000ms;
    options.random = [] { return 0.9; };
    options.call_deadline = 120'000ms;
  });
  here.stop();
  tally answers;
  auto* raw = at.get();
  raw->retrieve("pi_1", [&](payment_outcome&& came) {
    answers.taker()(std::move(came));
    raw->retrieve("pi_2", answers.taker());
  });
  REQUIRE(testing::eventually([&] { return raw->status().requests == 1; }));
  at.reset();
  CHECK(answers.said() == std::vector<std::string>{"refused stopping", "refused stopping"});
}

TEST_CASE("many calls at once from many threads each get their own answer") {
  room here;
  const auto at = here.client();
  std::vector<std::jthread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const auto name = std::to_string(t) + "-" + std::to_string(i);
        const auto made = create(*at, "k-" + name, 1'000 + i, name);
        const auto* got = std::get_if<payment>(&made);
        right += got != nullptr && value_of(got->about, "order") == name && got->amount == 1'000 + i ? 1 : 0;
      }
    });
  }
  threads.clear();
  CHECK(right == 100);
  CHECK(here.ledger().payments.size() == 100);
  CHECK(at->status().in_flight == 0);
}

#include "actors/deadline_core.hpp"
#include "actors/inflight_limiter.hpp"
#include "actors/reply_port.hpp"
#include "tests/actors/core_bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace holdfast::testing {

using actors::inflight_limiter;

TEST_CASE("a reply port that is dropped answers 503 and gives its credit back") {
  const auto sink = std::make_shared<kept_answer>();
  const auto credits = std::make_shared<inflight_limiter>(1);
  REQUIRE(credits->enter() == inflight_limiter::entry::entered);
  {
    actors::reply_port port{sink};
    port.carry(credits);
    const actors::reply_port moved{std::move(port)};
  }
  REQUIRE(sink->got.has_value());
  CHECK(sink->got->status == 503);
  CHECK(sink->got->retry_after_s.has_value());
  CHECK(credits->in_flight() == 0);
}

TEST_CASE("a reply port that is handed on gives back the credit of whoever had it before") {
  const auto first = std::make_shared<inflight_limiter>(1);
  const auto second = std::make_shared<inflight_limiter>(1);
  REQUIRE(first->enter() == inflight_limiter::entry::entered);
  REQUIRE(second->enter() == inflight_limiter::entry::entered);
  actors::reply_port port{std::make_shared<kept_answer>()};
  port.carry(first);
  port.carry(second);
  CHECK(first->in_flight() == 0);
  CHECK(second->in_flight() == 1);
  port.send({});
  CHECK(second->in_flight() == 0);
}

TEST_CASE("credits end at their limit, but not for the engine's own work") {
  inflight_limiter credits{2};
  CHECK(credits.enter() == inflight_limiter::entry::entered);
  CHECK(credits.enter() == inflight_limiter::entry::entered);
  CHECK(credits.enter() == inflight_limiter::entry::full);
  CHECK(credits.enter_always() == inflight_limiter::entry::entered);
  credits.give_back();
  credits.give_back();
  CHECK(credits.enter() == inflight_limiter::entry::entered);
}

TEST_CASE("nothing enters after the credits have closed, and they close only when idle") {
  inflight_limiter credits{2};
  REQUIRE(credits.enter() == inflight_limiter::entry::entered);
  CHECK_FALSE(credits.close_if_idle());
  credits.give_back();
  CHECK(credits.close_if_idle());
  CHECK(credits.enter() == inflight_limiter::entry::closed);
  CHECK(credits.enter_always() == inflight_limiter::entry::closed);
  CHECK(credits.in_flight() == 0);
}

TEST_CASE("deadlines come out in order, once, the earliest asked for each event") {
  std::mt19937 random{4711};
  for (int round = 0; round < 200; ++round) {
    actors::deadline_core heap;
    std::map<std::uint64_t, std::int64_t> naive;
    for (int step = 0; step < 300; ++step) {
      const std::uint64_t event = 1 + random() % 20;
      const auto at = static_cast<std::int64_t>(random() % 1000);
      if (random() % 4 != 0) {
        heap.schedule(domain::event_id{event}, {at});
        const auto known = naive.try_emplace(event, at).first;
        known->second = std::min(known->second, at);
      } else {
        std::vector<std::pair<std::int64_t, std::uint64_t>> expected;
        for (const auto& [id, due] : naive) {
          if (due <= at) {
            expected.emplace_back(due, id);
          }
        }
        std::sort(expected.begin(), expected.end());
        std::vector<std::pair<std::int64_t, std::uint64_t>> got;
        for (const auto id : heap.take_due({at})) {
          got.emplace_back(naive.at(id.value()), id.value());
          naive.erase(id.value());
        }
        REQUIRE(got == expected);
      }
      const auto next = heap.next();
      REQUIRE(next.has_value() == !naive.empty());
      if (next) {
        const auto least = std::min_element(naive.begin(), naive.end(),
                                            [](const auto& a, const auto& b) { return a.second < b.second; });
        REQUIRE(next->unix_ms == least->second);
      }
    }
  }
}

} // namespace holdfast::testing

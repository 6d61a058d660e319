#include "tests/bench/toy_server.hpp"
#include "tools/bench/child_process.hpp"
#include "tools/bench/load_generator.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tests {

namespace {

using namespace std::chrono_literals;
using namespace tools::bench;

/// Sends the same request over and over, up to a number of times in all, and goes by the status alone.
class counting_traffic : public traffic {
 public:
  explicit counting_traffic(std::uint64_t requests_max = UINT64_MAX) : left_{requests_max} {}

  auto next(std::size_t) -> std::string_view override {
    if (left_ == 0) {
      return {};
    }
    --left_;
    return "GET / HTTP/1.1\r\nHost: toy\r\n\r\n";
  }
  auto answered(std::size_t, const response& what) -> outcome override {
    bodies += what.body;
    return what.status == 200 ? outcome::success : what.status == 409 ? outcome::rejection : outcome::failure;
  }
  void lost(std::size_t) override { ++losses; }

  std::string bodies;
  std::uint64_t losses = 0;

 private:
  std::uint64_t left_;
};

[[nodiscard]] auto always(unsigned status) -> toy_server::script {
  return [status](std::uint64_t) { return toy_server::reply{toy_server::answer(status, "x")}; };
}

[[nodiscard]] auto finite(const toy_server& server, std::size_t connections) -> load_options {
  load_options options;
  options.port = server.port();
  options.connections = connections;
  return options;
}

[[nodiscard]] auto open_loop(const toy_server& server, double rate_per_s, std::chrono::milliseconds duration)
    -> load_options {
  auto options = finite(server, 4);
  options.pace = pacing::fixed;
  options.rate_per_s = rate_per_s;
  options.duration = duration;
  return options;
}

[[nodiscard]] auto in_ms(std::uint64_t nanoseconds) -> double {
  return static_cast<double>(nanoseconds) * 1e-6;
}

} // namespace

TEST_CASE("every request of a finite load is sent once and answered once") {
  toy_server server{always(200)};
  counting_traffic load{1'000};
  const auto result = run_load(finite(server, 8), load);
  REQUIRE(result);
  CHECK(result->successes == 1'000);
  CHECK(result->rejections == 0);
  CHECK(result->failures == 0);
  CHECK(result->success_latency.count() == 1'000);
  CHECK(server.requests() == 1'000);
  CHECK(server.connections() == 8);
  CHECK(load.bodies.size() == 1'000);
}

TEST_CASE("successes, rejections and failures are counted apart") {
  toy_server server{[](std::uint64_t n) {
    constexpr std::array<unsigned, 3> statuses{200, 409, 503};
    return toy_server::reply{toy_server::answer(statuses[n % 3], "")};
  }};
  counting_traffic load{900};
  const auto result = run_load(finite(server, 3), load);
  REQUIRE(result);
  CHECK(result->successes == 300);
  CHECK(result->rejections == 300);
  CHECK(result->failures == 300);
  CHECK(result->rejection_latency.count() == 300);
}

TEST_CASE("an open loop sends what is due, however slow the answers are") {
  toy_server server{always(200)};
  server.stall_at(1, 300ms);
  counting_traffic load;
  const auto result = run_load(open_loop(server, 500, 1'000ms), load);
  REQUIRE(result);
  CHECK(result->successes == 500);
  CHECK(result->backlog_max > 50);
}

TEST_CASE("a stall shows in an open loop's percentiles, because latency counts from the intended time") {
  constexpr auto stall = 400ms;
  toy_server server{always(200)};
  server.stall_at(500, stall);
  counting_traffic load;
  const auto result = run_load(open_loop(server, 1'000, 2'000ms), load);
  REQUIRE(result);
  CHECK(result->successes == 2'000);
  // 400 of 2,000 requests were due during the stall: half of them waited for more than half of it.
  CHECK(in_ms(result->success_latency.value_at(0.99)) >= 340);
  CHECK(in_ms(result->success_latency.value_at(0.90)) >= 190);
}

TEST_CASE("in a closed loop the same stall is charged once to each connection") {
  toy_server server{always(200)};
  server.stall_at(500, 400ms);
  counting_traffic load{2'000};
  const auto result = run_load(finite(server, 4), load);
  REQUIRE(result);
  CHECK(in_ms(result->success_latency.max()) >= 400);
  CHECK(result->success_latency.value_at(0.99) < result->success_latency.max());
}

TEST_CASE("arrivals of a Poisson process depend on the seed alone") {
  toy_server server{always(200)};
  auto options = open_loop(server, 1'000, 500ms);
  options.pace = pacing::poisson;
  std::vector<std::uint64_t> counts;
  for (const std::uint64_t seed : {7U, 7U, 8U}) {
    options.seed = seed;
    counting_traffic load;
    const auto result = run_load(options, load);
    REQUIRE(result);
    counts.push_back(result->successes);
  }
  CHECK(counts[0] == counts[1]);
  // Five standard deviations around the 500 that are expected.
  CHECK(counts[0] > 388);
  CHECK(counts[0] < 612);
}

TEST_CASE("what is due before the warm-up ends is sent and not counted") {
  toy_server server{always(200)};
  auto options = open_loop(server, 500, 400ms);
  options.warm_up = 200ms;
  counting_traffic load;
  const auto result = run_load(options, load);
  REQUIRE(result);
  CHECK(result->successes == 200);
  CHECK(server.requests() == 300);
}

TEST_CASE("a connection that the server ends with notice is replaced without a failure") {
  toy_server server{[](std::uint64_t n) {
    const bool last = n % 10 == 0;
    return toy_server::reply{toy_server::answer(200, "x", last ? "Connection: close\r\n" : ""), last};
  }};
  counting_traffic load{100};
  const auto result = run_load(finite(server, 1), load);
  REQUIRE(result);
  CHECK(result->successes == 100);
  CHECK(result->failures == 0);
  CHECK(server.connections() == 11);
}

TEST_CASE("a connection that breaks under a request is a failure, and the load goes on") {
  toy_server server{[](std::uint64_t n) {
    return n % 10 == 0 ? toy_server::reply{{}, true} : toy_server::reply{toy_server::answer(200, "x")};
  }};
  counting_traffic load{100};
  const auto result = run_load(finite(server, 2), load);
  REQUIRE(result);
  CHECK(result->successes == 90);
  CHECK(result->failures == 10);
  CHECK(load.losses == 10);
}

TEST_CASE("an answer that is no HTTP is a failure and never waited for") {
  toy_server server{[](std::uint64_t n) {
    return n == 5 ? toy_server::reply{"SMTP ready\r\n\r\n"} : toy_server::reply{toy_server::answer(200, "x")};
  }};
  counting_traffic load{50};
  const auto result = run_load(finite(server, 1), load);
  REQUIRE(result);
  CHECK(result->successes == 49);
  CHECK(result->failures == 1);
}

TEST_CASE("an answer that never comes is a failure after the time-out") {
  toy_server server{
      [](std::uint64_t n) { return n == 3 ? toy_server::reply{} : toy_server::reply{toy_server::answer(200, "x")}; }};
  auto options = finite(server, 1);
  options.answer_timeout = 100ms;
  counting_traffic load{20};
  const auto result = run_load(options, load);
  REQUIRE(result);
  CHECK(result->successes == 19);
  CHECK(result->failures == 1);
}

TEST_CASE("answers larger than the read buffer are read whole") {
  const std::string body(200'000, 'b');
  toy_server server{[&body](std::uint64_t) { return toy_server::reply{toy_server::answer(200, body)}; }};
  counting_traffic load{5};
  const auto result = run_load(finite(server, 1), load);
  REQUIRE(result);
  CHECK(result->successes == 5);
  CHECK(load.bodies.size() == 5 * body.size());
}

TEST_CASE("nobody who listens is a reason to stop, said in words") {
  load_options options;
  options.port = free_port();
  counting_traffic load{1};
  const auto result = run_load(options, load);
  REQUIRE_FALSE(result);
  CHECK(result.error().what.find(std::to_string(options.port)) != std::string::npos);
}

TEST_CASE("a server that ends every connection at once is not measured for ever") {
  toy_server server{[](std::uint64_t) { return toy_server::reply{{}, true}; }};
  counting_traffic load;
  const auto result = run_load(finite(server, 1), load);
  REQUIRE_FALSE(result);
  CHECK(result.error().what.find("keep breaking") != std::string::npos);
}

} // namespace holdfast::tests

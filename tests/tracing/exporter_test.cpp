#include "tests/support/eventually.hpp"
#include "tests/tracing/collector.hpp"
#include "tracing/exporter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace holdfast;
using namespace holdfast::tracing;
using namespace holdfast::tracing_test;
using namespace std::chrono_literals;
using holdfast::testing::eventually;

namespace {

auto span_number(std::uint64_t number) -> span {
  span what;
  what.trace = {1, number};
  what.id = number;
  what.name = "work";
  what.began = clock::now();
  what.ended = what.began + 1us;
  return what;
}

/// Quick, but for what a test must not wait for.
auto quick(std::string url) -> export_options {
  export_options options;
  options.endpoint = std::move(url);
  options.batch_delay = 5ms;
  options.send_deadline = 20s;
  options.retry_first = 1ms;
  options.retry_pause_max = 4ms;
  options.retry_for = 60s;
  options.flush_deadline = 20s;
  return options;
}

struct running {
  explicit running(const export_options& options, const std::vector<std::string>& headers = {})
      : to{options, make_otlp_client(options.endpoint, headers, {})} {
    to.start();
  }

  void record(std::uint64_t from, std::uint64_t count) {
    for (auto i = from; i < from + count; ++i) {
      to.record(span_number(i));
    }
  }
  [[nodiscard]] auto dropped() const -> std::uint64_t {
    const auto& of = to.counts();
    return of.queue_full + of.unreachable + of.refused + of.stopped;
  }

  exporter to;
};

auto ids_of(const std::vector<collector::request>& all) -> std::multiset<std::string> {
  std::multiset<std::string> ids;
  for (const auto& request : all) {
    for (const auto& each : request.spans()) {
      ids.insert(each.at("spanId").get<std::string>());
    }
  }
  return ids;
}

} // namespace

TEST_CASE("spans arrive once each, in batches of at most the size set, as OTLP over HTTP") {
  const collector at;
  auto options = quick(at.url());
  options.batch_spans_max = 50;
  options.service_name = "box office";
  options.service_instance = "one";
  running exporting{options, {"X-Tenant: opera"}};
  exporting.record(1, 1'234);
  exporting.to.stop();
  const auto all = at.requests();
  const auto ids = ids_of(all);
  CHECK(ids.size() == 1'234);
  CHECK(std::set<std::string>{ids.begin(), ids.end()}.size() == 1'234);
  for (const auto& request : all) {
    CHECK(request.method == "POST");
    CHECK(request.target == "/v1/traces");
    CHECK(request.headers.at("content-type") == "application/json");
    CHECK(request.headers.at("x-tenant") == "opera");
    CHECK(!request.headers.contains("expect"));
    CHECK(request.spans().size() <= 50);
    const auto resource = nlohmann::json::parse(request.body).at("resourceSpans").at(0).at("resource").at("attributes");
    CHECK(resource.at(0).at("key") == "service.name");
    CHECK(resource.at(0).at("value").at("stringValue") == "box office");
    CHECK(resource.at(1).at("value").at("stringValue") == "one");
  }
  CHECK(exporting.to.counts().exported == 1'234);
  CHECK(exporting.dropped() == 0);
  CHECK(exporting.to.queued() == 0);
}

TEST_CASE("a span that is alone is sent after the delay, with the time of the wall clock") {
  const collector at;
  running exporting{quick(at.url())};
  const auto now = [] {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  const auto before = now();
  exporting.record(1, 1);
  REQUIRE(eventually([&] { return at.requests().size() == 1; }));
  const auto sent = at.requests().front().spans().front();
  const auto began = std::stoll(sent.at("startTimeUnixNano").get<std::string>());
  constexpr std::int64_t a_second = 1'000'000'000;
  CHECK(began >= before - a_second);
  CHECK(began <= now() + a_second);
  CHECK(std::stoll(sent.at("endTimeUnixNano").get<std::string>()) == began + 1'000);
}

TEST_CASE("429, 502, 503 and 504 are tried again with the same bytes until they are taken") {
  const collector at{[](std::size_t n) {
    constexpr std::array<unsigned, 4> troubles{429, 502, 503, 504};
    return collector::answer{.status = n <= troubles.size() ? troubles[n - 1] : 200};
  }};
  running exporting{quick(at.url())};
  exporting.record(1, 3);
  REQUIRE(eventually([&] { return exporting.to.counts().exported == 3; }));
  const auto all = at.requests();
  REQUIRE(all.size() == 5);
  CHECK(std::ranges::all_of(all, [&](const auto& each) { return each.body == all.front().body; }));
  CHECK(exporting.to.counts().failed_attempts == 4);
  CHECK(exporting.dropped() == 0);
}

TEST_CASE("any other refusal ends a batch at once, and the next one is sent") {
  constexpr std::array<unsigned, 7> finals{400, 401, 404, 413, 500, 501, 302};
  const collector at{
      [&](std::size_t n) { return collector::answer{.status = n <= finals.size() ? finals[n - 1] : 200}; }};
  running exporting{quick(at.url())};
  for (std::uint64_t i = 1; i <= finals.size() + 1; ++i) {
    exporting.record(i, 1);
    REQUIRE(eventually([&] { return at.requests().size() == i; }));
  }
  REQUIRE(eventually([&] { return exporting.to.counts().exported == 1; }));
  CHECK(ids_of(at.requests()).size() == finals.size() + 1);
  CHECK(exporting.to.counts().refused == finals.size());
  CHECK(exporting.to.counts().failed_attempts == finals.size());
}

TEST_CASE("what a collector refuses of a batch that it takes is counted, and not sent again") {
  const collector at{
      [](std::size_t) { return collector::answer{.body = R"({"partialSuccess":{"rejectedSpans":"2"}})"}; }};
  running exporting{quick(at.url())};
  exporting.record(1, 5);
  exporting.to.stop();
  CHECK(ids_of(at.requests()).size() == 5);
  CHECK(exporting.to.counts().exported + exporting.to.counts().refused == 5);
  CHECK(exporting.to.counts().refused >= 2);
}

TEST_CASE("the pause that a collector asks for is kept, also when the batch is too old after it") {
  const collector at{[](std::size_t) { return collector::answer{.status = 503, .retry_after = "120"}; }};
  auto options = quick(at.url());
  options.batch_spans_max = 1;
  running exporting{options};
  exporting.record(1, 20);
  // Each of the batches would have to wait for longer than it is kept.
  REQUIRE(eventually([&] { return exporting.to.counts().unreachable == 20; }));
  CHECK(at.requests().size() == 1);
}

TEST_CASE("a batch is not sent again before the time that the collector asks for") {
  std::mutex mutex;
  std::vector<clock::time_point> came;
  const collector at{[&](std::size_t n) {
    const std::scoped_lock lock{mutex};
    came.push_back(clock::now());
    return collector::answer{.status = n == 1 ? 503U : 200U, .retry_after = n == 1 ? "1" : ""};
  }};
  running exporting{quick(at.url())}; // whose own pauses are some milliseconds
  exporting.record(1, 1);
  REQUIRE(eventually([&] { return exporting.to.counts().exported == 1; }));
  const std::scoped_lock lock{mutex};
  REQUIRE(came.size() == 2);
  CHECK(came[1] - came[0] >= 990ms);
}

TEST_CASE("without a collector spans are tried for a while, then dropped and counted, and the queue stays bounded") {
  auto options = quick("http://127.0.0.1:" + std::to_string(closed_port()) + "/v1/traces");
  options.retry_for = 20ms;
  options.queue_spans_max = 100;
  options.batch_spans_max = 10;
  running exporting{options};
  exporting.record(1, 5'000);
  CHECK(exporting.to.queued() <= 100);
  REQUIRE(eventually([&] { return exporting.dropped() == 5'000; }));
  CHECK(exporting.to.counts().queue_full >= 4'000);
  CHECK(exporting.to.counts().unreachable > 0);
  CHECK(exporting.to.counts().failed_attempts > 1);
  CHECK(exporting.to.counts().exported == 0);
}

TEST_CASE("a collector that comes back gets what waited") {
  std::atomic<bool> well{false};
  const collector at{[&](std::size_t) { return collector::answer{.status = well ? 200U : 503U}; }};
  running exporting{quick(at.url())};
  exporting.record(1, 10);
  REQUIRE(eventually([&] { return exporting.to.counts().failed_attempts > 2; }));
  well = true;
  REQUIRE(eventually([&] { return exporting.to.counts().exported == 10; }));
  CHECK(exporting.dropped() == 0);
}

TEST_CASE("a collector that says nothing holds up neither recording nor the end") {
  const collector at{[](std::size_t) { return collector::answer{.never = true}; }};
  auto options = quick(at.url());
  options.queue_spans_max = 64;
  options.batch_spans_max = 8;
  options.send_deadline = 10min;
  options.flush_deadline = 50ms;
  running exporting{options};
  exporting.record(1, 8);
  REQUIRE(eventually([&] { return at.requests().size() == 1; }));
  // With a transfer under way that never ends.
  exporting.record(9, 1'000);
  CHECK(exporting.to.counts().queue_full == 1'000 - 64);
  auto ended = std::async(std::launch::async, [&] { exporting.to.stop(); });
  REQUIRE(ended.wait_for(60s) == std::future_status::ready);
  CHECK(exporting.to.counts().exported == 0);
  CHECK(exporting.to.counts().stopped == 8 + 64);
  exporting.record(2'000, 1);
  CHECK(exporting.to.counts().stopped == 8 + 64 + 1);
}

TEST_CASE("the end sends what waits for others, and tries once more what waits for a pause") {
  std::atomic<bool> well{false};
  const collector at{
      [&](std::size_t) { return collector::answer{.status = well ? 200U : 429U, .retry_after = well ? "" : "30"}; }};
  auto options = quick(at.url());
  options.batch_delay = 10min;
  options.batch_spans_max = 2;
  running exporting{options};
  exporting.record(1, 3); // a full batch, and one that waits
  REQUIRE(eventually([&] { return exporting.to.counts().failed_attempts == 1; }));
  well = true;
  exporting.to.stop();
  CHECK(exporting.to.counts().exported == 3);
  CHECK(exporting.dropped() == 0);
}

TEST_CASE("many threads record while one exports, and every span is accounted for") {
  const collector at;
  auto options = quick(at.url());
  options.queue_spans_max = 500;
  options.batch_spans_max = 100;
  running exporting{options};
  constexpr std::uint64_t each = 2'000;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] { exporting.record(1 + t * each, each); });
    }
  }
  exporting.to.stop();
  const auto ids = ids_of(at.requests());
  CHECK(ids.size() == exporting.to.counts().exported);
  CHECK(std::set<std::string>{ids.begin(), ids.end()}.size() == ids.size());
  CHECK(exporting.to.counts().exported + exporting.dropped() == 4 * each);
}

#include "projections/search/result_cache.hpp"
#include "tests/search/search_bench.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::search_test {

namespace {

using projections::read_outcome;
using projections::result_cache;
using std::chrono::milliseconds;

auto body(const std::string& bytes) -> std::shared_ptr<const projections::view_body> {
  auto made = std::make_shared<projections::view_body>();
  made->bytes = bytes;
  return made;
}

/// A cache, somebody who asks, and a clock that is turned.
struct asking {
  explicit asking(std::size_t bytes_max = 1'000'000) {
    projections::search_settings settings;
    settings.cache_bytes_max = bytes_max;
    settings.answers_kept = milliseconds{1'000};
    settings.unchanged_answers_kept = milliseconds{5'000};
    cache = std::make_unique<result_cache>(settings, metrics);
  }

  auto ask(const std::string& key) -> result_cache::claim {
    projections::view_done done = [this](read_outcome outcome, const auto& what) {
      answers.push_back(outcome == read_outcome::ok ? what->bytes : std::string{"none"});
    };
    return cache->ask(key, now, at, done);
  }

  void answer(const std::string& key, const std::string& bytes) { cache->complete(key, now, at, body(bytes)); }

  std::shared_ptr<projections::search_metrics> metrics = std::make_shared<projections::search_metrics>();
  std::unique_ptr<result_cache> cache;
  result_cache::stamp now{1, 1, 1, 1};
  result_cache::clock::time_point at;
  std::vector<std::string> answers;
};

using texts = std::vector<std::string>;
constexpr auto yours = result_cache::claim::yours;
constexpr auto answered = result_cache::claim::answered;

} // namespace

TEST_CASE("whoever asks for what is being worked out waits for it") {
  asking some;
  CHECK(some.ask("tosca") == yours);
  CHECK(some.ask("tosca") == answered);
  CHECK(some.ask("carmen") == yours);
  CHECK(some.answers.empty());
  some.answer("tosca", "T");
  CHECK(some.answers == texts{"T", "T"});
  some.cache->give_up("carmen", read_outcome::overloaded);
  CHECK(some.answers == texts{"T", "T", "none"});
  CHECK(some.ask("carmen") == yours);
}

TEST_CASE(
    "an answer is given again until a text changes, for a second while counts do, and for some seconds otherwise") {
  asking some;
  CHECK(some.ask("tosca") == yours);
  some.answer("tosca", "1");
  some.at += milliseconds{4'999};
  CHECK(some.ask("tosca") == answered);
  CHECK(some.answers == texts{"1", "1"});
  some.now.columns = 2;
  CHECK(some.ask("tosca") == yours); // older than a second, and something has changed
  some.answer("tosca", "2");
  some.now.columns = 3;
  some.at += milliseconds{999};
  CHECK(some.ask("tosca") == answered);
  some.at += milliseconds{1};
  CHECK(some.ask("tosca") == yours);
  some.answer("tosca", "3");
  some.now.texts = 2;
  CHECK(some.ask("tosca") == yours);
  some.answer("tosca", "4");
  some.now.texts_serial = 2; // another index, which counts from where it likes
  CHECK(some.ask("tosca") == yours);
  some.answer("tosca", "5");
  some.at += milliseconds{5'000};
  CHECK(some.ask("tosca") == yours);
  CHECK(some.metrics->cache_hits.load() == 2);
  CHECK(some.metrics->cache_misses.load() == 6);
}

TEST_CASE("what was asked for longest ago goes when the cache is full") {
  asking some{10'000};
  const std::string big(3'000, 'x');
  for (const auto* key : {"a", "b", "c"}) {
    CHECK(some.ask(key) == yours);
    some.answer(key, big);
  }
  // Three take more than there is room for: "a" has gone.
  CHECK(some.ask("b") == answered);
  CHECK(some.ask("a") == yours);
  some.answer("a", big);
  CHECK(some.ask("b") == answered);
  CHECK(some.ask("c") == yours);
  CHECK(some.metrics->cache_bytes.load() <= 10'000);
}

TEST_CASE("a question that is asked again is answered from the cache, and what changed is seen") {
  projections::search_settings settings;
  settings.answers_kept = std::chrono::hours{1};
  settings.unchanged_answers_kept = std::chrono::hours{1};
  search_bench bench{settings};
  naive_events events{1};
  bench.append(events.publish_new(concert("Tosca")));
  bench.show();
  const auto first = bench.search(words("tosca"));
  const auto misses = bench.metrics().cache_misses.load();
  const auto again = bench.search(words("tosca"));
  CHECK(again.bytes == first.bytes);
  CHECK(again.etag == first.etag);
  CHECK(bench.metrics().cache_misses.load() == misses);
  bench.append(events.publish_new(concert("Tosca again")));
  bench.show();
  const auto changed = bench.search(words("tosca"));
  CHECK(changed.json.at("total") == 2);
  CHECK(changed.etag != first.etag);
  CHECK(changed.etag.starts_with("W/\""));
}

TEST_CASE("a full read pool is said, and does not stop the next ones") {
  search_bench bench;
  naive_events events{1};
  bench.append(events.publish_new(concert("Tosca")));
  bench.show();
  std::vector<std::shared_ptr<search_answer>> all;
  for (int i = 0; i < 400; ++i)
    all.push_back(bench.ask(words("tosca" + std::string(static_cast<std::size_t>(i), '!'))));
  bench.settle();
  std::size_t ok = 0;
  for (const auto& each : all) {
    REQUIRE(each->outcome.has_value());
    ok += *each->outcome == read_outcome::ok ? 1U : 0U;
  }
  CHECK(ok == 256);
  CHECK(bench.metrics().refused.load() == 144);
  CHECK(bench.search(words("tosca")).json.at("total") == 1);
}

} // namespace holdfast::search_test

#include "domain/remembered_keys.hpp"
#include "domain/state_image.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>

using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE("a decision is remembered under its key, whatever became of its hold") {
  stage on;
  const command_id key{11, 0xaaaa'bbbb'cccc'dddd};
  const command_id other_request{11, 0xaaaa'bbbb'0000'0000};
  REQUIRE(told(on.act(buyer(1), seats({0}), key)) == "ok, held 1");
  const auto remembered = on.ask(buyer(1), seats({0}), key);
  REQUIRE_FALSE(remembered);
  CHECK(remembered.error().why == reason::already_remembered);
  CHECK(remembered.error().remembered_seq == 3);
  CHECK(told(on.ask(buyer(1), seats({1}), other_request)) == "key_reused");
  CHECK(told(on.ask(buyer(1), extend_hold{hold_number{9}}, key)) == "already_remembered");
  REQUIRE(on.act(buyer(1), release_hold{hold_number{1}}));
  CHECK(told(on.ask(buyer(1), seats({0}), key)) == "already_remembered");
  REQUIRE(on.act(organiser(), pause_event{}));
  CHECK(told(on.ask(buyer(1), seats({0}), key)) == "already_remembered");
  REQUIRE(on.act(organiser(), close_event{}));
  CHECK(told(on.ask(buyer(1), seats({0}), key)) == "already_remembered");
  CHECK(on.state.remembered_key(11)->seq == 3);
  CHECK(on.state.remembered_key(11)->request_low == 0xcccc'dddd);
  CHECK_FALSE(on.state.remembered_key(12));
}

TEST_CASE("refusals and decisions without facts are not remembered") {
  stage on;
  const command_id key{11, 1};
  CHECK(told(on.act(buyer(1), seats({99}), key)) == "invalid /seats");
  CHECK(told(on.act(buyer(1), extend_hold{hold_number{1}}, key)) == "not_found");
  const auto hold = on.hold(buyer(1), {0});
  REQUIRE(on.act(buyer(1), release_hold{hold}));
  CHECK(told(on.act(buyer(1), release_hold{hold}, key)) == "ok");
  CHECK_FALSE(on.state.remembered_key(11));
  CHECK(told(on.act(buyer(1), seats({0}), key)) == "ok, held 2");
}

TEST_CASE("a command without an id is decided every time") {
  stage on;
  CHECK(told(on.act(buyer(1), seats({0}))) == "ok, held 1");
  CHECK(told(on.act(buyer(1), seats({1}))) == "ok, held 2");
  CHECK(on.state.image().keys.empty());
}

TEST_CASE("all facts of a command are remembered as one") {
  stage on;
  on.hold(buyer(1), {0});
  on.now = on.now + minutes(10);
  REQUIRE(told(on.act(buyer(2), seats({0}), {5, 5})) == "ok, expired 1, held 2");
  CHECK(on.state.remembered_key(5)->seq == 4);
  CHECK(on.state.image().keys.size() == 1);
}

TEST_CASE("a key is forgotten when the hour it was used in lies 24 full hours back") {
  const auto start_of_hour = instant{noon.unix_ms / hours(1).count * hours(1).count};
  for (const auto offset : {millis{0}, millis{3'599'999}}) {
    CAPTURE(offset.count);
    stage fresh;
    fresh.now = start_of_hour + hours(1) + offset;
    REQUIRE(fresh.act(buyer(1), seats({0}), {5, 5}));
    fresh.now = start_of_hour + hours(26) - millis{1};
    CHECK(told(fresh.ask(buyer(1), seats({1}), {5, 5})) == "already_remembered");
    fresh.now = start_of_hour + hours(26);
    // Time alone decides, whether or not a fact has come since.
    CHECK(told(fresh.ask(buyer(1), seats({1}), {5, 5})) == "ok, held 2");
    CHECK(fresh.state.remembered_key(5));
    REQUIRE(fresh.act(buyer(2), seats({2})));
    CHECK_FALSE(fresh.state.remembered_key(5));
    CHECK(fresh.state.image().keys.empty());
    CHECK(told(fresh.act(buyer(1), seats({1}), {5, 6})) == "ok, held 3");
    CHECK(told(fresh.ask(buyer(1), seats({1}), {5, 6})) == "already_remembered");
  }
}

TEST_CASE("keys are found, forgotten and used again as in a plain map") {
  remembered_keys keys;
  struct use {
    std::uint32_t request = 0;
    std::uint64_t seq = 0;
    std::uint32_t hour = 0;
  };
  std::map<std::uint64_t, use> plain;
  std::uint64_t random = 1;
  instant now = noon;
  std::uint64_t seq = (std::uint64_t{1} << 33) - 20'000; // crosses what 32 bits of it tell apart
  for (int i = 0; i < 60'000; ++i) {
    random = mix64(random);
    ++seq;
    now = now + millis{static_cast<std::int64_t>(random % (i % 10'000 < 50 ? hours(1).count : 4'000))};
    keys.advance(now, seq);
    std::erase_if(plain, [&](const auto& one) { return is_forgotten(one.second.hour, now); });
    const std::uint64_t key = (random >> 16) % 30'000;
    const auto found = keys.find(key, seq);
    const auto expected = plain.find(key);
    REQUIRE(found.has_value() == (expected != plain.end()));
    if (found) {
      CHECK(found->request_low == expected->second.request);
      CHECK(found->seq == expected->second.seq);
      CHECK(found->hour == expected->second.hour);
    } else {
      keys.remember(key, static_cast<std::uint32_t>(random), seq, now);
      plain[key] = {static_cast<std::uint32_t>(random), seq, hour_of(now)};
    }
  }
  REQUIRE(plain.size() > 1'000);
  const auto image = keys.image(seq);
  REQUIRE(image.size() == plain.size());
  CHECK(std::ranges::equal(image, plain, [](const auto& a, const auto& b) {
    return a.key == b.first && a.request_low == b.second.request && a.seq == b.second.seq && a.hour == b.second.hour;
  }));
  remembered_keys restored;
  REQUIRE(restored.restore(image, seq, now));
  CHECK(restored.image(seq) == image);
}

TEST_CASE("what a day of keys took is given back when they are forgotten") {
  remembered_keys keys;
  std::uint64_t seq = 0;
  instant now = noon;
  for (int i = 0; i < 100'000; ++i) {
    keys.advance(now, ++seq);
    keys.remember(mix64(seq), 1, seq, now);
  }
  const auto full = keys.bytes();
  CHECK(full < 100'000 * 36); // 16 bytes a key at an average fill of more than half
  now = now + hours(26);
  for (int i = 0; i < 10'000; ++i) {
    keys.advance(now, ++seq);
  }
  CHECK(keys.image(seq).empty());
  CHECK(keys.bytes() < 1'000);
}

#include "http/door/address_buckets.hpp"
#include "http/door/pressure.hpp"
#include "http/door/recent_keys.hpp"
#include "http/door/window_counter.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace holdfast;
using namespace holdfast::http;
using namespace std::chrono_literals;

namespace {

using door_clock = std::chrono::steady_clock;
constexpr auto door_start = door_clock::time_point{} + 100'000s;

auto at_address(const std::string& text) -> client_address {
  return parse_address(text).value();
}

auto numbered_address(std::uint32_t number) -> client_address {
  return at_address("10." + std::to_string(number >> 16U & 255U) + "." + std::to_string(number >> 8U & 255U) + "." +
                    std::to_string(number & 255U));
}

} // namespace

TEST_SUITE_BEGIN("door: counts");

TEST_CASE("a key is remembered for its time, and none is taken when there is no room") {
  door::recent_keys keys{60s, 2};
  using noted = door::recent_keys::noted;
  CHECK(keys.note({1, 1}, door_start) == noted::fresh);
  CHECK(keys.note({1, 1}, door_start + 59s) == noted::known);
  CHECK(keys.note({1, 2}, door_start + 30s) == noted::fresh);
  CHECK(keys.note({2, 1}, door_start + 59s) == noted::full);
  CHECK(keys.since({1, 1}, door_start + 59s) == door_start);
  CHECK_FALSE(keys.since({2, 1}, door_start + 59s));
  // Its time began when it was noted first: asking again does not extend it.
  CHECK_FALSE(keys.since({1, 1}, door_start + 60s));
  CHECK(keys.note({2, 1}, door_start + 60s) == noted::fresh);
  CHECK(keys.size() == 2);
  CHECK(keys.note({1, 1}, door_start + 90s) == noted::fresh);
  CHECK(keys.note({1, 1}, door_start + 300s) == noted::fresh);
  CHECK(keys.size() == 1);
}

TEST_CASE("distinct ones of a key within the window are counted exactly") {
  std::mt19937 dice{11};
  constexpr std::uint32_t enough = 5;
  door::window_counter counter{100s, enough, 1'000'000};
  std::map<std::uint64_t, std::map<std::uint64_t, door_clock::time_point>> naive;
  auto now = door_start;
  for (int i = 0; i < 20'000; ++i) {
    now += std::chrono::seconds{dice() % 5};
    const std::uint64_t of = dice() % 7;
    const std::uint64_t one = dice() % 12;
    naive[of][one] = now;
    std::erase_if(naive[of], [now](const auto& each) { return now - each.second >= 100s; });
    const auto wanted = std::min<std::size_t>(naive[of].size(), enough);
    REQUIRE(counter.note({of, 0}, {one, one}, now) == wanted);
  }
  CHECK(counter.forgotten() == 0);
  CHECK(counter.pairs() <= 7 * enough);
}

TEST_CASE("too many pairs: the key that nobody came of for longest is forgotten, and that is counted") {
  door::window_counter counter{100s, 10, 4};
  for (std::uint64_t one = 1; one <= 3; ++one) {
    CHECK(counter.note({1, 0}, {one, 0}, door_start) == one);
  }
  CHECK(counter.note({2, 0}, {1, 0}, door_start + 1s) == 1);
  CHECK(counter.forgotten() == 0);
  CHECK(counter.note({3, 0}, {1, 0}, door_start + 2s) == 1);
  CHECK(counter.forgotten() == 1);
  CHECK(counter.pairs() == 2);
  CHECK(counter.note({2, 0}, {2, 0}, door_start + 3s) == 2);
  CHECK(counter.note({1, 0}, {9, 0}, door_start + 4s) == 1);
  // What is too old anyway is not counted as forgotten.
  CHECK(counter.note({4, 0}, {1, 0}, door_start + 300s) == 1);
  CHECK(counter.pairs() == 1);
  CHECK(counter.forgotten() == 1);
}

TEST_CASE("arrivals are those of the last ten seconds, of each event") {
  door::pressure_meter meter;
  const domain::event_id one{1};
  const domain::event_id two{2};
  CHECK(meter.per_second(one, door_start) == 0);
  for (int i = 0; i < 500; ++i) {
    meter.arrived(one, door_start + std::chrono::milliseconds{i * 10});
  }
  meter.arrived(two, door_start);
  CHECK(meter.per_second(one, door_start + 5s) == doctest::Approx(50));
  CHECK(meter.per_second(two, door_start + 9s) == doctest::Approx(0.1));
  CHECK(meter.per_second(one, door_start + 10s) == doctest::Approx(40)); // the first second is over
  CHECK(meter.per_second(one, door_start + 13s) == doctest::Approx(10));
  CHECK(meter.per_second(one, door_start + 14s) == 0);
  meter.arrived(one, door_start + 1'000s);
  CHECK(meter.per_second(one, door_start + 1'000s) == doctest::Approx(0.1));
}

TEST_CASE("work rises with the arrivals, within its bounds") {
  const door::work_settings rules{
      .least = 1'000, .most = 11'000, .pressure_from_per_s = 10, .pressure_full_per_s = 110};
  CHECK(door::work_for(rules, 0) == 1'000);
  CHECK(door::work_for(rules, 10) == 1'000);
  CHECK(door::work_for(rules, 60) == 6'000);
  CHECK(door::work_for(rules, 110) == 11'000);
  CHECK(door::work_for(rules, 1e9) == 11'000);
  const door::work_settings steep{.least = 1, .most = 2, .pressure_from_per_s = 10, .pressure_full_per_s = 10};
  CHECK(door::work_for(steep, 10) == 1);
  CHECK(door::work_for(steep, 10.1) == 2);
}

TEST_CASE("joins take a token of the buyer and one of the address, or none") {
  door::address_buckets buckets{{.per_second = 1, .burst = 3}, {.per_second = 1, .burst = 2}, 1'024};
  const auto home = at_address("192.0.2.1");
  const auto take = [&](std::uint64_t buyer, std::chrono::milliseconds later = 0ms) {
    return buckets.take(home, {buyer, 0}, door_start + later);
  };
  const auto first = take(1);
  CHECK(first.allowed);
  CHECK(buckets.policy_of(first) == "\"buyer-join\";q=2;w=2");
  CHECK(buckets.state_of(first) == "\"buyer-join\";r=1;t=1");
  CHECK(take(1).allowed);
  // The buyer's own bucket is empty: the address loses nothing by it.
  for (int i = 0; i < 10; ++i) {
    const auto refused = take(1);
    CHECK_FALSE(refused.allowed);
    CHECK(refused.lane == door::join_lane::buyer);
    CHECK(refused.retry_after == 1s);
  }
  const auto last = take(2);
  CHECK(last.allowed);
  CHECK(last.lane == door::join_lane::address);
  CHECK(buckets.state_of(last) == "\"address-join\";r=0;t=3");
  // The address's is empty: the buyer loses nothing by it.
  for (int i = 0; i < 10; ++i) {
    const auto refused = take(3);
    CHECK_FALSE(refused.allowed);
    CHECK(refused.lane == door::join_lane::address);
  }
  CHECK(take(3, 1s).remaining == 0);
  CHECK(take(3, 2s).allowed);
}

TEST_CASE("an IPv6 /64 is one address") {
  door::address_buckets buckets{{.per_second = 0.1, .burst = 1}, {.per_second = 0, .burst = 1}, 1'024};
  CHECK(buckets.take(at_address("2001:db8::1"), {1, 0}, door_start).allowed);
  CHECK_FALSE(buckets.take(at_address("2001:db8::ffff:1"), {2, 0}, door_start).allowed);
  CHECK(buckets.take(at_address("2001:db8:0:1::1"), {2, 0}, door_start).allowed);
}

TEST_CASE("rates of zero: no bucket, and nothing to say about one") {
  door::address_buckets buckets{{}, {}, 1'024};
  for (int i = 0; i < 1'000; ++i) {
    const auto said = buckets.take(at_address("192.0.2.1"), {1, 0}, door_start);
    CHECK(said.allowed);
    CHECK_FALSE(said.limited);
  }
  CHECK(buckets.size() == 0);
}

TEST_CASE("buckets never give more than their rule, however many come, and only full ones are forgotten") {
  constexpr std::size_t room = 320;
  door::address_buckets buckets{{.per_second = 1, .burst = 2}, {}, room};
  const auto greedy = at_address("192.0.2.1");
  CHECK(buckets.take(greedy, {1, 0}, door_start).allowed);
  CHECK(buckets.take(greedy, {1, 0}, door_start).allowed);
  int crowded = 0;
  for (std::uint32_t i = 0; i < 5'000; ++i) {
    const auto said = buckets.take(numbered_address(i), {1, 0}, door_start);
    crowded += said.crowded ? 1 : 0;
    if (said.crowded) {
      CHECK(said.retry_after > 0ms);
      CHECK(said.retry_after <= 2'001ms);
    }
  }
  CHECK(crowded >= 5'000 - static_cast<int>(room));
  CHECK(buckets.size() <= room);
  // Nobody's newcomers pushed it out.
  CHECK_FALSE(buckets.take(greedy, {1, 0}, door_start).allowed);
  // A second later all but it are full, and there is room again.
  CHECK(buckets.take(greedy, {1, 0}, door_start + 1s).allowed);
  CHECK_FALSE(buckets.take(greedy, {1, 0}, door_start + 1s).allowed);
  int taken = 0;
  for (std::uint32_t i = 5'000; i < 5'100; ++i) {
    taken += buckets.take(numbered_address(i), {1, 0}, door_start + 1s).allowed ? 1 : 0;
  }
  CHECK(taken == 100);
  CHECK_FALSE(buckets.take(greedy, {1, 0}, door_start + 1s).allowed);
}

TEST_SUITE_END();

#include "domain/queue/estimate.hpp"
#include "tests/domain/queue/hall.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace holdfast::domain;
using namespace holdfast::tests;
using queue::drain;
using queue::eta_of;

TEST_CASE("an estimate needs a whole minute, and somebody who went in the last one") {
  drain of;
  of.begin(noon);
  for (int s = 0; s < 600; ++s) {
    of.note_let_in(noon + seconds(s), 9);
    of.note_missed(noon + seconds(s), 1);
    const auto measured = of.rates(noon + seconds(s));
    REQUIRE((measured.seconds != 0) == (s >= 60));
    REQUIRE(eta_of(measured, 100, {}).has_value() == (s >= 60));
  }
  const auto measured = of.rates(noon + seconds(599));
  CHECK(measured == queue::drain_rates{{540, 60, 0}, {2'700, 300, 0}, 300});
  CHECK(of.rates(noon + seconds(650)).minute.turns() == 100);
  CHECK_FALSE(eta_of(of.rates(noon + seconds(660)), 100, {})); // it has stopped
  CHECK(of.rates(noon + hours(2)) == queue::drain_rates{{}, {}, 300});
  of.note_let_in(noon + hours(2), 1);
  of.note_lost(noon + hours(2), 7);
  of.note_found(noon + hours(2), 3);
  CHECK(of.rates(noon + hours(2) + seconds(10)) == queue::drain_rates{{1, 0, 4}, {1, 0, 4}, 300});
  of.note_found(noon + hours(2) + seconds(9), 9); // some were lost in another slice
  CHECK(of.rates(noon + hours(2) + seconds(10)).all.lost == 0);
}

TEST_CASE("a steady line gives a narrow range around the truth, one that changes a wide one") {
  const queue::line_people line{4'000, 0};
  const auto of = [&](std::uint32_t minute, std::uint32_t all, std::uint64_t ahead) {
    return eta_of({{minute, 0, 0}, {all, 0, 0}, 300}, ahead, line);
  };
  CHECK(of(600, 3'000, 1'000) == queue::eta_range{90, 121}); // 10/s: 100 s
  CHECK(of(600, 3'000, 0) == queue::eta_range{0, 11});
  // 10 a second over five minutes, one a second in the last: between the two.
  CHECK(of(60, 3'000, 1'000) == queue::eta_range{90, 1'112});
  CHECK(of(1'200, 3'000, 1'000) == queue::eta_range{45, 121});
  CHECK(of(1, 1, 4'000'000'000)->high_s == UINT32_MAX);
}

TEST_CASE("an estimate reckons with those who will not take their turns") {
  // 10 a second are let in. Of 1,000 ahead half are silent: they may come back, or not.
  CHECK(eta_of({{600, 0, 0}, {3'000, 0, 0}, 300}, 1'000, {4'000, 2'000}) == queue::eta_range{45, 121});
  // 20 a second of 4,000 leave, wherever they stand: 5 of the 1,000 ahead.
  CHECK(eta_of({{600, 0, 1'200}, {3'000, 0, 6'000}, 300}, 1'000, {4'000, 0}) == queue::eta_range{60, 121});
  // Half of those at the head were not there: the same of the others, or all of them are.
  CHECK(eta_of({{600, 600, 0}, {3'000, 3'000, 0}, 300}, 1'000, {4'000, 0}) == queue::eta_range{45, 66});
  CHECK(eta_of({{0, 60, 0}, {0, 60, 0}, 60}, 1'000, {4'000, 4'000})->low_s == 0);
  CHECK(queue::line_of_room(100, 400, 40).silent == 10);
  CHECK(queue::line_of_room(0, 0, 0).silent == 0);
}

TEST_CASE("estimates are measured by what became of them") {
  queue::forecasts kept;
  for (std::uint32_t place = 1; place <= 4; ++place) {
    kept.keep(place, noon, {100, 200});
  }
  kept.keep(1, noon, {900, 901}); // the first one counts
  kept.came(1, noon + seconds(100));
  kept.came(2, noon + seconds(99));
  kept.came(3, noon + seconds(201));
  kept.drop(4);
  kept.came(4, noon + seconds(150));
  kept.came(5, noon);
  CHECK(kept.accuracy() == queue::eta_accuracy{3, 1, 1, 1});
  CHECK(kept.size() == 0);
  for (std::uint32_t place = 1; place <= 2'000; ++place) {
    kept.keep(place, noon, {1, 2});
  }
  CHECK(kept.size() == queue::forecasts::kept_max);
}

TEST_CASE("whoever is far away polls less often, and nobody less often than the heartbeat") {
  queue::settings by;
  CHECK(queue::poll_delay(by, 0) == seconds(2));
  CHECK(queue::poll_delay(by, 100) == seconds(4));
  CHECK(queue::poll_delay(by, 900) == seconds(20));
  CHECK(queue::poll_delay(by, 14'000'000) == seconds(20));
  by.heartbeat = seconds(30);
  CHECK(queue::poll_delay(by, UINT64_MAX) == seconds(30));
  CHECK(queue::silent_after(by) == seconds(60));
}

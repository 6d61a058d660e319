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
    of.note(noon + seconds(s), 10);
    const auto measured = of.rates(noon + seconds(s));
    REQUIRE((measured.seconds != 0) == (s >= 60));
    REQUIRE(eta_of(measured, 100).has_value() == (s >= 60));
  }
  const auto measured = of.rates(noon + seconds(599));
  CHECK(measured == queue::drain_rates{600, 3'000, 300});
  CHECK(of.rates(noon + seconds(650)).minute == 100);
  CHECK_FALSE(eta_of(of.rates(noon + seconds(660)), 100)); // it has stopped
  CHECK(of.rates(noon + hours(2)) == queue::drain_rates{0, 0, 300});
  of.note(noon + hours(2), 1);
  CHECK(of.rates(noon + hours(2) + seconds(10)) == queue::drain_rates{1, 1, 300});
}

TEST_CASE("a steady line gives a narrow range around the truth, one that changes a wide one") {
  CHECK(eta_of({600, 3'000, 300}, 1'000) == queue::eta_range{90, 121}); // 10/s: 100 s
  CHECK(eta_of({600, 3'000, 300}, 0) == queue::eta_range{0, 11});
  // 10 a second over five minutes, one a second in the last: between the two.
  CHECK(eta_of({60, 3'000, 300}, 1'000) == queue::eta_range{90, 1'112});
  CHECK(eta_of({1'200, 3'000, 300}, 1'000) == queue::eta_range{45, 121});
  CHECK(eta_of({1, 1, 300}, 4'000'000'000)->high_s == UINT32_MAX);
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

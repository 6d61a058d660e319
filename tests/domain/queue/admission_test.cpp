#include "domain/queue/admission.hpp"
#include "tests/domain/queue/hall.hpp"
#include "tests/model/dice.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;
using holdfast::model::dice;
using queue::band_turns;
using queue::bucket;

TEST_CASE("a bucket brings exactly its rate, however it is looked at") {
  bucket often;
  bucket once;
  often.settle(noon, 333'333, 4'000);
  once.settle(noon, 333'333, 4'000);
  often.take(4'000);
  once.take(4'000);
  for (std::int64_t ms = 1; ms <= 10'000; ++ms) {
    often.settle(noon + millis{ms}, 333'333, 4'000);
  }
  once.settle(noon + seconds(10), 333'333, 4'000);
  CHECK(often.level_micro() == once.level_micro());
  CHECK(once.level_micro() == 3'333'330'000);
  CHECK(once.people() == 3'333);
}

TEST_CASE("a bucket begins full, overflows at a batch, and says when the next one may go") {
  bucket of;
  of.settle(noon, 500, 3);
  CHECK(of.people() == 3);
  CHECK(of.next_at(500) == noon);
  of.take(3);
  CHECK(of.next_at(500) == noon + seconds(2));
  CHECK_FALSE(of.next_at(0));
  of.settle(noon + seconds(2) - millis{1}, 500, 3);
  CHECK(of.people() == 0);
  CHECK(of.next_at(500) == noon + seconds(2));
  of.settle(noon + seconds(2), 500, 3);
  CHECK(of.people() == 1);
  of.settle(noon + hours(24 * 365), 500, 3);
  CHECK(of.people() == 3);
  of.settle(noon + hours(24 * 365), 500, 2);
  CHECK(of.people() == 2);
  CHECK_FALSE(of.next_at(0));
}

TEST_CASE("a bucket of a rate of nothing stays empty") {
  bucket of;
  of.settle(noon, 0, 50);
  of.settle(noon + hours(1), 0, 50);
  CHECK(of.people() == 0);
}

TEST_CASE("the active limit follows from what the sale can take, and shows how") {
  queue::settings by;
  queue::visits measured;
  CHECK_FALSE(queue::active_limit_of(by, measured).limit);
  by.max_active = 300;
  CHECK(queue::active_limit_of(by, measured).limit == 300U);
  CHECK_FALSE(queue::active_limit_of(by, measured).balance);
  by.max_active.reset();
  by.capacity_milli_per_s = 5'000; // five purchases a second
  auto is = queue::active_limit_of(by, measured);
  CHECK(is.stay == minutes(4));
  CHECK_FALSE(is.stay_measured);
  CHECK(is.balance == 1'200U); // 5/s · 240 s
  CHECK(is.safe == 960U);
  CHECK(is.planned == 960U);
  CHECK(is.limit == 960U);
  by.max_active = 500;
  CHECK(queue::active_limit_of(by, measured).limit == 500U);
}

TEST_CASE("what is measured of visits changes the limit once it says something") {
  queue::settings by;
  by.capacity_milli_per_s = 10'000;
  queue::visits measured;
  for (std::uint32_t i = 1; i < queue::visits::needed; ++i) {
    measured.note_purchase(minutes(2));
  }
  CHECK_FALSE(measured.stay());
  measured.note_purchase(minutes(2));
  CHECK(measured.stay() == minutes(2));
  auto is = queue::active_limit_of(by, measured);
  CHECK(is.stay_measured);
  CHECK(is.balance == 1'200U);
  CHECK(is.safe == 960U);
  CHECK(is.planned == 960U);
  // One of four does not buy: the mean goes there, and so many more are let in.
  for (int i = 0; i < 800; ++i) {
    i % 4 == 0 ? measured.note_abandoned() : measured.note_purchase(minutes(2));
  }
  is = queue::active_limit_of(by, measured);
  CHECK(is.abandoned_permille > 200);
  CHECK(is.abandoned_permille < 300);
  CHECK(is.planned == 960'000U / (1'000 - is.abandoned_permille));
  for (int i = 0; i < 800; ++i) {
    measured.note_abandoned();
  }
  CHECK(queue::active_limit_of(by, measured).planned == 1'440U); // never more than half as many again
  by.capacity_milli_per_s = 1;
  CHECK(queue::active_limit_of(by, measured).limit == 1U); // what is small is not nothing
}

TEST_CASE("the pace halves while the backlog is long, and comes back slowly") {
  CHECK(queue::paced(1'000, millis{300}, millis{200}) == 500);
  CHECK(queue::paced(150, millis{300}, millis{200}) == 100);
  CHECK(queue::paced(100, millis{300}, millis{200}) == 100);
  CHECK(queue::paced(500, millis{200}, millis{200}) == 550);
  CHECK(queue::paced(980, millis{0}, millis{200}) == 1'000);
}

namespace {

auto bands_of(const std::vector<std::uint32_t>& shares) -> std::vector<queue::band> {
  std::vector<queue::band> bands;
  for (const auto share : shares) {
    bands.push_back({"b" + std::to_string(bands.size()), share});
  }
  return bands;
}

/// Shares of one to eight bands, 100 in all.
auto some_shares(dice& random) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> shares(random.between(1, 8), 1);
  for (auto left = 100 - shares.size(); left > 0; --left) {
    ++shares[random.chance(50) ? 0 : random.index(shares.size())];
  }
  return shares;
}

} // namespace

TEST_CASE("of any number of turns in a row every band has its share, but for a person or two") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    dice random{seed};
    const auto shares = some_shares(random);
    band_turns turns;
    turns.begin(bands_of(shares));
    const auto everybody = (band_turns::band_set{1} << shares.size()) - 1;
    std::vector<std::vector<std::uint32_t>> had(1, std::vector<std::uint32_t>(shares.size()));
    for (int i = 0; i < 300; ++i) {
      const auto band = turns.next(everybody);
      turns.took(band);
      had.push_back(had.back());
      ++had.back()[band];
    }
    for (std::size_t first = 0; first < had.size(); first += 7) {
      for (std::size_t last = first; last < had.size(); ++last) {
        for (std::size_t band = 0; band < shares.size(); ++band) {
          const auto got = static_cast<double>(had[last][band] - had[first][band]);
          const auto due = static_cast<double>((last - first) * shares[band]) / 100.0;
          const auto bound = 1.0 + static_cast<double>(shares.size() * shares[band]) / 100.0;
          REQUIRE(std::abs(got - due) <= bound);
        }
      }
    }
  }
}

TEST_CASE("a band without people leaves its turns to the others, and saves none up") {
  band_turns turns;
  turns.begin(bands_of({60, 30, 10}));
  turns.wakes(0);
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(turns.next(0b001) == 0);
    turns.took(0);
  }
  turns.wakes(1);
  turns.wakes(2);
  std::array<int, 3> had{};
  for (int i = 0; i < 100; ++i) {
    const auto band = turns.next(0b111);
    turns.took(band);
    ++had.at(band);
  }
  CHECK(had[0] >= 58);
  CHECK(had[0] <= 62);
  CHECK(had[1] >= 28);
  CHECK(had[1] <= 32);
  CHECK(had[2] >= 9);
  CHECK(had[2] <= 11);
}

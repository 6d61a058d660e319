#include "domain/queue/line.hpp"
#include "tests/model/dice.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

using holdfast::domain::queue::line;
using holdfast::model::dice;

namespace {

/// The same line as a plain vector of who stands where.
struct plain_line {
  std::vector<std::pair<line::spot, std::uint32_t>> people;
};

void check_same(const line& of, const plain_line& plain) {
  REQUIRE(of.size() == plain.people.size());
  const auto order = of.order();
  auto at = of.first();
  for (std::uint32_t ahead = 0; ahead < plain.people.size(); ++ahead) {
    const auto [spot, place] = plain.people[ahead];
    REQUIRE(at);
    REQUIRE(*at == spot);
    REQUIRE(of.stands(spot));
    REQUIRE(of.place_at(spot) == place);
    REQUIRE(of.ahead_of(spot) == ahead);
    REQUIRE(order.ahead_of(spot) == ahead);
    REQUIRE(of.with_ahead(ahead) == spot);
    at = of.after(*at);
  }
  REQUIRE_FALSE(at);
}

} // namespace

TEST_CASE("a line is what a plain list of people would be, whoever comes and goes") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    dice random{seed};
    line fast;
    plain_line plain;
    const auto leaving = static_cast<unsigned>(random.between(20, 60));
    const auto from_head = static_cast<unsigned>(random.below(101));
    for (std::uint32_t step = 0; step < 4'000; ++step) {
      if (plain.people.empty() || !random.chance(leaving)) {
        const auto place = static_cast<std::uint32_t>(random.next());
        plain.people.emplace_back(fast.push(place), place);
      } else {
        const auto who = random.chance(from_head) ? 0 : random.index(plain.people.size());
        const auto spot = plain.people[who].first;
        fast.leave(spot);
        REQUIRE_FALSE(fast.stands(spot));
        plain.people.erase(plain.people.begin() + static_cast<std::ptrdiff_t>(who));
      }
      if (step % 500 == 0) {
        check_same(fast, plain);
      }
    }
    check_same(fast, plain);
    fast.clear();
    check_same(fast, {});
    CHECK(fast.push(7) == 0);
  }
}

TEST_CASE("spots are never given again, and nobody stands on one that was not given") {
  line of;
  CHECK_FALSE(of.first());
  CHECK_FALSE(of.stands(0));
  CHECK(of.push(1) == 0);
  of.leave(0);
  CHECK(of.push(2) == 1);
  CHECK(of.first() == 1U);
  CHECK(of.spots() == 2);
  CHECK_FALSE(of.stands(64));
}

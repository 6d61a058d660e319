#include "actors/processor_share.hpp"

#include <doctest/doctest.h>

namespace holdfast::actors {

using namespace std::chrono_literals;

TEST_CASE("a process is busy from half of the processors on, until it needs less than two fifths") {
  processor_share of{2};
  CHECK_FALSE(of.look(0s, 100s)); // what was before is not looked at
  CHECK_FALSE(of.look(1s, 100'990ms));
  CHECK(of.look(2s, 101'990ms));
  CHECK(of.look(3s, 102'800ms));
  CHECK_FALSE(of.look(4s, 103'590ms));
  CHECK_FALSE(of.look(5s, 104'580ms));
}

TEST_CASE("a process is looked at once a second, however often somebody asks") {
  processor_share of{1};
  CHECK_FALSE(of.look(10s, 0s));
  CHECK_FALSE(of.look(10'999ms, 999ms));
  CHECK(of.look(11s, 1s));
  CHECK(of.look(11'999ms, 1s));
  CHECK_FALSE(of.look(12s, 1s));
}

TEST_CASE("no processors are one") {
  processor_share of{0};
  CHECK_FALSE(of.look(0s, 0s));
  CHECK(of.look(1s, 500ms));
}

} // namespace holdfast::actors

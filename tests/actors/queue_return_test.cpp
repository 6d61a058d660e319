#include "tests/actors/queue_bench.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace holdfast::testing {

namespace {

using room_status = domain::queue::place_status;
using domain::queue::place_number;

/// A line in which somebody in the middle was missed.
struct line_with_silence : closed_line {
  static constexpr std::uint64_t people = 3;
  static constexpr std::uint64_t silent = 2;
  line_with_silence() {
    for (std::uint64_t who = 1; who <= people; ++who) {
      place_of(who);
    }
    for (int s = 0; s < 60 && status_of(silent) != room_status::silent; ++s) {
      REQUIRE(poll(1, place_number{1}).has_value());
      REQUIRE(poll(3, place_number{3}).has_value());
      pass(domain::seconds(1));
    }
    REQUIRE(status_of(silent) == room_status::silent);
  }
  auto status_of(std::uint32_t who) -> room_status { return status(who, place_number{who}); }
};

} // namespace

TEST_CASE("whoever polls again before their turn has it, also when it comes before the next tick") {
  line_with_silence bench;
  const auto told = bench.poll(line_with_silence::silent, place_number{line_with_silence::silent});
  REQUIRE(told.has_value());
  CHECK(told->now.ahead == 1);
  bench.let_in(100, 50); // the organiser's command is a turn of its own, which lets people in
  CHECK(domain::queue::is_inside(bench.status_of(1)));
  CHECK(domain::queue::is_inside(bench.status_of(2)));
  CHECK(domain::queue::is_inside(bench.status_of(3)));
  CHECK(bench.state().total.missed_turn == 0);
}

TEST_CASE("whoever does not poll before their turn has lost it") {
  line_with_silence bench;
  bench.let_in(100, 50);
  CHECK(domain::queue::is_inside(bench.status_of(1)));
  CHECK(bench.status_of(2) == room_status::missed_turn);
  CHECK(domain::queue::is_inside(bench.status_of(3)));
}

} // namespace holdfast::testing

#include "tests/domain/apart.hpp"

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

constexpr allocation_number none{};

auto move_seats(std::vector<seat_index> which, allocation_number from = first) -> change_allocation {
  return {second, std::move(which), {}, {}, from};
}

auto resized(std::vector<area_quantity> areas, allocation_number from = none, allocation_number of = first)
    -> change_allocation {
  return {of, {}, {}, std::move(areas), from};
}

/// Seats 0 to 3 and 4 places of the first, seat 9 and 2 places of the second.
auto two_apart() -> stage {
  stage on;
  auto one = apart({0, 1, 2, 3}, allocation_kind::presale);
  one.areas = {{0, 4}};
  REQUIRE(on.act(organiser(), one));
  auto other = apart({9});
  other.areas = {{0, 2}};
  REQUIRE(on.act(organiser(), other));
  return on;
}

auto quantity(const stage& on, allocation_number of) -> std::uint32_t {
  const auto* const part = on.state.find(of)->find(0);
  return part == nullptr ? 0 : part->quantity;
}

} // namespace

TEST_CASE("seats go from one allocation to another in one fact, and are never the public's") {
  auto on = two_apart();
  const auto before = on.state.counts();
  const auto seq = on.state.seq();
  REQUIRE(told(on.act(organiser(), move_seats({1, 2, 9}))) == "ok, moved 2");
  CHECK(on.state.seq() == seq + 1);
  const auto& fact = std::get<allocation_changed>(on.history.back().body);
  CHECK(fact.from == first);
  CHECK(fact.added == std::vector<seat_index>{1, 2});
  CHECK(on.state.counts() == before);
  CHECK(on.state.allocation_of(1) == second);
  CHECK(on.state.seats_of(first) == std::vector<seat_index>{0, 3});
  CHECK(on.state.seats_of(second) == std::vector<seat_index>{1, 2, 9});
  CHECK(told(on.ask(buyer(1), by_code(seats({1})))) == "seat_unavailable 1b");
  CHECK(told(on.ask(box_office(), of(seats({1}), second))) == "ok, held 1");
  CHECK(told(on.ask(organiser(), move_seats({1, 2, 9}))) == "ok");
  check_sound(on);
}

TEST_CASE("only what its allocation has and nobody holds is moved, all or none") {
  auto on = two_apart();
  REQUIRE(on.act(buyer(1), by_code(seats({2}))));
  REQUIRE(on.act(buyer(2), seats({7})));
  CHECK(told(on.ask(organiser(), move_seats({1, 2}))) == "seat_unavailable 2h");
  CHECK(told(on.ask(organiser(), move_seats({1, 5}))) == "seat_unavailable 5?");
  CHECK(told(on.ask(organiser(), move_seats({7}))) == "seat_unavailable 7h");
  REQUIRE(on.act(organiser(), apart({6})));
  CHECK(told(on.ask(organiser(), move_seats({6}))) == "seat_unavailable 6b");
  CHECK(told(on.ask(organiser(), move_seats({1}, second))) == "invalid /from");
  CHECK(told(on.ask(organiser(), move_seats({1}, allocation_number{9}))) == "invalid /from");
  CHECK(told(on.act(organiser(), release_allocation{first})) == "ok, back 1");
  CHECK(told(on.ask(organiser(), move_seats({1}))) == "invalid /from");
}

TEST_CASE("an allocation's standing places are raised, lowered, moved and given back live") {
  auto on = two_apart();
  REQUIRE(told(on.act(organiser(), resized({{0, 7}}))) == "ok, moved 1");
  CHECK(quantity(on, first) == 7);
  CHECK(on.state.area(0).blocked == 9);
  REQUIRE(on.act(buyer(1), by_code(places({{0, 3}}))));
  CHECK(told(on.ask(organiser(), resized({{0, 2}}))) == "area_full 0:4");
  CHECK(told(on.ask(organiser(), resized({{0, 9}}))) == "area_full 0:1");
  REQUIRE(told(on.act(organiser(), resized({{0, 3}}))) == "ok, moved 1");
  CHECK(on.state.area(0).blocked == 2);
  check_sound(on);
  CHECK(told(on.ask(organiser(), resized({{0, 3}}))) == "ok");
  CHECK(told(on.ask(organiser(), resized({{0, 4}}, first, second))) == "area_full 0:0");
  REQUIRE(on.act(buyer(1), release_hold{on.state.last_hold()}));
  const auto counts = on.state.counts();
  REQUIRE(told(on.act(organiser(), resized({{0, 5}}, first, second))) == "ok, moved 2");
  CHECK(on.state.counts() == counts);
  CHECK(quantity(on, second) == 5);
  CHECK(on.state.find(first)->areas.empty());
  CHECK(told(on.ask(buyer(1), by_code(places({{0, 1}})))) == "area_full 0:0");
  check_sound(on);
  REQUIRE(told(on.act(organiser(), resized({{0, 0}}, none, second))) == "ok, moved 2");
  CHECK(on.state.area(0).blocked == 0);
  CHECK(told(on.act(buyer(3), places({{0, 6}}))) == "ok, held 2");
  check_sound(on);
}

TEST_CASE("a change of areas that cannot be is refused with where it is") {
  auto on = two_apart();
  CHECK(told(on.ask(organiser(), resized({{1, 1}}))) == "invalid /areas");
  CHECK(told(on.ask(organiser(), resized({{0, 1}, {0, 2}}))) == "invalid /areas");
  CHECK(told(on.ask(organiser(), resized({{0, 3}}, first))) == "invalid /from");
  const change_allocation all{second, {0}, {9}, {{0, 20}}, first};
  CHECK(told(on.ask(organiser(), all)) == "area_full 0:4");
  CHECK(quantity(on, second) == 2);
  const change_allocation fits{second, {0}, {9}, {{0, 6}}, first};
  CHECK(told(on.act(organiser(), fits)) == "ok, moved 2");
  CHECK(on.state.seat(9) == seat_status::available);
  CHECK(on.state.allocation_of(0) == second);
  check_sound(on);
}

TEST_CASE("what an allocation has is where its rows say, however it is moved") {
  stage on{{{".........."}, {".........."}, {".........."}}};
  REQUIRE(on.act(organiser(), apart({0, 11, 22, 23, 1})));
  REQUIRE(on.act(organiser(), apart({5, 15, 25})));
  REQUIRE(on.act(organiser(), move_seats({22, 0})));
  REQUIRE(on.act(organiser(), change_allocation{first, {29, 10}, {11}}));
  CHECK(on.state.seats_of(first) == std::vector<seat_index>{1, 10, 23, 29});
  CHECK(on.state.seats_of(second) == std::vector<seat_index>{0, 5, 15, 22, 25});
  CHECK(on.state.seats_of(allocation_number{3}).empty());
  check_sound(on);
  REQUIRE(on.act(organiser(), release_allocation{first}));
  CHECK(on.state.seats_of(first).empty());
  CHECK(on.state.seats_of(second) == std::vector<seat_index>{0, 5, 15, 22, 25});
  check_sound(on);
}

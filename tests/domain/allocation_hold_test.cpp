#include "tests/domain/apart.hpp"

using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE(
    "a presale's seats are for who knows its code, kills for nobody, and the others for the box office that names them") {
  stage on{{{".........."}}, 1};
  REQUIRE(on.act(organiser(), apart({0, 1}, allocation_kind::presale)));
  REQUIRE(on.act(organiser(), apart({2, 3}, allocation_kind::kill)));
  REQUIRE(on.act(organiser(), apart({4, 5}, allocation_kind::comp)));
  const allocation_number kill{2};
  const allocation_number comp{3};
  CHECK(told(on.ask(buyer(1), seats({0}))) == "seat_unavailable 0b");
  CHECK(told(on.ask(buyer(1), by_code(seats({0, 6})))) == "ok, held 1");
  CHECK(told(on.ask(box_office(), by_code(seats({0})))) == "ok, held 1");
  CHECK(told(on.ask(box_office(), of(seats({0})))) == "ok, held 1");
  CHECK(told(on.ask(buyer(1), by_code(seats({0}), 8))) == "wrong_access_code");
  CHECK(told(on.ask(buyer(1), by_code(seats({2})))) == "seat_unavailable 2b");
  CHECK(told(on.ask(buyer(1), by_code(seats({4})))) == "seat_unavailable 4b");
  CHECK(told(on.ask(buyer(1), of(seats({4}), comp))) == "invalid /allocation");
  CHECK(told(on.ask(box_office(), of(seats({4}), comp))) == "ok, held 1");
  CHECK(told(on.ask(box_office(), of(seats({2}), kill))) == "invalid /allocation");
  CHECK(told(on.ask(box_office(), of(seats({2}), allocation_number{4}))) == "invalid /allocation");
  CHECK(told(on.ask(box_office(), of(by_code(seats({4})), comp))) == "invalid /allocation");

  const auto held = on.act(buyer(1), by_code(seats({0, 6})));
  REQUIRE(held);
  CHECK(std::get<hold_created>(held->back().body).allocation == first);
  CHECK(on.state.counts() == event_counts{13, 2, 0, 5});
  check_sound(on);
  CHECK(told(on.act(buyer(1), release_hold{hold_number{1}})) == "ok, released 1");
  CHECK(on.state.seat(0) == seat_status::blocked);
  CHECK(on.state.seat(6) == seat_status::available);
  REQUIRE(on.act(box_office(), of(seats({4, 5}), comp)));
  on.confirm(on.state.last_hold());
  CHECK(on.state.seat(4) == seat_status::sold);
  CHECK(on.state.allocation_of(4) == comp);
  check_sound(on);
}

TEST_CASE("best available chooses from the allocation that is claimed, and from nobody's otherwise") {
  stage on{{{"....a....."}, {".........."}}};
  REQUIRE(on.act(organiser(), apart({6, 7, 9, 12, 13}, allocation_kind::presale)));
  REQUIRE(on.act(organiser(), apart({10, 11})));
  const auto chosen = [&](const caller& by, const hold_seats& what) {
    const auto made = on.ask(by, what);
    return made ? std::get<hold_created>(made->back().body).seats : std::vector<seat_index>{};
  };
  CHECK(chosen(buyer(1), by_code(best_of(2))) == std::vector<seat_index>{6, 7});
  CHECK(told(on.ask(buyer(1), by_code(best_of(3)))) == "no_such_seats");
  CHECK(chosen(buyer(1), by_code(best_of(5, false))) == std::vector<seat_index>{6, 7, 9, 12, 13});
  CHECK(chosen(box_office(), of(best_of(2), second)) == std::vector<seat_index>{10, 11});
  CHECK(told(on.ask(buyer(1), best_of(5))) == "ok, held 1");
  for (const auto seat : chosen(buyer(1), best_of(8, false))) {
    CHECK(on.state.seat(seat) == seat_status::available);
  }
  const auto taken = on.ask(buyer(1), by_code(seats({6, 10})));
  REQUIRE_FALSE(taken);
  REQUIRE(taken.error().alternatives.size() == 2);
  CHECK(taken.error().alternatives[0].seats == std::vector<seat_index>{6, 7});
  CHECK(taken.error().alternatives[1].seats == std::vector<seat_index>{12, 13});
}

TEST_CASE("standing places of an allocation are held from it, and go back to it") {
  stage on;
  REQUIRE(on.act(organiser(), places_apart({{0, 3}}, allocation_kind::presale)));
  REQUIRE(on.act(organiser(), apart({1})));
  CHECK(told(on.ask(buyer(1), by_code(places({{0, 4}})))) == "area_full 0:3");
  REQUIRE(on.act(buyer(1), by_code(places({{0, 2}}))));
  CHECK(on.state.find(first)->areas[0].used == 2);
  CHECK(on.state.area(0) == area_counts{2, 0, 1});
  CHECK(told(on.ask(buyer(2), by_code(places({{0, 2}})))) == "area_full 0:1");
  CHECK(told(on.ask(box_office(), of(places({{0, 1}}), second))) == "area_full 0:0");
  REQUIRE(on.act(buyer(2), places({{0, 5}})));
  check_sound(on);
  on.confirm(hold_number{1});
  CHECK(on.state.area(0) == area_counts{5, 2, 1});
  check_sound(on);
  REQUIRE(on.act(buyer(3), by_code(places({{0, 1}}))));
  CHECK(told(on.act(buyer(3), release_hold{hold_number{3}})) == "ok, released 3");
  CHECK(on.state.area(0) == area_counts{5, 2, 1});
  REQUIRE(on.act(buyer(3), by_code(places({{0, 1}}))));
  REQUIRE(told(on.act(organiser(), release_allocation{first})) == "ok, back 1");
  CHECK(on.state.area(0) == area_counts{6, 2, 0});
  check_sound(on);
  CHECK(told(on.act(buyer(3), release_hold{hold_number{4}})) == "ok, released 4");
  CHECK(on.state.area(0) == area_counts{5, 2, 0});
  check_sound(on);
}

TEST_CASE("holds past their deadline give back to whom it belongs, in the same decision") {
  stage on{{{".........."}}, 1};
  REQUIRE(on.act(organiser(), apart({0, 1}, allocation_kind::presale)));
  REQUIRE(on.act(organiser(), places_apart({{0, 4}})));
  REQUIRE(on.act(buyer(1), by_code(seats({0, 1, 2}))));
  REQUIRE(on.act(box_office(), of(places({{0, 4}}), second)));
  REQUIRE(on.act(buyer(4), places({{0, 6}})));
  on.now = on.now + minutes(10);
  CHECK(told(on.ask(buyer(2), seats({0, 2}))) == "seat_unavailable 0b");
  CHECK(told(on.ask(buyer(2), seats({2}))) == "ok, expired 1, held 4");
  CHECK(told(on.ask(buyer(2), by_code(seats({0})))) == "ok, expired 1, held 4");
  CHECK(told(on.ask(buyer(2), by_code(best_of(2)))) == "ok, expired 1, held 4");
  CHECK(told(on.ask(buyer(2), places({{0, 6}}))) == "ok, expired 3, held 4");
  CHECK(told(on.ask(buyer(2), places({{0, 7}}))) == "area_full 0:6");
  CHECK(told(on.ask(box_office(), of(places({{0, 4}}), second))) == "ok, expired 2, held 4");
  const auto whole = on.ask(buyer(2), best_of(9));
  CHECK(told(whole) == "no_such_seats");
  CHECK(told(on.ask(buyer(2), best_of(8))) == "ok, expired 1, held 4");
}

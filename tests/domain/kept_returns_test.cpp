#include "tests/domain/apart.hpp"
#include "tests/domain/checkout_world.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

/// Places that are given back and go to an allocation instead of the public.
using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

auto keeping(allocation_number keeper) -> checkout_world {
  checkout_world world;
  auto config = sound_config();
  config.returns_to_allocation = keeper;
  config.refunds_until = noon + hours(1);
  world.on = stage{event_status::published, std::move(config)};
  return world;
}

auto bought(checkout_world& world, hold_number hold) -> payment_number {
  const auto payment = world.begin(buyer(1), hold).value();
  world.finish(payment);
  return payment;
}

} // namespace

TEST_CASE("seats that are given back are the allocation's in the same decision, and never the public's") {
  auto world = keeping(first);
  REQUIRE(world.on.act(organiser(), apart({9})));
  const auto hold = world.on.hold(buyer(1), {0, 1, 2});
  const auto payment = bought(world, hold);
  REQUIRE(world.refund(buyer(1), hold, {1}) == "ok");
  world.finish(payment);
  CHECK(world.on.state.seat(1) == seat_status::blocked);
  CHECK(world.on.state.allocation_of(1) == first);
  REQUIRE(world.refund(organiser(), hold) == "ok");
  world.finish(payment);
  CHECK(world.on.state.seats_of(first) == std::vector<seat_index>{0, 1, 2, 9});
  CHECK(told(world.on.ask(buyer(2), seats({0}))).starts_with("seat_unavailable"));
  const auto again = world.on.act(box_office(), of(seats({0})));
  REQUIRE(again);
  const auto sold = std::get<hold_created>(again->back().body).hold;
  REQUIRE(world.on.act(box_office(), paid(sold)));
  const auto back = world.on.ask(organiser(), take_back_order{sold, {}});
  CHECK(told(back).starts_with("ok"));
  CHECK(back->size() == 1); // it is the allocation's anyway
  check_sound(world.on);
  world.check_books();
}

TEST_CASE("standing places that are given back are added to the allocation, by the till as by card") {
  auto world = keeping(first);
  REQUIRE(world.on.act(organiser(), places_apart({{0, 2}})));
  const auto hold = world.on.hold_places(buyer(1), 0, 3);
  const auto payment = bought(world, hold);
  REQUIRE(world.refund(organiser(), hold, {0, 2}) == "ok");
  world.finish(payment);
  CHECK(world.on.state.find(first)->find(0)->quantity == 4);
  CHECK(world.on.state.area(0).blocked == 4);
  const auto cash = world.on.hold_places(box_office(), 0, 2);
  REQUIRE(world.on.act(box_office(), paid(cash)));
  const auto back = world.on.act(organiser(), take_back_order{cash, {1}});
  REQUIRE(back);
  CHECK(std::get<allocation_changed>(back->back().body).by == organiser().key);
  CHECK(world.on.state.find(first)->find(0)->quantity == 5);
  check_sound(world.on);
}

TEST_CASE("an area that the allocation had nothing of becomes its own with what is given back") {
  auto world = keeping(first);
  REQUIRE(world.on.act(organiser(), apart({9})));
  const auto hold = world.on.hold_places(buyer(1), 0, 2);
  const auto payment = bought(world, hold);
  REQUIRE(world.refund(buyer(1), hold) == "ok");
  world.finish(payment);
  REQUIRE(world.on.state.find(first)->find(0) != nullptr);
  CHECK(world.on.state.find(first)->find(0)->quantity == 2);
  check_sound(world.on);
}

TEST_CASE("what is given back is the public's when the allocation is not there, or no more, or the sale is over") {
  auto world = keeping(first);
  const auto early = world.on.hold(buyer(1), {0});
  const auto late = world.on.hold(buyer(1), {1});
  const auto last = world.on.hold(buyer(1), {2});
  const auto payment = bought(world, early);
  REQUIRE(world.refund(buyer(1), early) == "ok");
  world.finish(payment);
  CHECK(world.on.state.seat(0) == seat_status::available); // it was never made
  REQUIRE(world.on.act(organiser(), apart({9})));
  const auto second_payment = bought(world, late);
  const auto third = bought(world, last);
  REQUIRE(world.on.act(organiser(), release_allocation{first}));
  REQUIRE(world.refund(buyer(1), late) == "ok");
  world.finish(second_payment);
  CHECK(world.on.state.seat(1) == seat_status::available);
  REQUIRE(world.on.act(organiser(), apart({9})));
  event_amendment to_second;
  to_second.returns_to_allocation = second;
  REQUIRE(world.on.act(organiser(), amend_event{{}, to_second}));
  REQUIRE(world.on.act(organiser(), close_event{}));
  REQUIRE(world.refund(buyer(1), last) == "ok");
  world.finish(third);
  CHECK(world.on.state.seat(2) == seat_status::available);
  check_sound(world.on);
}

TEST_CASE("what was never paid, and holds that end, are the public's again") {
  auto world = keeping(first);
  REQUIRE(world.on.act(organiser(), apart({9})));
  const auto hold = world.on.hold(buyer(1), {0});
  const auto payment = world.begin(buyer(1), hold).value();
  while (world.of(payment).status != payment_status::booked) {
    world.advance(payment);
  }
  world.advance(payment, gateway_mood::declines);
  world.finish(payment);
  REQUIRE(world.of(payment).why == turn::uncaptured);
  CHECK(world.on.state.seat(0) == seat_status::available);
  const auto other = world.on.hold(buyer(2), {1});
  world.on.now = noon + minutes(10);
  REQUIRE(world.on.act({}, end_due_holds{}));
  CHECK(world.on.state.find(other) == nullptr);
  CHECK(world.on.state.seat(1) == seat_status::available);
}

#include "domain/state_image.hpp"
#include "tests/domain/checkout_world.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

/// What goes back of orders that a card paid, and how much a card may pay for.
using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE("a card pays for no more than the event lets it, whosoever's it is, and for more when tickets went back") {
  checkout_world world;
  auto config = sound_config();
  config.max_per_card = 3;
  world.on = stage{event_status::published, std::move(config)};
  world.card = 77;
  const auto first = world.on.hold(buyer(1), {0, 1});
  world.finish(world.begin(buyer(1), first).value());
  const auto second = world.on.hold(buyer(2), {2, 3});
  const auto tried = world.begin(buyer(2), second).value();
  world.finish(tried);
  CHECK(world.of(tried).why == turn::over_limit);
  CHECK(world.of(tried).status == payment_status::failed);
  CHECK_FALSE(world.on.state.find(second)->frozen);
  CHECK(world.kept() == 2'000);
  world.card = 78;
  const auto other_card = world.begin(buyer(2), second).value();
  world.finish(other_card);
  CHECK(world.of(other_card).status == payment_status::captured);
  world.card = 77;
  REQUIRE(world.refund(organiser(), first, {0}) == "ok");
  world.finish(payment_number{1});
  const auto third = world.on.hold(buyer(3), {4, 5});
  const auto again = world.begin(buyer(3), third).value();
  world.finish(again);
  CHECK(world.of(again).status == payment_status::captured);
  world.card = 0; // the gateway does not say: nothing to count by
  world.finish(world.begin(buyer(4), world.on.hold(buyer(4), {6, 7})).value());
  CHECK(world.on.state.orders() == 4);
  world.check_books();
}

TEST_CASE("tickets go back one by one: each once, each for what it cost, and the rest of the order stands") {
  checkout_world world;
  const auto hold = world.on.hold(buyer(1), {0, 1, 2});
  const auto payment = world.begin(buyer(1), hold).value();
  world.finish(payment);
  CHECK(world.refund(buyer(1), hold, {0}) == "ok");
  CHECK(world.refund(organiser(), hold, {1}) == "payment_in_progress");
  world.finish(payment);
  CHECK(world.kept() == 3'000); // the event lets no buyer
  REQUIRE(world.refund(organiser(), hold, {2, 0, 2}) == "ok");
  world.finish(payment);
  CHECK(world.kept() == 1'000);
  CHECK(world.on.state.seat(0) == seat_status::available);
  CHECK(world.on.state.seat(1) == seat_status::sold);
  CHECK(world.on.state.find(hold)->returned == std::vector<std::uint32_t>{0, 2});
  CHECK(world.on.state.places_of({buyer(1).subject, {}}) == 1);
  REQUIRE(world.refund(organiser(), hold, {0}) == "ok"); // the event says that it went before
  world.finish(payment);
  CHECK(world.kept() == 1'000);
  REQUIRE(world.refund(organiser(), hold, {7}) == "ok");
  world.finish(payment);
  CHECK(world.kept() == 1'000);
  REQUIRE(world.refund(organiser(), hold) == "ok");
  world.finish(payment);
  CHECK(world.kept() == 0);
  CHECK(world.on.state.orders() == 0);
  world.check_books();
}

TEST_CASE("of a cancelled event every order goes back, a number at a time, and what comes too late is not sold") {
  checkout_world world;
  std::vector<payment_number> payments;
  for (seat_index seat = 0; seat < 5; ++seat) {
    payments.push_back(world.begin(buyer(1 + seat), world.on.hold(buyer(1 + seat), {seat})).value());
  }
  for (std::size_t i = 0; i < 4; ++i) {
    world.finish(payments[i]);
  }
  world.advance(payments[4]); // its hold is frozen
  const auto cash = world.on.hold(box_office(), {8});
  REQUIRE(world.on.act(box_office(), paid(cash)).has_value());
  CHECK(world.refund_cancelled(10) == 4); // a system's command: the checkout is told when the event is cancelled
  for (const auto payment : payments) {
    world.finish(payment);
  }
  CHECK(world.kept() == 1'000 * static_cast<minor_units>(payments.size()));
  REQUIRE(world.on.act(organiser(), cancel_event{}).has_value());
  CHECK(world.on.state.next_deadline().has_value());
  while (world.on.act({}, end_due_holds{}).value().size() != 0) {
  }
  CHECK(world.on.state.orders() == payments.size());
  CHECK(world.refund_cancelled(2) == 2);
  CHECK(world.refund_cancelled(2) == 0);
  world.restart();
  for (int turns = 0; world.on.state.orders() > 0; ++turns) {
    REQUIRE(turns < 10);
    world.refund_cancelled(2);
    for (const auto payment : payments) {
      world.finish(payment);
    }
  }
  CHECK(world.refund_cancelled(2) == 0);
  CHECK(world.kept() == 0);
  CHECK_FALSE(world.on.state.next_deadline().has_value());
  world.check_books();
}

TEST_CASE(
    "what a buyer has handed on, or somebody was admitted with, only the organiser takes back; its code is dead then") {
  checkout_world world;
  auto config = sound_config();
  config.refunds_until = world.on.now + hours(1);
  world.on = stage{event_status::published, std::move(config)};
  const auto hold = world.on.hold(buyer(1), {0, 1, 2});
  const auto payment = world.begin(buyer(1), hold).value();
  world.finish(payment);
  const std::string gate = "north";
  REQUIRE(world.on.act(buyer(2), claim_ticket{{hold, 0}, 1, world.on.now + hours(1)}));
  REQUIRE(world.on.act(organiser(), admit_ticket{{hold, 1}, 1, gate, 7, {}}));
  const auto would = [&](std::vector<std::uint32_t> tickets) {
    return told(
        world.on.ask({}, return_order{hold, payment, return_cause::by_buyer, {}, {}, buyer(1).subject, tickets}));
  };
  CHECK(would({0}) == "no_such_ticket");
  CHECK(would({1}) == "ticket_used");
  CHECK(would({1, 2}) == "ticket_used");
  CHECK(would({}) == "no_such_ticket");
  REQUIRE(world.refund(buyer(1), hold, {2}) == "ok");
  world.finish(payment);
  CHECK(world.kept() == 2'000);
  CHECK(would({2}) == "ok"); // it went before
  REQUIRE(world.refund(organiser(), hold, {0}) == "ok");
  world.finish(payment);
  CHECK_FALSE(world.on.state.find(ticket_number{hold, 0}).has_value());
  CHECK(world.on.state.find(ticket_number{hold, 1})->is_admitted());
  CHECK(told(world.on.ask(organiser(), admit_ticket{{hold, 0}, 2, gate, 8, {}})) == "ticket_revoked");
  CHECK(told(world.on.ask(buyer(3), claim_ticket{{hold, 0}, 2, world.on.now + hours(1)})) == "claim_void");
  CHECK(world.on.state.hash() == event_state::from_image(world.on.state.image())->hash());
  world.check_books();
}

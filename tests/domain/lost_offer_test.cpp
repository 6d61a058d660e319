#include "tests/domain/resale_market.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

/// What becomes of a hold when what it holds is offered no longer.
using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE("a hold of an offered ticket ends with its offer, by the same decision") {
  market at;
  const auto order = at.bought(buyer(1), {0, 1, 2, 3});
  std::vector<hold_number> holds;
  for (std::uint32_t index = 0; index < 4; ++index) {
    REQUIRE(at.offered(buyer(1), {order, index}, 500) == "ok, offered 1");
    holds.push_back(at.held(buyer(2), {order, index}));
  }
  CHECK(told(at.on.act(organiser(), admit_ticket{{order, 0}, 1, "north", 7, {}})) == "ok, admitted 1, released 2");
  CHECK(told(at.on.ask(buyer(2), extend_hold{holds[0]})) == "hold_ended");
  CHECK(at.on.state.find(ticket_number{order, 0})->is_admitted());
  REQUIRE(at.refund(organiser(), order, {2}) == "ok");
  at.finish(payment_number{1});
  CHECK_FALSE(at.on.state.find(holds[2]));
  CHECK(at.on.state.find(holds[1])->status == booking_status::held);
  CHECK(at.on.state.places_of({buyer(2).subject, {}}) == 2);
  at.check_restored();
  // What is past its deadline has expired, and is not released.
  at.on.now = at.on.state.find(holds[3])->expires_at;
  CHECK(told(at.on.act(organiser(), admit_ticket{{order, 3}, 1, "north", 8, {}})) == "ok, admitted 1, expired 5");
  at.check_restored();
}

TEST_CASE("what a hold may not outlive is asked again of one that was left: it is neither extended nor paid") {
  market at;
  const auto order = at.bought(buyer(1), {0});
  REQUIRE(at.offered(buyer(1), {order, 0}, 500) == "ok, offered 1");
  const auto hold = at.held(buyer(2), {order, 0});
  // As journals have it that were written before holds ended with their offers.
  auto admitted = at.on.ask(organiser(), admit_ticket{{order, 0}, 1, "north", 7, {}});
  REQUIRE(admitted.has_value());
  at.on.apply({admitted->front()});
  CHECK(told(at.on.ask(buyer(2), extend_hold{hold})) == "hold_ended");
  CHECK(told(at.on.ask({}, freeze_hold{hold, payment_number{2}, buyer(2).subject})) == "hold_ended");
  CHECK(told(at.on.act(buyer(2), release_hold{hold})) == "ok, released 2");
  CHECK(at.on.state.offers().empty());
  at.check_restored();
}

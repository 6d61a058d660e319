#include "tests/domain/checkout_world.hpp"

#include <doctest/doctest.h>

/// A request for a payment that came to nothing begins it anew when it is repeated; any other repetition finds what the first began.
using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE("the same request asks for another payment only after one that came to nothing") {
  checkout_world at;
  const auto hold = at.on.hold(buyer(1), {0});
  const command_id asked{11, 1};
  CHECK(id_now(at.pay, asked) == asked);
  auto last = asked;
  for (std::uint32_t number = 1; number <= 3; ++number) {
    const auto payment = at.begin(buyer(1), hold, last).value();
    CHECK(payment == payment_number{number});
    CHECK(id_now(at.pay, asked) == last);
    at.advance(payment);
    at.advance(payment, gateway_mood::unreachable);
    REQUIRE(at.of(payment).why == turn::unavailable);
    CHECK(id_now(at.pay, asked) == last); // the event has not been told yet
    at.advance(payment);
    CHECK(came_to_nothing(at.of(payment)));
    CHECK(id_now(at.pay, asked) != last);
    at.restart();
    last = id_now(at.pay, asked);
    CHECK(id_now(at.pay, {11, 2}) == command_id{11, 2}); // another request under the same key is told so
  }
  const auto paid = at.begin(buyer(1), hold, last).value();
  at.finish(paid);
  CHECK(at.of(paid).status == payment_status::captured);
  CHECK(id_now(at.pay, asked) == last);
  CHECK(id_now(at.pay, {}) == command_id{});
  at.check_books();
}

TEST_CASE("what was declined was decided") {
  checkout_world at;
  const auto hold = at.on.hold(buyer(1), {0});
  const command_id asked{11, 1};
  const auto payment = at.begin(buyer(1), hold, asked).value();
  while (at.of(payment).status != payment_status::turned) {
    at.advance(payment, gateway_mood::declines);
  }
  at.finish(payment);
  REQUIRE(at.of(payment).why == turn::declined);
  CHECK_FALSE(came_to_nothing(at.of(payment)));
  CHECK(id_now(at.pay, asked) == asked);
}

#include "domain/state_image.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace holdfast::paid_holds {
namespace {

const caller checkout{};
const payment_number first{1};

} // namespace

TEST_CASE("no payment has number zero, whatever it asks for") {
  stage on;
  const auto hold = on.hold(buyer(1), {0});
  CHECK(told(on.ask(checkout, freeze_hold{hold, {}, buyer(1).subject})) == "not_found");
  CHECK(told(on.ask(checkout, thaw_hold{hold, {}, turn::declined})) == "hold_ended");
  CHECK(told(on.ask(checkout, confirm_paid{hold, {}, 1'000, ""})) == "hold_ended");
  on.confirm(hold);
  CHECK(told(on.ask(checkout, confirm_paid{hold, {}, 1'000, ""})) == "hold_confirmed");
  CHECK(told(on.ask(checkout, return_order{hold, {}})) == "hold_ended");
}

TEST_CASE("where holds are not extended, one that could not be paid has a minute left all the same") {
  auto config = sound_config();
  config.hold_extension = millis{0};
  stage on{event_status::published, std::move(config)};
  const auto hold = on.hold(buyer(1), {0});
  REQUIRE(on.act(checkout, freeze_hold{hold, first, buyer(1).subject}));
  on.now = on.state.find(hold)->ends_unpaid_at + seconds(1);
  REQUIRE(on.act(checkout, thaw_hold{hold, first, turn::unavailable}));
  CHECK(on.state.find(hold)->expires_at == std::min(on.now + minutes(1), on.state.find(hold)->cap_at));
}

TEST_CASE("a hold is not frozen for a payment that names another number of people than it has places") {
  stage on;
  const auto hold = on.hold(buyer(1), {0, 1});
  const auto naming = [&](const caller& who, std::uint32_t attendees) {
    return told(on.ask(checkout, freeze_hold{hold, first, who.subject, attendees}));
  };
  CHECK(naming(buyer(1), 1) == "invalid /attendees");
  CHECK(naming(buyer(2), 1) == "not_found"); // how many places others hold is not told
  CHECK(naming(buyer(1), 2) == naming(buyer(1), 0));
}

TEST_CASE("an order that is taken back leaves its places, and what its buyer may have, to be sold again") {
  stage on;
  const auto hold = on.hold(buyer(1), {0, 1, 2, 3, 4, 5});
  REQUIRE(on.act(checkout, freeze_hold{hold, first, buyer(1).subject}));
  REQUIRE(on.act(checkout, confirm_paid{hold, first, 6'000, "pi_1"}));
  CHECK(told(on.ask(buyer(1), seats({6}))) != "ok");
  REQUIRE(on.act(checkout, return_order{hold, first}));
  CHECK(on.state.orders() == 0);
  CHECK(on.state.counts().sold == 0);
  CHECK(told(on.ask(checkout, return_order{hold, first})) == "ok");
  CHECK(told(on.ask(checkout, return_order{hold_number{99}, first})) == "not_found");
  CHECK(told(on.ask(buyer(1), release_hold{hold})) == "ok");
  CHECK(told(on.ask(checkout, freeze_hold{hold, payment_number{2}, buyer(1).subject})) == "hold_ended");
  CHECK(on.hold(buyer(1), {0, 1, 2, 3, 4, 5}) == hold_number{2});
}

TEST_CASE("asked again, what went back went back, in whatever order and however often it is named") {
  stage on;
  const auto sold = on.hold(buyer(2), {1, 2, 3});
  REQUIRE(on.act(checkout, freeze_hold{sold, first, buyer(2).subject}));
  REQUIRE(on.act(checkout, confirm_paid{sold, first, 3'000, "pi_1"}));
  const auto back = [&](std::vector<std::uint32_t> tickets) {
    return return_order{.hold = sold, .payment = first, .tickets = std::move(tickets)};
  };
  REQUIRE(on.act(checkout, back({0, 2})));
  for (const auto& named : {std::vector<std::uint32_t>{0, 2}, {2, 0}, {2, 0, 2}, {2}})
    CHECK(told(on.ask(checkout, back(named))) == "ok");
  CHECK(told(on.ask(checkout, back({2, 1}))) == "order_refunded");
}

TEST_CASE("an image has the hold that is being paid and the order that a payment made") {
  stage on;
  const auto frozen = on.hold(buyer(1), {0});
  const auto sold = on.hold(buyer(2), {1, 2});
  REQUIRE(on.act(checkout, freeze_hold{frozen, first, buyer(1).subject}));
  REQUIRE(on.act(checkout, freeze_hold{sold, payment_number{2}, buyer(2).subject}));
  REQUIRE(on.act(checkout, confirm_paid{sold, payment_number{2}, 2'000, "pi_2"}));
  auto again = event_state::from_image(on.state.image());
  REQUIRE(again);
  CHECK(again->image() == on.state.image());
  CHECK(again->hash() == on.state.hash());
  CHECK(again->next_deadline() == on.state.next_deadline());
  // What was restored goes on as what was not.
  on.state = std::move(*again);
  CHECK(told(on.ask(checkout, freeze_hold{frozen, first, buyer(1).subject})) == "ok");
  CHECK(told(on.ask(buyer(1), release_hold{frozen})) == "payment_in_progress");
  REQUIRE(on.act(checkout, thaw_hold{frozen, first, turn::declined}));
  REQUIRE(on.act(checkout, return_order{sold, payment_number{2}}));
  CHECK(on.state.counts().sold == 0);
}

} // namespace holdfast::paid_holds

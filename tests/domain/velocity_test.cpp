#include "domain/limits.hpp"
#include "domain/returned_purchases.hpp"
#include "domain/state_image.hpp"
#include "tests/domain/apart.hpp"
#include "tests/domain/checkout_world.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// What may be bought within a time, by a buyer and with a card.
using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

using whose = velocity_rule::whose;

auto with_rules(std::vector<velocity_rule> rules) -> checkout_world {
  checkout_world world;
  auto config = sound_config();
  config.velocity = std::move(rules);
  config.refunds_until = noon + hours(24 * 30);
  world.on = stage{event_status::published, std::move(config)};
  return world;
}

/// Whether this buyer could begin to pay the hold now.
auto would_freeze(const checkout_world& world, std::uint64_t who, hold_number hold) -> tl::expected<facts, rejection> {
  return world.on.ask({}, freeze_hold{hold, payment_number{99}, buyer(who).subject});
}

void buy(checkout_world& world, std::uint64_t who, std::vector<seat_index> seats) {
  const auto payment = world.begin(buyer(who), world.on.hold(buyer(who), std::move(seats))).value();
  world.finish(payment);
  REQUIRE(world.of(payment).status == payment_status::captured);
}

} // namespace

TEST_CASE("a buyer pays for no more within a time than the event lets them, and is told when they may again") {
  auto world = with_rules({{whose::buyer, 3, 600}});
  buy(world, 1, {0, 1});
  world.on.now = noon + seconds(100);
  const auto hold = world.on.hold(buyer(1), {2, 3}); // holds are free of it
  const auto no = would_freeze(world, 1, hold);
  REQUIRE(told(no) == "velocity_exceeded");
  CHECK(no.error().limit == 3);
  CHECK(no.error().current == 2);
  CHECK(no.error().rule == velocity_rule{whose::buyer, 3, 600});
  CHECK(no.error().again_at == noon + seconds(600));
  CHECK(told(world.on.ask({}, freeze_hold{hold, payment_number{9}, buyer(1).subject})) == "velocity_exceeded");
  buy(world, 2, {4, 5}); // another buyer's window is their own
  world.on.now = noon + seconds(600);
  CHECK(told(would_freeze(world, 1, hold)).starts_with("ok"));
  world.on.now = noon + millis{599'999};
  CHECK(told(would_freeze(world, 1, hold)) == "velocity_exceeded");
}

TEST_CASE("what a buyer is paying counts, and what can never fit has no time to wait for") {
  auto world = with_rules({{whose::buyer, 3, 600}});
  const auto first = world.on.hold(buyer(1), {0, 1});
  const auto second = world.on.hold(buyer(1), {2, 3});
  const auto payment = world.begin(buyer(1), first).value();
  world.advance(payment);
  const auto no = would_freeze(world, 1, second);
  REQUIRE(told(no) == "velocity_exceeded");
  CHECK(no.error().current == 2);
  CHECK_FALSE(no.error().again_at.has_value()); // nobody knows how that payment ends
  CHECK(told(world.on.ask({}, freeze_hold{first, payment, buyer(1).subject})) == "ok"); // the same again
  while (world.of(payment).status != payment_status::prepared) {
    world.advance(payment);
  }
  world.advance(payment, gateway_mood::declines);
  world.finish(payment);
  REQUIRE(world.of(payment).status == payment_status::failed);
  CHECK(told(would_freeze(world, 1, second)).starts_with("ok"));
  const auto four = world.on.hold(buyer(2), {4, 5, 6, 7});
  const auto never = would_freeze(world, 2, four);
  REQUIRE(told(never) == "velocity_exceeded");
  CHECK_FALSE(never.error().again_at.has_value());
}

TEST_CASE("a payment that loses the race to the limit is refused, and the hold is the buyer's still") {
  auto world = with_rules({{whose::buyer, 2, 600}});
  const auto first = world.on.hold(buyer(1), {0, 1});
  const auto second = world.on.hold(buyer(1), {2, 3});
  const auto one = world.begin(buyer(1), first).value();
  const auto other = world.begin(buyer(1), second).value();
  world.finish(one);
  world.finish(other);
  CHECK(world.of(other).why == turn::refused);
  CHECK(world.of(other).event == event_refusal::velocity_exceeded);
  CHECK_FALSE(world.on.state.find(second)->frozen);
  CHECK(world.kept() == 2'000);
  world.check_books();
}

TEST_CASE("one card pays for no more within a time, through whomever; the hold stays for another card") {
  auto world = with_rules({{whose::card, 3, 600}});
  world.card = 77;
  buy(world, 1, {0, 1});
  const auto hold = world.on.hold(buyer(2), {2, 3});
  const auto tried = world.begin(buyer(2), hold).value();
  world.finish(tried);
  CHECK(world.of(tried).why == turn::over_limit);
  CHECK(world.of(tried).event == event_refusal::velocity_exceeded);
  CHECK(world.of(tried).status == payment_status::failed);
  CHECK(world.kept() == 2'000);
  REQUIRE(world.on.state.find(hold) != nullptr);
  world.card = 78;
  const auto other_card = world.begin(buyer(2), hold).value();
  world.finish(other_card);
  CHECK(world.of(other_card).status == payment_status::captured);
  world.card = 77;
  world.on.now = noon + seconds(600);
  buy(world, 3, {4, 5});
  world.check_books();
}

TEST_CASE("what was given back was bought: whole or in part, and after a snapshot too") {
  auto world = with_rules({{whose::buyer, 3, 3'600}, {whose::card, 3, 3'600}});
  world.card = 77;
  const auto hold = world.on.hold(buyer(1), {0, 1, 2});
  const auto payment = world.begin(buyer(1), hold).value();
  world.finish(payment);
  REQUIRE(world.refund(buyer(1), hold, {1}) == "ok");
  world.finish(payment);
  REQUIRE(world.refund(organiser(), hold) == "ok");
  world.finish(payment);
  CHECK(world.on.state.orders() == 0);
  const auto next = world.on.hold(buyer(1), {3});
  const auto no = would_freeze(world, 1, next);
  REQUIRE(told(no) == "velocity_exceeded");
  CHECK(no.error().current == 3);
  const auto restored = event_state::from_image(world.on.state.image());
  REQUIRE(restored);
  const command ask{{}, {}, freeze_hold{next, payment_number{9}, buyer(1).subject}};
  CHECK(told(decide(*restored, ask, world.on.now)) == "velocity_exceeded");
  const auto others = world.on.hold(buyer(2), {4});
  const auto by_card = world.begin(buyer(2), others).value();
  world.finish(by_card);
  CHECK(world.of(by_card).event == event_refusal::velocity_exceeded);
  world.on.now = noon + seconds(3'600);
  buy(world, 3, {5});
  check_sound(world.on);
}

TEST_CASE("a resold ticket is bought by its buyer, and was by its seller") {
  checkout_world world;
  auto config = sound_config();
  config.velocity = {{whose::buyer, 2, 3'600}, {whose::card, 2, 3'600}};
  config.starts_at = noon + hours(48);
  config.resale_max_percent = 100;
  world.on = stage{event_status::published, std::move(config)};
  world.card = 77;
  const auto order = world.on.hold(buyer(1), {0, 1});
  const auto sold = world.begin(buyer(1), order).value();
  world.finish(sold);
  const auto resold = [&](std::uint64_t to, std::uint32_t ticket) {
    REQUIRE(world.on.act(buyer(1), offer_ticket{{order, ticket}, 500}));
    REQUIRE(world.on.act(buyer(to), hold_resale{{order, ticket}}));
    return world.on.state.last_hold();
  };
  world.card = 78;
  const auto first = resold(2, 0);
  world.finish(world.begin(buyer(2), first).value());
  world.finish(sold); // the seller has the money back
  REQUIRE(world.on.state.find(first)->status == booking_status::confirmed);
  // The seller has one of the two left, and has bought two.
  const auto more = would_freeze(world, 1, world.on.hold(buyer(1), {2}));
  REQUIRE(told(more) == "velocity_exceeded");
  CHECK(more.error().current == 2);
  // Its buyer has bought one, and one more offered ticket that is being paid makes two.
  const auto second = resold(2, 1);
  const auto paying = world.begin(buyer(2), second).value();
  world.advance(paying);
  const auto third = world.on.hold(buyer(2), {3});
  const auto no = would_freeze(world, 2, third);
  REQUIRE(told(no) == "velocity_exceeded");
  CHECK(no.error().current == 2);
  world.finish(paying);
  world.finish(sold);
  // And so has the card that paid for both.
  const auto other = world.begin(buyer(3), world.on.hold(buyer(3), {4})).value();
  world.finish(other);
  CHECK(world.of(other).event == event_refusal::velocity_exceeded);
  check_sound(world.on);
}

TEST_CASE("what could not be captured was never bought") {
  auto world = with_rules({{whose::buyer, 2, 3'600}});
  const auto hold = world.on.hold(buyer(1), {0, 1});
  const auto payment = world.begin(buyer(1), hold).value();
  while (world.of(payment).status != payment_status::booked) {
    world.advance(payment);
  }
  world.advance(payment, gateway_mood::declines);
  world.finish(payment);
  REQUIRE(world.of(payment).why == turn::uncaptured);
  buy(world, 1, {2, 3});
}

TEST_CASE("of several rules the first that is broken is named, and the time is when all of them allow it") {
  auto world = with_rules({{whose::card, 1, 10}, {whose::buyer, 2, 60}, {whose::buyer, 3, 600}});
  buy(world, 1, {0});
  world.on.now = noon + seconds(30);
  buy(world, 1, {1});
  world.on.now = noon + seconds(40);
  const auto no = would_freeze(world, 1, world.on.hold(buyer(1), {2, 3}));
  REQUIRE(told(no) == "velocity_exceeded");
  CHECK(no.error().rule == velocity_rule{whose::buyer, 2, 60});
  CHECK(no.error().limit == 2);
  CHECK(no.error().again_at == noon + seconds(600));
}

TEST_CASE(
    "an event remembers what was given back as long as a rule can ask, the newest of it, and its snapshot says the same") {
  const auto at = [](std::int64_t second) { return noon + seconds(second); };
  const auto one = [&](std::int64_t second) { return returned_purchase{at(second), {1, 7}, 3, 1}; };
  returned_purchases all;
  all.add(one(0), at(std::int64_t{limits::velocity_seconds_max}));
  CHECK(all.all().empty()); // too long ago for any rule
  for (std::size_t i = 0; i < limits::returned_purchases_max; ++i) {
    all.add(one(static_cast<std::int64_t>(i)), at(static_cast<std::int64_t>(i)));
  }
  CHECK(all.all().size() == limits::returned_purchases_max);
  const auto later = std::int64_t{limits::velocity_seconds_max} + 9; // ten of them count no more
  returned_purchases restored;
  REQUIRE(restored.restore(all.image(at(later)), at(later)));
  CHECK(restored.all().size() == limits::returned_purchases_max - 10);
  for (int i = 0; i < 30; ++i) {
    all.add(one(later), at(later));
    restored.add(one(later), at(later));
    CHECK(all.image(at(later)) == restored.image(at(later)));
  }
  CHECK(all.all().size() < limits::returned_purchases_max);
  auto image = all.image(at(later));
  image.front().places = 0;
  CHECK_FALSE(restored.restore(image, at(later)));
  image.front() = one(later + 1);
  CHECK_FALSE(restored.restore(image, at(later)));
}

#include "domain/limits.hpp"
#include "tests/domain/checkout_world.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>

using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE("nothing is asked of the gateway for a payment that is denied, and another one of the hold is scored anew") {
  auto world = scored_world(risk_verdict::allow, risk_verdict::deny);
  world.on.hold(buyer(1), {2});
  const auto hold = world.on.hold(buyer(1), {0, 1});
  const auto first = world.begin(buyer(1), hold).value();
  world.advance(first);
  CHECK(world.of(first).risk == risk_terms{risk_verdict::allow, 2, 3});
  CHECK_FALSE(world.tell(give_up{first, millis{0}}));
  CHECK(world.advance(first) == step::score);
  CHECK(world.of(first).why == turn::declined);
  CHECK(world.of(first).code == "risk_denied");
  CHECK_FALSE(world.of(first).owes_money);
  CHECK_FALSE(world.tell(score_told{first, risk_verdict::allow, ""}));
  world.finish(first);
  CHECK(world.ledger.empty());
  CHECK_FALSE(world.on.state.find(hold)->frozen);
  world.hook = risk_verdict::allow;
  const auto second = world.begin(buyer(1), hold).value();
  world.finish(second);
  CHECK(world.of(second).verdict == risk_verdict::allow);
  CHECK(world.of(second).verdict_by == payment_scored::source::hook);
  CHECK_FALSE(world.of(second).is_under_review());
  world.check_books();
}

TEST_CASE("a verdict that cannot be had is the event's own, with why; what a hook says too much of is not kept") {
  for (const auto own : {risk_verdict::allow, risk_verdict::review, risk_verdict::deny}) {
    auto world = scored_world(own, risk_verdict::none);
    const auto payment = world.begin(buyer(1), world.on.hold(buyer(1), {0})).value();
    world.finish(payment);
    CHECK(world.of(payment).verdict == own);
    CHECK(world.of(payment).verdict_by == payment_scored::source::policy);
    CHECK(world.of(payment).verdict_reason == "timed_out");
    CHECK(world.ledger.empty() == (own == risk_verdict::deny));
    world.check_books();
  }
  const std::array<std::pair<std::string, std::string>, 4> reasons{
      {{std::string(limits::risk_reason_bytes_max, 'r'), std::string(limits::risk_reason_bytes_max, 'r')},
       {std::string(limits::risk_reason_bytes_max + 1, 'r'), ""},
       {"line\nline", ""},
       {"card 4242 4242 4242 4242", ""}}};
  for (const auto& [said, is_kept] : reasons) {
    auto world = scored_world(risk_verdict::allow, risk_verdict::allow);
    const auto payment = world.begin(buyer(1), world.on.hold(buyer(1), {0})).value();
    world.advance(payment);
    REQUIRE(world.tell(score_told{payment, risk_verdict::review, said}));
    CHECK(world.of(payment).verdict_reason == is_kept);
  }
}

TEST_CASE("a review is closed once, by an organiser, and is open again when the event keeps the order") {
  auto world = scored_world(risk_verdict::deny, risk_verdict::review);
  const auto hold = world.on.hold(buyer(1), {0, 1});
  CHECK(world.review(organiser(), hold, review_decision::accept) == "not_found");
  const auto payment = world.begin(buyer(1), hold).value();
  world.advance(payment);
  CHECK(world.review(organiser(), hold, review_decision::accept) == "not_found");
  world.advance(payment);
  CHECK(world.review(organiser(), hold, review_decision::accept) == "payment_in_progress");
  CHECK_FALSE(world.of(payment).is_under_review());
  world.finish(payment);
  CHECK(world.of(payment).is_under_review());
  CHECK(world.pay.for_review.contains(payment));
  CHECK(world.review(buyer(1), hold, review_decision::accept) == "not_found");
  CHECK(world.review(box_office(), hold, review_decision::accept) == "not_found");
  // Another organisation's key gets as far as the event, which keeps the order.
  REQUIRE(world.review(organiser(theirs), hold, review_decision::refund) == "ok");
  CHECK(world.review(organiser(), hold, review_decision::accept) == "not_found");
  world.finish(payment);
  CHECK(world.of(payment).is_under_review());
  REQUIRE(world.refund(organiser(), hold, {1}) == "ok");
  CHECK(world.review(organiser(), hold, review_decision::accept) == "payment_in_progress");
  world.finish(payment);
  REQUIRE(world.review(organiser(), hold, review_decision::accept) == "ok");
  CHECK(world.of(payment).has_ended());
  CHECK(world.pay.for_review.empty());
  CHECK(world.review(organiser(), hold, review_decision::refund) == "not_found");
  CHECK(world.kept() == 1'000);
  world.check_books();
}

TEST_CASE("an order that went back otherwise is under review no more") {
  auto world = scored_world(risk_verdict::review, risk_verdict::none);
  const auto hold = world.on.hold(buyer(1), {0});
  const auto payment = world.begin(buyer(1), hold).value();
  world.finish(payment);
  REQUIRE(world.refund(organiser(), hold) == "ok");
  world.finish(payment);
  CHECK_FALSE(world.of(payment).is_under_review());
  CHECK(world.pay.for_review.empty());
  CHECK(world.review(organiser(), hold, review_decision::accept) == "order_refunded");
  world.check_books();
}

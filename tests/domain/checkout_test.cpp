#include "tests/domain/checkout_world.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <set>
#include <utility>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

/// A way through the saga that is reached by the moods of the gateway, and what the world does beside it.
struct way {
  const char* name;
  std::vector<step> steps; ///< in this order when nothing crashes
  gateway_mood authorising = gateway_mood::willing;
  gateway_mood capturing = gateway_mood::willing;
  bool times_out = false;                       ///< before the gateway is asked to reserve the amount a second time
  bool hold_ends = false;                       ///< before the event is asked to make it an order
  bool over_limit = false;                      ///< the card has paid for as much as it may
  bool refunded = false;                        ///< when it is paid, its organiser gives it back
  bool one_back = false;                        ///< when it is paid, its buyer gives one of its two tickets back
  risk_verdict on_failure = risk_verdict::none; ///< the event has payments scored, and does so without a verdict
  risk_verdict hook = risk_verdict::none;       ///< the verdict
  bool reviewed = false;                        ///< when it is paid, its organiser reviews it, and gives it back
  bool sold = false;
};

const std::array ways{
    way{.name = "paid",
        .steps = {step::freeze, step::prepare, step::authorise, step::book, step::capture},
        .sold = true},
    way{.name = "declined",
        .steps = {step::freeze, step::prepare, step::authorise, step::free_hold},
        .authorising = gateway_mood::declines},
    way{.name = "another amount",
        .steps = {step::freeze, step::prepare, step::authorise, step::free_hold, step::void_money},
        .authorising = gateway_mood::wrong_amount},
    way{.name = "the places are gone",
        .steps = {step::freeze, step::prepare, step::authorise, step::book, step::void_money},
        .hold_ends = true},
    way{.name = "too much for one card",
        .steps = {step::freeze, step::prepare, step::authorise, step::book, step::free_hold, step::void_money},
        .over_limit = true},
    way{.name = "not in time",
        .steps = {step::freeze, step::prepare, step::authorise, step::free_hold, step::void_money},
        .authorising = gateway_mood::forgetful,
        .times_out = true},
    way{.name = "not to be captured",
        .steps = {step::freeze, step::prepare, step::authorise, step::book, step::capture, step::return_order,
                  step::void_money},
        .capturing = gateway_mood::declines},
    way{.name = "refunded",
        .steps = {step::freeze, step::prepare, step::authorise, step::book, step::capture, step::return_order,
                  step::void_money},
        .refunded = true},
    way{.name = "one ticket refunded",
        .steps = {step::freeze, step::prepare, step::authorise, step::book, step::capture, step::take_back,
                  step::give_back},
        .one_back = true,
        .sold = true},
    way{.name = "scored and paid",
        .steps = {step::freeze, step::score, step::prepare, step::authorise, step::book, step::capture},
        .on_failure = risk_verdict::deny,
        .hook = risk_verdict::allow,
        .sold = true},
    way{.name = "denied",
        .steps = {step::freeze, step::score, step::free_hold},
        .on_failure = risk_verdict::allow,
        .hook = risk_verdict::deny},
    way{.name = "denied for want of a verdict",
        .steps = {step::freeze, step::score, step::free_hold},
        .on_failure = risk_verdict::deny},
    way{.name = "sold with a review that gives it back",
        .steps = {step::freeze, step::score, step::prepare, step::authorise, step::book, step::capture,
                  step::return_order, step::void_money},
        .on_failure = risk_verdict::review,
        .reviewed = true},
};

auto mood_of(const way& on, step what) -> gateway_mood {
  if (what == step::authorise) {
    return on.authorising;
  }
  return what == step::capture ? on.capturing : gateway_mood::willing;
}

/// Walks a way; the step with this index is cut off as it says, and done again. Returns the steps that were done.
auto walk(checkout_world& world, const way& on, std::size_t cut_at, checkout_world::crash when) -> std::vector<step> {
  auto config = sound_config();
  config.refunds_until = world.on.now + hours(1);
  config.max_per_card = on.over_limit ? 1 : 0;
  config.risk_on_failure = on.on_failure;
  world.hook = on.hook;
  world.card = 77;
  world.on = stage{event_status::published, std::move(config)};
  const auto hold = world.on.hold(buyer(1), {0, 1});
  const auto payment = world.begin(buyer(1), hold).value();
  std::vector<step> done;
  while (!world.of(payment).has_ended()) {
    const auto what = next_step(world.of(payment));
    if (what == step::book && on.hold_ends) {
      world.on.now = world.on.now + limits::hold_cap_max;
    }
    const bool cut = done.size() == cut_at && when != checkout_world::crash::none;
    if (cut) {
      CHECK(world.advance(payment, mood_of(on, what), when) == what);
      CHECK(next_step(world.of(payment)) == what);
    }
    done.push_back(world.advance(payment, mood_of(on, what)));
    if (on.times_out && what == step::authorise) {
      CHECK_FALSE(world.tell(give_up{payment, minutes(3)}));
      world.on.now = world.of(payment).intended_at + minutes(3);
      CHECK(world.tell(give_up{payment, minutes(3)}));
    }
    REQUIRE(done.size() < 20);
    if (on.refunded && what == step::capture && world.of(payment).has_ended()) {
      REQUIRE(world.refund(organiser(), hold) == "ok");
    }
    if (on.reviewed && what == step::capture && world.of(payment).has_ended()) {
      REQUIRE(world.review(organiser(), hold, review_decision::refund) == "ok");
    }
    if (on.one_back && what == step::capture && world.of(payment).has_ended()) {
      REQUIRE(world.refund(buyer(1), hold, {1}) == "ok");
    }
  }
  return done;
}

} // namespace

TEST_CASE("every step of every way through a payment survives a crash before it and after it") {
  std::set<step> walked;
  for (const auto& on : ways) {
    for (std::size_t at = 0; at < on.steps.size(); ++at) {
      for (const auto when : {checkout_world::crash::before, checkout_world::crash::after}) {
        CAPTURE(on.name);
        CAPTURE(at);
        CAPTURE(static_cast<int>(when));
        checkout_world world;
        CHECK(walk(world, on, at, when) == on.steps);
        CHECK(world.of(payment_number{1}).status == (on.sold ? payment_status::captured : payment_status::failed));
        world.check_books();
        walked.insert(on.steps[at]);
      }
    }
  }
  // A step that no way reaches is not tested: add a way with it.
  CHECK(walked.size() == step_count - 1);
}

TEST_CASE("a declined card leaves the hold to another one, with time for it") {
  checkout_world world;
  const auto hold = world.on.hold(buyer(1), {0, 1});
  world.on.now = world.on.state.find(hold)->expires_at + seconds(-5);
  const auto first = world.begin(buyer(1), hold).value();
  world.advance(first);
  CHECK(world.on.state.find(hold)->frozen);
  CHECK(told(world.on.ask(buyer(1), release_hold{hold})) == "payment_in_progress");
  CHECK(told(world.on.ask(buyer(1), extend_hold{hold})) == "payment_in_progress");
  CHECK_FALSE(world.begin(buyer(1), hold).has_value());
  world.advance(first);
  world.advance(first, gateway_mood::declines);
  CHECK(world.of(first).code == "card_declined");
  world.finish(first);
  CHECK_FALSE(world.on.state.find(hold)->frozen);
  CHECK(world.on.state.find(hold)->expires_at == world.on.now + limits::hold_after_decline_min);
  const auto second = world.begin(buyer(1), hold).value();
  world.finish(second);
  CHECK(world.of(second).status == payment_status::captured);
  world.check_books();
}

TEST_CASE("a gateway that certainly was not asked keeps the hold for its buyer, and longer") {
  checkout_world world;
  const auto hold = world.on.hold(buyer(1), {0});
  const auto before = world.on.state.find(hold)->expires_at;
  world.on.now = before + seconds(-1);
  const auto payment = world.begin(buyer(1), hold).value();
  world.advance(payment);
  world.advance(payment, gateway_mood::unreachable);
  CHECK(world.of(payment).why == turn::unavailable);
  world.finish(payment);
  CHECK(world.on.state.find(hold)->expires_at ==
        std::min(world.on.now + world.on.state.config().hold_extension, world.on.state.find(hold)->cap_at));
}

TEST_CASE("once the gateway may have been asked, nothing but its word ends a payment") {
  checkout_world world;
  const auto hold = world.on.hold(buyer(1), {0});
  const auto payment = world.begin(buyer(1), hold).value();
  world.advance(payment);
  world.advance(payment);
  world.advance(payment, gateway_mood::forgetful);
  for (int again = 0; again < 3; ++again) {
    world.advance(payment, gateway_mood::unreachable);
    world.advance(payment, gateway_mood::silent);
    CHECK(world.of(payment).status == payment_status::prepared);
  }
  world.finish(payment);
  CHECK(world.of(payment).status == payment_status::captured);
  world.check_books();
}

TEST_CASE("a late success ends sold while the seats are pinned, and goes back in full afterwards") {
  for (const bool late : {false, true}) {
    CAPTURE(late);
    checkout_world world;
    const auto hold = world.on.hold(buyer(1), {0});
    const auto payment = world.begin(buyer(1), hold).value();
    world.advance(payment);
    world.advance(payment);
    world.advance(payment, gateway_mood::forgetful);
    world.on.now = world.of(payment).pinned_until + (late ? seconds(0) : seconds(-1));
    world.finish(payment);
    CHECK(world.of(payment).status == (late ? payment_status::failed : payment_status::captured));
    CHECK(world.kept() == (late ? 0 : 1'000));
    world.check_books();
  }
}

TEST_CASE("a gateway's id whose digits look like a card's number by chance is an id all the same") {
  checkout_world world;
  const auto hold = world.on.hold(buyer(1), {0});
  const auto payment = world.begin(buyer(1), hold).value();
  world.advance(payment);
  gateway_told made{.payment = payment, .about = step::prepare, .what = gateway_told::kind::made};
  made.gateway_payment = "pi_4242424242424242";
  made.amount = 1'000;
  made.currency = world.of(payment).currency;
  CHECK(world.tell(made));
  CHECK(world.of(payment).gateway_payment == made.gateway_payment);
  CHECK(told(world.on.ask({}, confirm_paid{hold, payment, 1'000, made.gateway_payment})).starts_with("ok, confirmed"));
}

TEST_CASE("what costs nothing is sold without the gateway") {
  checkout_world world;
  auto config = sound_config();
  for (auto& tier : config.tiers) {
    tier.price = 0;
    tier.fee = 0;
  }
  config.risk_on_failure = risk_verdict::deny; // there is nothing to deny
  world.on = stage{event_status::published, std::move(config)};
  const auto hold = world.on.hold(buyer(1), {0});
  const auto payment = world.begin(buyer(1), hold).value();
  CHECK(world.finish(payment) == 2);
  CHECK(world.of(payment).status == payment_status::captured);
  CHECK(world.ledger.empty());
}

TEST_CASE("who may begin a payment, of what, and how") {
  checkout_world world;
  const auto hold = world.on.hold(buyer(1), {0});
  const auto why = [&](const caller& by, begin_payment what, command_id id = {}) {
    const auto made = decide(world.pay, {.by = by, .id = id, .body = std::move(what)}, world.on.now);
    return made ? std::string{"ok"} : name_of(made.error().why);
  };
  CHECK(why(buyer(1), {hold, ""}) == "invalid");
  CHECK(why(buyer(1), {hold, "pm card"}) == "invalid");
  CHECK(why(buyer(1), {hold, "4242424242424242"}) == "invalid");
  CHECK(why(buyer(1), {hold, std::string(129, 'a')}) == "invalid");
  CHECK(why(box_office(), {hold, "pm_card"}) == "not_found");
  CHECK(why(organiser(), {hold, "pm_card"}) == "not_found");
  CHECK(why(buyer(1), {hold, std::string(128, 'a')}) == "ok");
  const auto theirs_now = world.begin(buyer(2), hold).value();
  world.finish(theirs_now);
  CHECK(world.of(theirs_now).event == event_refusal::not_found);
  CHECK(world.begin(buyer(1), hold, {7, 8}).has_value());
  CHECK(why(buyer(1), {hold, "pm_card"}, {7, 8}) == "already_remembered");
  CHECK(why(buyer(1), {hold, "pm_card"}, {7, 9}) == "key_reused");
  CHECK(why(buyer(1), {hold, "pm_card"}) == "payment_in_progress");
  CHECK_FALSE(
      decide(world.pay, {.by = {}, .id = {}, .body = gateway_told{.payment = payment_number{99}}}, world.on.now));
}

TEST_CASE("an order is given back once, whole, by its own organiser, and stands when the event keeps it") {
  checkout_world world;
  const auto hold = world.on.hold(buyer(1), {0, 1});
  CHECK(world.refund(organiser(), hold) == "not_found");
  const auto payment = world.begin(buyer(1), hold).value();
  CHECK(world.refund(organiser(), hold) == "payment_in_progress");
  world.finish(payment);
  CHECK(world.refund(buyer(2), hold) == "not_found");
  CHECK(world.refund(box_office(), hold) == "not_found");
  // Another organisation's key gets as far as the event.
  REQUIRE(world.refund(organiser(theirs), hold) == "ok");
  world.finish(payment);
  CHECK(world.of(payment).status == payment_status::captured);
  CHECK(world.of(payment).event == event_refusal::not_found);
  CHECK(world.kept() == 2'000);
  REQUIRE(world.refund(organiser(), hold) == "ok");
  CHECK(world.refund(organiser(), hold) == "order_refunded");
  world.finish(payment);
  CHECK(world.refund(organiser(), hold) == "order_refunded");
  CHECK(world.of(payment).status == payment_status::failed);
  CHECK(world.on.state.seat(0) == seat_status::available);
  CHECK(world.on.state.places_of({buyer(1).subject, {}}) == 0);
  CHECK(world.on.state.orders() == 0);
  CHECK(world.kept() == 0);
  world.check_books();
  const auto again = world.on.hold(buyer(2), {0, 1});
  world.finish(world.begin(buyer(2), again).value());
  CHECK(world.kept() == 2'000);
}

TEST_CASE("a notification is acted on once, by a payment that has not ended, and by no more than a few") {
  checkout_world world;
  const auto payment = world.begin(buyer(1), world.on.hold(buyer(1), {0})).value();
  CHECK(world.tell(take_hint{payment, "evt_1"}));
  CHECK_FALSE(world.tell(take_hint{payment, "evt_1"}));
  CHECK_FALSE(world.tell(take_hint{payment, ""}));
  CHECK_FALSE(world.tell(take_hint{payment, std::string(limits::gateway_text_bytes_max + 1, 'e')}));
  const auto of_nobody =
      decide(world.pay, {.by = {}, .id = {}, .body = take_hint{payment_number{2}, "evt_2"}}, world.on.now);
  REQUIRE_FALSE(of_nobody.has_value());
  CHECK(of_nobody.error().why == reason::not_found);
  for (std::size_t number = 2; number <= limits::payment_hints_max; ++number) {
    CHECK(world.tell(take_hint{payment, "evt_" + std::to_string(number)}));
  }
  CHECK_FALSE(world.tell(take_hint{payment, "evt_one_too_many"}));
  world.finish(payment);
  CHECK(world.of(payment).status == payment_status::captured);
  CHECK(world.of(payment).hints.size() == limits::payment_hints_max);
  const auto other = world.begin(buyer(2), world.on.hold(buyer(2), {1})).value();
  world.finish(other);
  CHECK_FALSE(world.tell(take_hint{other, "evt_1"}));
  world.check_books();
}

TEST_CASE("whatever the gateway, the clock and crashes do, money and seats agree at rest") {
  constexpr std::array moods{gateway_mood::willing,     gateway_mood::willing, gateway_mood::declines,
                             gateway_mood::unreachable, gateway_mood::silent,  gateway_mood::forgetful,
                             gateway_mood::wrong_amount};
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto below = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
    auto world = scored_world(static_cast<risk_verdict>(seed % 4), risk_verdict::none);
    std::vector<payment_number> payments;
    for (int turn = 0; turn < 60; ++turn) {
      const auto who = buyer(1 + below(4));
      const auto made = world.on.act(
          who, hold_seats{.seats = {static_cast<seat_index>(below(5)), 5 + below(5)}, .best = {}, .areas = {}});
      if (made && !made->empty()) {
        if (const auto payment = world.begin(who, world.on.state.last_hold())) {
          payments.push_back(*payment);
        }
      }
      world.hook = static_cast<risk_verdict>(below(4));
      for (const auto payment : payments) {
        if (world.of(payment).is_under_review() && below(10) == 0) {
          world.review(organiser(below(4) == 0 ? theirs : ours), world.of(payment).hold,
                       static_cast<review_decision>(1 + below(2)));
        }
        if (world.of(payment).status == payment_status::captured && below(20) == 0) {
          const auto tickets = below(2) == 0 ? std::vector<std::uint32_t>{} : std::vector<std::uint32_t>{below(3)};
          world.refund(organiser(below(4) == 0 ? theirs : ours), world.of(payment).hold, tickets);
        }
        const auto crash = static_cast<checkout_world::crash>(below(10) < 2 ? 1 + below(2) : 0);
        if (below(10) == 0) {
          world.tell(take_hint{payment, "evt_" + std::to_string(below(5))});
        }
        if (below(2) == 0) {
          world.advance(payment, moods[below(moods.size())], crash);
        }
      }
      world.on.now = world.on.now + seconds(below(8) == 0 ? 1'000 : 5);
      world.on.act({}, end_due_holds{});
    }
    for (const auto payment : payments) {
      world.finish(payment);
    }
    world.check_books();
  }
}

#include "tests/actors/guarded_event.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace holdfast::testing {

using domain::queue::place_number;

TEST_CASE("an event takes holds of those alone whom its waiting room has let in") {
  guarded bench;
  bench.room.inside[7] = {1, 1};
  CHECK(bench.ask_with(bench.hold(1, {0}), place_number{}).body == guarded::said(actors::refusal::admission_required));
  CHECK(bench.ask_with(bench.hold(2, {0}), place_number{7}).body == guarded::said(actors::refusal::admission_required));
  CHECK(bench.ask_with(bench.hold(1, {0}), place_number{7}).status == 201);
  bench.room.is_over = true;
  CHECK(bench.ask_with(bench.hold(1, {1}), place_number{7}).body == guarded::said(actors::refusal::admission_expired));
  CHECK(bench.core->state()->live_holds() == 1);
  CHECK(bench.metrics.holds_unadmitted == 3);
}

TEST_CASE("seats that are named by wish, the best available and offered tickets need admission as well") {
  guarded bench;
  domain::hold_wish wish;
  wish.seats = {"A/1/5"};
  auto wished = bench.hold(1, {});
  CHECK(bench.ask_with(wished, place_number{}, wish).body == guarded::said(actors::refusal::admission_required));
  domain::hold_seats best;
  best.best = domain::best_available{.quantity = 2, .tiers = {}, .sections = {}};
  CHECK(bench.ask_with({.by = bench.buyer(1), .id = {}, .body = best}, place_number{}).body ==
        guarded::said(actors::refusal::admission_required));
  CHECK(bench.ask_with({.by = bench.buyer(1), .id = {}, .body = domain::hold_resale{}}, place_number{}).body ==
        guarded::said(actors::refusal::admission_required));
}

TEST_CASE("a live hold, a box office and a repeated request need no admission") {
  guarded bench;
  bench.room.inside[7] = {1, 1};
  const auto first = bench.ask_with(bench.hold(1, {0}, 42), place_number{7});
  REQUIRE(first.status == 201);
  bench.room.is_over = true;
  const auto again = bench.ask_with(bench.hold(1, {0}, 42), place_number{});
  CHECK(again.replayed);
  CHECK(again.body == first.body);
  CHECK(bench
            .ask_with({.by = bench.buyer(1), .id = {}, .body = domain::extend_hold{domain::hold_number{1}}},
                      place_number{})
            .status == 201);
  auto office = bench.organiser();
  office.as = domain::caller::kind::box_office;
  domain::hold_seats two;
  two.seats = {2, 3};
  CHECK(bench.ask_with({.by = office, .id = {}, .body = two}, place_number{}).status == 201);
  CHECK(bench
            .ask_with({.by = bench.buyer(1), .id = {}, .body = domain::release_hold{domain::hold_number{1}}},
                      place_number{})
            .status == 201);
}

TEST_CASE("a key that is forgotten lets nobody past the waiting room, though nothing was recorded since") {
  guarded bench;
  bench.room.inside[7] = {1, 1};
  REQUIRE(bench.ask_with(bench.hold(1, {0}, 42), place_number{7}).status == 201);
  bench.clock.at = bench.clock.at + domain::hours(26);
  CHECK(bench.ask_with(bench.hold(1, {0}, 42), place_number{}).body ==
        guarded::said(actors::refusal::admission_required));
}

TEST_CASE("a refusal for want of admission is not remembered: with one the same request is carried out") {
  guarded bench;
  CHECK(bench.ask_with(bench.hold(1, {0}, 42), place_number{}).body ==
        guarded::said(actors::refusal::admission_required));
  bench.room.inside[7] = {1, 1};
  CHECK(bench.ask_with(bench.hold(1, {0}, 42), place_number{7}).status == 201);
}

TEST_CASE("a room hears of sales and of holds that ran out when they are durable, and of who released nothing") {
  guarded bench;
  bench.room.is_off = true;
  const auto before = bench.room.heard.size();
  REQUIRE(bench.ask_with(bench.hold(1, {0}), place_number{}).status == 201);
  REQUIRE(bench.ask_with(bench.hold(2, {1}), place_number{}).status == 201);
  CHECK(bench.room.arrivals == 2);
  REQUIRE(bench.ask_with({.by = bench.buyer(2), .id = {}, .body = domain::release_hold{domain::hold_number{2}}}, {})
              .status == 201);
  CHECK(bench.room.heard.size() == before);
  bench.clock.at = bench.clock.at + domain::hours(1);
  bench.core->expire(nullptr);
  CHECK(bench.room.heard.size() == before); // not on disk yet
  bench.settle();
  CHECK(bench.last_notice().gave_up == std::vector{domain::subject_id{1, 1}});
  CHECK(bench.last_notice().bought.empty());
}

TEST_CASE("a box office's sale is of nobody who waits, and the last seat is told of as it goes and comes back") {
  guarded bench;
  bench.room.is_off = true;
  auto office = bench.organiser();
  office.as = domain::caller::kind::box_office;
  std::uint32_t hold = 0;
  const auto sell = [&](domain::hold_seats what) {
    REQUIRE(bench.ask_with({.by = office, .id = {}, .body = std::move(what)}, {}).status == 201);
    REQUIRE(
        bench
            .ask_with({.by = office,
                       .id = {},
                       .body = domain::confirm_hold{domain::hold_number{++hold},
                                                    domain::payment_record{.by = domain::payment_record::method::cash,
                                                                           .reference = {},
                                                                           .reason = {}}}},
                      {})
            .status == 201);
  };
  for (domain::seat_index seat = 0; seat < 20; seat += 4) {
    domain::hold_seats four;
    four.seats = {seat, seat + 1, seat + 2, seat + 3};
    sell(four);
  }
  for (int i = 0; i < 10; ++i) {
    for (const auto& one : bench.room.heard) {
      CHECK(one.seats_left.value_or(true));
    }
    domain::hold_seats ten;
    ten.areas = {{0, 10}};
    sell(ten);
  }
  CHECK(bench.last_notice().seats_left == false);
  CHECK(bench.last_notice().bought.empty());
  REQUIRE(
      bench.ask_with({.by = bench.organiser(), .id = {}, .body = domain::take_back_order{domain::hold_number{1}}}, {})
          .status == 201);
  CHECK(bench.last_notice().seats_left == true);
}

TEST_CASE("an event that has nothing to sell any more tells its room so") {
  guarded bench;
  bench.room.is_off = true;
  REQUIRE(std::ranges::any_of(bench.room.heard, [](const auto& one) { return one.seats_left == true; }));
  REQUIRE(bench.ask_with({.by = bench.organiser(), .id = {}, .body = domain::cancel_event{}}, {}).status == 201);
  CHECK(bench.last_notice().seats_left == false);
}

TEST_CASE("an event that is loaded tells its room what it has left, and what became of holds lately") {
  guarded bench;
  bench.room.is_off = true;
  REQUIRE(bench.ask_with(bench.hold(1, {0}), place_number{}).status == 201);
  REQUIRE(bench.ask_with(bench.hold(2, {1}), place_number{}).status == 201);
  REQUIRE(bench.ask_with(bench.hold(3, {2}), place_number{}).status == 201);
  auto office = bench.organiser();
  office.as = domain::caller::kind::box_office;
  REQUIRE(bench
              .ask_with({.by = office,
                         .id = {},
                         .body = domain::confirm_hold{domain::hold_number{3},
                                                      domain::payment_record{.by = domain::payment_record::method::cash,
                                                                             .reference = {},
                                                                             .reason = {}}}},
                        {})
              .status == 201);
  const auto bought_at = bench.clock.at;
  REQUIRE(bench.ask_with({.by = bench.buyer(2), .id = {}, .body = domain::release_hold{domain::hold_number{2}}}, {})
              .status == 201);
  bench.clock.at = bench.clock.at + domain::minutes(30);
  bench.core->expire(nullptr);
  bench.settle();
  bench.room.heard.clear();
  bench.open();
  bench.settle();
  REQUIRE(bench.room.heard.size() == 2);
  CHECK(bench.room.heard[1].seats_left == true);
  const auto& lately = bench.room.heard[0].lately;
  REQUIRE(lately.size() == 2);
  CHECK(lately[0].who == domain::subject_id{1, 3});
  CHECK(lately[0].bought);
  CHECK(lately[0].at == bought_at);
  CHECK(lately[1].who == domain::subject_id{1, 1});
  CHECK_FALSE(lately[1].bought);
  bench.clock.at = bench.clock.at + domain::minutes(90);
  bench.room.heard.clear();
  bench.open();
  bench.settle();
  REQUIRE(bench.room.heard.size() == 1);
  CHECK(bench.room.heard[0].lately.empty());
}

TEST_CASE("a probe is let go of when everything before it is durable") {
  guarded bench;
  bench.room.is_off = true;
  bool answered = false;
  const auto held = bench.send(bench.hold(1, {0}));
  bench.core->probe(std::make_shared<actors::event_probe>([&answered] { answered = true; }));
  CHECK_FALSE(answered);
  bench.settle();
  CHECK(answered);
  CHECK(held->got.has_value());
}

} // namespace holdfast::testing

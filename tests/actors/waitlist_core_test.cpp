#include "tests/actors/guarded_event.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::testing {

namespace {

using domain::hold_number;

auto reason_text(domain::reason why) -> std::string {
  return "reason " + std::to_string(static_cast<int>(why));
}

auto office_of(const core_bench& bench) -> domain::caller {
  auto by = bench.organiser();
  by.as = domain::caller::kind::box_office;
  return by;
}

void offers_for(core_bench& bench, domain::millis time) {
  domain::event_amendment opens;
  opens.waitlist_offer = time;
  REQUIRE(bench.ask({.by = bench.organiser(), .id = {}, .body = domain::amend_event{{}, opens}}).status == 201);
}

/// A box office holds every place: the rows with holds 1 and 2, the area with the next ten.
void hold_everything(core_bench& bench) {
  const auto hold = [&](domain::hold_seats what) {
    REQUIRE(bench.ask({.by = office_of(bench), .id = {}, .body = std::move(what)}).status == 201);
  };
  for (domain::seat_index row = 0; row < 2; ++row) {
    domain::hold_seats ten;
    for (domain::seat_index seat = 0; seat < 10; ++seat) {
      ten.seats.push_back(row * 10 + seat);
    }
    hold(ten);
  }
  for (int i = 0; i < 10; ++i) {
    domain::hold_seats ten;
    ten.areas = {{0, 10}};
    hold(ten);
  }
  REQUIRE(bench.core->state()->counts().available == 0);
}

/// A bench whose event has a waitlist, and nothing to sell.
struct sold_bench : core_bench {
  explicit sold_bench(std::shared_ptr<journal::memory_disk> disk = nullptr) : core_bench{std::move(disk)} {
    open();
    settle();
    put_on_sale();
    offers_for(*this, domain::hours(1));
    hold_everything(*this);
  }
};

auto wait_for(const core_bench& bench, std::uint64_t who, std::vector<std::uint32_t> groups, std::uint64_t key = 0)
    -> domain::command {
  domain::waitlist_choice choice;
  choice.groups = std::move(groups);
  choice.each_max = domain::limits::price_max;
  return {.by = bench.buyer(who), .id = {key, key}, .body = domain::join_waitlist{{choice}}};
}

auto release(const core_bench& bench, std::uint32_t hold) -> domain::command {
  return {.by = office_of(bench), .id = {}, .body = domain::release_hold{hold_number{hold}}};
}

/// What is offered to somebody who waits; null: nothing.
auto offer_to(const core_bench& bench, std::uint64_t who) -> const domain::booking* {
  const auto* const order = bench.core->state()->find_waiting({1, who});
  return order == nullptr || order->offered == 0 ? nullptr : bench.core->state()->find(hold_number{order->offered});
}

auto pay(core_bench& bench, std::uint32_t hold) -> std::uint16_t {
  return bench
      .ask(
          {.by = office_of(bench), .id = {}, .body = domain::confirm_hold{hold_number{hold}, domain::payment_record{}}})
      .status;
}

} // namespace

TEST_CASE("what is released is offered to the waitlist in the same turn, before the next request is decided") {
  sold_bench bench;
  REQUIRE(bench.ask(wait_for(bench, 1, {2})).status == 201);
  const auto released = bench.send(release(bench, 1));
  REQUIRE(offer_to(bench, 1) != nullptr);
  const auto seats = offer_to(bench, 1)->seats;
  const auto late = bench.send(bench.hold(2, seats));
  bench.settle();
  CHECK(released->got->status == 201);
  CHECK(late->got->body == reason_text(domain::reason::seat_unavailable));
  CHECK(bench.core->state()->counts().available == 8);
  CHECK(offer_to(bench, 1)->expires_at == bench.clock.at + domain::hours(1));
  CHECK(bench.credits->in_flight() == 0);
}

TEST_CASE("what runs out and what is given back goes to the waitlist too") {
  sold_bench bench;
  REQUIRE(pay(bench, 2) == 201);
  REQUIRE(bench.ask(wait_for(bench, 1, {2})).status == 201);
  REQUIRE(bench.ask(wait_for(bench, 2, {4})).status == 201);
  REQUIRE(bench.ask({.by = bench.organiser(), .id = {}, .body = domain::take_back_order{hold_number{2}}}).status ==
          201);
  REQUIRE(offer_to(bench, 1) != nullptr);
  REQUIRE(offer_to(bench, 2) != nullptr);
  CHECK(offer_to(bench, 2)->seats.size() == 4);
  REQUIRE(bench.ask(wait_for(bench, 3, {10})).status == 201);
  bench.clock.at = bench.clock.at + domain::minutes(10);
  bench.core->expire(nullptr);
  bench.settle();
  REQUIRE(offer_to(bench, 3) != nullptr);
  CHECK(offer_to(bench, 3)->seats.front() == 0);
  // What was offered and not bought goes on to the next.
  REQUIRE(bench.ask(wait_for(bench, 4, {10})).status == 201);
  bench.clock.at = bench.clock.at + domain::hours(1);
  bench.core->expire(nullptr);
  bench.settle();
  REQUIRE(offer_to(bench, 4) != nullptr);
  CHECK(bench.core->state()->find_waiting({1, 3}) == nullptr);
}

TEST_CASE("a thing that costs less, and an event that goes on, are offered as well") {
  sold_bench bench;
  auto cheap = wait_for(bench, 1, {2});
  std::get<domain::join_waitlist>(cheap.body).choices.front().each_max = 8'000;
  REQUIRE(bench.ask(cheap).status == 201);
  REQUIRE(bench.ask(wait_for(bench, 2, {3})).status == 201);
  REQUIRE(bench.ask({.by = bench.organiser(), .id = {}, .body = domain::pause_event{}}).status == 201);
  REQUIRE(bench.ask(release(bench, 1)).status == 201);
  CHECK(offer_to(bench, 2) == nullptr);
  REQUIRE(bench.ask({.by = bench.organiser(), .id = {}, .body = domain::resume_event{}}).status == 201);
  CHECK(offer_to(bench, 2) != nullptr);
  CHECK(offer_to(bench, 1) == nullptr);
  domain::event_amendment cheaper;
  cheaper.tiers = bench.core->state()->config().tiers;
  cheaper.tiers->front().price = 8'000;
  REQUIRE(bench.ask({.by = bench.organiser(), .id = {}, .body = domain::amend_event{{}, cheaper}}).status == 201);
  CHECK(offer_to(bench, 1) != nullptr);
}

TEST_CASE("more who wait than one decision can offer to are all offered what there is in one turn") {
  core_bench bench;
  bench.open();
  bench.settle();
  bench.put_on_sale();
  offers_for(bench, domain::hours(1));
  REQUIRE(
      bench
          .ask({.by = bench.organiser(),
                .id = {},
                .body = domain::allocate_seats{"Floor", domain::allocation_kind::house, "guests", {}, {}, {{0, 100}}}})
          .status == 201);
  for (std::uint64_t who = 1; who <= 90; ++who) {
    auto one = wait_for(bench, who, {});
    std::get<domain::join_waitlist>(one.body).choices.front().areas = {{0, 1}};
    REQUIRE(bench.ask(one).status == 201);
  }
  const auto freed =
      bench.send({.by = bench.organiser(), .id = {}, .body = domain::release_allocation{domain::allocation_number{1}}});
  CHECK(bench.core->state()->waiting() == 0);
  bench.settle();
  CHECK(freed->got->status == 201);
  CHECK(bench.core->state()->counts().held == 90);
  CHECK(bench.metrics.holds == 90);
}

TEST_CASE("whoever asks when a hold is past its deadline does not overtake those who wait by ending it") {
  for (int which = 0; which < 3; ++which) {
    CAPTURE(which);
    sold_bench bench;
    REQUIRE(bench.ask(wait_for(bench, 1, {10})).status == 201);
    bench.clock.at = bench.clock.at + domain::minutes(10);
    if (which == 0) {
      const auto asked = bench.ask(bench.hold(2, {0, 1}));
      const auto& seats = offer_to(bench, 1)->seats;
      const bool overlaps = seats.front() == 0;
      CHECK((asked.status == 201) == !overlaps);
    } else if (which == 1) {
      domain::hold_seats row;
      for (domain::seat_index seat = 0; seat < 10; ++seat) {
        row.seats.push_back(seat);
      }
      REQUIRE(bench.ask({.by = office_of(bench), .id = {}, .body = row}).status == 409);
    } else {
      domain::hold_seats best;
      best.best = domain::best_available{.quantity = 10, .tiers = {}, .sections = {}};
      REQUIRE(bench.ask({.by = office_of(bench), .id = {}, .body = best}).status == 201);
    }
    REQUIRE(offer_to(bench, 1) != nullptr);
    CHECK(offer_to(bench, 1)->seats.size() == 10);
    CHECK(offer_to(bench, 1)->number == hold_number{13}); // the first hold after those that ended
  }
}

TEST_CASE("who goes on the waitlist when a hold is past its deadline is behind those who waited for it") {
  sold_bench bench;
  REQUIRE(bench.ask(wait_for(bench, 1, {10})).status == 201);
  REQUIRE(bench.ask(wait_for(bench, 2, {10})).status == 201);
  bench.clock.at = bench.clock.at + domain::minutes(10);
  CHECK(bench.ask(wait_for(bench, 3, {10})).status == 201);
  CHECK(offer_to(bench, 1) != nullptr);
  CHECK(offer_to(bench, 2) != nullptr);
  CHECK(offer_to(bench, 3) == nullptr);
}

TEST_CASE("what came back before the server ended is offered after the start, without anybody asking") {
  const auto disk = std::make_shared<journal::memory_disk>();
  {
    sold_bench bench{disk};
    REQUIRE(bench.ask(wait_for(bench, 1, {2})).status == 201);
    bench.journal.set_mode(journal::journal_mode::no_new_holds); // so that it ends between the two
    REQUIRE(bench.ask(release(bench, 1)).status == 201);
    REQUIRE(offer_to(bench, 1) == nullptr);
    bench.journal.release();
  }
  core_bench bench{disk};
  const auto head = bench.journal.head({journal::stream_kind::event, core_bench::event.value()});
  REQUIRE(head.has_value());
  REQUIRE(head->next_deadline.has_value()); // the engine wakes it
  CHECK(*head->next_deadline <= bench.clock.at);
  bench.open();
  const auto late = bench.send(bench.hold(2, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})); // while it still loads
  bench.settle();
  REQUIRE(offer_to(bench, 1) != nullptr);
  CHECK(late->got->body == reason_text(domain::reason::seat_unavailable));
  CHECK(bench.credits->in_flight() == 0);
}

TEST_CASE("while nothing may be offered what came back waits, and nobody else has it either") {
  sold_bench bench;
  REQUIRE(bench.ask(wait_for(bench, 1, {10})).status == 201);
  bench.journal.set_mode(journal::journal_mode::no_new_holds);
  REQUIRE(bench.ask(release(bench, 1)).status == 201);
  CHECK(offer_to(bench, 1) == nullptr);
  CHECK(bench.scheduled.back() == bench.clock.at + domain::seconds(1));
  CHECK(bench.ask(wait_for(bench, 2, {10})).body ==
        "refusal " + std::to_string(static_cast<int>(actors::refusal::storage_low)));
  bench.journal.set_mode(journal::journal_mode::selling);
  SUBCASE("until it is woken") {
    bench.clock.at = bench.clock.at + domain::seconds(1);
    bench.core->expire(nullptr);
    bench.settle();
    CHECK(offer_to(bench, 1) != nullptr);
  }
  SUBCASE("or somebody asks for it") {
    CHECK(bench.ask(bench.hold(2, {0, 1})).body == reason_text(domain::reason::seat_unavailable));
    CHECK(offer_to(bench, 1) != nullptr);
  }
}

namespace {

/// Behind a waiting room that says so, with a waitlist and nothing to sell.
struct guarded_waitlist : guarded {
  guarded_waitlist() {
    room.is_off = true;
    offers_for(*this, domain::hours(1));
    hold_everything(*this);
    room.is_off = false;
  }

  void shows(domain::queue::mode mode) {
    auto view = std::make_shared<actors::room_view>();
    view->mode = mode;
    room.shown = view;
  }
  auto rank_of(std::uint64_t who) -> std::optional<std::uint32_t> {
    const auto* const order = core->state()->find_waiting({1, who});
    return order == nullptr ? std::nullopt : std::optional{order->rank};
  }
};

using domain::queue::mode;
using domain::queue::place_number;

} // namespace

TEST_CASE("while everything is sold a place in the line is a place on the waitlist, and who is inside comes before") {
  guarded_waitlist bench;
  bench.room.line[7] = {1, 1};
  bench.room.line[9] = {1, 2};
  bench.room.inside[3] = {1, 3};
  bench.shows(mode::sold_out);
  CHECK(bench.ask_with(wait_for(bench, 2, {2}), place_number{9}).status == 201);
  CHECK(bench.ask_with(wait_for(bench, 1, {2}), place_number{7}).status == 201);
  CHECK(bench.ask_with(wait_for(bench, 3, {2}), place_number{3}).status == 201);
  CHECK(bench.rank_of(1) == 7);
  CHECK(bench.rank_of(2) == 9);
  CHECK(bench.rank_of(3) == 0);
  bench.room.is_off = true;
  CHECK(bench.ask_with(wait_for(bench, 4, {2}), {}).status == 201);
  CHECK(bench.rank_of(4) == 9); // behind everybody
}

TEST_CASE("who has no place in the line, or could have seats by it, is kept off the waitlist as from a hold") {
  guarded_waitlist bench;
  bench.room.line[7] = {1, 1};
  bench.shows(mode::on);
  CHECK(bench.ask_with(wait_for(bench, 1, {2}), place_number{7}).body ==
        guarded::said(actors::refusal::admission_required));
  bench.room.shown = nullptr;
  CHECK(bench.ask_with(wait_for(bench, 1, {2}), place_number{7}).body ==
        guarded::said(actors::refusal::admission_required));
  bench.shows(mode::sold_out);
  CHECK(bench.ask_with(wait_for(bench, 1, {2}), {}).body == guarded::said(actors::refusal::admission_required));
  CHECK(bench.ask_with(wait_for(bench, 2, {2}), place_number{7}).body ==
        guarded::said(actors::refusal::admission_required));
  bench.room.inside[8] = {1, 2};
  bench.room.is_over = true;
  CHECK(bench.ask_with(wait_for(bench, 2, {2}), place_number{8}).body ==
        guarded::said(actors::refusal::admission_expired));
  CHECK(bench.core->state()->waiting() == 0);
  // Somebody who asked for a rank themselves has the one that the room gives them.
  auto sly = wait_for(bench, 1, {2});
  std::get<domain::join_waitlist>(sly.body).rank = 1;
  REQUIRE(bench.ask_with(sly, place_number{7}).status == 201);
  CHECK(bench.rank_of(1) == 7);
}

TEST_CASE("a repeated request to go on the waitlist needs no admission, and names of what is wanted do") {
  guarded_waitlist bench;
  bench.room.line[7] = {1, 1};
  bench.shows(mode::sold_out);
  REQUIRE(bench.ask_with(wait_for(bench, 1, {2}, 42), place_number{7}).status == 201);
  bench.room.line.clear();
  CHECK(bench.ask_with(wait_for(bench, 1, {2}, 42), {}).replayed);
  domain::hold_wish wish;
  wish.choices.push_back({{2}, {"stalls"}, 0, {}, 9'000});
  auto by_name = wait_for(bench, 2, {});
  CHECK(bench.ask_with(by_name, {}, wish).body == guarded::said(actors::refusal::admission_required));
  bench.room.line[9] = {1, 2};
  CHECK(bench.ask_with(by_name, place_number{9}, wish).status == 201);
  CHECK(bench.core->state()->find_waiting({1, 2})->choices.front() == domain::waitlist_choice{{2}, {0}, 0, {}, 9'000});
}

TEST_CASE("the line goes on only when those on the waitlist leave something") {
  guarded_waitlist bench;
  bench.room.is_off = true;
  for (std::uint32_t hold = 1; hold <= 12; ++hold) {
    REQUIRE(pay(bench, hold) == 201);
  }
  CHECK(bench.last_notice().seats_left == false);
  REQUIRE(bench.ask(wait_for(bench, 1, {10})).status == 201);
  REQUIRE(bench.ask(wait_for(bench, 2, {10})).status == 201);
  const auto before = bench.room.heard.size();
  REQUIRE(bench.ask({.by = bench.organiser(), .id = {}, .body = domain::take_back_order{hold_number{1}}}).status ==
          201);
  REQUIRE(offer_to(bench, 1) != nullptr);
  CHECK(bench.room.heard.size() == before);
  // It runs out, and goes on to the next; whoever did not want it keeps whatever place they have.
  bench.clock.at = bench.clock.at + domain::hours(1);
  bench.core->expire(nullptr);
  bench.settle();
  REQUIRE(offer_to(bench, 2) != nullptr);
  CHECK(bench.room.heard.size() == before);
  bench.clock.at = bench.clock.at + domain::hours(1);
  bench.core->expire(nullptr);
  bench.settle();
  REQUIRE(bench.room.heard.size() == before + 1);
  CHECK(bench.last_notice().seats_left == true);
  CHECK(bench.last_notice().gave_up.empty());
}

TEST_CASE("what nobody on the waitlist takes is told of also when it could not be offered at once") {
  guarded_waitlist bench;
  bench.room.is_off = true;
  for (std::uint32_t hold = 1; hold <= 12; ++hold) {
    REQUIRE(pay(bench, hold) == 201);
  }
  REQUIRE(bench.ask(wait_for(bench, 1, {10})).status == 201);
  bench.journal.set_mode(journal::journal_mode::no_new_holds);
  const auto before = bench.room.heard.size();
  REQUIRE(bench.ask({.by = bench.organiser(), .id = {}, .body = domain::take_back_order{hold_number{3}}}).status ==
          201);
  CHECK(bench.room.heard.size() == before);
  bench.journal.set_mode(journal::journal_mode::selling);
  bench.core->expire(nullptr);
  bench.settle();
  REQUIRE(bench.room.heard.size() == before + 1);
  CHECK(bench.last_notice().seats_left == true);
}

TEST_CASE("after a start with nothing available and something held nobody is told that the line may go on") {
  guarded_waitlist bench;
  bench.room.heard.clear();
  bench.open();
  bench.settle();
  CHECK(std::ranges::none_of(bench.room.heard, [](const auto& one) { return one.seats_left.has_value(); }));
  REQUIRE(bench.ask_with(release(bench, 1), {}).status == 201);
  CHECK(bench.last_notice().seats_left == true);
}

} // namespace holdfast::testing

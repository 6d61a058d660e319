#include "tests/actors/guarded_event.hpp"
#include "tests/actors/queue_bench.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <utility>

/// Nobody is let in while their event does not sell.
namespace holdfast::testing {

namespace {

namespace room = domain::queue;
using room::place_number;
using room::place_status;

auto hours_of(std::vector<domain::sale_hours::span> spans) -> actors::room_notice {
  actors::room_notice notice;
  notice.sale = std::make_shared<const domain::sale_hours>(domain::sale_hours{std::move(spans)});
  return notice;
}

constexpr domain::instant forever{std::numeric_limits<std::int64_t>::max()};

/// A line of two, of whom one is inside, whose event has stopped selling.
struct stopped_sale : closed_line {
  stopped_sale() {
    place_of(1);
    let_in(100, 50);
    pass(domain::millis{250});
    REQUIRE(poll(1, place_number{1}).has_value());
    pass(domain::millis{250});
    tell(hours_of({}));
    place_of(2);
  }
  /// Everybody shows that they are there.
  void pass_polling(domain::millis time) {
    for (domain::millis gone{}; gone < time; gone = domain::millis{gone.count + 10'000}) {
      REQUIRE(poll(2, place_number{2}).has_value());
      pass(domain::seconds(10));
    }
  }
};

} // namespace

TEST_CASE("while the event does not sell nobody is let in, who is inside stays, and the room says why") {
  stopped_sale bench;
  bench.pass_polling(domain::minutes(2));
  CHECK(bench.room().mode == room::mode::on);
  CHECK(bench.room().held_back);
  CHECK(bench.status(2, place_number{2}) == place_status::waiting);
  CHECK(bench.status(1, place_number{1}) == place_status::active);
  CHECK(bench.admits(1, place_number{1}) == actors::admission::granted);
  CHECK_FALSE(bench.poll(2, place_number{2})->now.eta);
  bench.tell(hours_of({{bench.under.clock.at, forever}}));
  CHECK(room::is_inside(bench.status(2, place_number{2}))); // without a tick between
  CHECK_FALSE(bench.room().held_back);
}

TEST_CASE("the line goes on by itself when the sale opens, in a presale too, and stands between the two") {
  stopped_sale bench;
  const auto now = bench.under.clock.at;
  const auto presale = now + domain::minutes(1);
  bench.tell(hours_of({{now + domain::minutes(3), forever}, {presale, presale + domain::minutes(1)}}));
  bench.pass_polling(domain::seconds(50));
  CHECK(bench.status(2, place_number{2}) == place_status::waiting);
  bench.pass_polling(domain::seconds(10));
  CHECK(room::is_inside(bench.status(2, place_number{2})));
  bench.pass(domain::minutes(1));
  const auto late = bench.place_of(3);
  bench.pass(domain::seconds(30));
  CHECK(bench.room().held_back);
  CHECK(bench.status(3, late) == place_status::waiting);
  REQUIRE(bench.poll(3, late).has_value());
  bench.pass(domain::seconds(30));
  CHECK(room::is_inside(bench.status(3, late)));
  CHECK_FALSE(bench.room().held_back);
}

TEST_CASE("nobody misses a turn that nobody has, and what is due ends all the same") {
  stopped_sale bench;
  bench.pass(domain::minutes(5)); // the second is silent
  CHECK(bench.status(2, place_number{2}) == place_status::silent);
  CHECK(bench.state().total.missed_turn == 0);
  bench.pass(domain::minutes(6));
  CHECK(bench.status(1, place_number{1}) == place_status::ran_out);
  REQUIRE(bench.poll(2, place_number{2}).has_value());
  bench.tell(hours_of({{bench.under.clock.at, forever}}));
  CHECK(room::is_inside(bench.status(2, place_number{2})));
}

TEST_CASE("only a room that is on is held back") {
  stopped_sale bench;
  CHECK(bench.room().held_back);
  REQUIRE(bench.ask(room::switch_mode{room::mode::paused, room::mode_cause::organiser, {}}).has_value());
  CHECK_FALSE(bench.room().held_back);
  REQUIRE(bench.ask(room::switch_mode{room::mode::on, room::mode_cause::organiser, {}}).has_value());
  CHECK(bench.room().held_back);
  REQUIRE(bench.ask(room::switch_mode{room::mode::off, room::mode_cause::organiser, {}}).has_value());
  CHECK_FALSE(bench.room().held_back);
}

TEST_CASE("a room that does not know whether its event sells asks at once, and waits a second for the answer") {
  queue_bench bench;
  bench.board->sale.store(nullptr);
  bench.backlog_now = domain::minutes(1);
  bench.open();
  CHECK(bench.wakes == 0); // nobody waits behind a room that is off
  bench.put_on(rate_of(100, 50));
  CHECK(bench.wakes == 1);
  const auto place = bench.place_of(1);
  bench.pass(domain::millis{750});
  CHECK(bench.status(1, place) == place_status::waiting);
  CHECK_FALSE(bench.room().held_back); // which would not be known
  bench.pass(domain::millis{500});
  CHECK(room::is_inside(bench.status(1, place)));
}

TEST_CASE("an event whose answer comes lets people in, or not, as soon as it has come") {
  for (const bool sells : {false, true}) {
    queue_bench bench;
    bench.board->sale.store(nullptr);
    bench.backlog_now = domain::minutes(1);
    bench.open();
    bench.put_on(rate_of(100, 50));
    const auto place = bench.place_of(1);
    bench.tell(hours_of({{sells ? bench.under.clock.at : forever, forever}}));
    CHECK(room::is_inside(bench.status(1, place)) == sells);
    bench.pass(domain::seconds(5));
    CHECK(room::is_inside(bench.status(1, place)) == sells);
  }
}

TEST_CASE("an event tells its room when it sells, and whenever that changes") {
  guarded bench;
  bench.room.is_off = true;
  const auto sells = [&] {
    for (auto notice = bench.room.heard.rbegin(); notice != bench.room.heard.rend(); ++notice) {
      if (notice->sale) {
        return notice->sale->sells_at(bench.clock.at);
      }
    }
    FAIL("the room was never told");
    return false;
  };
  const auto ask = [&](domain::command_body what) {
    REQUIRE(bench.ask_with({.by = bench.organiser(), .id = {}, .body = std::move(what)}, {}).status == 201);
  };
  CHECK(sells());
  ask(domain::pause_event{});
  CHECK_FALSE(sells());
  domain::amend_event later;
  later.changes.sale_opens_at = bench.clock.at + domain::hours(1);
  ask(later);
  ask(domain::resume_event{});
  CHECK_FALSE(sells());
  CHECK(bench.last_notice().sale->sells_at(bench.clock.at + domain::hours(1)));
  domain::access_code_hash code{};
  domain::amend_event early;
  early.changes.phases = {{"friends", "", bench.clock.at, std::nullopt, code}};
  ask(early);
  CHECK(sells());
  // Loaded again it says so again, though what comes back waits for the sale to open.
  bench.room.heard.clear();
  bench.open();
  bench.settle();
  CHECK(sells());
  ask(domain::close_event{});
  CHECK_FALSE(sells());
}

TEST_CASE("an event that is asked says whether it sells, behind what it is writing") {
  guarded bench;
  bench.room.is_off = true;
  bench.room.heard.clear();
  const auto pausing = bench.send({.by = bench.organiser(), .id = {}, .body = domain::pause_event{}});
  bool was_told = false;
  bench.core->probe(std::make_shared<actors::event_probe>([&] {
    was_told = !bench.room.heard.empty() && bench.last_notice().sale != nullptr &&
               !bench.last_notice().sale->sells_at(bench.clock.at);
  }));
  CHECK(bench.room.heard.empty()); // it is not durable
  bench.settle();
  CHECK(was_told);
  CHECK(pausing->got.has_value());
}

TEST_CASE("a draft does not sell, and its room hears of its publication") {
  guarded bench;
  bench.room.is_off = true;
  REQUIRE(bench.room.heard.size() >= 2);
  std::vector<bool> told;
  for (const auto& notice : bench.room.heard) {
    if (notice.sale) {
      told.push_back(notice.sale->sells_at(bench.clock.at));
    }
  }
  CHECK(told == std::vector{false, true});
}

} // namespace holdfast::testing

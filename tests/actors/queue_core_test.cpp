#include "tests/actors/queue_bench.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <variant>

namespace holdfast::testing {

namespace {

namespace room = domain::queue;
using actors::admission;
using room::place_number;
using room::place_status;

auto why_of(const actors::room_refusal& no) -> room::refusal::reason {
  REQUIRE(std::holds_alternative<room::refusal>(no));
  return std::get<room::refusal>(no).why;
}

auto unavailable_why(const actors::room_refusal& no) -> actors::room_unavailable::reason {
  REQUIRE(std::holds_alternative<actors::room_unavailable>(no));
  return std::get<actors::room_unavailable>(no).why;
}

auto switch_to(room::mode to) -> room::switch_mode {
  return {to, room::mode_cause::organiser, "ours"};
}

} // namespace

TEST_CASE("who joins is told when it is durable, and stands behind those who came before") {
  closed_line bench;
  const auto first = bench.send_join(1);
  const auto second = bench.send_join(2);
  CHECK_FALSE(first->has_value());
  bench.settle();
  REQUIRE(second->has_value());
  REQUIRE((*first)->has_value());
  CHECK((**first)->place == place_number{1});
  CHECK((**second)->place == place_number{2});
  CHECK((**first)->now.ahead == 0);
  CHECK((**second)->now.ahead == 1);
  CHECK(bench.state().total.joined == 2);
}

TEST_CASE("people are let in between ticks too, as soon as the rate allows") {
  constexpr int people_a_look = 10; // at 200 a second
  closed_line bench;
  for (std::uint64_t who = 1; who <= 600; ++who) {
    (void)bench.send_join(who);
  }
  bench.settle();
  bench.let_in(200, 50);
  const auto begun = bench.state().total.admitted;
  for (int look = 1; look <= 40; ++look) {
    bench.pass(domain::millis{50});
    const auto in = static_cast<int>(bench.state().total.admitted - begun);
    CHECK(in <= people_a_look * look);
    CHECK(in >= people_a_look * (look - 1));
  }
}

TEST_CASE("people are let in in their order, at the rate, and never faster") {
  closed_line bench;
  for (std::uint64_t who = 1; who <= 20; ++who) {
    bench.place_of(who);
  }
  bench.let_in(4, 1);
  std::uint64_t most = 0;
  for (int tick = 0; tick < 12; ++tick) {
    bench.pass(domain::millis{250});
    most = std::max(most, bench.state().total.admitted);
    for (std::uint32_t number = 1; number <= 20; ++number) {
      const bool in = room::is_inside(bench.status(number, place_number{number}));
      CHECK(in == (number <= bench.state().total.admitted));
    }
  }
  CHECK(most == 13); // three seconds at four a second, and a batch of one
}

TEST_CASE("a buyer has one live place however often they join") {
  closed_line bench;
  const auto place = bench.place_of(1);
  CHECK(bench.place_of(1) == place);
  const auto twice = bench.send_join(2);
  const auto again = bench.send_join(2);
  bench.settle();
  CHECK((**twice)->place == (**again)->place);
  CHECK(bench.state().total.joined == 2);
}

TEST_CASE("a room that is off is joined by nobody, and needs no admission") {
  queue_bench bench;
  bench.open();
  CHECK(why_of(bench.join(1).error()) == room::refusal::reason::room_off);
  CHECK(bench.admits(1, place_number{}) == admission::not_needed);
  CHECK(bench.board->room() == nullptr);
}

TEST_CASE("nobody joins a band that there is not, and the others of the batch do") {
  closed_line bench;
  const auto wrong_band = bench.send_join(1, 3);
  const auto sound = bench.send_join(2);
  bench.settle();
  CHECK(why_of((*wrong_band)->error()) == room::refusal::reason::invalid);
  CHECK((*sound)->has_value());
}

TEST_CASE("a room that is full gives no place, and finds those that are there") {
  queue_bench bench;
  bench.services.places_max = 2;
  bench.open();
  bench.put_on(rate_of(0, 50));
  std::vector<std::shared_ptr<std::optional<queue_bench::join_result>>> all;
  for (const std::uint64_t who : {1U, 2U, 3U, 1U}) {
    all.push_back(bench.send_join(who));
  }
  bench.settle();
  CHECK((*all[0])->has_value());
  CHECK((*all[1])->has_value());
  CHECK(why_of((*all[2])->error()) == room::refusal::reason::room_full);
  REQUIRE((*all[3])->has_value());
  CHECK((**all[3])->place == (**all[0])->place);
}

TEST_CASE("who was let in and polls has come for it, and who does not has lost it") {
  closed_line bench;
  const auto comes = bench.place_of(1);
  const auto stays_away = bench.place_of(2);
  bench.let_in(100, 50);
  bench.pass(domain::millis{250});
  CHECK(bench.admits(1, comes) == admission::granted);
  REQUIRE(bench.poll(1, comes)->now.status == place_status::admitted);
  bench.pass(domain::millis{250});
  CHECK(bench.poll(1, comes)->now.status == place_status::active);
  CHECK(bench.status(2, stays_away) == place_status::admitted);
  bench.pass(domain::seconds(31));
  CHECK(bench.status(2, stays_away) == place_status::unclaimed);
  CHECK(bench.admits(2, stays_away) == admission::over);
  CHECK(bench.admits(1, comes) == admission::granted);
  bench.pass(domain::minutes(10));
  CHECK(bench.status(1, comes) == place_status::ran_out);
  CHECK(bench.admits(1, comes) == admission::over);
}

TEST_CASE("admission is the owner's alone, and only of a place that was let in") {
  closed_line bench;
  const auto place = bench.place_of(1);
  CHECK(bench.admits(1, place) == admission::required);
  bench.let_in(100, 50);
  bench.pass(domain::millis{250});
  CHECK(bench.admits(1, place) == admission::granted);
  CHECK(bench.admits(2, place) == admission::required);
  CHECK(bench.admits(1, place_number{}) == admission::required);
  CHECK(bench.admits(1, place_number{99}) == admission::required);
  CHECK_FALSE(bench.poll(2, place).has_value());
  CHECK_FALSE(bench.poll(1, place_number{99}).has_value());
}

TEST_CASE("who stops polling is silent, keeps the place, and is there again with the next poll") {
  closed_line bench;
  const auto quiet = bench.place_of(1);
  const auto polls = bench.place_of(2);
  for (int i = 0; i < 5; ++i) {
    bench.pass(domain::seconds(10));
    CHECK(bench.poll(2, polls).has_value());
  }
  CHECK(bench.status(1, quiet) == place_status::silent);
  CHECK(bench.status(2, polls) == place_status::waiting);
  CHECK(bench.poll(2, polls)->now.ahead == 1); // they may come back
  CHECK(bench.poll(1, quiet)->now.ahead == 0);
  bench.pass(domain::millis{250});
  CHECK(bench.status(1, quiet) == place_status::waiting);
}

TEST_CASE("a turn never goes to somebody who went silent") {
  closed_line bench;
  const auto quiet = bench.place_of(1);
  const auto polls = bench.place_of(2);
  bench.pass(domain::seconds(40));
  REQUIRE(bench.poll(2, polls).has_value());
  // The one who is quiet is found out at the head, before anybody is let in.
  bench.under.clock.at = bench.under.clock.at + domain::seconds(5);
  bench.let_in(4, 1);
  bench.pass(domain::millis{250});
  CHECK(bench.status(1, quiet) == place_status::missed_turn);
  CHECK(room::is_inside(bench.status(2, polls)));
  CHECK(bench.state().total.unclaimed == 0);
}

TEST_CASE("who is silent for longer than a place is kept loses it") {
  closed_line bench;
  const auto quiet = bench.place_of(1);
  bench.pass(domain::seconds(50));
  CHECK(bench.status(1, quiet) == place_status::silent);
  bench.under.clock.at = bench.under.clock.at + domain::hours(3);
  bench.pass(domain::seconds(2));
  CHECK(bench.status(1, quiet) == place_status::timed_out);
  CHECK(bench.admits(1, quiet) == admission::required);
}

TEST_CASE("leaving gives the place up, whatever it is, and another's place is not given up") {
  closed_line bench;
  const auto place = bench.place_of(1);
  const auto next = bench.place_of(2);
  bench.leave(2, place);
  CHECK(bench.status(1, place) == place_status::waiting);
  bench.leave(1, place);
  CHECK(bench.status(1, place) == place_status::left);
  bench.pass(domain::millis{250});
  CHECK(bench.poll(2, next)->now.ahead == 0);
  CHECK(bench.place_of(1) == place_number{3});
}

TEST_CASE("a limit of active buyers holds, and whoever is done makes room at once") {
  closed_line bench;
  auto rules = rate_of(1'000, 1'000);
  rules.max_active = 2;
  for (std::uint64_t who = 1; who <= 5; ++who) {
    bench.place_of(who);
  }
  REQUIRE(bench.ask(room::configure{rules, {}, {}}).has_value());
  bench.pass(domain::seconds(1));
  CHECK(bench.state().inside.size() == 2);
  bench.tell({{queue_bench::subject(1)}, {}, {}});
  CHECK(bench.status(1, place_number{1}) == place_status::bought);
  CHECK(bench.status(3, place_number{3}) == place_status::admitted); // without a tick between
  bench.tell({{}, {queue_bench::subject(2), queue_bench::subject(4)}, {}});
  CHECK(bench.status(2, place_number{2}) == place_status::gave_up);
  CHECK(bench.status(4, place_number{4}) == place_status::admitted);
  CHECK(bench.state().inside.size() == 2);
  CHECK(bench.admits(1, place_number{1}) == admission::over);
}

TEST_CASE("a pause lets in nobody, and who is inside goes on") {
  closed_line bench;
  const auto in = bench.place_of(1);
  bench.let_in(4, 1);
  bench.pass(domain::millis{250});
  REQUIRE(bench.ask(switch_to(room::mode::paused)).has_value());
  const auto waits = bench.place_of(2);
  bench.pass(domain::seconds(5));
  CHECK(bench.status(2, waits) == place_status::waiting);
  CHECK(bench.admits(1, in) == admission::granted);
  REQUIRE(bench.poll(2, waits).has_value());
  REQUIRE(bench.ask(switch_to(room::mode::on)).has_value());
  bench.pass(domain::millis{250});
  CHECK(room::is_inside(bench.status(2, waits)));
}

TEST_CASE("when nothing is left the line is told at once, and moves again when seats are back") {
  closed_line bench;
  const auto place = bench.place_of(1);
  bench.tell({{}, {}, false});
  CHECK(bench.room().mode == room::mode::sold_out);
  CHECK(bench.room().cause == room::mode_cause::seats_gone);
  // Nobody need poll a waitlist.
  bench.pass(domain::minutes(5));
  CHECK(bench.status(1, place) == place_status::waiting);
  bench.tell({{}, {}, true});
  CHECK(bench.room().mode == room::mode::on);
  CHECK(bench.room().cause == room::mode_cause::seats_back);
  // Everybody counts as heard of at that moment.
  bench.let_in(4, 1);
  bench.pass(domain::millis{250});
  CHECK(room::is_inside(bench.status(1, place)));
}

TEST_CASE("seats that come back do not undo what the organiser did") {
  closed_line bench;
  REQUIRE(bench.ask(switch_to(room::mode::paused)).has_value());
  bench.tell({{}, {}, false});
  CHECK(bench.room().mode == room::mode::paused);
  REQUIRE(bench.ask(switch_to(room::mode::sold_out)).has_value());
  bench.tell({{}, {}, true});
  CHECK(bench.room().mode == room::mode::sold_out);
}

TEST_CASE("switching off forgets the line, and numbers go on") {
  closed_line bench;
  const auto old = bench.place_of(1);
  REQUIRE(bench.ask(switch_to(room::mode::off)).has_value());
  CHECK(bench.admits(1, old) == admission::not_needed);
  CHECK_FALSE(bench.poll(1, old).has_value());
  REQUIRE(bench.ask(switch_to(room::mode::on)).has_value());
  CHECK(bench.place_of(1) == place_number{2});
  CHECK_FALSE(bench.poll(1, old).has_value());
  CHECK(bench.poll(1, place_number{2})->now.ahead == 0);
}

TEST_CASE("a demotion says why, and for which place") {
  closed_line bench;
  const auto place = bench.place_of(1);
  bench.place_of(2);
  REQUIRE(bench.ask(room::demote{place, "Skript"}).has_value());
  const auto told = bench.poll(1, place);
  REQUIRE(told.has_value());
  CHECK(told->now.status == place_status::demoted);
  CHECK(told->reason == "Skript");
  CHECK(told->instead == place_number{3});
  CHECK(bench.poll(1, told->instead)->now.ahead == 1);
  CHECK(bench.admits(1, place) == admission::required);
  CHECK(why_of(bench.ask(room::demote{place, "Skript"}).error()) == room::refusal::reason::not_found);
}

TEST_CASE("settings that somebody else has changed are not changed") {
  closed_line bench;
  const auto version = bench.room().settings_version;
  auto rules = rate_of(5, 5);
  const auto changed = bench.ask(room::configure{rules, version, "Andrang"});
  REQUIRE(changed.has_value());
  CHECK((*changed)->rules == rules);
  CHECK((*changed)->settings_version > version);
  const auto late = bench.ask(room::configure{rate_of(6, 6), version, {}});
  CHECK(why_of(late.error()) == room::refusal::reason::version_mismatch);
  CHECK(std::get<room::refusal>(late.error()).current == (*changed)->settings_version);
}

TEST_CASE("the load switches a room on, and off again when nobody waits") {
  queue_bench bench;
  bench.open();
  auto rules = rate_of(100, 50);
  rules.load_on_per_s = 10;
  REQUIRE(bench.ask(room::configure{rules, {}, {}}).has_value());
  bench.board->arrivals += 5;
  bench.pass(domain::seconds(2));
  CHECK(bench.room().mode == room::mode::off);
  bench.board->arrivals += 100;
  bench.pass(domain::seconds(1));
  CHECK(bench.room().mode == room::mode::on);
  CHECK(bench.room().cause == room::mode_cause::load);
  bench.pass(domain::seconds(5)); // quiet for a moment
  CHECK(bench.room().mode == room::mode::on);
  bench.pass(domain::seconds(10));
  CHECK(bench.room().mode == room::mode::off);
}

TEST_CASE("an event that is behind lets in fewer, and all of them again when it has caught up") {
  closed_line bench;
  bench.let_in(100, 50);
  bench.pass(domain::seconds(5));
  CHECK(bench.room().pace_permille == 1'000);
  bench.backlog_now = domain::millis{250};
  bench.pass(domain::seconds(4));
  const auto slowed = bench.room().pace_permille;
  CHECK(slowed <= 250);
  bench.backlog_now = domain::seconds(60); // no answer at all is a backlog too
  bench.pass(domain::seconds(6));
  CHECK(bench.room().pace_permille == 100);
  bench.backlog_now = {};
  bench.pass(domain::seconds(90));
  CHECK(bench.room().pace_permille == 1'000);
}

TEST_CASE("after a storage error nobody joins, and polls go on from what was durable") {
  closed_line bench;
  const auto place = bench.place_of(1);
  bench.under.journal.fail_next_commit(journal::memory_journal::fault::lost);
  CHECK(unavailable_why(bench.join(2).error()) == actors::room_unavailable::reason::journal);
  CHECK(unavailable_why(bench.join(3).error()) == actors::room_unavailable::reason::journal);
  CHECK(unavailable_why(bench.ask(switch_to(room::mode::off)).error()) == actors::room_unavailable::reason::journal);
  CHECK(bench.poll(1, place)->now.ahead == 0);
  CHECK(bench.room().waiting == 0); // as of the last tick
  CHECK(bench.admits(1, place) == admission::required);
}

TEST_CASE("a draining server gives no places, and a room that ends answers whoever waits") {
  closed_line bench;
  const auto waits = bench.send_join(1);
  bool ended = false;
  bench.core->stop([&ended] { ended = true; });
  REQUIRE(waits->has_value());
  CHECK(unavailable_why((*waits)->error()) == actors::room_unavailable::reason::closing);
  CHECK(ended);
  closed_line other;
  other.under.gate.drain();
  CHECK(unavailable_why(other.join(1).error()) == actors::room_unavailable::reason::closing);
}

TEST_CASE("a room that ends lets what is under way become durable, and tells of it") {
  closed_line bench;
  const auto joins = bench.send_join(1);
  bench.core->wake();
  bool ended = false;
  bench.core->stop([&ended] { ended = true; });
  CHECK_FALSE(ended);
  bench.settle();
  CHECK(ended);
  CHECK((*joins)->has_value());
}

} // namespace holdfast::testing

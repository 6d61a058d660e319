#include "tests/actors/queue_bench.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace holdfast::testing {

namespace {

namespace room = domain::queue;
using room::place_number;
using room::place_status;

/// What people were told before a crash.
struct told_people {
  std::map<std::uint64_t, place_number> places;
  std::map<std::uint32_t, place_status> seen;
  domain::instant at;
};

/// A short sale, in which the journal fails at the first append of one of its steps.
auto live_until_crash(const std::shared_ptr<journal::memory_disk>& disk, journal::memory_journal::fault fault,
                      std::size_t crash_at) -> told_people {
  constexpr std::uint64_t people = 12;
  told_people kept;
  queue_bench bench{disk};
  bench.open();
  auto rules = rate_of(8, 2);
  rules.max_active = 4;
  bench.put_on(rules);
  std::vector<std::function<void()>> steps;
  for (std::uint64_t who = 1; who <= people; who += 2) {
    steps.emplace_back([&bench, &kept, who] {
      const auto one = bench.send_join(who);
      const auto other = bench.send_join(who + 1);
      bench.settle();
      for (const auto& [name, got] : {std::pair{who, one}, std::pair{who + 1, other}}) {
        REQUIRE(got->has_value());
        if ((*got)->has_value()) {
          kept.places.emplace(name, (**got)->place);
        }
      }
    });
    steps.emplace_back([&bench] { bench.pass(domain::millis{500}); });
  }
  steps.emplace_back([&bench] { bench.tell({{queue_bench::subject(1)}, {}, {}}); });
  steps.emplace_back([&bench] { bench.pass(domain::seconds(1)); });
  for (std::size_t step = 0; step < steps.size(); ++step) {
    if (step == crash_at) {
      bench.under.journal.fail_next_commit(fault);
    }
    steps[step]();
  }
  for (const auto& [who, place] : kept.places) {
    kept.seen.emplace(place.value(), bench.status(who, place));
  }
  kept.at = bench.under.clock.at;
  bench.under.journal.release();
  return kept;
}

/// A room in the state in which a server left it, opened at a time.
struct opened_again : queue_bench {
  opened_again(std::shared_ptr<journal::memory_disk> disk, domain::instant now) : queue_bench{std::move(disk)} {
    under.clock.at = now;
    open();
  }
};

} // namespace

TEST_CASE("who was told that they are let in is inside after a crash, also when it was not written that they came") {
  for (const auto away : {domain::seconds(1), domain::minutes(2)}) {
    CAPTURE(away.count);
    const auto disk = std::make_shared<journal::memory_disk>();
    domain::instant now;
    std::uint32_t who = 0;
    {
      queue_bench bench{disk};
      bench.open();
      bench.put_on(rate_of(1, 2));
      for (std::uint64_t one = 1; one <= 4; ++one) {
        bench.place_of(one);
      }
      // Whoever joins and is let in at once has come. Somebody who is let in by a tick has not.
      for (int ticks = 0; ticks < 40 && who == 0; ++ticks) {
        bench.pass(domain::millis{250});
        for (std::uint32_t number = 1; number <= 4; ++number) {
          if (bench.state().places.at(place_number{number})->status == place_status::admitted) {
            who = number;
          }
        }
      }
      REQUIRE(who != 0);
      REQUIRE(bench.poll(who, place_number{who})->now.status == place_status::admitted);
      REQUIRE(bench.admits(who, place_number{who}) == actors::admission::granted);
      CHECK(bench.state().places.at(place_number{who})->status == place_status::admitted);
      now = bench.under.clock.at;
      bench.under.journal.release();
    }
    opened_again bench{disk, now + away};
    CHECK(bench.poll(who, place_number{who})->now.status == place_status::admitted);
    CHECK(bench.admits(who, place_number{who}) == actors::admission::granted);
    bench.pass(domain::seconds(1));
    CHECK(bench.status(who, place_number{who}) == place_status::active);
    bench.pass(domain::minutes(5));
    CHECK(bench.admits(who, place_number{who}) == actors::admission::granted);
    bench.pass(domain::minutes(6));
    CHECK(bench.admits(who, place_number{who}) == actors::admission::over);
    CHECK(bench.status(who, place_number{who}) == place_status::ran_out);
  }
}

TEST_CASE("after a crash whoever was let in has their time to come again, and who does not come makes room") {
  for (const auto away : {domain::seconds(1), domain::minutes(2)}) {
    CAPTURE(away.count);
    const auto disk = std::make_shared<journal::memory_disk>();
    domain::instant now;
    {
      closed_line bench{disk};
      for (std::uint64_t one = 1; one <= 4; ++one) {
        bench.place_of(one);
      }
      auto rules = rate_of(100, 50);
      rules.max_active = 3;
      REQUIRE(bench.ask(room::configure{rules, {}, {}}).has_value());
      bench.pass(domain::millis{250});
      REQUIRE(bench.status(3, place_number{3}) == place_status::admitted);
      now = bench.under.clock.at;
      bench.under.journal.release();
    }
    opened_again bench{disk, now + away};
    REQUIRE(bench.poll(1, place_number{1}).has_value());
    CHECK(bench.admits(2, place_number{2}) == actors::admission::granted); // with a hold, without a poll
    bench.pass(domain::seconds(28));
    CHECK(bench.status(1, place_number{1}) == place_status::active);
    CHECK(bench.status(2, place_number{2}) == place_status::active);
    CHECK(bench.status(3, place_number{3}) == place_status::admitted);
    REQUIRE(bench.poll(4, place_number{4})->now.status == place_status::waiting);
    bench.pass(domain::seconds(4));
    CHECK(bench.status(3, place_number{3}) == place_status::unclaimed);
    CHECK(bench.admits(3, place_number{3}) == actors::admission::over);
    CHECK(bench.status(4, place_number{4}) == place_status::admitted);
    CHECK(bench.admits(1, place_number{1}) == actors::admission::granted);
  }
}

TEST_CASE("what became of holds before a crash is heard after it, of this admission and no earlier one") {
  const auto disk = std::make_shared<journal::memory_disk>();
  domain::instant let_in_at;
  domain::instant now;
  {
    closed_line bench{disk};
    for (std::uint64_t one = 1; one <= 3; ++one) {
      bench.place_of(one);
    }
    bench.let_in(100, 50);
    bench.pass(domain::millis{250});
    for (std::uint32_t one = 1; one <= 3; ++one) {
      REQUIRE(bench.poll(one, place_number{one}).has_value());
    }
    bench.pass(domain::millis{250});
    let_in_at = bench.under.clock.at;
    bench.pass(domain::seconds(30));
    now = bench.under.clock.at;
    bench.under.journal.release();
  }
  opened_again bench{disk, now};
  bench.tell({{},
              {},
              {},
              {{queue_bench::subject(1), now, true},
               {queue_bench::subject(2), let_in_at - domain::seconds(5), true},
               {queue_bench::subject(3), now, false},
               {queue_bench::subject(99), now, true}}});
  CHECK(bench.status(1, place_number{1}) == place_status::bought);
  CHECK(bench.status(2, place_number{2}) == place_status::active);
  CHECK(bench.status(3, place_number{3}) == place_status::gave_up);
}

TEST_CASE("whatever append a crash hits, what was told stays so") {
  for (const auto fault : {journal::memory_journal::fault::lost, journal::memory_journal::fault::stored}) {
    for (std::size_t crash_at = 0; crash_at < 14; ++crash_at) {
      CAPTURE(crash_at);
      const auto disk = std::make_shared<journal::memory_disk>();
      const auto kept = live_until_crash(disk, fault, crash_at);
      opened_again bench{disk, kept.at};
      for (const auto& [who, place] : kept.places) {
        const auto is = bench.status(who, place); // it is theirs
        const auto was = kept.seen.at(place.value());
        const bool went_back = room::is_waiting(is) && !room::is_waiting(was);
        CHECK_FALSE(went_back);
        CHECK((is != place_status::waiting || bench.place_of(who) == place));
      }
      REQUIRE(bench.state().inside.size() <= 4);
      CHECK(bench.place_of(77).value() > kept.places.size());
    }
  }
}

TEST_CASE("of a place that is over it is said whether it was ever let in") {
  closed_line bench;
  const auto leaves_early = bench.place_of(1);
  const auto voided = bench.place_of(2);
  const auto leaves = bench.place_of(3);
  bench.leave(1, leaves_early);
  REQUIRE(bench.ask(room::demote{voided, "Skript"}).has_value());
  CHECK(bench.admits(1, leaves_early) == actors::admission::required);
  CHECK(bench.admits(2, voided) == actors::admission::required);
  bench.let_in(100, 50);
  bench.pass(domain::millis{250});
  bench.leave(3, leaves);
  CHECK(bench.admits(3, leaves) == actors::admission::over);
}

} // namespace holdfast::testing

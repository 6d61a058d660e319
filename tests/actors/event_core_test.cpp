#include "tests/actors/core_bench.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace holdfast::testing {

namespace {

auto text_of(domain::reason why) -> std::string {
  return "reason " + std::to_string(static_cast<int>(why));
}
auto text_of(actors::refusal why) -> std::string {
  return "refusal " + std::to_string(static_cast<int>(why));
}

/// A bench whose event is on sale.
struct on_sale : core_bench {
  explicit on_sale(std::shared_ptr<journal::memory_disk> disk = nullptr) : core_bench{std::move(disk)} {
    open();
    settle();
    put_on_sale();
  }
};

} // namespace

TEST_CASE("an answer leaves only when its facts are durable") {
  on_sale bench;
  const auto answer = bench.send(bench.hold(1, {0, 1}));
  CHECK_FALSE(answer->got.has_value());
  CHECK(bench.core->state()->counts().held == 2); // the state runs ahead of the disk, the answer does not
  bench.settle();
  REQUIRE(answer->got.has_value());
  CHECK(answer->got->status == 201);
  CHECK(answer->got->seq == 3);
}

TEST_CASE("a rejection waits for the facts it looked at") {
  on_sale bench;
  const auto first = bench.send(bench.hold(1, {0}));
  const auto second = bench.send(bench.hold(2, {0}));
  CHECK_FALSE(second->got.has_value());
  bench.settle();
  REQUIRE(second->got.has_value());
  CHECK(first->got->status == 201);
  CHECK(second->got->body == text_of(domain::reason::seat_unavailable));
}

TEST_CASE("a rejection leaves at once when everything is durable") {
  on_sale bench;
  REQUIRE(bench.ask(bench.hold(1, {0})).status == 201);
  const auto refused = bench.send(bench.hold(2, {0}));
  REQUIRE(refused->got.has_value());
  CHECK(refused->got->body == text_of(domain::reason::seat_unavailable));
}

TEST_CASE("a repeated request gets the first answer's bytes, later and from another core over the same journal") {
  const auto disk = std::make_shared<journal::memory_disk>();
  actors::answer first;
  {
    on_sale bench{disk};
    first = bench.ask(bench.hold(1, {3}, 42));
    REQUIRE(first.status == 201);
    bench.clock.at = bench.clock.at + domain::minutes(3);
    const auto again = bench.ask(bench.hold(1, {3}, 42));
    CHECK(again.body == first.body);
    CHECK(again.status == 201);
    CHECK(again.replayed);
    bench.journal.release();
  }
  core_bench restarted{disk};
  restarted.clock.at = restarted.clock.at + domain::minutes(30);
  restarted.open();
  const auto again = restarted.ask(restarted.hold(1, {3}, 42));
  CHECK(again.body == first.body);
  CHECK(again.replayed);
}

TEST_CASE("a duplicate that arrives before the first is durable waits for it and executes nothing") {
  on_sale bench;
  const auto first = bench.send(bench.hold(1, {4}, 7));
  const auto second = bench.send(bench.hold(1, {4}, 7));
  CHECK_FALSE(second->got.has_value());
  bench.settle();
  REQUIRE(second->got.has_value());
  CHECK(second->got->body == first->got->body);
  CHECK(second->got->replayed);
  CHECK(bench.core->state()->live_holds() == 1);
}

TEST_CASE("the same key with another request is refused") {
  on_sale bench;
  REQUIRE(bench.ask(bench.hold(1, {4}, 7)).status == 201);
  auto other = bench.hold(1, {5}, 7);
  other.id.request = 12'345;
  CHECK(bench.ask(std::move(other)).body == text_of(domain::reason::key_reused));
}

TEST_CASE("a key is forgotten after a day, and the same request is then a new one") {
  on_sale bench;
  auto wish = [&] {
    auto sink = std::make_shared<kept_answer>();
    domain::hold_wish wanted;
    wanted.seats = {"A/1/5"};
    auto command = bench.hold(1, {}, 7);
    actors::request_meta meta;
    meta.principal = command.by.subject;
    bench.core->handle({.what = std::move(command), .wish = wanted, .meta = meta, .reply = actors::reply_port{sink}});
    bench.settle();
    return *sink->got;
  };
  REQUIRE(wish().status == 201);
  CHECK(wish().replayed);
  // It is 22:13, and keys go by whole hours: until 23:00 the first answer is still there.
  bench.clock.at = bench.clock.at + domain::hours(24) + domain::minutes(10);
  CHECK(wish().replayed);
  bench.clock.at = bench.clock.at + domain::minutes(50);
  const auto next_day = wish();
  CHECK(next_day.status == 201);
  CHECK_FALSE(next_day.replayed);
}

TEST_CASE("commands that arrive while the event loads wait, and are answered in order") {
  const auto disk = std::make_shared<journal::memory_disk>();
  {
    on_sale bench{disk};
    bench.journal.release();
  }
  core_bench bench{disk};
  bench.open();
  const auto first = bench.send(bench.hold(1, {0}));
  const auto second = bench.send(bench.hold(2, {0}));
  CHECK(bench.core->state() == nullptr);
  bench.settle();
  CHECK(first->got->status == 201);
  CHECK(second->got->body == text_of(domain::reason::seat_unavailable));
}

TEST_CASE("a storage error answers 503 to what it caught, and to everything after") {
  for (const auto how : {journal::memory_journal::fault::lost, journal::memory_journal::fault::stored}) {
    on_sale bench;
    bench.journal.fail_next_commit(how);
    CHECK(bench.ask(bench.hold(1, {0})).body == text_of(actors::refusal::journal_unavailable));
    CHECK(bench.ask(bench.hold(2, {1})).body == text_of(actors::refusal::journal_unavailable));
    CHECK(bench.credits->in_flight() == 0);
  }
}

TEST_CASE("after a storage error a restart decides from disk, and a retry learns the outcome") {
  const auto disk = std::make_shared<journal::memory_disk>();
  {
    on_sale bench{disk};
    bench.journal.fail_next_commit(journal::memory_journal::fault::stored);
    REQUIRE(bench.ask(bench.hold(1, {0}, 42)).status == 503);
    bench.journal.release();
  }
  core_bench restarted{disk};
  restarted.open();
  const auto again = restarted.ask(restarted.hold(1, {0}, 42));
  CHECK(again.status == 201);
  CHECK(again.replayed);
}

TEST_CASE("a nearly full disk takes no new holds but lets holds end") {
  on_sale bench;
  REQUIRE(bench.ask(bench.hold(1, {0}, 9)).status == 201);
  bench.journal.set_mode(journal::journal_mode::no_new_holds);
  CHECK(bench.ask(bench.hold(2, {1})).body == text_of(actors::refusal::storage_low));
  CHECK(bench.ask(bench.hold(1, {0}, 9)).replayed); // a retry is answered
  bench.journal.set_mode(journal::journal_mode::settle_only);
  CHECK(bench.ask({.by = bench.organiser(), .id = {}, .body = domain::pause_event{}}).body ==
        text_of(actors::refusal::storage_low));
  CHECK(bench.ask({.by = bench.buyer(1), .id = {}, .body = domain::release_hold{domain::hold_number{1}}}).status ==
        201);
}

TEST_CASE("a hold is ended when its deadline comes, and the next deadline is announced") {
  on_sale bench;
  REQUIRE(bench.ask(bench.hold(1, {0})).status == 201);
  const auto first_deadline = bench.clock.at + domain::limits::hold_time_default;
  REQUIRE_FALSE(bench.scheduled.empty());
  CHECK(bench.scheduled.back() == first_deadline);
  bench.clock.at = bench.clock.at + domain::minutes(1);
  REQUIRE(bench.ask(bench.hold(2, {1})).status == 201);
  bench.clock.at = first_deadline;
  bench.core->expire(nullptr);
  bench.settle();
  CHECK(bench.core->state()->counts().held == 1);
  CHECK(bench.scheduled.back() == first_deadline + domain::minutes(1));
  CHECK(bench.metrics.expiries.load() == 1);
}

TEST_CASE("when the hold whose deadline was announced is gone, the next deadline is announced as it is") {
  on_sale bench;
  REQUIRE(bench.ask(bench.hold(1, {0})).status == 201);
  bench.clock.at = bench.clock.at + domain::millis{1};
  REQUIRE(bench.ask(bench.hold(2, {1})).status == 201);
  REQUIRE(bench.ask({.by = bench.buyer(1), .id = {}, .body = domain::release_hold{domain::hold_number{1}}}).status <
          300);
  const auto second = *bench.core->state()->next_deadline();
  bench.clock.at = second - domain::millis{1};
  bench.core->expire(nullptr);
  CHECK(bench.scheduled.back() == second);
}

TEST_CASE("holds that expired while nothing was loaded are ended as soon as the event is") {
  const auto disk = std::make_shared<journal::memory_disk>();
  {
    on_sale bench{disk};
    for (domain::seat_index seat = 0; seat < 20; ++seat) {
      REQUIRE(bench.ask(bench.hold(100 + seat, {seat})).status == 201);
    }
    bench.journal.release();
  }
  core_bench bench{disk};
  bench.clock.at = bench.clock.at + domain::hours(2);
  const auto head = bench.journal.head({journal::stream_kind::event, core_bench::event.value()});
  REQUIRE(head.has_value());
  REQUIRE(head->next_deadline.has_value()); // known without loading
  CHECK(*head->next_deadline <= bench.clock.at);
  bench.open();
  bench.core->expire(std::make_shared<actors::held_credit>()); // the deadline actor, while it still loads
  bench.settle();
  CHECK(bench.core->state()->counts().held == 0);
  CHECK(bench.core->state()->counts().available == 120);
}

TEST_CASE("nothing is decided while the clock is unsure: a fact of a wrong time would make it the right one") {
  on_sale bench;
  REQUIRE(bench.ask(bench.hold(1, {0})).status == 201);
  bench.gate.set_clock_unsure(true);
  bench.clock.at = bench.clock.at + domain::hours(400 * 24);
  bench.core->expire(nullptr);
  bench.settle();
  CHECK(bench.core->state()->counts().held == 1);
  CHECK(bench.ask(bench.hold(2, {1})).body == text_of(actors::refusal::clock_unsure));
  domain::command pause{.by = bench.organiser(), .id = {}, .body = domain::pause_event{}};
  CHECK(bench.ask(std::move(pause)).body == text_of(actors::refusal::clock_unsure));
  bench.gate.set_clock_unsure(false);
  bench.core->expire(nullptr);
  bench.settle();
  CHECK(bench.core->state()->counts().held == 0);
}

TEST_CASE("an event leaves memory with a snapshot, and comes back from it") {
  const auto disk = std::make_shared<journal::memory_disk>();
  on_sale bench{disk};
  bench.services.snapshot_on_passivation_records = 1;
  for (std::uint64_t round = 0; round < 5; ++round) {
    REQUIRE(bench.ask(bench.hold(round + 1, {static_cast<domain::seat_index>(round)})).status == 201);
  }
  CHECK_FALSE(bench.core->idle(domain::minutes(2)));
  bench.clock.at = bench.clock.at + domain::minutes(3);
  CHECK(bench.core->idle(domain::minutes(2)));
  const auto hash = bench.core->state()->hash();
  REQUIRE(bench.credits->close_if_idle());
  bench.core->passivate();
  bench.settle();
  CHECK(bench.metrics.snapshots.load() == 1);
  CHECK(bench.metrics.snapshots_pending.load() == 0);
  CHECK(bench.snapshots.list(core_bench::event).size() == 1);
  bench.open();
  bench.settle();
  CHECK(bench.core->state()->hash() == hash);
  CHECK(bench.core->state()->counts().held == 5);
}

TEST_CASE("a snapshot is made after so many records, off the handler") {
  on_sale bench;
  bench.services.snapshot_every_records = 10;
  for (std::uint64_t round = 0; round < 20; ++round) {
    REQUIRE(bench.ask(bench.hold(round + 1, {static_cast<domain::seat_index>(round)})).status == 201);
  }
  CHECK(bench.metrics.snapshots.load() == 2);
}

TEST_CASE("while draining every command is refused") {
  on_sale bench;
  bench.gate.drain();
  CHECK(bench.ask(bench.hold(1, {0})).body == text_of(actors::refusal::draining));
}

} // namespace holdfast::testing

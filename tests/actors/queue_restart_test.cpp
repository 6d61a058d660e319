#include "domain/queue/draw.hpp"
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

constexpr std::uint32_t crowd = 50;

/// Opens its pre-queue after ten seconds and is drawn after a minute.
auto scheduled_rules(domain::instant now) -> room::settings {
  auto rules = rate_of(0, 10);
  rules.pre_queue_at = now + domain::seconds(10);
  rules.starts_at = now + domain::seconds(60);
  return rules;
}

/// A room in the state in which a server left it.
struct next_server : queue_bench {
  next_server(std::shared_ptr<journal::memory_disk> disk, domain::instant now) : queue_bench{std::move(disk)} {
    under.clock.at = now;
  }
};

/// What polls see of every place, without the heartbeat.
auto words_of(const queue_bench& bench) -> std::vector<std::uint64_t> {
  const auto view = bench.board->view();
  std::vector<std::uint64_t> words;
  for (std::uint32_t i = 1; i <= view->slots->count(); ++i) {
    words.push_back(view->slots->word_of(place_number{view->slots->before().value() + i}).packed());
  }
  return words;
}

void check_same_view(const actors::room_view& now, const actors::room_view& before) {
  CHECK(now.seq == before.seq);
  CHECK(now.mode == before.mode);
  CHECK(now.mode_since == before.mode_since);
  CHECK(now.rules == before.rules);
  CHECK(now.settings_version == before.settings_version);
  CHECK(now.waiting == before.waiting);
  CHECK(now.inside == before.inside);
  CHECK(now.total == before.total);
}

/// Who stands where after the draw, worked out as anybody can.
void check_draw(queue_bench& bench, const actors::draw_view& draw) {
  REQUIRE(draw.seed.has_value());
  CHECK(room::commitment_to(*draw.seed) == draw.commitment);
  const auto leaves = bench.board->leaves(0, draw.entrants);
  REQUIRE(leaves.has_value());
  REQUIRE(leaves->size() == draw.entrants);
  room::merkle_log log;
  for (const auto& leaf : *leaves) {
    log.append(leaf);
  }
  CHECK(log.root() == draw.root);
  const auto mixed = room::mixed_seed(*draw.seed, draw.round_value.value_or(""));
  const auto order = room::drawn_order(mixed, draw.entrants, [&](std::uint32_t i) { return (*leaves)[i]; });
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    const auto told = bench.poll(order[rank] + 1, place_number{order[rank] + 1});
    REQUIRE(told.has_value());
    REQUIRE(told->now.ahead == rank);
    REQUIRE(told->draw_index == order[rank]);
    REQUIRE(told->leaf == (*leaves)[order[rank]]);
  }
}

} // namespace

TEST_CASE("a room that was off follows its schedule, over a restart, to a draw from the seed it had committed to") {
  const auto disk = std::make_shared<journal::memory_disk>();
  domain::instant now;
  room::digest commitment{};
  {
    queue_bench bench{disk};
    bench.open();
    REQUIRE(bench.ask(room::configure{scheduled_rules(bench.under.clock.at), {}, {}}).has_value());
    CHECK(bench.room().mode == room::mode::off);
    bench.pass(domain::seconds(11));
    REQUIRE(bench.room().mode == room::mode::pre_queue);
    CHECK(bench.room().cause == room::mode_cause::schedule);
    for (std::uint64_t who = 1; who <= crowd; ++who) {
      const auto told = bench.join(who);
      REQUIRE(told.has_value());
      CHECK(told->draw_index == who - 1);
      CHECK_FALSE(told->now.ahead.has_value());
      CHECK(told->leaf == room::leaf_hash(static_cast<std::uint32_t>(who), queue_bench::subject(who), 0));
    }
    bench.pass(domain::seconds(10));
    commitment = bench.room().draw->commitment;
    CHECK_FALSE(bench.room().draw->seed.has_value());
    now = bench.under.clock.at;
    bench.under.journal.release();
  }
  next_server bench{disk, now};
  bench.open();
  REQUIRE(bench.room().mode == room::mode::pre_queue);
  CHECK(bench.room().draw->commitment == commitment);
  bench.pass(domain::seconds(45));
  REQUIRE(bench.room().mode == room::mode::on);
  CHECK(bench.room().draw->commitment == commitment);
  check_draw(bench, *bench.room().draw);
}

TEST_CASE("who joins between the close and the draw stands behind it, without a leaf") {
  queue_bench bench;
  bench.open();
  auto rules = rate_of(0, 10);
  rules.public_round = "drand quicknet 7";
  REQUIRE(bench.ask(room::configure{rules, {}, {}}).has_value());
  REQUIRE(bench.ask(room::open_pre_queue{}).has_value());
  for (std::uint64_t who = 1; who <= 3; ++who) {
    bench.place_of(who);
  }
  REQUIRE(bench.ask(room::close_pre_queue{}).has_value());
  const auto late = bench.join(4);
  REQUIRE(late.has_value());
  CHECK_FALSE(late->draw_index.has_value());
  bench.pass(domain::seconds(2));
  CHECK(bench.room().mode == room::mode::pre_queue); // the round that was named is missing
  const auto without = bench.ask(room::draw_lots{});
  REQUIRE_FALSE(without.has_value());
  CHECK(std::get<room::refusal>(without.error()).why == room::refusal::reason::round_missing);
  REQUIRE(bench.ask(room::draw_lots{{}, "5f2e", false}).has_value());
  CHECK(bench.room().draw->round_value == "5f2e");
  check_draw(bench, *bench.room().draw);
  CHECK(bench.poll(4, late->place)->now.ahead == 3);
}

TEST_CASE("another secret than the one of the commitment draws nothing") {
  const auto disk = std::make_shared<journal::memory_disk>();
  domain::instant now;
  {
    queue_bench bench{disk};
    bench.open();
    REQUIRE(bench.ask(room::open_pre_queue{}).has_value());
    bench.place_of(1);
    REQUIRE(bench.ask(room::close_pre_queue{}).has_value());
    now = bench.under.clock.at;
    bench.under.journal.release();
  }
  next_server bench{disk, now};
  bench.services.secret.fill(8);
  bench.open();
  bench.pass(domain::seconds(2));
  CHECK(bench.room().mode == room::mode::pre_queue);
  REQUIRE(bench.ask(room::switch_mode{room::mode::off, {}, {}}).has_value());
}

TEST_CASE("a draw of many is made beside the room, which takes nothing up until it is durable") {
  constexpr std::uint64_t many = actors::queue_core::drawn_at_once + 1'000;
  queue_bench bench;
  bench.open();
  REQUIRE(bench.ask(room::configure{rate_of(0, 50), {}, {}}).has_value()); // everybody is still there to be asked
  REQUIRE(bench.ask(room::open_pre_queue{}).has_value());
  for (std::uint64_t who = 1; who <= many; ++who) {
    (void)bench.send_join(who);
    if (who % 4'000 == 0) {
      bench.settle();
    }
  }
  bench.settle();
  REQUIRE(bench.ask(room::close_pre_queue{}).has_value());
  const auto draws = bench.send(room::draw_lots{});
  const auto late = bench.send_join(many + 1);
  bench.settle();
  REQUIRE(draws->has_value());
  REQUIRE((*draws)->has_value());
  CHECK((*draws)->value()->mode == room::mode::on);
  REQUIRE((*late)->has_value());
  check_draw(bench, *bench.room().draw);
  bench.pass(domain::millis{250});
  CHECK(bench.poll(many + 1, (**late)->place)->now.ahead == many);
}

TEST_CASE("two openings of one room have different seeds") {
  queue_bench bench;
  bench.open();
  REQUIRE(bench.ask(room::open_pre_queue{}).has_value());
  const auto first = bench.room().draw->commitment;
  REQUIRE(bench.ask(room::switch_mode{room::mode::off, {}, {}}).has_value());
  REQUIRE(bench.ask(room::open_pre_queue{}).has_value());
  CHECK(bench.room().draw->commitment != first);
}

TEST_CASE("a server that was away from the opening to the start does all of it at once") {
  const auto disk = std::make_shared<journal::memory_disk>();
  domain::instant now;
  {
    queue_bench bench{disk};
    bench.open();
    REQUIRE(bench.ask(room::configure{scheduled_rules(bench.under.clock.at), {}, {}}).has_value());
    now = bench.under.clock.at;
    bench.under.journal.release();
  }
  next_server bench{disk, now + domain::minutes(5)};
  bench.open();
  bench.pass(domain::seconds(1));
  CHECK(bench.room().mode == room::mode::on);
}

TEST_CASE("what is due while nothing may be written waits, without being asked for again and again") {
  queue_bench bench;
  bench.open();
  auto rules = rate_of(0, 10);
  rules.starts_at = bench.under.clock.at + domain::seconds(10);
  REQUIRE(bench.ask(room::configure{rules, {}, {}}).has_value());
  bench.under.gate.set_clock_unsure(true);
  bench.pass(domain::seconds(20));
  CHECK(bench.room().mode == room::mode::off);
  CHECK(bench.scheduled.size() < 5);
  bench.under.gate.set_clock_unsure(false);
  bench.pass(domain::seconds(2));
  CHECK(bench.room().mode == room::mode::on);
}

TEST_CASE("a restart in the middle shows what was shown") {
  const auto disk = std::make_shared<journal::memory_disk>();
  domain::instant now;
  std::vector<std::uint64_t> words;
  actors::room_view before;
  {
    queue_bench bench{disk};
    bench.open();
    bench.put_on(rate_of(4, 2));
    for (std::uint64_t who = 1; who <= 30; ++who) {
      bench.place_of(who);
    }
    bench.pass(domain::seconds(2));
    CHECK(bench.poll(1, place_number{1}).has_value());
    bench.leave(20, place_number{20});
    REQUIRE(bench.ask(room::demote{place_number{15}, "Skript"}).has_value());
    bench.pass(domain::seconds(1));
    REQUIRE(bench.ask(room::configure{rate_of(0, 2), {}, {}}).has_value());
    for (std::uint32_t who = 1; who <= 30; ++who) {
      CHECK(bench.poll(who, place_number{who}).has_value());
    }
    bench.pass(domain::seconds(1));
    words = words_of(bench);
    before = bench.room();
    now = bench.under.clock.at;
    bench.under.journal.release();
  }
  next_server bench{disk, now};
  bench.open();
  CHECK(words_of(bench) == words);
  check_same_view(bench.room(), before);
  CHECK(bench.poll(15, place_number{15})->reason == "Skript");
  CHECK(bench.poll(15, place_number{15})->instead == place_number{31});
  // Nobody could poll while there was no server: they are given their time again.
  bench.pass(domain::seconds(39));
  CHECK(bench.status(30, place_number{30}) == place_status::waiting);
  bench.pass(domain::seconds(10));
  CHECK(bench.status(30, place_number{30}) == place_status::silent);
}

TEST_CASE("a room that does not know what its event has left has it loaded, and no other") {
  closed_line bench;
  bench.pass(domain::seconds(3));
  CHECK(bench.wakes > 0);
  bench.tell({{}, {}, true});
  const auto before = bench.wakes;
  bench.pass(domain::seconds(3));
  CHECK(bench.wakes == before);
}

TEST_CASE("a disk that runs full lets in nobody who could buy nothing") {
  queue_bench bench;
  bench.open();
  bench.put_on(rate_of(0, 50));
  const auto place = bench.place_of(1);
  bench.under.journal.set_mode(journal::journal_mode::no_new_holds);
  REQUIRE(bench.ask(room::configure{rate_of(100, 50), {}, {}}).has_value());
  bench.pass(domain::seconds(2));
  CHECK(bench.status(1, place) == place_status::waiting);
  bench.under.journal.set_mode(journal::journal_mode::settle_only);
  CHECK(std::get<actors::room_unavailable>(bench.join(2).error()).why == actors::room_unavailable::reason::journal);
  bench.under.journal.set_mode(journal::journal_mode::selling);
  bench.pass(domain::millis{250});
  CHECK(room::is_inside(bench.status(1, place)));
}

} // namespace holdfast::testing

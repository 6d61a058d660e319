#include "tests/domain/queue/hall.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

/// Modes, the schedule, and the draw that ends a pre-queue.
using namespace holdfast::domain;
using namespace holdfast::tests;
using queue::mode;
using queue::place_number;
using queue::place_status;
using queue::scheduled;

namespace {

using list = std::vector<std::uint32_t>;

constexpr auto round_name = "drand quicknet 123456";

auto switching(mode to, queue::mode_cause cause = queue::mode_cause::seats_gone) -> queue::switch_mode {
  return {to, cause, {}};
}

/// A pre-queue that an organiser has opened.
auto gathering(const std::string& public_round = {}) -> hall {
  hall of;
  queue::settings rules;
  rules.public_round = public_round;
  rules.bands = {{"general", 70}, {"members", 30}};
  of.configure(rules);
  REQUIRE(told(of.act(queue::open_pre_queue{queue::commitment_to(a_seed())}, organiser())) == "ok, pre_queue_opened");
  return of;
}

/// Places of a band in the order of its line.
auto line_of(const hall& of, std::size_t band) -> list {
  list places;
  const auto& in = of.room.lines[band];
  for (auto at = in.first(); at; at = in.after(*at)) {
    places.push_back(in.place_at(*at));
  }
  return places;
}

} // namespace

TEST_CASE("nobody has a position or is let in before the draw") {
  auto of = gathering();
  of.join(1, 50);
  CHECK(of.standing(1).status == place_status::waiting);
  CHECK_FALSE(of.standing(1).ahead);
  CHECK(of.standing(1).next_poll == seconds(20));
  CHECK(of.advance_after(hours(1)).empty());
  CHECK(told(of.act(queue::demote{place_number{1}, "why"})) == "wrong_mode");
  CHECK(told(of.act(queue::draw_lots{a_seed(), {}, false}, organiser())) == "wrong_mode"); // not closed
}

TEST_CASE("everybody who was there at the close stands where the committed seed says, and later ones behind") {
  auto of = gathering(round_name);
  of.join(1, 60);
  of.join(101, 130, 1);
  queue::leave gone{{place_number{3}, place_number{61}}};
  REQUIRE(of.act(gone));
  of.join(3, 3); // entered twice, counts once
  REQUIRE(of.act(queue::mark_silent{{place_number{5}}}));
  REQUIRE(told(of.act(queue::close_pre_queue{}, organiser())) == "ok, pre_queue_closed");
  const auto closed = std::get<queue::pre_queue_closed>(of.journal.back().body);
  CHECK(closed.entrants == 91);
  CHECK(told(of.act(queue::close_pre_queue{}, organiser())) == "wrong_mode");
  of.join(201, 203);
  CHECK(of.room.draw->log.size() == 91);
  REQUIRE(told(of.act(queue::draw_lots{a_seed(), "beacon", false}, organiser())) == "ok, drawn");

  // The same again from what was published: leaves, seed and the round's value.
  std::vector<std::pair<queue::digest, std::uint32_t>> lots;
  const queue::hmac_sha256 draw{queue::mixed_seed(a_seed(), "beacon")};
  queue::merkle_log log;
  for (std::uint32_t i = 0; i < closed.entrants; ++i) {
    const auto leaf = queue::leaf_of(of.room, i);
    log.append(leaf);
    lots.emplace_back(draw(leaf), i + 1);
  }
  CHECK(log.root() == closed.root);
  std::ranges::sort(lots);
  std::vector<list> expected(2);
  for (const auto& [lot, number] : lots) {
    const auto& who = *of.room.places.at(place_number{number});
    if (queue::is_waiting(who.status)) {
      expected[who.band].push_back(number);
    }
  }
  expected[0].insert(expected[0].end(), {92, 93, 94});
  CHECK(line_of(of, 0) == expected[0]);
  CHECK(line_of(of, 1) == expected[1]);
  CHECK(expected[0].size() == 63);
  CHECK(expected[1].size() == 29);
  CHECK(of.room.is == mode::on);
  CHECK(of.standing(203).ahead == 62U);
  CHECK(of.advance().size() == 50);
  CHECK(of.replays());
}

TEST_CASE("the draw takes the committed seed only, and the named round's value or the word that it goes without") {
  auto of = gathering(round_name);
  of.join(1, 3);
  REQUIRE(of.act(queue::close_pre_queue{}, organiser()));
  auto other = a_seed();
  other[31] ^= 1;
  CHECK(told(of.act(queue::draw_lots{other, "value", false})) == "seed_mismatch");
  CHECK(told(of.act(queue::draw_lots{a_seed(), {}, false})) == "round_missing");
  CHECK(told(of.act(queue::draw_lots{a_seed(), "", false})) == "invalid /round_value");
  CHECK(told(of.act(queue::draw_lots{a_seed(), std::string(1'025, 'v'), false})) == "invalid /round_value");
  CHECK(told(of.act(queue::draw_lots{a_seed(), {}, true})) == "ok, drawn");
  CHECK_FALSE(of.room.draw->round_value);
  CHECK(of.room.draw->public_round == round_name);

  auto without = gathering();
  REQUIRE(without.act(queue::close_pre_queue{}, organiser()));
  CHECK(told(without.act(queue::draw_lots{a_seed(), "chosen now", false})) == "invalid /round_value");
  CHECK(told(without.act(queue::draw_lots{a_seed(), {}, false})) == "ok, drawn"); // of nobody
  CHECK(without.replays());
}

TEST_CASE("the value of the round changes who is first") {
  std::vector<list> orders;
  for (const auto* const value : {"one", "other"}) {
    auto of = gathering(round_name);
    of.join(1, 40);
    REQUIRE(of.act(queue::close_pre_queue{}, organiser()));
    REQUIRE(of.act(queue::draw_lots{a_seed(), value, false}));
    orders.push_back(line_of(of, 0));
  }
  CHECK(orders[0] != orders[1]);
  std::ranges::sort(orders[0]);
  std::ranges::sort(orders[1]);
  CHECK(orders[0] == orders[1]);
}

TEST_CASE("a mode follows another as the rules say, and no other way") {
  const std::vector<std::pair<mode, std::string>> ways{{mode::off, "on"},
                                                       {mode::pre_queue, "off"},
                                                       {mode::on, "off paused sold_out"},
                                                       {mode::paused, "off on sold_out"},
                                                       {mode::sold_out, "off on paused"}};
  const std::vector<std::pair<mode, std::string>> all{{mode::off, "off"},
                                                      {mode::pre_queue, "pre_queue"},
                                                      {mode::on, "on"},
                                                      {mode::paused, "paused"},
                                                      {mode::sold_out, "sold_out"}};
  for (const auto& [from, ways_on] : ways) {
    for (const auto& [to, name] : all) {
      CAPTURE(static_cast<int>(from));
      CAPTURE(name);
      auto of = from == mode::pre_queue ? gathering() : hall{};
      if (from != mode::pre_queue && from != mode::off) {
        of.switch_to(mode::on);
      }
      if (from == mode::paused || from == mode::sold_out) {
        of.switch_to(from);
      }
      const bool allowed = (" " + ways_on + " ").find(" " + name + " ") != std::string::npos;
      const auto* const expected = from == to ? "ok" : allowed ? "ok, mode_changed" : "wrong_mode";
      CHECK(told(of.act(switching(to))) == expected);
      CHECK(of.replays());
    }
  }
  hall of;
  CHECK(told(of.act(queue::switch_mode{mode::on, queue::mode_cause::organiser, std::string(201, 'x')}, organiser())) ==
        "invalid /reason");
  of.switch_to(mode::on);
  CHECK(told(of.act(queue::open_pre_queue{}, organiser())) == "wrong_mode");
  CHECK(told(of.act(queue::close_pre_queue{}, organiser())) == "wrong_mode");
}

TEST_CASE("a pause lets in nobody and keeps everybody's order") {
  hall of;
  of.switch_to(mode::on);
  of.join(1, 200);
  CHECK(of.advance().size() == 50);
  of.switch_to(mode::paused);
  of.join(201, 202);
  CHECK(of.advance_after(seconds(10)).empty());
  CHECK(of.standing(51).ahead == 0U);
  CHECK(of.standing(202).ahead == 151U);
  of.switch_to(mode::on);
  CHECK(numbers(of.advance()).front() == 51);
  CHECK(of.replays());
}

TEST_CASE("what is sold out is a waitlist in the same order, on which nobody need poll") {
  hall of;
  of.switch_to(mode::on);
  of.join(1, 60);
  CHECK(of.advance().size() == 50);
  REQUIRE(of.act(queue::mark_silent{{place_number{52}}}));
  CHECK(told(of.act(switching(mode::sold_out))) == "ok, mode_changed");
  CHECK(of.room.cause == queue::mode_cause::seats_gone);
  of.join(61, 61);
  CHECK(of.standing(61).ahead == 10U);
  CHECK(told(of.act(queue::mark_silent{{place_number{53}}})) == "ok");
  CHECK(of.advance_after(hours(24)).empty());
  CHECK(of.standing(52).status == place_status::silent); // longer than a place is kept, but for a waitlist
  CHECK(of.room.inside.empty());
  CHECK(told(of.act(switching(mode::on, queue::mode_cause::seats_back))) == "ok, mode_changed");
  CHECK(of.standing(52).status == place_status::waiting);
  CHECK(numbers(of.advance()) == list{51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61});
  CHECK(of.replays());
}

TEST_CASE("a room that is switched off forgets its people, and never gives a number twice") {
  hall of;
  of.switch_to(mode::on);
  of.join(1, 70);
  of.advance();
  of.switch_to(mode::off);
  CHECK(of.room.places.live() == 0);
  CHECK_FALSE(of.place_of(1));
  CHECK_FALSE(queue::standing_of(of.room, place_number{1}, of.now));
  CHECK_FALSE(queue::next_due(of.room));
  of.switch_to(mode::on);
  of.join(1, 1);
  CHECK(of.place_of(1) == place_number{71});
  CHECK(of.standing(1).ahead == 0U);
  CHECK(of.replays());
}

TEST_CASE("the schedule opens, closes and starts, each at its time and once") {
  hall of;
  queue::settings rules;
  rules.pre_queue_at = noon + minutes(10);
  rules.starts_at = noon + minutes(40);
  of.configure(rules);
  CHECK(queue::next_due(of.room) == noon + minutes(10));
  of.now = noon + minutes(10) - millis{1};
  CHECK(queue::scheduled_at(of.room, of.now) == scheduled::nothing);
  CHECK(told(of.act(queue::open_pre_queue{queue::commitment_to(a_seed())})) == "wrong_mode");
  of.now = noon + minutes(10);
  CHECK(queue::scheduled_at(of.room, of.now) == scheduled::open_pre_queue);
  REQUIRE(told(of.act(queue::open_pre_queue{queue::commitment_to(a_seed())})) == "ok, pre_queue_opened");
  CHECK(of.room.cause == queue::mode_cause::schedule);
  CHECK(queue::next_due(of.room) == noon + minutes(40));
  CHECK(told(of.act(queue::close_pre_queue{})) == "wrong_mode");
  of.now = noon + minutes(40);
  CHECK(queue::scheduled_at(of.room, of.now) == scheduled::close_pre_queue);
  REQUIRE(told(of.act(queue::close_pre_queue{})) == "ok, pre_queue_closed");
  CHECK(queue::scheduled_at(of.room, of.now) == scheduled::draw_lots);
  REQUIRE(told(of.act(queue::draw_lots{a_seed(), {}, false})) == "ok, drawn");
  CHECK(queue::scheduled_at(of.room, of.now) == scheduled::nothing);
  of.switch_to(mode::off); // the organiser's word is the last
  CHECK(queue::scheduled_at(of.room, of.now + hours(1)) == scheduled::nothing);
}

TEST_CASE("without a pre-queue, or when its time was missed, the schedule switches the room on") {
  for (const bool missed : {false, true}) {
    hall of;
    queue::settings rules;
    rules.starts_at = noon + minutes(40);
    if (missed) {
      rules.pre_queue_at = noon + minutes(10);
    }
    of.configure(rules);
    CHECK(told(of.act(switching(mode::on, queue::mode_cause::schedule))) == "wrong_mode");
    of.now = noon + minutes(41);
    CHECK(queue::scheduled_at(of.room, of.now) == scheduled::switch_on);
    CHECK(told(of.act(switching(mode::on, queue::mode_cause::schedule))) == "ok, mode_changed");
    CHECK(queue::scheduled_at(of.room, of.now) == scheduled::nothing);
  }
}

TEST_CASE("load switches a room on, and off again when few come and nobody waits") {
  hall of;
  CHECK(told(of.act(queue::observe_load{1'000'000})) == "ok"); // not asked for
  queue::settings rules;
  rules.load_on_per_s = 100;
  of.configure(rules);
  CHECK(told(of.act(queue::observe_load{99})) == "ok");
  CHECK(told(of.act(queue::observe_load{100})) == "ok, mode_changed");
  CHECK(of.room.cause == queue::mode_cause::load);
  of.join(1, 1);
  CHECK(told(of.act(queue::observe_load{0})) == "ok");
  REQUIRE(of.act(queue::leave{{place_number{1}}}));
  CHECK(told(of.act(queue::observe_load{50})) == "ok");
  CHECK(told(of.act(queue::observe_load{49})) == "ok, mode_changed");
  CHECK(of.room.is == mode::off);
  of.switch_to(mode::on); // by the organiser, who switches it off too
  CHECK(told(of.act(queue::observe_load{0})) == "ok");
  CHECK(of.replays());
}

TEST_CASE("who is let in and does not buy is measured, however that ends") {
  hall of;
  of.switch_to(mode::on);
  of.join(1, 40);
  CHECK(of.advance().size() == 40);
  queue::finish done;
  queue::leave gone;
  for (std::uint32_t number = 1; number <= 20; ++number) {
    (number <= 10 ? done.gave_up : gone.places).emplace_back(number);
  }
  REQUIRE(of.act(done));
  REQUIRE(of.act(gone));
  CHECK(of.room.measured.abandoned_permille() == 0); // too few to say
  of.advance_after(minutes(1));
  CHECK(of.room.total.unclaimed == 20);
  CHECK(of.room.measured.abandoned_permille() == 1'000);
}

#include "tests/domain/queue/hall.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Joining, waiting, being let in and being done.
using namespace holdfast::domain;
using namespace holdfast::tests;
using queue::mode;
using queue::place_number;
using queue::place_status;

namespace {

/// Lets in so many a second, all of them in one go.
auto settings_of(std::uint32_t per_s, std::optional<std::uint32_t> max_active = {}) -> queue::settings {
  queue::settings rules;
  rules.rate_milli_per_s = per_s * 1'000;
  rules.batch = per_s > 0 ? per_s : 1;
  rules.max_active = max_active;
  return rules;
}

auto open_hall(const queue::settings& rules) -> hall {
  hall of;
  of.configure(rules);
  of.switch_to(mode::on);
  return of;
}

auto status(const hall& of, std::uint32_t number) -> place_status {
  return of.room.places.at(place_number{number})->status;
}

using list = std::vector<std::uint32_t>;

} // namespace

TEST_CASE("people are let in in the order in which they came, at the rate") {
  auto of = open_hall(settings_of(2));
  of.join(11, 15);
  CHECK(of.standing(11).ahead == 0U);
  CHECK(of.standing(15).ahead == 4U);
  CHECK(numbers(of.advance()) == list{1, 2});
  CHECK(of.standing(15).ahead == 2U);
  CHECK(of.standing(15).waiting == 3);
  CHECK(of.standing(15).admitted == 2);
  CHECK(of.standing(11).status == place_status::admitted);
  CHECK(numbers(of.advance()) == list{});
  CHECK(numbers(of.advance_after(millis{500})) == list{3});
  CHECK(numbers(of.advance_after(seconds(1))) == list{4, 5});
  CHECK(of.replays());
}

TEST_CASE("who joins twice keeps their place, in one batch and in two, waiting or let in") {
  auto of = open_hall(settings_of(1));
  REQUIRE(of.act(queue::join{{{somebody(1), 0}, {somebody(2), 0}, {somebody(1), 0}}}));
  CHECK(of.room.places.last() == place_number{2});
  CHECK(told(of.act(queue::join{{{somebody(2), 0}}})) == "ok");
  CHECK(numbers(of.advance()) == list{1});
  CHECK(told(of.act(queue::join{{{somebody(1), 0}}})) == "ok");
  CHECK(of.place_of(1) == place_number{1});
  REQUIRE(of.act(queue::finish{{place_number{1}}, {}}));
  CHECK(told(of.act(queue::join{{{somebody(1), 0}}})) == "ok, joined");
  CHECK(of.place_of(1) == place_number{3});
  CHECK(of.standing(1).ahead == 1U);
}

TEST_CASE("a rate of nothing and a limit of nothing let in nobody, whatever was saved up") {
  for (const auto& rules : {settings_of(0), settings_of(10, 0)}) {
    auto of = open_hall(settings_of(10));
    of.configure(rules);
    of.join(1, 20);
    CHECK(of.advance_after(hours(1)).empty());
    CHECK(of.room.waiting_now == 20);
    CHECK_FALSE(queue::next_due(of.room));
    of.configure(settings_of(10));
    CHECK(queue::next_due(of.room));
    CHECK(of.advance_after(seconds(1)).size() == 10);
  }
}

TEST_CASE("the sale's backlog slows the rate, down to nothing and back") {
  auto of = open_hall(settings_of(10));
  of.join(1, 100);
  CHECK(of.advance().size() == 10);
  CHECK(told(of.act(queue::adjust_pace{500})) == "ok, pace_adjusted");
  CHECK(told(of.act(queue::adjust_pace{500})) == "ok");
  CHECK(told(of.act(queue::adjust_pace{1'001})) == "invalid /permille");
  CHECK(of.advance_after(seconds(1)).size() == 5);
  REQUIRE(of.act(queue::adjust_pace{0}));
  CHECK(of.advance_after(seconds(10)).empty());
  REQUIRE(of.act(queue::adjust_pace{1'000}));
  CHECK(of.advance_after(seconds(1)).size() == 10);
  CHECK(of.replays());
}

TEST_CASE("no more are active than the limit, and whoever is done frees their place at once") {
  auto of = open_hall(settings_of(100, 3));
  of.join(1, 9);
  CHECK(numbers(of.advance()) == list{1, 2, 3});
  CHECK(of.advance_after(seconds(1)).empty());
  REQUIRE(of.act(queue::mark_present{{place_number{1}, place_number{2}, place_number{3}}}));
  REQUIRE(of.act(queue::finish{{place_number{1}}, {}}));
  CHECK(numbers(of.advance()) == list{4});
  REQUIRE(of.act(queue::finish{{}, {place_number{2}}}));
  CHECK(numbers(of.advance()) == list{5});
  REQUIRE(of.act(queue::leave{{place_number{3}}}));
  CHECK(numbers(of.advance()) == list{6});
  CHECK(status(of, 1) == place_status::bought);
  CHECK(status(of, 2) == place_status::gave_up);
  CHECK(status(of, 3) == place_status::left);
  of.configure(settings_of(100, 1)); // nobody is sent away
  CHECK(of.room.inside.size() == 3);
  REQUIRE(of.act(queue::finish{{}, {place_number{4}, place_number{5}}}));
  CHECK(of.advance().empty());
  REQUIRE(of.act(queue::finish{{}, {place_number{6}}}));
  CHECK(numbers(of.advance()) == list{7});
  CHECK(of.replays());
}

TEST_CASE("who does not come for their admission within a heartbeat and its grace has lost it to the next") {
  auto of = open_hall(settings_of(100, 1));
  of.join(1, 2);
  CHECK(numbers(of.advance()) == list{1});
  CHECK(of.standing(1).until == noon + seconds(30));
  CHECK(of.advance_after(millis{29'999}).empty());
  CHECK(queue::next_due(of.room) == noon + seconds(30));
  of.now = noon + seconds(30);
  CHECK(told(of.act(queue::advance{})) == "ok, expired, admitted");
  CHECK(status(of, 1) == place_status::unclaimed);
  CHECK(status(of, 2) == place_status::admitted);
  CHECK(told(of.act(queue::mark_present{{place_number{1}}})) == "ok");
}

TEST_CASE("who comes has the whole admission from then on, and no more") {
  auto of = open_hall(settings_of(100, 1));
  of.join(1, 2);
  of.advance();
  of.now = noon + seconds(30) - millis{500};
  CHECK(told(of.act(queue::mark_present{{place_number{1}}})) == "ok, claimed");
  CHECK(told(of.act(queue::mark_present{{place_number{1}}})) == "ok");
  CHECK(of.standing(1).until == noon + minutes(10) + seconds(30));
  CHECK(of.advance_after(minutes(10)).empty());
  CHECK(numbers(of.advance_after(millis{500})) == list{2});
  CHECK(status(of, 1) == place_status::ran_out);
  CHECK(of.room.total.ran_out == 1);
}

TEST_CASE("who comes too late for their admission comes too late, also before it is said to be over") {
  auto of = open_hall(settings_of(100));
  of.join(1, 1);
  of.advance();
  of.now = noon + seconds(30);
  CHECK(told(of.act(queue::mark_present{{place_number{1}}})) == "ok");
}

TEST_CASE("who left or is silent uses no turn, and who is back before their turn keeps their place") {
  auto of = open_hall(settings_of(2));
  of.join(1, 8);
  REQUIRE(of.act(queue::leave{{place_number{1}, place_number{1}, place_number{77}}}));
  CHECK(told(of.act(queue::mark_silent{{place_number{2}, place_number{4}, place_number{1}}})) == "ok, fell_silent");
  CHECK(of.standing(5).ahead == 3U); // the silent may come back
  CHECK(told(of.act(queue::mark_present{{place_number{4}, place_number{5}}})) == "ok, returned");
  CHECK(numbers(of.advance()) == list{3, 4});
  CHECK(status(of, 1) == place_status::left);
  CHECK(status(of, 2) == place_status::missed_turn);
  CHECK(of.standing(5).ahead == 0U);
  CHECK(told(of.act(queue::mark_present{{place_number{2}}})) == "ok");
  of.join(2, 2);
  CHECK(of.place_of(2) == place_number{9});
  CHECK(of.standing(2).ahead == 4U);
  CHECK(of.room.silent_now == 0);
  CHECK(of.replays());
}

TEST_CASE("a crowd of silent people costs the next one nothing but a few commands") {
  auto of = open_hall(settings_of(1));
  of.join(1, 10'001);
  for (std::uint32_t first = 1; first <= 10'000; first += 2'000) {
    queue::mark_silent quiet;
    for (std::uint32_t i = first; i < first + 2'000; ++i) {
      quiet.places.emplace_back(i);
    }
    REQUIRE(of.act(quiet));
  }
  CHECK(numbers(of.advance()) == list{10'001});
  CHECK(of.room.total.missed_turn == 10'000);
  CHECK(of.replays());
}

TEST_CASE("the place of somebody silent is kept for its time, not a moment less, and not after") {
  auto of = open_hall(settings_of(0));
  of.join(1, 3);
  REQUIRE(of.act(queue::mark_silent{{place_number{1}, place_number{2}}}));
  const millis kept{hours(3).count + 1'000}; // seconds are whole
  CHECK(queue::next_due(of.room) == noon + kept);
  of.now = noon + kept - millis{1};
  CHECK(of.advance().empty());
  CHECK(told(of.act(queue::mark_present{{place_number{2}}})) == "ok, returned");
  of.now = noon + kept;
  CHECK(told(of.ask(queue::mark_present{{place_number{1}}})) == "ok");
  CHECK(told(of.act(queue::advance{})) == "ok, expired");
  CHECK(status(of, 1) == place_status::timed_out);
  CHECK(status(of, 2) == place_status::waiting);
  CHECK_FALSE(of.place_of(1));
  of.join(1, 1);
  CHECK(of.place_of(1) == place_number{4});
  CHECK(of.standing(1).ahead == 2U);
  CHECK(of.advance_after(hours(24)).empty());
  CHECK(status(of, 3) == place_status::waiting); // who is there is never sent away for waiting long
  CHECK(of.replays());
}

TEST_CASE("whoever flickers does not fill the memory, and ends once") {
  auto of = open_hall(settings_of(0));
  of.join(1, 2);
  REQUIRE(of.act(queue::mark_silent{{place_number{1}}}));
  for (int i = 0; i < 3'000; ++i) {
    REQUIRE(of.act(queue::mark_silent{{place_number{2}}}));
    REQUIRE(of.act(queue::mark_present{{place_number{2}}}));
  }
  CHECK(of.room.silent.size() <= 1'100);
  REQUIRE(of.act(queue::mark_silent{{place_number{2}}}));
  of.advance_after(hours(4));
  CHECK(of.room.total.timed_out == 2);
  CHECK(of.room.silent.empty());
  CHECK(of.replays());
}

TEST_CASE("a demotion voids the place for one at the end, and says why") {
  auto of = open_hall(settings_of(1));
  of.join(1, 4);
  CHECK(numbers(of.advance()) == list{1});
  CHECK(told(of.act(queue::demote{place_number{2}, "a hundred places from one address"})) == "ok, demoted");
  CHECK(status(of, 2) == place_status::demoted);
  CHECK(of.place_of(2) == place_number{5});
  CHECK(of.standing(2).ahead == 2U);
  CHECK(told(of.act(queue::demote{place_number{1}, "the same"}, organiser())) == "ok, demoted"); // though let in
  CHECK(of.room.inside.empty());
  CHECK(of.standing(1).ahead == 3U);
  CHECK(told(of.act(queue::demote{place_number{1}, "again"})) == "not_found");
  CHECK(told(of.act(queue::demote{place_number{99}, "nobody"})) == "not_found");
  CHECK(told(of.act(queue::demote{place_number{3}, ""})) == "invalid /reason");
  CHECK(of.replays());
}

TEST_CASE("everybody leaves, and the next one is first") {
  auto of = open_hall(settings_of(5));
  of.join(1, 700);
  queue::leave all;
  for (std::uint32_t i = 1; i <= 700; ++i) {
    all.places.emplace_back(i);
  }
  REQUIRE(of.act(all));
  CHECK(of.advance().empty());
  CHECK(of.room.waiting_now == 0);
  of.join(9'000, 9'000);
  CHECK(of.standing(9'000).ahead == 0U);
  CHECK(numbers(of.advance()) == list{701});
  CHECK(of.replays());
}

TEST_CASE("a room gives no more places than it may, and takes or refuses a batch whole") {
  auto of = open_hall(settings_of(1));
  of.room.places_max = 3;
  of.join(1, 2);
  CHECK(told(of.act(queue::join{{{somebody(3), 0}, {somebody(4), 0}}})) == "room_full");
  CHECK_FALSE(of.place_of(3));
  CHECK(told(of.act(queue::join{{{somebody(2), 0}, {somebody(3), 0}}})) == "ok, joined");
  CHECK(told(of.act(queue::demote{place_number{1}, "why"})) == "room_full");
  of.switch_to(mode::off);
  of.switch_to(mode::on);
  of.join(4, 6);
  CHECK(of.standing(6).ahead == 2U);
}

TEST_CASE("batches of more people than a command takes are refused whole") {
  auto of = open_hall(settings_of(5));
  const std::vector<place_number> many(4'097, place_number{1});
  CHECK(told(of.act(queue::leave{many})) == "invalid ");
  CHECK(told(of.act(queue::mark_silent{many})) == "invalid ");
  CHECK(told(of.act(queue::mark_present{many})) == "invalid ");
  CHECK(told(of.act(queue::finish{many, {}})) == "invalid ");
  CHECK(told(of.act(queue::join{std::vector<queue::joined::entrant>(4'097, {somebody(1), 0})})) == "invalid ");
  CHECK(told(of.act(queue::join{{{subject_id{}, 0}}})) == "invalid /band");
}

TEST_CASE("who is let in again and again is not counted twice in one batch of what they did") {
  auto of = open_hall(settings_of(5));
  of.join(1, 1);
  of.advance();
  CHECK(told(of.act(queue::finish{{place_number{1}, place_number{1}}, {place_number{1}}})) == "ok, finished");
  CHECK(of.room.total.bought == 1);
  CHECK(of.room.total.gave_up == 0);
  CHECK(told(of.act(queue::finish{{place_number{1}}, {}})) == "ok");
}

TEST_CASE("buyers and box offices command nothing of a waiting room, organisers only what is theirs") {
  hall of;
  const caller buyer{caller::kind::buyer, somebody(1), {}, {}};
  const caller office{caller::kind::box_office, {}, organisation_id{7}, key_id{1}};
  for (const auto& by : {buyer, office}) {
    CHECK(told(of.act(queue::configure{}, by)) == "not_found");
    CHECK(told(of.act(queue::join{}, by)) == "not_found");
  }
  CHECK(told(of.act(queue::advance{}, organiser())) == "not_found");
  CHECK(told(of.act(queue::join{}, organiser())) == "not_found");
  CHECK(told(of.act(queue::finish{}, organiser())) == "not_found");
  CHECK(told(of.act(queue::join{{{somebody(1), 0}}})) == "room_off");
}

TEST_CASE("what people are told of their turn comes from what was measured") {
  auto of = open_hall(settings_of(10));
  of.join(1, 4'000);
  CHECK_FALSE(of.standing(4'000).eta);
  for (int i = 0; i < 120; ++i) {
    of.advance_after(seconds(1));
  }
  const auto is = of.standing(4'000);
  REQUIRE(is.eta);
  const auto truth = *is.ahead / 10;
  CHECK(is.eta->low_s <= truth);
  CHECK(is.eta->high_s >= truth);
  CHECK(is.next_poll == seconds(20));
  CHECK(of.standing(*is.ahead > 0 ? 4'000 - *is.ahead : 0).next_poll == seconds(2));
  of.switch_to(mode::paused);
  CHECK_FALSE(of.standing(4'000).eta);
  CHECK(of.standing(4'000).ahead == is.ahead);
  of.switch_to(mode::on);
  CHECK_FALSE(of.standing(4'000).eta); // what was is no measure of what is
  for (int i = 0; i < 300; ++i) {
    of.advance_after(seconds(1));
  }
  const auto& accuracy = of.room.expected.accuracy();
  CHECK(accuracy.measured > 20);
  CHECK(accuracy.inside * 10 >= accuracy.measured * 9);
  CHECK(accuracy.inside + accuracy.early + accuracy.late == accuracy.measured);
  CHECK(of.replays());
}

TEST_CASE("bands have their shares of every batch, and a band with nobody leaves its to the others") {
  auto rules = settings_of(100);
  rules.bands = {{"general", 60}, {"members", 30}, {"accessibility", 10}};
  auto of = open_hall(rules);
  of.join(1'000, 1'999, 0);
  of.join(2'000, 2'119, 1);
  of.join(3'000, 3'999, 2);
  for (int batch = 0; batch < 3; ++batch) {
    std::vector<std::uint32_t> had(3);
    for (const auto number : of.advance_after(seconds(1))) {
      ++had[of.room.places.at(number)->band];
    }
    CAPTURE(batch);
    CHECK(had[0] + had[1] + had[2] == 100);
    CHECK(had[0] >= 58);
    CHECK(had[0] <= 62);
    CHECK(had[1] >= 28);
    CHECK(had[1] <= 32);
    CHECK(had[2] >= 8);
    CHECK(had[2] <= 12);
  }
  for (int batch = 0; batch < 2; ++batch) { // 30 members are left, then none
    CHECK(of.advance_after(seconds(1)).size() == 100);
  }
  CHECK(of.room.lines[1].size() == 0);
  std::vector<std::uint32_t> had(3);
  for (const auto number : of.advance_after(seconds(1))) {
    ++had[of.room.places.at(number)->band];
  }
  CHECK(had[0] + had[2] == 100);
  CHECK(had[2] >= 12); // 100 · 10 / 70
  CHECK(had[2] <= 17);
  CHECK(of.standing(3'999).waiting == of.room.lines[2].size());
  CHECK(of.replays());
}

TEST_CASE("a band whose people come late has its share from then on, and nothing of what was before") {
  auto rules = settings_of(100);
  rules.bands = {{"general", 50}, {"members", 50}};
  auto of = open_hall(rules);
  of.join(1, 2'000);
  for (int batch = 0; batch < 10; ++batch) {
    REQUIRE(of.advance_after(seconds(1)).size() == 100);
  }
  of.join(5'001, 5'400, 1);
  std::uint32_t members = 0;
  for (const auto number : of.advance_after(seconds(1))) {
    members += of.room.places.at(number)->band;
  }
  CHECK(members >= 48);
  CHECK(members <= 52);
}

#include "tests/domain/queue/hall.hpp"
#include "tests/domain/queue/naive_room.hpp"
#include "tests/model/dice.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// Random rooms against plain lists of people: the order, one live place a buyer, rate and limit at every moment, positions that never
/// grow, turns that nobody absent uses, and the same state from the same journal.
using namespace holdfast::domain;
using namespace holdfast::tests;
using holdfast::model::dice;
using queue::mode;
using queue::place_number;

namespace {

class random_room {
 public:
  explicit random_room(std::uint64_t seed) : random_{seed}, people_{random_.between(5, 120)} {}

  void run(int commands) {
    act(queue::configure{some_settings(), {}, {}}, organiser());
    for (int i = 0; i < commands; ++i) {
      of_.now = of_.now +
                millis{static_cast<std::int64_t>(random_.chance(5) ? random_.below(7'200'000) : random_.below(4'000))};
      step();
      check_positions();
    }
    CHECK(of_.replays());
    admitted_ = of_.room.total.admitted;
  }

  [[nodiscard]] auto admitted() const -> std::uint64_t { return admitted_; }
  [[nodiscard]] auto draws() const -> std::uint64_t { return draws_; }
  [[nodiscard]] auto revoked() const -> std::uint64_t { return revoked_; }

 private:
  auto some_settings() -> queue::settings {
    queue::settings rules;
    rules.rate_milli_per_s = random_.chance(10) ? 0 : static_cast<std::uint32_t>(random_.between(100, 20'000));
    rules.batch = static_cast<std::uint32_t>(random_.between(5, 40));
    if (random_.chance(60)) {
      rules.max_active = static_cast<std::uint32_t>(random_.below(25));
    }
    if (random_.chance(30)) {
      rules.capacity_milli_per_s = static_cast<std::uint32_t>(random_.between(1, 2'000));
    }
    rules.queue_ttl = minutes(5);
    rules.admission = minutes(1);
    rules.public_round = "round";
    rules.bands = {{"general", 70}, {"members", 20}, {"accessibility", 10}};
    if (random_.chance(50)) {
      rules.bands[0].percent = 40;
      rules.bands[1].percent = 50;
    }
    return rules;
  }

  void act(queue::command_body what, const caller& by = {}) {
    const auto made = of_.act(std::move(what), by);
    if (!made) {
      return;
    }
    for (const auto& one : *made) {
      REQUIRE(naive_.take(one) == "");
    }
    REQUIRE(naive_.end_command() == "");
  }

  void advance_to_the_end() {
    for (auto before = of_.journal.size() + 1; before != of_.journal.size();) {
      before = of_.journal.size();
      act(queue::advance{});
    }
    // The limit by Little's law is judged where its arithmetic is.
    if (of_.room.rules.capacity_milli_per_s == 0) {
      REQUIRE(naive_.idle_fault(of_.now) == "");
    }
  }

  auto some_places() -> std::vector<place_number> {
    std::vector<place_number> places;
    const auto last = naive_.people().size() + 2;
    for (auto count = random_.below(8); count > 0; --count) {
      const auto recent = random_.chance(70) ? random_.below(std::min<std::uint64_t>(last, 60)) : random_.below(last);
      places.emplace_back(static_cast<std::uint32_t>(last - recent));
    }
    return places;
  }

  void join() {
    queue::join batch;
    for (auto count = random_.between(1, 12); count > 0; --count) {
      batch.people.push_back({somebody(random_.below(people_) + 1), static_cast<std::uint8_t>(random_.below(3))});
    }
    act(batch);
  }

  void change_mode() {
    if (of_.room.is == mode::off && random_.chance(60)) {
      act(queue::open_pre_queue{queue::commitment_to(a_seed())}, organiser());
    } else if (of_.room.is == mode::pre_queue && of_.room.draw->closed) {
      ++draws_;
      act(queue::draw_lots{a_seed(), "value " + std::to_string(random_.below(100)), false}, organiser());
    } else if (of_.room.is == mode::pre_queue && random_.chance(90)) {
      act(queue::close_pre_queue{}, organiser());
    } else {
      const std::vector<mode> weighted{mode::on, mode::on, mode::on, mode::paused, mode::sold_out, mode::off};
      queue::switch_mode to{random_.pick(weighted), queue::mode_cause::organiser, {}};
      if (to.to == mode::paused && random_.chance(70)) {
        to.revoke = random_.chance(70);
        revoked_ += *to.revoke ? 1U : 0U;
      }
      act(to, organiser());
    }
  }

  void step() {
    const auto dice_face = random_.below(100);
    if (dice_face < 25) {
      join();
    } else if (dice_face < 55) {
      advance_to_the_end();
    } else if (dice_face < 63) {
      act(queue::mark_present{some_places()});
    } else if (dice_face < 71) {
      act(queue::mark_silent{some_places()});
    } else if (dice_face < 76) {
      act(queue::leave{some_places()});
    } else if (dice_face < 84) {
      act(queue::finish{some_places(), some_places()});
    } else if (dice_face < 88) {
      act(queue::demote{place_number{static_cast<std::uint32_t>(random_.below(naive_.people().size() + 2))}, "why"});
    } else if (dice_face < 92) {
      act(queue::configure{some_settings(), {}, {}}, organiser());
    } else if (dice_face < 94) {
      act(queue::adjust_pace{static_cast<std::uint32_t>(random_.below(11) * 100)});
    } else if (dice_face < 97 || of_.room.is == mode::off || of_.room.is == mode::pre_queue) {
      change_mode();
    }
  }

  /// Everybody is told what a plain list says, and never a place further back than before.
  void check_positions() {
    std::size_t waiting = 0;
    for (std::uint32_t number = 1; number <= naive_.people().size(); ++number) {
      const auto& plain = naive_.people()[number - 1];
      const auto is = queue::standing_of(of_.room, place_number{number}, of_.now);
      if (!is) {
        continue; // of a room that was switched off
      }
      REQUIRE(is->status == plain.status);
      REQUIRE((of_.room.places.find(plain.who) == place_number{number}) == queue::is_live(plain.status));
      const auto ahead = naive_.ahead(number);
      REQUIRE(is->ahead.has_value() == (ahead >= 0));
      waiting += ahead >= 0 ? 1 : 0;
      if (is->ahead) {
        REQUIRE(*is->ahead == ahead);
        const auto [shown, first_time] = shown_.try_emplace(number, *is->ahead);
        REQUIRE(*is->ahead <= shown->second);
        shown->second = *is->ahead;
      }
    }
    REQUIRE(of_.room.inside.size() == naive_.inside());
    if (of_.room.is != mode::pre_queue) {
      REQUIRE(of_.room.waiting_now == waiting);
    }
  }

  dice random_;
  std::uint64_t people_;
  hall of_;
  naive_room naive_;
  std::map<std::uint32_t, std::uint32_t> shown_; ///< by place: the last position that was told
  std::uint64_t admitted_ = 0;
  std::uint64_t draws_ = 0;
  std::uint64_t revoked_ = 0; ///< times that a pause was to take admissions back
};

} // namespace

TEST_CASE("random rooms keep every promise, by the judgement of plain lists") {
  std::uint64_t admitted = 0;
  std::uint64_t draws = 0;
  std::uint64_t revoked = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    random_room room{seed};
    room.run(250);
    admitted += room.admitted();
    draws += room.draws();
    revoked += room.revoked();
  }
  MESSAGE(admitted << " let in, " << draws << " draws");
  CHECK(admitted > 5'000); // what it looks at happens
  CHECK(draws > 100);
  CHECK(revoked > 20);
}

TEST_CASE("the judge finds who overtakes, who is let in too fast, twice or absent, and a forged seed") {
  const auto judged = [](const fact_body& body, bool drawn = false) {
    naive_room room;
    hall of;
    queue::settings rules;
    rules.max_active = 3;
    rules.rate_milli_per_s = 1'000;
    rules.batch = 4;
    of.configure(rules);
    drawn ? static_cast<void>(of.act(queue::open_pre_queue{queue::commitment_to(a_seed())}, organiser()))
          : of.switch_to(mode::on);
    of.join(1, 8);
    if (drawn) {
      REQUIRE(of.act(queue::close_pre_queue{}, organiser()));
    } else {
      REQUIRE(of.act(queue::mark_silent{{place_number{8}}}));
    }
    for (const auto& one : of.journal) {
      REQUIRE(room.take(one) == "");
    }
    const auto fault = room.take({of.now, {}, body});
    return fault.empty() ? room.end_command() : fault;
  };
  const auto let_in = [](std::vector<place_number> who) { return queue::admitted{std::move(who), noon}; };
  CHECK(judged(let_in({place_number{1}})) == "");
  CHECK(judged(let_in({place_number{2}})) == "somebody overtook in their line");
  CHECK(judged(let_in({place_number{8}})) == "somebody let in who is not there");
  CHECK(judged(let_in({place_number{1}, place_number{1}})) != "");
  CHECK(judged(let_in({place_number{1}, place_number{2}, place_number{3}, place_number{4}})) ==
        "more active than the limit");
  CHECK(judged(let_in({place_number{1}, place_number{2}, place_number{3}, place_number{4}, place_number{5}})) ==
        "more let in within a time than rate and batch allow");
  CHECK(judged(queue::joined{place_number{9}, {{somebody(1), 0}}}) == "two live places of one buyer");
  CHECK(judged(queue::expired{queue::place_status::missed_turn, {place_number{8}}}) ==
        "a turn is over that had not come");
  CHECK(judged(queue::drawn{a_seed(), {}, {}}, true) == "");
  CHECK(judged(queue::drawn{{}, {}, {}}, true) == "another seed than the one that was committed to");
}

TEST_CASE("over any ten seconds a rate is kept within one percent, whatever the rhythm") {
  for (const std::uint32_t per_s : {100U, 737U, 5'000U}) {
    for (const std::int64_t every_ms : {10, 100, 240}) {
      CAPTURE(per_s);
      CAPTURE(every_ms);
      hall of;
      queue::settings rules;
      rules.rate_milli_per_s = per_s * 1'000;
      rules.batch = per_s / 4 + 1;
      of.configure(rules);
      of.switch_to(mode::on);
      of.join(1, per_s * 21);
      of.advance(); // the first batch is there at once
      std::vector<std::uint64_t> let_in{0};
      for (std::int64_t passed = 0; passed < 20'000; passed += every_ms) {
        let_in.push_back(let_in.back() + of.advance_after(millis{every_ms}).size());
      }
      const auto window = static_cast<std::size_t>(10'000 / every_ms);
      const auto due = std::uint64_t{per_s} * window * static_cast<std::uint64_t>(every_ms) / 1'000;
      for (std::size_t end = window; end < let_in.size(); ++end) {
        const auto got = let_in[end] - let_in[end - window];
        REQUIRE(got * 100 >= due * 99);
        REQUIRE(got * 100 <= due * 101);
      }
    }
  }
}

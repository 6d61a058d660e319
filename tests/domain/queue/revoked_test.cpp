#include "tests/domain/queue/hall.hpp"

#include <doctest/doctest.h>

#include <optional>

/// Pauses that take admissions back for as long as they last.
using namespace holdfast::domain;
using namespace holdfast::tests;
using queue::mode;
using queue::place_number;
using queue::place_status;

namespace {

auto pausing(std::optional<bool> revoke) -> queue::switch_mode {
  return {mode::paused, queue::mode_cause::organiser, "", revoke};
}

auto status_in(const hall& of, std::uint32_t number) -> place_status {
  return of.room.places.at(place_number{number})->status;
}

/// Three are inside: the first came, the others may still. A fourth waits.
struct begun : hall {
  begun() {
    queue::settings rules;
    rules.max_active = 3;
    configure(rules);
    switch_to(mode::on);
    join(1, 4);
    REQUIRE(advance().size() == 3);
    REQUIRE(told(act(queue::mark_present{{place_number{1}}})) == "ok, claimed");
    REQUIRE(standing(1).until == noon + minutes(10));
  }
  void revoke() { REQUIRE(told(act(pausing(true), organiser())) == "ok, mode_changed"); }
};

} // namespace

TEST_CASE("while admissions are revoked nobody's time runs, and nobody comes") {
  begun of;
  of.now = noon + seconds(5);
  of.revoke();
  CHECK(of.room.is == mode::paused);
  CHECK(of.room.revoked_since == of.now);
  CHECK_FALSE(queue::next_due(of.room));
  CHECK(of.advance_after(hours(2)).empty());
  CHECK(told(of.act(queue::advance{})) == "ok");
  CHECK(told(of.act(queue::mark_present{{place_number{2}}})) == "ok");
  CHECK(of.room.inside.size() == 3);
  CHECK(status_in(of, 2) == place_status::admitted);
  CHECK(of.replays());
}

TEST_CASE("what was left of an admission is left again, and whoever had not come has all the time for it") {
  begun of;
  of.now = noon + seconds(5);
  of.revoke();
  of.now = of.now + minutes(30) + millis{300};
  of.switch_to(mode::on);
  CHECK_FALSE(of.room.revoked_since);
  // Seconds are whole, to the advantage of whoever is inside.
  CHECK(of.standing(1).until == noon + minutes(40) + seconds(1));
  CHECK(of.standing(2).until == noon + minutes(30) + seconds(36));
  CHECK(queue::next_due(of.room) == of.standing(2).until);
  CHECK(told(of.act(queue::mark_present{{place_number{2}}})) == "ok, claimed");
  of.now = noon + minutes(40);
  CHECK(numbers(of.advance()) == std::vector<std::uint32_t>{4}); // the third did not come
  CHECK(status_in(of, 1) == place_status::active);
  CHECK(status_in(of, 3) == place_status::unclaimed);
  of.advance_after(seconds(1));
  CHECK(status_in(of, 1) == place_status::ran_out);
  CHECK(status_in(of, 2) == place_status::active);
  CHECK(of.replays());
}

TEST_CASE("each pause adds to what is left, and a shorter heartbeat takes nothing of it away") {
  begun of;
  for (int times = 0; times < 3; ++times) {
    of.now = of.now + seconds(1);
    of.revoke();
    of.now = of.now + minutes(20);
    of.switch_to(mode::on);
  }
  CHECK(of.standing(1).until == noon + minutes(70));
  of.revoke();
  auto rules = of.room.rules;
  rules.heartbeat = seconds(15);
  of.configure(rules);
  of.switch_to(mode::on);
  CHECK(of.standing(2).until == of.now + seconds(30));
  CHECK(of.replays());
}

TEST_CASE("a pause may take admissions back while it lasts, and give them back") {
  begun of;
  of.switch_to(mode::paused);
  CHECK_FALSE(of.room.revoked_since);
  CHECK(told(of.act(pausing(false), organiser())) == "ok");
  of.revoke();
  CHECK(told(of.act(pausing(true), organiser())) == "ok");
  CHECK(told(of.act(pausing({}), organiser())) == "ok"); // as it is
  CHECK(of.room.revoked_since);
  of.now = of.now + minutes(5);
  CHECK(told(of.act(pausing(false), organiser())) == "ok, mode_changed");
  CHECK(of.room.is == mode::paused);
  CHECK_FALSE(of.room.revoked_since);
  CHECK(of.standing(1).until == noon + minutes(15));
  CHECK(of.advance_after(minutes(10)).empty()); // it is paused still
  CHECK(status_in(of, 1) == place_status::ran_out);
  CHECK(of.replays());
}

TEST_CASE("only a pause takes admissions back") {
  begun of;
  for (const auto to : {mode::off, mode::on, mode::sold_out}) {
    for (const bool revoke : {false, true}) {
      CHECK(told(of.act(queue::switch_mode{to, queue::mode_cause::organiser, {}, revoke}, organiser())) ==
            "invalid /revoke");
    }
  }
  hall off;
  CHECK(told(off.act(pausing(true), organiser())) == "wrong_mode");
}

TEST_CASE("whoever is done, leaves or is sent to the end while admissions are revoked is out") {
  begun of;
  of.revoke();
  of.now = of.now + minutes(1);
  REQUIRE(told(of.act(queue::finish{{place_number{1}}, {}})) == "ok, finished");
  REQUIRE(told(of.act(queue::leave{{place_number{2}}})) == "ok, left");
  REQUIRE(told(of.act(queue::demote{place_number{3}, "tabs"}, organiser())) == "ok, demoted");
  CHECK(of.room.inside.empty());
  of.switch_to(mode::on);
  CHECK(of.replays());
}

TEST_CASE("what is sold out can be paused so, and every way out of the pause gives admissions back or ends them") {
  begun of;
  of.switch_to(mode::sold_out);
  of.revoke();
  of.now = of.now + minutes(1);
  of.switch_to(mode::sold_out);
  CHECK_FALSE(of.room.revoked_since);
  CHECK(of.standing(1).until == noon + minutes(11));
  of.revoke();
  of.switch_to(mode::off);
  CHECK_FALSE(of.room.revoked_since);
  of.switch_to(mode::on);
  of.switch_to(mode::paused);
  CHECK_FALSE(of.room.revoked_since);
  CHECK(of.replays());
}

TEST_CASE("an advance that holds back ends what is due, and lets in nobody") {
  begun of;
  of.now = noon + seconds(30);
  CHECK(told(of.act(queue::advance{{}, true})) == "ok, expired");
  CHECK(status_in(of, 4) == place_status::waiting);
  CHECK(told(of.act(queue::advance{{}, true})) == "ok");
  CHECK(told(of.act(queue::advance{})) == "ok, admitted");
}

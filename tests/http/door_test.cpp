#include "http/door/door_metrics.hpp"
#include "tests/http/door_solver.hpp"
#include "tests/http/door_stage.hpp"
#include "tests/support/temporary_place.hpp"

#include <doctest/doctest.h>
#include <prometheus/metric_family.h>

#include <fstream>
#include <map>
#include <string>

using namespace holdfast;
using namespace holdfast::http;
using namespace std::chrono_literals;
using door::reason;

using test::door_ring;
using test::easy_rules;
using test::field_of;
using test::knocking;
using test::room_door;
using test::solve;
using test::with_field;
using kind = door::verdict::kind;

TEST_SUITE_BEGIN("door");

TEST_CASE("as it comes it lets everybody in, and says what is left in the buckets") {
  room_door at{door::settings{}};
  const auto said = at.assess(knocking());
  CHECK(said.is == kind::allow);
  CHECK(said.why == reason::none);
  CHECK(said.rate_policy == "\"buyer-join\";q=10;w=20");
  CHECK(said.rate == "\"buyer-join\";r=9;t=2");
  auto bare = knocking(2);
  bare.user_agent = {};
  CHECK(at.assess(bare).is == kind::allow);
}

TEST_CASE("who joins too often is told when to come again") {
  auto rules = easy_rules();
  rules.buyer_join = {.per_second = 0.5, .burst = 2};
  room_door at{rules};
  CHECK(at.assess(knocking()).is == kind::allow);
  CHECK(at.assess(knocking()).is == kind::allow);
  const auto said = at.assess(knocking());
  CHECK(said.is == kind::refuse);
  CHECK(said.why == reason::rate_limited);
  CHECK(said.retry_after_ms == 2'000);
  CHECK(said.rate == "\"buyer-join\";r=0;t=4");
  CHECK(at.assess(knocking(2)).is == kind::allow);
  CHECK(at.assess(knocking(), 2'000ms).is == kind::allow);
}

TEST_CASE("when there is no room for one more bucket, whoever has none is told so") {
  auto rules = easy_rules();
  rules.buyer_join = {.per_second = 0.001, .burst = 1};
  rules.buckets_max = 16;
  room_door at{rules};
  std::map<reason, int> said;
  for (std::uint64_t buyer = 1; buyer <= 200; ++buyer) {
    const auto what = at.assess(knocking(buyer));
    ++said[what.why];
    CHECK((what.is == kind::allow || what.retry_after_ms > 0));
  }
  CHECK(said[reason::none] <= 16);
  CHECK(said[reason::crowded] >= 184);
}

TEST_CASE("a challenge of everybody: solved once, it is good for the joins of a while") {
  auto rules = easy_rules();
  rules.policy.challenge_from = 0;
  room_door at{rules};
  auto who = knocking();
  auto said = at.assess(who);
  CHECK(said.is == kind::challenge_required);
  CHECK(said.challenge == door::challenge_kind::proof_of_work);
  CHECK(said.why == reason::everybody);
  who.challenge = solve(at.challenge(who));
  CHECK(at.assess(who).is == kind::allow);
  // Its answer may have been lost on the way.
  CHECK(at.assess(who, 59s).is == kind::allow);
  who.challenge.reset();
  CHECK(at.assess(who, 59s).is == kind::allow);
  CHECK(at.assess(who, 60s).why == reason::everybody);
}

TEST_CASE("a proof counts once, for its buyer and event, unaltered and in time") {
  auto rules = easy_rules();
  rules.policy.challenge_from = 0;
  room_door at{rules};
  auto who = knocking();
  const auto proof = solve(at.challenge(who));
  const auto why = [&](door::knock asking, const std::string& with, std::chrono::milliseconds when = 0ms) {
    asking.challenge = with;
    const auto said = at.assess(asking, when);
    CHECK((said.is == kind::allow) == (said.why == reason::none));
    return said.why;
  };
  CHECK(why(who, "nonsense") == reason::challenge_malformed);
  CHECK(why(who, with_field(proof, "number", "51")) == reason::challenge_altered);
  CHECK(why(knocking(2), proof) == reason::challenge_altered);
  auto elsewhere = knocking();
  elsewhere.event = domain::event_id{6};
  CHECK(why(elsewhere, proof) == reason::challenge_altered);
  CHECK(why(who, solve(at.challenge(who, -301s))) == reason::challenge_expired);
  CHECK(why(who, proof) == reason::none);
  CHECK(why(who, proof, 60s) == reason::challenge_used);
  CHECK(why(who, proof, 300s) == reason::challenge_used);
  CHECK(why(who, proof, 301s) == reason::challenge_expired);
  // Another address of the same buyer: it was the buyer's.
  auto moved = knocking(3);
  const auto third = solve(at.challenge(moved));
  moved.address = parse_address("198.51.100.1").value();
  CHECK(why(moved, third) == reason::none);
}

TEST_CASE("proofs beyond what can be remembered are not taken") {
  auto rules = easy_rules();
  rules.policy.challenge_from = 0;
  rules.work.remembered_max = 2;
  room_door at{rules};
  for (std::uint64_t buyer = 1; buyer <= 3; ++buyer) {
    auto who = knocking(buyer);
    who.challenge = solve(at.challenge(who));
    const auto said = at.assess(who);
    CHECK((said.is == kind::allow) == (buyer <= 2));
    CHECK(said.why == (buyer <= 2 ? reason::none : reason::crowded));
    CHECK((said.retry_after_ms > 0) == (buyer == 3));
  }
}

TEST_CASE("somebody without a session has a challenge of their address") {
  auto rules = easy_rules();
  rules.policy.challenge_from = 0;
  room_door at{rules};
  auto who = knocking();
  who.who = {};
  const auto proof = solve(at.challenge(who));
  auto neighbour = who;
  neighbour.address = parse_address("192.0.2.2").value();
  neighbour.challenge = proof;
  CHECK(at.assess(neighbour).why == reason::challenge_altered);
  who.challenge = proof;
  CHECK(at.assess(who).is == kind::allow);
  CHECK(at.assess(neighbour).why == reason::challenge_altered);
}

TEST_CASE("the more people come, the more work there is, and for that event only") {
  auto rules = easy_rules();
  rules.work.pressure_from_per_s = 1;
  rules.work.pressure_full_per_s = 10;
  room_door at{rules};
  auto who = knocking();
  CHECK(field_of(at.challenge(who), "maxnumber") == "50");
  for (std::uint64_t buyer = 1; buyer <= 55; ++buyer) {
    CHECK(at.assess(knocking(buyer)).is == kind::allow);
  }
  CHECK(field_of(at.challenge(who), "maxnumber") == "2525"); // 5.5 a second: half way
  for (std::uint64_t buyer = 1; buyer <= 55; ++buyer) {
    CHECK(at.assess(knocking(buyer)).is == kind::allow);
  }
  CHECK(field_of(at.challenge(who), "maxnumber") == "5000");
  who.event = domain::event_id{6};
  CHECK(field_of(at.challenge(who), "maxnumber") == "50");
}

TEST_CASE("the sample is by lot, the same whenever it is asked for, and as large as declared") {
  auto rules = easy_rules();
  rules.policy.sample_ratio = 0.1;
  room_door at{rules};
  room_door again{rules};
  int sampled = 0;
  int elsewhere_too = 0;
  for (std::uint64_t buyer = 1; buyer <= 5'000; ++buyer) {
    const auto said = at.assess(knocking(buyer));
    CHECK(said.why == again.assess(knocking(buyer)).why);
    auto elsewhere = knocking(buyer);
    elsewhere.event = domain::event_id{77};
    if (said.why == reason::sample) {
      ++sampled;
      elsewhere_too += at.assess(elsewhere).why == reason::sample ? 1 : 0;
    }
  }
  CHECK(sampled > 400);
  CHECK(sampled < 600);
  CHECK(elsewhere_too < sampled / 4);
}

TEST_CASE("the score leads to what the policy declares, and a listed crawler is refused") {
  const testing::temporary_place place;
  const auto networks = place.path() / "networks";
  std::ofstream{networks} << "198.51.100.0/24\n";
  auto rules = easy_rules();
  rules.signs.addresses_file = networks.string();
  rules.signs.listed_address = 90;
  rules.signs.no_agent = 40;
  rules.policy = {.challenge_from = 40, .refuse_from = 90};
  room_door at{rules};
  CHECK(at.assess(knocking()).score == 0);
  auto who = knocking(2);
  who.user_agent = {};
  auto said = at.assess(who);
  CHECK(said.is == kind::challenge_required);
  CHECK(said.why == reason::suspicious);
  CHECK(said.score == 40);
  who.challenge = solve(at.challenge(who));
  CHECK(at.assess(who).is == kind::allow);
  who = knocking(3);
  who.address = parse_address("198.51.100.3").value();
  said = at.assess(who);
  CHECK(said.is == kind::refuse);
  CHECK(said.why == reason::suspicious);
  CHECK(said.retry_after_ms == 0);
  who.verified = true;
  CHECK(at.assess(who).is == kind::challenge_required);
  std::ofstream{networks} << "# nothing any more\n";
  CHECK(at->reload_lists() == true);
  CHECK(at.assess(who).is == kind::allow);
}

TEST_CASE("a door does not open with a list that cannot be read, or CAPTCHAs that nobody checks") {
  const auto ring = door_ring();
  auto rules = easy_rules();
  rules.signs.agents_file = "/nowhere/agents";
  const auto unread = door::doorkeeper::open(rules, {.tokens = ring});
  REQUIRE_FALSE(unread);
  CHECK(unread.error().what == "cannot read /nowhere/agents");
  rules = easy_rules();
  rules.policy.captcha_from = 50;
  CHECK_FALSE(door::doorkeeper::open(rules, {.tokens = ring}));
}

TEST_CASE("what became of those who knocked is counted") {
  auto rules = easy_rules();
  rules.signs.no_agent = 50;
  rules.policy.challenge_from = 50;
  room_door at{rules};
  CHECK(at.assess(knocking()).is == kind::allow);
  auto who = knocking(2);
  who.user_agent = {};
  CHECK(at.assess(who).is == kind::challenge_required);
  CHECK(at.assess(who).is == kind::challenge_required);
  std::map<std::string, double> counted;
  for (const auto& family : at->metrics()->Collect()) {
    for (const auto& each : family.metric) {
      counted[family.name + (each.label.empty() ? "" : " " + each.label.front().value)] = each.counter.value;
    }
  }
  CHECK(counted["holdfast_door_knocks_total allow"] == 1);
  CHECK(counted["holdfast_door_knocks_total challenge_required"] == 2);
  CHECK(counted["holdfast_door_reasons_total suspicious"] == 2);
  CHECK(counted["holdfast_door_signs_total no_agent"] == 2);
  CHECK(counted["holdfast_door_forgotten_total"] == 0);
}

TEST_CASE("every reason has a name of its own") {
  std::map<std::string_view, int> names;
  for (std::size_t i = 0; i < door::reason_count; ++i) {
    ++names[door::name_of(static_cast<reason>(i))];
  }
  CHECK(names.size() == door::reason_count);
  CHECK(door::name_of(reason::captcha_unavailable) == "captcha_unavailable");
}

TEST_SUITE_END();

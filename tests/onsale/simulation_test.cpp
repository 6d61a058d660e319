#include "journal/audit/auditor.hpp"
#include "tests/audit/paper_journal.hpp"
#include "tools/onsale/outcome_text.hpp"
#include "tools/onsale/simulation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::onsale;
namespace audit = holdfast::journal::audit;

auto small() -> sale_plan {
  sale_plan plan;
  plan.seats = 500;
  plan.pre_queue = domain::minutes(10);
  plan.room.rate_milli_per_s = 5'000;
  plan.room.batch = 10;
  plan.room.max_active = 200;
  return plan;
}

auto crowd(std::uint32_t buyers) -> demand {
  demand who;
  who.buyers = buyers;
  return who;
}

/// What the auditor says of what a run decided, and the run.
struct audited {
  audit::report report;
  outcome result;
};

auto play_and_audit(const demand& who, const sale_plan& plan) -> audited {
  testing::paper_journal paper;
  const audit::stream_name room{2, 1};
  // The event's own stream needs its organisation's, and payments theirs: the room alone is audited here.
  const decided told{{}, [&](const domain::fact& fact) { paper.add(room, fact.body, fact.time); }};
  audited made;
  made.result = play(who, plan, told);
  paper.seal();
  made.report = audit::run_audit(paper);
  return made;
}

auto name_all(const audit::report& of) -> std::string {
  std::string all;
  for (const auto& [what, entry] : of.found.by_kind())
    all.append(audit::name_of(what)).append(": ").append(entry.detail).append("; ");
  return all;
}

} // namespace

TEST_CASE("a sale with many more people than seats sells all of them, in order, and within the limits") {
  for (const bool draw : {true, false}) {
    CAPTURE(draw);
    auto plan = small();
    plan.draw = draw;
    const auto [report, result] = play_and_audit(crowd(5'000), plan);
    CHECK(name_all(report) == "");
    CHECK(result.people == 5'000);
    CHECK(result.places_sold == plan.seats);
    REQUIRE(result.sold_out_after.has_value());
    CHECK(result.sold_out_after->count > 0);
    CHECK(result.active_most > 0);
    CHECK(result.active_most <= 200);
    CHECK(result.buyers <= plan.seats);
    CHECK(result.of_buyers.people == result.buyers);
    CHECK(result.of_buyers.p50 <= result.of_buyers.p90);
    CHECK(result.of_buyers.p90 <= result.of_buyers.longest);
    CHECK(result.silent > 0);
    CHECK(result.left > 0);
    CHECK(result.never_let_in > 0);
    CHECK(result.first_tenth.has_value() == draw);
  }
}

TEST_CASE("to be early is worth nothing where lots are drawn, and everything where they are not") {
  auto who = crowd(20'000);
  who.early_share = 1;
  who.patience_s = 100'000;
  auto plan = small();
  const auto drawn = play(who, plan);
  REQUIRE(drawn.first_tenth.has_value());
  CHECK(*drawn.first_tenth > 0.45);
  CHECK(*drawn.first_tenth < 0.55);
  CHECK(*drawn.last_tenth > 0.45);
  CHECK(*drawn.last_tenth < 0.55);
  // Who bought, where the line is the order of coming, came first: with a draw they are from all of it.
  plan.draw = false;
  std::vector<std::uint64_t> admitted;
  const decided told{{}, [&](const domain::fact& fact) {
                       if (const auto* const in = std::get_if<domain::queue::admitted>(&fact.body)) {
                         for (const auto place : in->places)
                           admitted.push_back(place.value());
                       }
                     }};
  static_cast<void>(play(who, plan, told));
  REQUIRE(admitted.size() > 100);
  CHECK(std::ranges::is_sorted(admitted));
}

TEST_CASE("the same arguments give the same sale, another seed another") {
  const auto who = crowd(3'000);
  auto plan = small();
  const auto first = outcome_json(play(who, plan)).dump() + series_csv(play(who, plan));
  CHECK(outcome_json(play(who, plan)).dump() + series_csv(play(who, plan)) == first);
  ++plan.seed;
  CHECK(outcome_json(play(who, plan)).dump() + series_csv(play(who, plan)) != first);
}

TEST_CASE("everybody is somewhere in the end") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    auto who = crowd(2'000);
    who.bot_share = 0.1;
    auto plan = small();
    plan.seed = seed;
    plan.seats = seed % 2 == 0 ? 50'000 : 400;
    std::uint64_t held = 0;
    const decided told{
        [&](const domain::fact& fact) { held += std::holds_alternative<domain::hold_created>(fact.body) ? 1U : 0U; },
        {}};
    const auto result = play(who, plan, told);
    CHECK(result.places_sold <= plan.seats);
    CHECK(held >= result.buyers);
    CHECK(result.bots > 0);
    CHECK(result.bots_that_bought <= result.bots);
    const auto accounted = result.buyers + result.left + result.silent + result.undecided + result.refused +
                           result.ran_out + result.never_let_in;
    if (plan.seats == 50'000) {
      CHECK(accounted == result.people);
      CHECK(!result.sold_out_after.has_value());
      CHECK(result.refused == 0);
    } else {
      CHECK(accounted <= result.people); // some are in when the last seat is paid for
      CHECK(result.places_sold == plan.seats);
    }
  }
}

TEST_CASE("without a waiting room everybody asks at once, and most are refused") {
  auto plan = small();
  plan.waiting_room = false;
  const auto without = play(crowd(5'000), plan);
  CHECK(without.places_sold == plan.seats);
  CHECK(without.refused > 3'000);
  plan.waiting_room = true;
  const auto with = play(crowd(5'000), plan);
  CHECK(with.refused < 300);
}

TEST_CASE("a slower rate and a lower limit make a sale longer") {
  const auto who = crowd(4'000);
  auto plan = small();
  const auto fast = play(who, plan);
  plan.room.rate_milli_per_s = 500;
  const auto slow = play(who, plan);
  CHECK(*slow.sold_out_after > *fast.sold_out_after);
  plan = small();
  plan.room.max_active = 20;
  const auto narrow = play(who, plan);
  CHECK(narrow.active_most <= 20);
  CHECK(*narrow.sold_out_after > *fast.sold_out_after);
}

TEST_CASE("people who come with nobody before them are let in at once") {
  auto who = crowd(50);
  who.early_share = 0;
  who.half_life_s = 3'600;
  auto plan = small();
  plan.seats = 1'000;
  const auto result = play(who, plan);
  CHECK(result.of_admitted.people == 50);
  CHECK(result.of_admitted.longest <= 500);
  CHECK(result.never_let_in == 0);
}

TEST_CASE("plans that cannot be played are refused with every reason") {
  demand who;
  who.buyers = 0;
  who.early_share = 1.5;
  who.patience_s = -1;
  who.parties.clear();
  sale_plan plan;
  plan.seats = 0;
  plan.room.batch = 0;
  CHECK(faults_of(who, plan).size() >= 6);
  CHECK(faults_of({}, {}).empty());
  CHECK(parse_parties("1:20,2:50") == std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 20}, {2, 50}});
  for (const auto* const wrong : {"", "1", "1:", ":2", "0:1", "1:0", "a:1", "1:2,", ",1:2", "1:2;3:4", "1:2,,3:4"}) {
    CAPTURE(wrong);
    CHECK(parse_parties(wrong).empty());
  }
}

TEST_CASE("the series counts up what is let in and sold") {
  const auto result = play(crowd(2'000), small());
  REQUIRE(result.series.size() > 10);
  CHECK(result.series.front().at.count == -600'000);
  for (std::size_t i = 1; i < result.series.size(); ++i) {
    CHECK(result.series[i].at > result.series[i - 1].at);
    CHECK(result.series[i].admitted >= result.series[i - 1].admitted);
    CHECK(result.series[i].sold >= result.series[i - 1].sold);
  }
  const auto csv = series_csv(result);
  CHECK(static_cast<std::size_t>(std::ranges::count(csv, '\n')) == result.series.size() + 1);
  CHECK(outcome_text(result).find("sold out after") != std::string::npos);
}

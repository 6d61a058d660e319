#include "domain/queue/apply.hpp"
#include "domain/queue/state.hpp"
#include "tools/onsale/estimate_study.hpp"
#include "tools/onsale/simulation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::onsale;
namespace room = domain::queue;
using room::place_number;

/// Two a second, for hours; nobody's seat is the last one.
auto long_sale() -> sale_plan {
  sale_plan plan;
  plan.seats = 50'000;
  plan.pre_queue = domain::minutes(10);
  plan.room.rate_milli_per_s = 2'000;
  return plan;
}

auto patient_crowd(std::uint32_t buyers) -> demand {
  demand who;
  who.buyers = buyers;
  who.parties = {{1, 1}};
  who.patience_s = 600'000;
  return who;
}

auto room_facts_of(const demand& who, const sale_plan& plan, outcome& result) -> domain::facts {
  domain::facts all;
  result = play(who, plan, {{}, [&all](const domain::fact& fact) { all.push_back(fact); }});
  return all;
}

/// A line as a list that is searched, and what people in it would be told. Without a draw and bands: who came first is first.
class naive_line {
 public:
  void take(const domain::fact& what) {
    room::apply(folded_, what);
    now_ = what.time;
    std::visit([this](const auto& body) { (*this)(body); }, what.body);
  }

  void operator()(const room::joined& of) {
    for (std::uint32_t i = 0; i < of.people.size(); ++i)
      line_.emplace_back(of.first.value() + i);
  }
  void operator()(const room::left& of) { go(of.places); }
  void operator()(const room::expired& of) { go(of.places); }
  void operator()(const room::mode_changed& of) {
    if (of.to == room::mode::on) {
      began_ = now_;
      slice_ = 0;
      told_.clear();
    }
  }
  void operator()(const room::admitted& of) {
    go(of.places, true);
    const auto slice = (now_ - began_).count / 10'000;
    if (slice == std::exchange(slice_, slice))
      return;
    for (const std::size_t eighths : {1U, 3U, 5U, 7U})
      if (const auto at = line_.size() * eighths / 8; at < line_.size())
        tell(line_[at]);
  }
  template <class Other>
  void operator()(const Other&) {}

  room::eta_accuracy measured;

 private:
  /// The first one counts.
  void tell(place_number who) {
    const auto told = room::standing_of(folded_, who, now_);
    if (told->eta)
      told_.try_emplace(who, now_, *told->eta);
  }

  void go(const std::vector<place_number>& places, bool let_in = false) {
    for (const auto who : places) {
      std::erase(line_, who);
      if (const auto told = told_.find(who); told != told_.end()) {
        const auto& [at, range] = told->second;
        const auto waited_ms = (now_ - at).count;
        measured.measured += let_in ? 1 : 0;
        measured.early += let_in && waited_ms < range.low_s * 1'000LL ? 1 : 0;
        measured.late += let_in && waited_ms > range.high_s * 1'000LL ? 1 : 0;
        told_.erase(told);
      }
    }
    measured.inside = measured.measured - measured.early - measured.late;
  }

  room::state folded_;
  domain::instant now_;
  domain::instant began_;
  std::int64_t slice_ = 0;
  std::vector<place_number> line_;
  std::map<place_number, std::pair<domain::instant, room::eta_range>> told_;
};

struct told_and_waited {
  std::int64_t low_ms, high_ms, wait_ms;
};

/// As the rows of a study, from a list.
auto naive_rows(const std::vector<told_and_waited>& all) -> std::vector<estimate_row> {
  std::vector<estimate_row> rows;
  for (const auto& [from_s, to_s] : {std::pair{0, 60}, {60, 300}, {300, 900}, {900, 3'600}, {3'600, 0}}) {
    estimate_row row{.from_s = from_s, .to_s = to_s};
    std::vector<std::uint32_t> off;
    std::vector<std::uint32_t> width;
    for (const auto& [low, high, wait] : all) {
      if (wait / 1'000 < from_s || (to_s != 0 && wait / 1'000 >= to_s))
        continue;
      ++row.told;
      row.early += wait < low ? 1 : 0;
      row.late += wait > high ? 1 : 0;
      off.push_back(
          static_cast<std::uint32_t>(std::abs((low + high) / 2 - wait) * 1'000 / std::max<std::int64_t>(wait, 1)));
      width.push_back(static_cast<std::uint32_t>((high - low) * 1'000 / std::max<std::int64_t>(wait, 1)));
    }
    row.inside = row.told - row.early - row.late;
    std::ranges::sort(off);
    std::ranges::sort(width);
    row.error_permille = off.empty() ? 0 : off[off.size() / 2];
    row.width_permille = width.empty() ? 0 : width[width.size() / 2];
    rows.push_back(row);
  }
  return rows;
}

auto percent_inside(const estimate_row& of) -> std::uint64_t {
  return of.told == 0 ? 100 : 100 * of.inside / of.told;
}

} // namespace

TEST_CASE("how many estimates held is what anybody finds who works it out from the journal") {
  for (const bool people_leave : {false, true}) {
    CAPTURE(people_leave);
    auto who = patient_crowd(2'500);
    auto plan = long_sale();
    plan.draw = false;
    plan.room.max_active = 300;
    plan.rates = {{domain::minutes(5), 500}, {domain::minutes(12), 4'000}};
    plan.slow = {{domain::minutes(20), domain::minutes(22)}};
    if (people_leave)
      who.patience_s = 900;
    outcome result;
    naive_line naive;
    for (const auto& fact : room_facts_of(who, plan, result))
      naive.take(fact);
    CHECK(result.estimates == naive.measured);
    CHECK(result.estimates.measured > 100);
    CHECK(result.estimates.early + result.estimates.late > 0); // nobody knew what would be set
    CHECK(result.pace_least < 1'000);
  }
}

TEST_CASE("a study's rows are what anybody finds who asks the same people and waits") {
  outcome result;
  auto plan = long_sale();
  plan.rates = {{domain::minutes(10), 500}, {domain::minutes(30), 3'000}};
  const auto facts = room_facts_of(patient_crowd(4'000), plan, result);
  room::state folded;
  estimate_study study;
  std::map<place_number, std::vector<std::pair<domain::instant, room::eta_range>>> asked;
  std::vector<told_and_waited> all;
  std::uint64_t unknown = 0;
  domain::instant next;
  for (const auto& fact : facts) {
    room::apply(folded, fact);
    if (const auto* const in = std::get_if<room::admitted>(&fact.body)) {
      for (const auto place : in->places) {
        study.let_in(place, fact.time);
        for (const auto& [at, range] : asked[place])
          all.push_back({range.low_s * 1'000LL, range.high_s * 1'000LL, (fact.time - at).count});
        asked.erase(place);
      }
    }
    study.look(folded, fact.time);
    if (folded.is != room::mode::on || fact.time < next)
      continue;
    next = fact.time + domain::seconds(10);
    const auto& line = folded.lines[0];
    for (std::uint32_t i = 1; i < 32 && line.size() != 0; i += 2) {
      const auto place = place_number{line.place_at(line.with_ahead(line.size() * i / 32))};
      const auto told = room::standing_of(folded, place, fact.time);
      if (told->status == room::place_status::waiting && told->eta)
        asked[place].emplace_back(fact.time, *told->eta);
      else
        unknown += told->status == room::place_status::waiting ? 1U : 0U;
    }
  }
  CHECK(study.rows() == naive_rows(all));
  CHECK(study.unknown() == unknown);
  CHECK(unknown > 0); // in the first minute
  std::uint64_t told = 0;
  for (const auto& row : study.rows())
    told += row.told;
  CHECK(told == all.size());
  CHECK(told > 1'000);
}

TEST_CASE("while a line drains steadily, estimates hold, near and far") {
  struct steady_case {
    const char* what;
    std::optional<std::uint32_t> max_active;
    std::uint32_t rate_milli_per_s;
  };
  for (const auto& [what, max_active, rate] :
       {steady_case{"by rate", std::nullopt, 2'000}, steady_case{"by places", 300, 50'000}}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      auto plan = long_sale();
      plan.seed = seed;
      plan.room.rate_milli_per_s = rate;
      plan.room.max_active = max_active;
      const auto result = play(patient_crowd(10'000), plan);
      CHECK(result.estimates.inside * 100 >= result.estimates.measured * 80);
      for (const auto& row : result.estimates_by_distance) {
        CAPTURE(what);
        CAPTURE(seed);
        CAPTURE(row.from_s);
        CHECK(percent_inside(row) >= 80);
        CHECK((row.from_s == 0 || row.error_permille <= 150));
        CHECK((row.from_s == 0 || row.width_permille <= 500));
      }
      CHECK(result.estimates_by_distance[3].told > 1'000);
    }
  }
}

TEST_CASE("who is to come soon is told so rightly, also while half of the people give up") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    auto plan = long_sale();
    plan.seed = seed;
    auto who = patient_crowd(10'000);
    who.patience_s = 3'600;
    const auto result = play(who, plan);
    CHECK(result.left + result.silent > 3'000);
    for (std::size_t i = 0; i < 3; ++i) { // up to a quarter of an hour
      CAPTURE(i);
      CHECK(percent_inside(result.estimates_by_distance[i]) >= 80);
    }
  }
}

TEST_CASE("what is set while a sale goes on has its effect from then on") {
  outcome result;
  auto plan = long_sale();
  plan.rates = {{domain::minutes(10), 0}, {domain::minutes(20), 20'000}};
  const auto facts = room_facts_of(patient_crowd(3'000), plan, result);
  const auto start = facts.front().time + plan.pre_queue;
  std::vector<std::uint64_t> in_period(3);
  for (const auto& fact : facts)
    if (const auto* const in = std::get_if<room::admitted>(&fact.body)) {
      const auto minute = (fact.time - start).count / 60'000;
      in_period[minute < 10 ? 0 : minute < 20 ? 1 : 2] += in->places.size();
    }
  CHECK(in_period[0] <= 10 * 60 * 2 + plan.room.batch);
  CHECK(in_period[0] >= 10 * 60 * 2);
  CHECK(in_period[1] == 0);
  CHECK(in_period[2] > 1'000);

  plan = long_sale();
  plan.slow = {{domain::minutes(5), domain::minutes(10)}};
  outcome slowed;
  std::vector<std::uint32_t> paces;
  for (const auto& fact : room_facts_of(patient_crowd(3'000), plan, slowed))
    if (const auto* const now = std::get_if<room::pace_adjusted>(&fact.body))
      paces.push_back(now->permille);
  CHECK(slowed.pace_least == 100);
  REQUIRE(paces.size() > 4);
  CHECK(paces.front() == 500);
  CHECK(std::ranges::min(paces) == 100);
  CHECK(paces.back() == 1'000);
  CHECK(result.pace_least == 1'000);
}

TEST_CASE("moments are read as they are written, and nothing else") {
  using moments = std::vector<std::pair<domain::millis, double>>;
  CHECK(parse_moments("600:20,1800:5.5") == moments{{domain::minutes(10), 20}, {domain::minutes(30), 5.5}});
  CHECK(parse_moments("0:0") == moments{{{}, 0}});
  for (const auto* const wrong :
       {"", "1", "1:", ":2", "-1:2", "1:-2", "a:1", "1:b", "1:2,", ",1:2", "1:2;3:4", "1e9:2"}) {
    CAPTURE(wrong);
    CHECK(parse_moments(wrong).empty());
  }
  sale_plan plan;
  plan.rates = {{domain::minutes(2), 1'000}, {domain::minutes(1), 1'000}};
  CHECK(faults_of({}, plan).size() == 1);
  plan.rates = {{domain::minutes(2), UINT32_MAX}};
  CHECK(faults_of({}, plan).size() == 1);
  plan.rates.clear();
  plan.slow = {{domain::minutes(2), domain::minutes(2)}};
  CHECK(faults_of({}, plan).size() == 1);
}

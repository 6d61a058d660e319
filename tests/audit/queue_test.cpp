#include "tests/audit/planted.hpp"
#include "tests/domain/queue/hall.hpp"
#include "tests/model/dice.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>

/// Waiting rooms, as their rules write them, and what the auditor finds in them when they are changed.
namespace holdfast::testing {

namespace room = domain::queue;
using namespace domain;
using room::place_number;

namespace {

constexpr event_id event{77};
const paper_journal::stream line{2, event.value()};

auto on_paper(const facts& what) -> paper_journal {
  paper_journal paper;
  for (const auto& one : what) {
    paper.add(line, one.body, one.time);
  }
  return paper;
}

auto two_bands() -> room::settings {
  room::settings rules;
  rules.rate_milli_per_s = 10'000;
  rules.batch = 5;
  rules.max_active = 4;
  rules.admission = minutes(1);
  rules.public_round = "drand 1000";
  rules.bands = {{"general", 70}, {"members", 30}};
  return rules;
}

/// A pre-queue of eight, two of whom are members, its draw, and the first turns.
auto first_evening() -> facts {
  tests::hall in;
  in.configure(two_bands());
  REQUIRE(in.act(room::open_pre_queue{room::commitment_to(tests::a_seed())}, tests::organiser()));
  in.join(1, 6, 0);
  in.join(7, 8, 1);
  REQUIRE(in.act(room::close_pre_queue{}, tests::organiser()));
  in.join(9, 9);
  REQUIRE(in.act(room::draw_lots{tests::a_seed(), "2f7a", false}, tests::organiser()));
  const auto inside = in.advance_after(seconds(1));
  REQUIRE(inside.size() == 4);
  REQUIRE(in.act(room::mark_present{{inside[0], inside[1]}}));
  REQUIRE(in.act(room::finish{{inside[0]}, {}}));
  REQUIRE(in.advance_after(seconds(1)).size() == 1);
  REQUIRE(in.advance_after(minutes(2)).size() == 4); // two did not come, one took too long
  return in.journal;
}

/// A line that opens at once, with people who leave, fall silent, come back, miss their turn and are sent to the end.
auto second_evening() -> facts {
  tests::hall in;
  auto rules = two_bands();
  rules.bands = {{"general", 100}};
  rules.public_round.clear();
  rules.max_active.reset();
  rules.batch = 1;
  rules.rate_milli_per_s = 1'000;
  in.configure(rules);
  in.switch_to(room::mode::on);
  in.switch_to(room::mode::paused);
  in.join(1, 9);
  REQUIRE(in.act(room::leave{{place_number{1}}}));
  REQUIRE(in.act(room::mark_silent{{place_number{2}, place_number{3}}}));
  REQUIRE(in.act(room::mark_present{{place_number{3}}}));
  REQUIRE(in.act(room::demote{place_number{4}, "a script"}, tests::organiser()));
  in.switch_to(room::mode::on);
  REQUIRE(in.advance_after(seconds(1)).size() == 1); // place 3, past place 2
  REQUIRE(in.act(room::adjust_pace{500}));
  REQUIRE(in.advance_after(seconds(2)).size() == 1);
  in.switch_to(room::mode::sold_out);
  in.switch_to(room::mode::off);
  return in.journal;
}

/// A pause that takes back the admissions of two, of whom one has come, and what became of them after it.
auto third_evening() -> facts {
  tests::hall in;
  in.configure(two_bands());
  in.switch_to(room::mode::on);
  in.join(1, 2);
  REQUIRE(in.advance().size() == 2);
  REQUIRE(in.act(room::mark_present{{place_number{1}}}));
  in.now = in.now + seconds(10);
  REQUIRE(in.act(room::switch_mode{room::mode::paused, room::mode_cause::organiser, {}, true}, tests::organiser()));
  in.now = in.now + minutes(5) + millis{1};
  in.switch_to(room::mode::on);
  in.now = in.now + seconds(20);
  REQUIRE(in.act(room::mark_present{{place_number{2}}}));
  REQUIRE(in.advance_after(minutes(2)).empty());
  return in.journal;
}

auto third_paper() -> paper_journal {
  return on_paper(third_evening());
}

auto first_paper() -> paper_journal {
  return on_paper(first_evening());
}

auto second_paper() -> paper_journal {
  return on_paper(second_evening());
}

/// The first fact of this kind, from a seq on.
template <class Fact>
auto seq_of(const facts& in, std::size_t from = 1) -> std::uint64_t {
  for (auto at = from; at <= in.size(); ++at) {
    if (std::holds_alternative<Fact>(in[at - 1].body)) {
      return at;
    }
  }
  FAIL("there is no such fact");
  return 0;
}

template <class Fact>
auto first(paper_journal& paper) -> Fact& {
  for (std::uint64_t at = 1; at <= paper.size(line); ++at) {
    if (auto* const found = std::get_if<Fact>(&paper.at(line, at).body)) {
      return *found;
    }
  }
  FAIL("there is no such fact");
  return paper.fact<Fact>(line, 1);
}

/// Rooms that do whatever they may.
void live_through(tests::hall& in, model::dice& random) {
  auto rules = two_bands();
  rules.public_round.clear();
  rules.queue_ttl = minutes(5);
  in.configure(rules);
  for (int i = 0; i < 300; ++i) {
    in.now = in.now + millis{static_cast<std::int64_t>(random.below(random.chance(5) ? 400'000 : 3'000))};
    const auto known = in.room.places.last().value();
    const auto some = [&] {
      std::vector<place_number> made;
      for (std::uint64_t left = random.below(6); left > 0 && known != 0; --left) {
        made.emplace_back(static_cast<std::uint32_t>(1 + random.below(known)));
      }
      return made;
    };
    const auto organiser = tests::organiser();
    switch (random.below(12)) {
    case 0: static_cast<void>(in.act(room::open_pre_queue{room::commitment_to(tests::a_seed())}, organiser)); break;
    case 1: static_cast<void>(in.act(room::close_pre_queue{}, organiser)); break;
    case 2: static_cast<void>(in.act(room::draw_lots{tests::a_seed(), std::nullopt, true}, organiser)); break;
    case 3: {
      constexpr std::array modes{room::mode::off, room::mode::on, room::mode::on, room::mode::paused,
                                 room::mode::sold_out};
      const auto to = modes[random.chance(20) ? random.below(modes.size()) : 1];
      room::switch_mode step{to, room::mode_cause::organiser, {}};
      if (to == room::mode::paused) {
        step.revoke = random.chance(50);
      }
      static_cast<void>(in.act(step, organiser));
      break;
    }
    case 4: static_cast<void>(in.act(room::leave{some()})); break;
    case 5: static_cast<void>(in.act(room::mark_silent{some()})); break;
    case 6: static_cast<void>(in.act(room::mark_present{some()})); break;
    case 7: static_cast<void>(in.act(room::finish{some(), some()})); break;
    case 8:
      static_cast<void>(in.act(room::adjust_pace{static_cast<std::uint32_t>(random.below(1'001))}));
      static_cast<void>(in.act(
          room::demote{place_number{static_cast<std::uint32_t>(1 + random.below(known + 1))}, "a script"}, organiser));
      break;
    default: {
      room::join batch;
      for (std::uint64_t left = random.below(5); left > 0; --left) {
        batch.people.push_back({tests::somebody(1 + random.below(60)), static_cast<std::uint8_t>(random.below(2))});
      }
      static_cast<void>(in.act(std::move(batch)));
    }
    }
    if (random.chance(60)) {
      static_cast<void>(in.act(room::advance{}));
    }
  }
}

} // namespace

TEST_CASE("what waiting rooms write is sound to the auditor") {
  for (const auto& evening : {first_evening(), second_evening(), third_evening()}) {
    auto paper = on_paper(evening);
    paper.seal();
    const auto report = journal::audit::run_audit(paper);
    for (const auto& [what, entry] : report.found.by_kind()) {
      MESSAGE(journal::audit::name_of(what), " at ", entry.seq, ": ", entry.detail);
    }
    CHECK(report.sound());
    CHECK(report.records == evening.size());
  }
}

TEST_CASE("whatever random rooms write is sound to the auditor") {
  std::uint64_t admitted = 0;
  std::uint64_t drawn = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    tests::hall in;
    model::dice random{seed};
    live_through(in, random);
    admitted += in.room.total.admitted;
    for (const auto& one : in.journal) {
      drawn += std::holds_alternative<room::drawn>(one.body) ? 1U : 0U;
    }
    auto paper = on_paper(in.journal);
    paper.seal();
    const auto report = journal::audit::run_audit(paper);
    for (const auto& [what, entry] : report.found.by_kind()) {
      MESSAGE(journal::audit::name_of(what), " at ", entry.seq, ": ", entry.detail);
    }
    REQUIRE(report.sound());
  }
  CHECK(admitted > 0);
  CHECK(drawn > 0);
}

TEST_CASE("a draw, or turns, that were tampered with are found and named where they are") {
  const auto sound = first_evening();
  const auto closed = seq_of<room::pre_queue_closed>(sound);
  const auto drawn = seq_of<room::drawn>(sound);
  const auto let_in = seq_of<room::admitted>(sound);
  check(
      {
          {"a seed that was not committed to", kind::wrong_draw, line, drawn,
           [](paper_journal& in) { first<room::drawn>(in).seed[0] ^= 1U; }},
          {"an entrant who was not there", kind::wrong_draw, line, closed,
           [](paper_journal& in) { first<room::joined>(in).people[0].who.low ^= 1U; }},
          {"fewer entrants than there were", kind::wrong_draw, line, closed,
           [](paper_journal& in) { --first<room::pre_queue_closed>(in).entrants; }},
          {"a value for a round that was not named", kind::wrong_draw, line, drawn,
           [](paper_journal& in) { first<room::pre_queue_opened>(in).public_round.clear(); }},
          {"somebody is let in before their turn", kind::passed_over, line, let_in,
           [](paper_journal& in) {
             std::swap(first<room::admitted>(in).places[0], first<room::admitted>(in).places[3]);
           }},
          {"another value of the round gives another line", kind::passed_over, line, let_in,
           [](paper_journal& in) { first<room::drawn>(in).round_value = "2f7b"; }},
          {"more at a time than there may be", kind::too_many_active, line, let_in,
           [](paper_journal& in) { first<room::settings_changed>(in).after.max_active = 3; }},
          {"more at once than a batch", kind::admitted_too_fast, line, let_in,
           [](paper_journal& in) { first<room::settings_changed>(in).after.batch = 3; }},
          {"an admission that is too long", kind::illegal_place, line, seq_of<room::claimed>(sound),
           [](paper_journal& in) { first<room::claimed>(in).until = first<room::claimed>(in).until + minutes(1); }},
          {"an admission that ends early", kind::illegal_place, line, seq_of<room::expired>(sound),
           [](paper_journal& in) {
             first<room::admitted>(in).claim_by = first<room::admitted>(in).claim_by + hours(1);
           }},
          {"who did not come has bought", kind::illegal_place, line, seq_of<room::finished>(sound),
           [](paper_journal& in) { first<room::finished>(in).bought[0] = place_number{4'000}; }},
          {"a buyer with two places", kind::place_given_twice, line, seq_of<room::joined>(sound),
           [](paper_journal& in) {
             auto& people = first<room::joined>(in).people;
             people[1].who = people[0].who;
           }},
          {"a band that is not there", kind::illegal_place, line, seq_of<room::joined>(sound, closed),
           [](paper_journal& in) {
             for (std::uint64_t at = in.size(line); at != 0; --at) {
               if (auto* const last = std::get_if<room::joined>(&in.at(line, at).body)) {
                 last->people[0].band = 2;
                 return;
               }
             }
           }},
          {"bands that share more than all", kind::illegal_queue_change, line, 1,
           [](paper_journal& in) { first<room::settings_changed>(in).after.bands[0].percent = 71; }},
      },
      true, first_paper);
}

TEST_CASE("what happens to admissions that were taken back is found and named where it is") {
  const auto sound = third_evening();
  const auto taken_back = seq_of<room::mode_changed>(sound) + 3; // behind those who came, were let in and claimed
  REQUIRE(std::get<room::mode_changed>(sound.at(taken_back).body).revoked);
  check(
      {
          {"admissions are taken back while people are let in", kind::illegal_queue_change, line,
           seq_of<room::mode_changed>(sound), [](paper_journal& in) { first<room::mode_changed>(in).revoked = true; }},
          {"somebody came meanwhile", kind::illegal_place, line, seq_of<room::claimed>(sound, taken_back + 2),
           [](paper_journal& in) {
             for (std::uint64_t at = in.size(line); at != 0; --at) {
               if (auto* const to = std::get_if<room::mode_changed>(&in.at(line, at).body); to != nullptr) {
                 *to = {room::mode::paused, room::mode_cause::organiser, {}, "longer", true};
                 return;
               }
             }
           }},
          {"an admission that ended before what was left of it", kind::illegal_place, line,
           seq_of<room::expired>(sound),
           [](paper_journal& in) {
             for (std::uint64_t at = in.size(line); at != 0; --at) {
               if (std::holds_alternative<room::expired>(in.at(line, at).body)) {
                 in.at(line, at).time = in.at(line, at - 1).time;
                 return;
               }
             }
           }},
      },
      true, third_paper);
}

TEST_CASE("what happens to places out of their order is found and named where it is") {
  const auto sound = second_evening();
  const auto left = seq_of<room::left>(sound);
  const auto silent = seq_of<room::fell_silent>(sound);
  const auto let_in = seq_of<room::admitted>(sound);
  check(
      {
          {"somebody leaves twice", kind::illegal_place, line, silent,
           [](paper_journal& in) { first<room::fell_silent>(in).places[0] = place_number{1}; }},
          {"who was not there leaves", kind::illegal_place, line, left,
           [](paper_journal& in) { first<room::left>(in).places[0] = place_number{100}; }},
          {"who was there returns", kind::illegal_place, line, seq_of<room::returned>(sound),
           [](paper_journal& in) { first<room::returned>(in).places[0] = place_number{5}; }},
          {"a turn of somebody silent", kind::illegal_place, line, seq_of<room::expired>(sound),
           [](paper_journal& in) { first<room::expired>(in).places[0] = place_number{6}; }},
          {"numbers that leave one out", kind::illegal_place, line, seq_of<room::joined>(sound),
           [](paper_journal& in) { first<room::joined>(in).first = place_number{2}; }},
          {"a new place that is not the next", kind::illegal_place, line, seq_of<room::demoted>(sound),
           [](paper_journal& in) { first<room::demoted>(in).now = place_number{99}; }},
          {"faster than the rate", kind::admitted_too_fast, line, seq_of<room::admitted>(sound, let_in + 1),
           [](paper_journal& in) { first<room::pace_adjusted>(in).permille = 100; }},
          {"let in while it was paused", kind::illegal_queue_change, line, let_in,
           [](paper_journal& in) {
             for (std::uint64_t at = in.size(line); at != 0; --at) {
               if (auto* const to = std::get_if<room::mode_changed>(&in.at(line, at).body);
                   to != nullptr && to->to == room::mode::on) {
                 to->to = room::mode::sold_out;
                 return;
               }
             }
           }},
          {"a fact of an event in a waiting room", kind::fact_in_wrong_stream, line, left,
           [](paper_journal& in) {
             for (std::uint64_t at = 1; at <= in.size(line); ++at) {
               if (std::holds_alternative<room::left>(in.at(line, at).body)) {
                 in.at(line, at).body = event_paused{};
                 return;
               }
             }
           }},
          {"a payload that is none", kind::payload_malformed, line, left,
           [](paper_journal& in) {
             for (std::uint64_t at = 1; at <= in.size(line); ++at) {
               if (std::holds_alternative<room::left>(in.at(line, at).body)) {
                 in.at(line, at).payload = "\x0a\x01\xff";
                 return;
               }
             }
           }},
      },
      true, second_paper);
}

} // namespace holdfast::testing

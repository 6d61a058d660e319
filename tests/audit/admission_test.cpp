#include "tests/audit/planted.hpp"
#include "tests/domain/queue/hall.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

/// A selling day with a waiting room before it, and buyers who get past it.
namespace holdfast::testing {

namespace room = domain::queue;
namespace audit = journal::audit;
using namespace domain;
using room::place_number;

namespace {

const paper_journal::stream door{2, day::event.value()};
constexpr place_number annas_place{1};
constexpr place_number berts_place{2};

/// Seqs of the waiting room's facts.
constexpr std::uint64_t switched_on = 2;
constexpr std::uint64_t let_in = 4;
constexpr std::uint64_t bert_leaves = 7; ///< after all that he held

/// Anna and Bert are let in five minutes before the sale opens, and stay until they have what they want.
auto guarded_day() -> paper_journal {
  tests::hall in;
  in.now = day::opening - hours(1);
  room::settings rules;
  rules.admission = hours(1);
  in.configure(rules);
  in.switch_to(room::mode::on);
  REQUIRE(in.act(room::join{{{day::anna, 0}, {day::bert, 0}}}));
  REQUIRE(in.advance_after(minutes(55)).size() == 2);
  REQUIRE(in.act(room::mark_present{{annas_place, berts_place}}));
  in.now = day::opening + minutes(9);
  REQUIRE(in.act(room::finish{{annas_place}, {}}));
  in.now = day::opening + minutes(30);
  REQUIRE(in.act(room::leave{{berts_place}}));
  auto paper = day::facts();
  for (const auto& one : in.journal) {
    paper.add(door, one.body, one.time);
  }
  return paper;
}

/// When Bert leaves, after his last hold was made.
auto left_before(paper_journal& in, millis earlier) {
  in.at(door, bert_leaves).time = in.at(day::events, day::seq::late_hold).time - earlier;
}

auto found_in(paper_journal& paper) -> audit::findings {
  paper.seal();
  return audit::run_audit(paper).found;
}

} // namespace

TEST_CASE("buyers who were let in hold, and box offices need nobody's leave") {
  auto paper = guarded_day();
  paper.seal();
  const auto report = audit::run_audit(paper);
  for (const auto& [what, entry] : report.found.by_kind()) {
    MESSAGE(audit::name_of(what), " at ", entry.seq, ": ", entry.detail);
  }
  CHECK(report.sound());
  CHECK(audit::family_of(kind::held_unadmitted) == 'W');
  CHECK(audit::name_of(kind::held_unadmitted) == "held_unadmitted");
}

TEST_CASE("a hold of a buyer who was not let in is found and named where it is") {
  using namespace day::seq;
  check(
      {
          {"somebody who never joined", kind::held_unadmitted, day::events, late_hold,
           [](paper_journal& in) {
             hold(in, late_hold).by = {{90, 91}, {}};
           }},
          {"somebody who still waits", kind::held_unadmitted, day::events, annas_hold,
           [](paper_journal& in) { in.fact<room::admitted>(door, let_in).places = {berts_place}; }},
          {"somebody who is let in later", kind::held_unadmitted, day::events, annas_hold,
           [](paper_journal& in) { in.at(door, let_in).time = day::opening + seconds(3); }},
          {"somebody who has left", kind::held_unadmitted, day::events, late_hold,
           [](paper_journal& in) { left_before(in, seconds(3)); }},
          {"who has bought comes again", kind::held_unadmitted, day::events, late_hold,
           [](paper_journal& in) {
             hold(in, late_hold).by = {day::anna, {}};
           }},
          {"somebody who holds what another one offers", kind::held_unadmitted, day::events, late_hold,
           [](paper_journal& in) {
             in.at(day::events, late_hold).body = resale_held{
                 hold_number{5}, {hold_number{1}, 0}, {false, 0}, {{90, 91}, {}}, 100, day::opening, day::opening, {}};
           }},
      },
      true, guarded_day);
}

TEST_CASE("a hold may come as long after the end of an admission as the event may not know of it") {
  auto soon = guarded_day();
  left_before(soon, seconds(2));
  CHECK(found_in(soon).of(kind::held_unadmitted) == 0);

  // The same, much later, but written by the commit that follows: what ended the admission was not durable when the hold was asked for.
  auto stalled = guarded_day();
  left_before(stalled, minutes(1));
  for (const auto seq : {day::seq::floor_expiry, day::seq::gift_hold, day::seq::gift_order, day::seq::paused,
                         day::seq::amended, day::seq::resumed}) {
    auto& each = stalled.at(day::events, seq);
    each.time = std::min(each.time, stalled.at(door, bert_leaves).time - seconds(1));
  }
  CHECK(found_in(stalled).of(kind::held_unadmitted) == 0);
  CHECK(stalled.stored_commits.back().runs[0].stream == day::events);

  // With another commit between the two it is not.
  stalled.add(day::office, key_revoked{day::scanner}, stalled.at(day::events, day::seq::late_hold).time - seconds(1));
  const auto found = found_in(stalled);
  CHECK(found.of(kind::held_unadmitted) == 1);
  CHECK(found.by_kind().at(kind::held_unadmitted).seq == day::seq::late_hold);
}

TEST_CASE("a room that is off keeps nobody away, before it is switched on and after") {
  auto later = guarded_day();
  for (auto seq = switched_on; seq <= bert_leaves; ++seq) {
    later.at(door, seq).time = std::max(later.at(door, seq).time, day::opening + hours(1));
  }
  CHECK(found_in(later).of(kind::held_unadmitted) == 0);

  // Switched off before a stranger comes, and on again only when they have held.
  auto gap = guarded_day();
  hold(gap, day::seq::late_hold).by = {{90, 91}, {}};
  const auto at = gap.at(day::events, day::seq::late_hold).time;
  gap.erase(door, bert_leaves);
  gap.add(door, room::mode_changed{room::mode::off, room::mode_cause::organiser, {}, {}}, at - seconds(5));
  CHECK(found_in(gap).of(kind::held_unadmitted) == 0);
  gap.add(door, room::mode_changed{room::mode::on, room::mode_cause::organiser, {}, {}}, at - seconds(1));
  CHECK(found_in(gap).of(kind::held_unadmitted) == 0);
  gap.at(door, gap.size(door)).time = at - seconds(3);
  CHECK(found_in(gap).of(kind::held_unadmitted) == 1);
}

TEST_CASE("who is inside has no right to hold while admissions are revoked, and has it again after it") {
  // Between what Anna and Bert hold nobody may.
  const auto paused_day = [](millis before_hold, millis after_hold) {
    auto paper = guarded_day();
    const auto at = paper.at(day::events, day::seq::late_hold).time;
    paper.erase(door, bert_leaves);
    paper.add(door, room::mode_changed{room::mode::paused, room::mode_cause::organiser, {}, {}, true},
              at - before_hold);
    paper.add(door, room::mode_changed{room::mode::on, room::mode_cause::organiser, {}, {}}, at + after_hold);
    return paper;
  };
  auto over = paused_day(minutes(3), seconds(-1));
  CHECK(found_in(over).count() == 0);
  auto in_time = paused_day(seconds(2), minutes(1));
  CHECK(found_in(in_time).of(kind::held_unadmitted) == 0);
  auto soon_over = paused_day(minutes(3), seconds(2));
  CHECK(found_in(soon_over).of(kind::held_unadmitted) == 0);
  auto meanwhile = paused_day(minutes(3), minutes(1));
  const auto found = found_in(meanwhile);
  CHECK(found.of(kind::held_unadmitted) == 1);
  CHECK(found.by_kind().at(kind::held_unadmitted).seq == day::seq::late_hold);
  // A pause that takes nothing back.
  auto harmless = paused_day(minutes(3), minutes(1));
  harmless.fact<room::mode_changed>(door, bert_leaves).revoked = false;
  CHECK(found_in(harmless).of(kind::held_unadmitted) == 0);
}

TEST_CASE("what is offered on a waitlist comes to whoever waits there, inside or not") {
  constexpr subject_id stranger{90, 91};
  auto offered = guarded_day();
  body<event_amended>(offered, day::seq::amended).config.waitlist_offer = minutes(45);
  const auto at = offered.at(day::events, day::seq::late_hold).time + minutes(1);
  offered.add(day::events, waitlist_joined{waitlist_number{1}, stranger, 300, {{{1}, {0}, 0, {}, 9'900}}}, at);
  hold_created made;
  made.hold = hold_number{6};
  made.by.subject = stranger;
  made.seats = {5};
  made.prices = {9'900};
  made.expires_at = at + minutes(45);
  made.cap_at = made.expires_at;
  made.waitlist = waitlist_number{1};
  const auto seq = offered.add(day::events, made, at);
  CHECK(found_in(offered).count() == 0);

  hold(offered, seq).waitlist = {};
  const auto found = found_in(offered);
  CHECK(found.of(kind::held_unadmitted) == 1);
  CHECK(found.by_kind().at(kind::held_unadmitted).seq == seq);
}

} // namespace holdfast::testing

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
constexpr place_number strangers_place{3};
constexpr subject_id stranger{90, 91};

/// Seqs of the waiting room's facts.
constexpr std::uint64_t switched_on = 2;
constexpr std::uint64_t let_in = 4;
constexpr std::uint64_t bert_leaves = 7; ///< after all that he held
constexpr std::uint64_t stranger_joins = 8;
/// Seq of the event's fact.
constexpr std::uint64_t strangers_order = 17;

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

auto one_seat() -> std::vector<waitlist_choice> {
  return {{{1}, {0}, 0, {}, 9'900}};
}

/// The same day, and a stranger who stands in the line when both have gone, and somebody on the waitlist by that rank.
auto waiting_day(std::uint32_t rank, subject_id who = stranger) -> paper_journal {
  auto paper = guarded_day();
  body<event_amended>(paper, day::seq::amended).config.waitlist_offer = minutes(45);
  const auto at =
      std::max(paper.at(day::events, day::seq::late_hold).time, paper.at(door, bert_leaves).time) + minutes(1);
  REQUIRE(paper.add(door, room::joined{strangers_place, {{stranger, 0}}}, at) == stranger_joins);
  REQUIRE(paper.add(day::events, waitlist_joined{waitlist_number{1}, who, rank, one_seat()}, at + seconds(10)) ==
          strangers_order);
  return paper;
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
  auto offered = waiting_day(strangers_place.value());
  const auto at = offered.at(day::events, strangers_order).time;
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

TEST_CASE("on the waitlist somebody has the rank that they had in the line, and nobody else's") {
  CHECK(audit::family_of(kind::waitlist_out_of_line) == 'W');
  CHECK(audit::name_of(kind::waitlist_out_of_line) == "waitlist_out_of_line");
  auto right = waiting_day(strangers_place.value());
  CHECK(found_in(right).count() == 0);
  // Bert's, nobody's, and that of those who are inside.
  for (const std::uint32_t rank : {2U, 4U, 0U}) {
    CAPTURE(rank);
    auto wrong = waiting_day(rank);
    const auto found = found_in(wrong);
    CHECK(found.count() == 1);
    CHECK(found.of(kind::waitlist_out_of_line) == 1);
    CHECK(found.by_kind().at(kind::waitlist_out_of_line).seq == strangers_order);
  }
  // The room's fact may bear a later time by what two clocks may differ.
  auto soon = waiting_day(strangers_place.value());
  soon.at(door, stranger_joins).time = soon.at(day::events, strangers_order).time + seconds(2);
  CHECK(found_in(soon).count() == 0);
  auto later = waiting_day(strangers_place.value());
  later.at(door, stranger_joins).time = later.at(day::events, strangers_order).time + seconds(3);
  CHECK(found_in(later).of(kind::waitlist_out_of_line) == 1);
}

TEST_CASE("a rank is somebody's as long as they stand in the line, or as the event may not know that they went") {
  // The stranger goes, and the order is of a later time.
  const auto gone = [](millis earlier) {
    auto paper = waiting_day(strangers_place.value());
    auto& order = paper.at(day::events, strangers_order);
    order.time = order.time + minutes(5);
    paper.add(door, room::left{{strangers_place}}, order.time - earlier);
    return paper;
  };
  auto just_now = gone(seconds(2));
  CHECK(found_in(just_now).count() == 0);
  // Long ago, but in the commit before the order's: it was not durable when the order was placed.
  auto stalled = gone(minutes(3));
  CHECK(found_in(stalled).count() == 0);
  stalled.add(day::office, key_revoked{day::scanner}, stalled.at(day::events, strangers_order).time - seconds(1));
  const auto found = found_in(stalled);
  CHECK(found.of(kind::waitlist_out_of_line) == 1);
  CHECK(found.by_kind().at(kind::waitlist_out_of_line).seq == strangers_order);
}

TEST_CASE("who is inside comes before everybody in the line, as long as they are") {
  const auto bert_joins = [](millis before_he_leaves) {
    auto paper = waiting_day(0, day::bert);
    auto& order = paper.at(day::events, strangers_order);
    order.time = paper.at(day::events, day::seq::late_hold).time + seconds(1);
    paper.at(door, bert_leaves).time = order.time + before_he_leaves;
    return paper;
  };
  auto inside = bert_joins(seconds(1));
  CHECK(found_in(inside).of(kind::waitlist_out_of_line) == 0);
  auto just_left = bert_joins(seconds(-2));
  CHECK(found_in(just_left).of(kind::waitlist_out_of_line) == 0);
}

TEST_CASE("who joins the waitlist while the room is off comes behind all") {
  constexpr subject_id another{90, 92};
  const auto off_day = [](std::uint32_t rank, std::uint32_t next, millis before) {
    auto paper = waiting_day(rank);
    const auto at = paper.at(day::events, strangers_order).time;
    paper.at(door, stranger_joins).body = room::mode_changed{room::mode::off, room::mode_cause::organiser, {}, {}};
    paper.at(door, stranger_joins).time = at - before;
    paper.add(day::events, waitlist_joined{waitlist_number{2}, another, next, one_seat()}, at + minutes(1));
    return paper;
  };
  auto behind = off_day(0, 0, seconds(3));
  CHECK(found_in(behind).count() == 0);
  auto before = off_day(1, 0, seconds(3));
  CHECK(found_in(before).of(kind::waitlist_out_of_line) == 2);
  auto beyond = off_day(0, 7, seconds(3));
  CHECK(found_in(beyond).of(kind::waitlist_out_of_line) == 1);
  // Switched off a moment later than that: it is not off for certain, nor is it on.
  auto soon = off_day(0, 0, seconds(-2));
  CHECK(found_in(soon).of(kind::waitlist_out_of_line) == 0);
}

} // namespace holdfast::testing

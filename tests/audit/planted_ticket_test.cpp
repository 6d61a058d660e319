#include "journal/audit/auditor.hpp"
#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace audit = holdfast::journal::audit;
namespace day = holdfast::testing::day;
using testing::body;
using testing::check;
using testing::kind;
using testing::paper_journal;

/// Seqs of what is added to the selling day.
constexpr std::uint64_t to_bert = 17;
constexpr std::uint64_t bert_comes = 18;
constexpr std::uint64_t bert_goes = 19;
constexpr std::uint64_t bert_returns = 20;
constexpr std::uint64_t gift_to_anna = 21;
constexpr std::uint64_t gift_anew = 22;

constexpr ticket_number annas{hold_number{1}, 0};
const std::string north = "north";

/// The selling day goes on: tickets change hands, and people come to the door.
auto ticket_facts() -> paper_journal {
  auto paper = day::facts();
  const owner anna{day::anna, {}};
  const owner bert{day::bert, {}};
  const owner office{{}, day::organisation};
  const auto at = day::opening + hours(1);
  const auto add = [&](auto fact, std::uint64_t command) { paper.add(day::events, std::move(fact), at, {command, 1}); };
  add(ticket_transferred{annas, 2, anna, bert, key_id{}}, 31);
  add(ticket_admitted{annas, 2, north, 7, at - minutes(1), day::scanner}, 32);
  add(admission_undone{annas, 7, day::scanner}, 33);
  add(ticket_admitted{annas, 2, north, 8, at, day::scanner}, 34);
  add(ticket_transferred{{hold_number{4}, 1}, 2, office, anna, key_id{}}, 35);
  add(ticket_transferred{{hold_number{4}, 2}, 2, office, office, day::seller}, 36);
  return paper;
}

constexpr std::uint64_t too_late = 23;

/// And somebody comes with a ticket that another one is in with.
auto with_a_late_one() -> paper_journal {
  auto paper = ticket_facts();
  paper.add(day::events, scan_turned_away{annas, 9, day::scanner}, day::opening + hours(1), {37, 1});
  return paper;
}

auto late(paper_journal& paper) -> scan_turned_away& {
  return body<scan_turned_away>(paper, too_late);
}

auto moved(paper_journal& paper, std::uint64_t at = to_bert) -> ticket_transferred& {
  return body<ticket_transferred>(paper, at);
}

auto scan(paper_journal& paper, std::uint64_t at = bert_comes) -> ticket_admitted& {
  return body<ticket_admitted>(paper, at);
}

} // namespace

TEST_CASE("a day of handing on and scanning is sound, and its hash is that of its state") {
  auto paper = ticket_facts();
  paper.seal();
  const auto report = audit::run_audit(paper);
  for (const auto& [what, entry] : report.found.by_kind()) {
    MESSAGE(audit::name_of(what), " at seq ", entry.seq, ": ", entry.detail);
  }
  CHECK(report.sound());
}

TEST_CASE("every planted fault of handing tickets on is found and named where it is") {
  check(
      {
          {"a ticket of an order that is none", kind::illegal_transfer, day::events, to_bert,
           [](paper_journal& paper) { moved(paper).ticket.order = hold_number{5}; }},
          {"a ticket beyond its order's last", kind::illegal_transfer, day::events, to_bert,
           [](paper_journal& paper) { moved(paper).ticket.index = 2; }},
          {"a ticket from somebody who does not have it", kind::illegal_transfer, day::events, to_bert,
           [](paper_journal& paper) { moved(paper).from.subject = day::bert; }},
          {"a code out of turn", kind::illegal_transfer, day::events, to_bert,
           [](paper_journal& paper) { moved(paper).serial = 3; }},
          {"a code that is the one before", kind::illegal_transfer, day::events, gift_anew,
           [](paper_journal& paper) { moved(paper, gift_anew).serial = 1; }},
          {"a ticket handed on after its use", kind::illegal_transfer, day::events, bert_goes,
           [](paper_journal& paper) {
             paper.at(day::events, bert_goes).body =
                 ticket_transferred{annas, 3, {day::bert, {}}, {day::anna, {}}, key_id{}};
           }},
          {"a ticket for nobody", kind::invalid_owner, day::events, gift_to_anna,
           [](paper_journal& paper) { moved(paper, gift_to_anna).to = {}; }},
          {"a ticket for a foreign box office", kind::invalid_owner, day::events, gift_anew,
           [](paper_journal& paper) { moved(paper, gift_anew).to.organisation = day::first_organisation; }},
          {"a buyer's ticket by a key", kind::invalid_owner, day::events, gift_to_anna,
           [](paper_journal& paper) { moved(paper, gift_to_anna).by = day::seller; }},
          {"a box office's re-issue without a key", kind::invalid_owner, day::events, gift_anew,
           [](paper_journal& paper) { moved(paper, gift_anew).by = key_id{}; }},
          {"a box office's re-issue by a scanner", kind::key_without_right, day::events, gift_anew,
           [](paper_journal& paper) { moved(paper, gift_anew).by = day::scanner; }},
      },
      true, ticket_facts);
}

TEST_CASE("every planted fault of scanning is found and named where it is") {
  check(
      {
          {"somebody admitted with a ticket that is not there", kind::illegal_admission, day::events, bert_comes,
           [](paper_journal& paper) { scan(paper).ticket.order = hold_number{2}; }},
          {"somebody admitted with an old code", kind::illegal_admission, day::events, bert_comes,
           [](paper_journal& paper) { scan(paper).serial = 1; }},
          {"somebody admitted with a ticket that is used", kind::illegal_admission, day::events, bert_goes,
           [](paper_journal& paper) {
             paper.at(day::events, bert_goes).body = ticket_admitted{annas, 2, north, 9, day::opening, day::scanner};
           }},
          {"somebody admitted twice by one scan", kind::illegal_admission, day::events, bert_returns,
           [](paper_journal& paper) { scan(paper, bert_returns).nonce = 7; }},
          {"somebody admitted in the future", kind::illegal_admission, day::events, bert_comes,
           [](paper_journal& paper) { scan(paper).at = day::opening + hours(2); }},
          {"somebody admitted by a till", kind::key_without_right, day::events, bert_comes,
           [](paper_journal& paper) { scan(paper).by = day::seller; }},
          {"an admission undone by another scan", kind::illegal_admission, day::events, bert_goes,
           [](paper_journal& paper) { body<admission_undone>(paper, bert_goes).nonce = 8; }},
          {"an admission undone twice", kind::illegal_admission, day::events, bert_returns,
           [](paper_journal& paper) {
             paper.at(day::events, bert_returns).body = admission_undone{annas, 7, day::scanner};
           }},
          {"an admission undone by a till", kind::key_without_right, day::events, bert_goes,
           [](paper_journal& paper) { body<admission_undone>(paper, bert_goes).by = day::seller; }},
      },
      true, ticket_facts);
}

TEST_CASE("every planted fault of turning somebody away is found and named where it is") {
  auto sound = with_a_late_one();
  sound.seal();
  CHECK(audit::run_audit(sound).sound());
  check(
      {
          {"somebody turned away by the scan that admitted", kind::illegal_admission, day::events, too_late,
           [](paper_journal& paper) { late(paper).nonce = 8; }},
          {"somebody turned away by a scan that was undone", kind::illegal_admission, day::events, too_late,
           [](paper_journal& paper) { late(paper).nonce = 7; }},
          {"somebody turned away though nobody is in", kind::illegal_admission, day::events, too_late,
           [](paper_journal& paper) {
             late(paper).ticket = {hold_number{4}, 1};
           }},
          {"somebody turned away with a ticket that is not there", kind::illegal_admission, day::events, too_late,
           [](paper_journal& paper) { late(paper).ticket.order = hold_number{2}; }},
          {"somebody turned away by a till", kind::key_without_right, day::events, too_late,
           [](paper_journal& paper) { late(paper).by = day::seller; }},
      },
      true, with_a_late_one);
}

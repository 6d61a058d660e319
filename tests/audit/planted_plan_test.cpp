#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace day = holdfast::testing::day;
namespace seq = holdfast::testing::day::seq;
using testing::body;
using testing::check;
using testing::kind;
using testing::paper_journal;

auto rule_to(minor_units price) -> price_rule {
  price_rule rule;
  rule.id = "dearer";
  rule.tier = "stalls";
  rule.at = instant{0};
  rule.price = price;
  return rule;
}

/// The amendment of the day makes a rule that was declared at the event's creation: 99.00 for the stalls.
void make_rule(paper_journal& paper, minor_units price = 9'900) {
  body<event_created>(paper, seq::created).config.price_rules = {rule_to(price)};
  auto& made = paper.at(day::events, seq::amended);
  auto& config = std::get<event_amended>(made.body).config;
  config.price_rules = {rule_to(price)};
  config.price_rules[0].applied_at = made.time;
}

auto made_rule(paper_journal& paper) -> price_rule& {
  return body<event_amended>(paper, seq::amended).config.price_rules[0];
}

/// The same by what is sold: at most so much of the stalls is.
void make_rule_once_sold(paper_journal& paper, std::uint32_t percent) {
  make_rule(paper);
  for (auto* rule : {&body<event_created>(paper, seq::created).config.price_rules[0], &made_rule(paper)}) {
    rule->at.reset();
    rule->sold_percent = percent;
  }
}

/// Before the general sale, the last hold of the day is one by the code of a presale.
void hold_by_presale(paper_journal& paper) {
  auto& amended = paper.at(day::events, seq::amended);
  auto& config = std::get<event_amended>(amended.body).config;
  config.sale_opens_at = amended.time + hours(1);
  config.phases = {{"members", "", amended.time - hours(2), amended.time + hours(2), access_code_hash{}}};
  const std::string members = "members";
  body<hold_created>(paper, seq::late_hold).phase = members;
}

/// Sets seat 7 apart for a presale, in place of the pause.
void set_apart(paper_journal& paper, const access_code_hash& code) {
  paper.at(day::events, seq::paused).body =
      seats_allocated{{allocation_number{1}, allocation_kind::presale, "Fans", "fans", code, {}}, {7}, day::seller};
  paper.at(day::events, seq::resumed).body = allocation_changed{allocation_number{1}, {6}, {}, day::seller};
}

/// Another hold after it, of seat 5, that says another presale or none.
void hold_once_more(paper_journal& paper, const std::string& phase) {
  auto more = body<hold_created>(paper, seq::late_hold);
  more.hold = hold_number{6};
  more.seats = {5};
  more.phase = phase;
  paper.add(day::events, more, paper.at(day::events, seq::late_hold).time);
}

} // namespace

TEST_CASE("a rule that was made once so much was sold, and a hold by a presale, are sound") {
  auto sold = day::facts();
  make_rule_once_sold(sold, 1);
  sold.seal();
  CHECK(journal::audit::run_audit(sold).found.by_kind().empty());
  auto presale = day::facts();
  hold_by_presale(presale);
  hold_once_more(presale, "members");
  presale.seal();
  CHECK(journal::audit::run_audit(presale).found.by_kind().empty());
  auto older = day::facts();
  hold_by_presale(older);
  body<hold_created>(older, seq::late_hold).phase.clear();
  older.seal();
  CHECK(journal::audit::run_audit(older).found.by_kind().empty());
}

TEST_CASE("every planted fault of by which presale a hold was made is found and named where it is") {
  check(
      {
          {"a presale that the event has not", kind::sale_not_open, day::events, seq::late_hold,
           [](paper_journal& paper) {
             hold_by_presale(paper);
             std::get<event_amended>(paper.at(day::events, seq::amended).body).config.phases[0].id.push_back('2');
           }},
          {"a presale that is not open any more", kind::sale_not_open, day::events, seq::late_hold,
           [](paper_journal& paper) {
             hold_by_presale(paper);
             auto& amended = paper.at(day::events, seq::amended);
             std::get<event_amended>(amended.body).config.phases[0].closes_at = amended.time;
           }},
          {"a presale while the general sale is open", kind::sale_not_open, day::events, seq::late_hold,
           [](paper_journal& paper) {
             hold_by_presale(paper);
             std::get<event_amended>(paper.at(day::events, seq::amended).body).config.sale_opens_at = day::opening;
           }},
          {"no presale where others said one", kind::sale_not_open, day::events, seq::late_hold + 1,
           [](paper_journal& paper) {
             hold_by_presale(paper);
             hold_once_more(paper, "");
           }},
          {"places of an allocation that has another code than the presale", kind::illegal_allocation, day::events,
           seq::late_hold,
           [](paper_journal& paper) {
             hold_by_presale(paper);
             auto other = access_code_hash{};
             other.fill(9);
             set_apart(paper, other);
             body<hold_created>(paper, seq::late_hold).allocation = allocation_number{1};
           }},
          {"no places of the allocation that has the presale's code", kind::illegal_allocation, day::events,
           seq::late_hold,
           [](paper_journal& paper) {
             hold_by_presale(paper);
             set_apart(paper, access_code_hash{});
           }},
      },
      true);
}

TEST_CASE("a price rule that was made as declared is sound") {
  auto paper = day::facts();
  make_rule(paper);
  paper.seal();
  CHECK(journal::audit::run_audit(paper).found.by_kind().empty());
}

TEST_CASE("every planted fault of price rules is found and named where it is") {
  check(
      {
          {"a rule made that was not declared", kind::wrong_price, day::events, seq::amended,
           [](paper_journal& paper) {
             make_rule(paper);
             body<event_created>(paper, seq::created).config.price_rules.clear();
           }},
          {"a rule made before its time", kind::wrong_price, day::events, seq::amended,
           [](paper_journal& paper) {
             make_rule(paper);
             made_rule(paper).at = paper.at(day::events, seq::amended).time + millis{1};
             body<event_created>(paper, seq::created).config.price_rules[0].at = made_rule(paper).at;
           }},
          {"a rule made before so much was sold", kind::wrong_price, day::events, seq::amended,
           [](paper_journal& paper) { make_rule_once_sold(paper, 100); }},
          {"a rule made that was declared otherwise", kind::wrong_price, day::events, seq::amended,
           [](paper_journal& paper) {
             make_rule(paper);
             body<event_created>(paper, seq::created).config.price_rules[0].cap -= 1;
           }},
          {"a reduction that its floor made a rise", kind::wrong_price, day::events, seq::amended,
           [](paper_journal& paper) {
             make_rule(paper);
             for (auto* rule : {&body<event_created>(paper, seq::created).config.price_rules[0], &made_rule(paper)}) {
               rule->price.reset();
               rule->change_percent = -10;
               rule->floor = 9'900;
             }
           }},
          {"a rule that says another time than its fact", kind::wrong_price, day::events, seq::amended,
           [](paper_journal& paper) {
             make_rule(paper);
             made_rule(paper).applied_at = *made_rule(paper).applied_at + millis{1};
           }},
          {"a rule that made another price than declared", kind::wrong_price, day::events, seq::amended,
           [](paper_journal& paper) { make_rule(paper, 9'800); }},
          {"a rule about no tier", kind::invalid_configuration, day::events, seq::amended,
           [](paper_journal& paper) {
             make_rule(paper);
             made_rule(paper).tier = "roof";
           }},
          {"a rule without an occasion", kind::invalid_configuration, day::events, seq::amended,
           [](paper_journal& paper) {
             make_rule(paper);
             made_rule(paper).at.reset();
           }},
          {"a rule beyond its cap", kind::invalid_configuration, day::events, seq::amended,
           [](paper_journal& paper) {
             make_rule(paper);
             made_rule(paper).cap = 5;
           }},
      },
      true);
}

TEST_CASE("every planted fault of holds before the sale is found and named where it is") {
  check(
      {
          {"a hold before the sale that no presale opens", kind::sale_not_open, day::events, seq::late_hold,
           [](paper_journal& paper) {
             auto& amended = paper.at(day::events, seq::amended);
             auto& config = std::get<event_amended>(amended.body).config;
             config.sale_opens_at = amended.time + hours(1);
             config.phases = {{"members", "", amended.time - hours(2), amended.time - hours(1), access_code_hash{}}};
           }},
          {"a box office's hold before the sale of what is not the house's", kind::sale_not_open, day::events,
           seq::late_hold,
           [](paper_journal& paper) {
             auto& amended = paper.at(day::events, seq::amended);
             std::get<event_amended>(amended.body).config.sale_opens_at = amended.time + hours(1);
             paper.at(day::events, seq::paused).body = seats_allocated{
                 {allocation_number{1}, allocation_kind::house, "Box", "guests", std::nullopt, {}}, {7}, day::seller};
             auto& hold = body<hold_created>(paper, seq::late_hold);
             hold.by = owner{{}, day::organisation};
             hold.sold_by = day::seller;
             hold.allocation = allocation_number{1};
           }},
      },
      true);
}

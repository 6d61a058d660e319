#include "journal/audit/auditor.hpp"
#include "tests/audit/card_day.hpp"
#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace audit = holdfast::journal::audit;
namespace day = holdfast::testing::day;
namespace seq = holdfast::testing::day::seq;
using testing::body;
using testing::check;
using testing::hold;
using testing::kind;
using testing::paper_journal;

template <class Fact>
auto of_hold(paper_journal& paper, std::uint64_t at) -> hold_number& {
  return body<Fact>(paper, at).hold;
}

/// Has a fact happen so much later than the hold was made, and all facts after it as well.
void delay(paper_journal& paper, std::uint64_t at, millis by) {
  for (auto next = at; next <= paper.size(day::events); ++next) {
    auto& time = paper.at(day::events, next).time;
    time = time + by;
  }
}

void cancel(paper_journal& paper) {
  paper.at(day::events, seq::annas_order).body = hold_released{hold_number{1}, key_id{}};
  paper.at(day::events, seq::gift_order).body = hold_released{hold_number{4}, day::seller};
  paper.at(day::events, seq::carls_order).body = event_cancelled{};
}

} // namespace

TEST_CASE("a day with payments by card is sound, and what is sold by card is what was captured") {
  auto paper = day::card_facts();
  paper.seal();
  const auto report = audit::run_audit(paper);
  for (const auto& [what, entry] : report.found.by_kind()) {
    MESSAGE(audit::name_of(what), " in stream ", int{entry.stream.kind}, " at seq ", entry.seq, ": ", entry.detail);
  }
  CHECK(report.sound());
  CHECK(report.streams == 4);
  REQUIRE(report.events.size() == 1);
  const auto& event = report.events.front();
  CHECK(event.orders == 3);
  CHECK(event.payments == 4);
  CHECK(event.payments_open == 1);
  CHECK(event.captures == 1);
  CHECK(event.captured == day::carls_total);
  const auto& euros = report.by_currency.at("EUR");
  CHECK(euros.captures == 1);
  CHECK(euros.captured == day::carls_total);
  CHECK(euros.payments_open == 1);
  CHECK(euros.taken == day::carls_total + 17'800);
}

TEST_CASE("every planted fault of frozen and thawed holds is found and named where it is") {
  check(
      {
          {"a hold frozen that nobody has", kind::hold_not_live, day::events, seq::doras_freeze,
           [](paper_journal& paper) { of_hold<hold_frozen>(paper, seq::doras_freeze) = hold_number{77}; }},
          {"a hold frozen after its deadline", kind::acted_after_deadline, day::events, seq::doras_freeze,
           [](paper_journal& paper) { delay(paper, seq::doras_freeze, minutes(11)); }},
          {"a hold frozen beyond its cap", kind::illegal_freeze, day::events, seq::carls_freeze,
           [](paper_journal& paper) { body<hold_frozen>(paper, seq::carls_freeze).until.unix_ms += 1; }},
          {"a frozen hold that ends before it would have", kind::illegal_freeze, day::events, seq::carls_freeze,
           [](paper_journal& paper) {
             body<hold_frozen>(paper, seq::carls_freeze).until = hold(paper, seq::carls_hold).expires_at + millis{-1};
           }},
          {"a hold frozen for no payment", kind::illegal_freeze, day::events, seq::carls_freeze,
           [](paper_journal& paper) { body<hold_frozen>(paper, seq::carls_freeze).payment = payment_number{}; }},
          {"a payment that freezes two holds", kind::illegal_freeze, day::events, seq::doras_freeze,
           [](paper_journal& paper) { body<hold_frozen>(paper, seq::doras_freeze).payment = payment_number{1}; }},
          {"a hold frozen while another payment has it", kind::illegal_freeze, day::events, seq::fridas_hold,
           [](paper_journal& paper) {
             paper.at(day::events, seq::fridas_hold).body =
                 hold_frozen{hold_number{5}, payment_number{5}, hold(paper, seq::late_hold).cap_at};
             paper.at(day::events, seq::carls_hold).body =
                 hold_frozen{hold_number{5}, payment_number{6}, hold(paper, seq::late_hold).cap_at};
           }},
          {"a box office's hold frozen", kind::illegal_freeze, day::events, seq::doras_freeze,
           [](paper_journal& paper) {
             hold(paper, seq::doras_hold).by = owner{{}, day::organisation};
           }},
          {"a hold frozen of a cancelled event", kind::illegal_freeze, day::events, seq::doras_freeze,
           [](paper_journal& paper) { cancel(paper); }},
          {"a hold thawed by another payment", kind::illegal_thaw, day::events, seq::doras_thaw,
           [](paper_journal& paper) { body<hold_thawed>(paper, seq::doras_thaw).payment = payment_number{1}; }},
          {"a hold thawed that is not frozen", kind::illegal_thaw, day::events, seq::doras_thaw,
           [](paper_journal& paper) {
             paper.at(day::events, seq::doras_freeze).body =
                 hold_extended{hold_number{7}, hold(paper, seq::doras_hold).expires_at + minutes(5)};
           }},
          {"a hold thawed beyond its cap", kind::illegal_thaw, day::events, seq::doras_thaw,
           [](paper_journal& paper) {
             body<hold_thawed>(paper, seq::doras_thaw).expires_at = hold(paper, seq::doras_hold).cap_at + millis{1};
           }},
          {"a thawed hold that ends before it would have", kind::illegal_thaw, day::events, seq::doras_thaw,
           [](paper_journal& paper) {
             body<hold_thawed>(paper, seq::doras_thaw).expires_at =
                 hold(paper, seq::doras_hold).expires_at + millis{-1};
           }},
          {"a hold thawed for its places being gone", kind::illegal_thaw, day::events, seq::doras_thaw,
           [](paper_journal& paper) { body<hold_thawed>(paper, seq::doras_thaw).why = turn::lost; }},
          {"a hold thawed after its cap", kind::acted_after_deadline, day::events, seq::doras_thaw,
           [](paper_journal& paper) { delay(paper, seq::doras_thaw, minutes(31)); }},
      },
      true, day::card_facts);
}

TEST_CASE("every planted fault of what becomes of frozen holds and of orders by card is found and named where it is") {
  check(
      {
          {"a hold extended while it is being paid", kind::hold_in_payment, day::events, seq::doras_thaw,
           [](paper_journal& paper) {
             paper.at(day::events, seq::doras_thaw).body =
                 hold_extended{hold_number{7}, hold(paper, seq::doras_hold).cap_at};
           }},
          {"a hold released while it is being paid", kind::hold_in_payment, day::events, seq::doras_thaw,
           [](paper_journal& paper) {
             paper.at(day::events, seq::doras_thaw).body = hold_released{hold_number{7}, key_id{}};
           }},
          {"a hold sold at the till while it is being paid", kind::hold_in_payment, day::events, seq::carls_order,
           [](paper_journal& paper) {
             paper.at(day::events, seq::carls_order).body =
                 order_confirmed{hold_number{6}, {payment_record::method::cash, "", ""}, day::seller, day::carls_total};
           }},
          {"a hold sold by another payment", kind::hold_in_payment, day::events, seq::carls_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::carls_order).by_payment = payment_number{2}; }},
          {"a card's order confirmed by a key", kind::hold_in_payment, day::events, seq::carls_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::carls_order).confirmed_by = day::seller; }},
          {"a card's order confirmed after the cap", kind::confirmed_late, day::events, seq::carls_order,
           [](paper_journal& paper) { delay(paper, seq::carls_order, minutes(31)); }},
          {"a frozen hold that expires before its cap", kind::expired_early, day::events, seq::doras_thaw,
           [](paper_journal& paper) {
             delay(paper, seq::doras_thaw, minutes(15));
             paper.at(day::events, seq::doras_thaw).body = hold_expired{hold_number{7}};
           }},
          {"an order by card that names no payment", kind::invalid_payment, day::events, seq::carls_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::carls_order).by_payment = payment_number{}; }},
          {"a payment that is no card's", kind::invalid_payment, day::events, seq::carls_order,
           [](paper_journal& paper) {
             body<order_confirmed>(paper, seq::carls_order).payment.by = payment_record::method::cash;
           }},
          {"a card that pays for more than it may", kind::buyer_limit_exceeded, day::events, seq::carls_order,
           [](paper_journal& paper) {
             body<event_amended>(paper, seq::amended).config.max_per_card = 1;
             body<order_confirmed>(paper, seq::carls_order).card = 5;
           }},
          {"a card's order of another total", kind::wrong_total, day::events, seq::carls_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::carls_order).total -= 1; }},
          {"an order taken back that is none", kind::illegal_return, day::events, seq::emils_return,
           [](paper_journal& paper) { body<order_returned>(paper, seq::emils_return).hold = hold_number{7}; }},
          {"an order taken back that cash was paid for", kind::illegal_return, day::events, seq::emils_return,
           [](paper_journal& paper) { body<order_returned>(paper, seq::emils_return).hold = hold_number{1}; }},
          {"an order taken back by a key", kind::illegal_return, day::events, seq::emils_return,
           [](paper_journal& paper) { body<order_returned>(paper, seq::emils_return).by = day::seller; }},
          {"an order taken back as one of other places", kind::illegal_return, day::events, seq::emils_return,
           [](paper_journal& paper) {
             body<order_returned>(paper, seq::emils_return).seats = {2, 6};
           }},
          {"an order taken back for another amount", kind::illegal_return, day::events, seq::emils_return,
           [](paper_journal& paper) { body<order_returned>(paper, seq::emils_return).total += 1; }},
          {"an order that takes a tax back which it had not", kind::illegal_return, day::events, seq::emils_return,
           [](paper_journal& paper) { body<order_returned>(paper, seq::emils_return).tax = 1; }},
          {"a seat sold again that was not taken back", kind::seat_owned_twice, day::events, seq::fridas_hold,
           [](paper_journal& paper) { hold(paper, seq::fridas_hold).seats = {5}; }},
      },
      true, day::card_facts);
}

#include "journal/audit/auditor.hpp"
#include "tests/audit/card_day.hpp"
#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

#include <string>

namespace holdfast::testing::settlement {
namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace audit = holdfast::journal::audit;
namespace day = holdfast::testing::day;
namespace seq = holdfast::testing::day::seq;
namespace paid = holdfast::testing::day::paid;
using testing::body;
using testing::check;
using testing::hold;
using testing::kind;
using testing::paper_journal;

template <class Fact>
auto pay(paper_journal& paper, std::uint64_t at) -> Fact& {
  return paper.fact<Fact>(day::payments, at);
}

const auto elsewhere = paper_journal::payment_stream(event_id{9});

auto last_time(paper_journal& paper) -> instant {
  return paper.at(day::payments, paper.size(day::payments)).time;
}

/// Leaves out all facts of payments after this one.
void keep(paper_journal& paper, std::uint64_t last) {
  while (paper.size(day::payments) > last) {
    paper.erase(day::payments, paper.size(day::payments));
  }
}

auto carls_return(paper_journal& paper) -> order_returned {
  const auto& was = hold(paper, seq::carls_hold);
  return {was.hold, return_cause::uncaptured, key_id{}, was.seats, was.prices, {}, {}, {}, day::carls_total};
}

/// Carl's payment is declined once he has his order.
void decline_carl(paper_journal& paper) {
  const payment_number first{1};
  paper.at(day::payments, paid::carls_authorisation).body =
      payment_turned{first, turn::declined, event_refusal::none, {}};
  paper.at(day::payments, paid::carls_booking).body = payment_freed{first};
  paper.erase(day::payments, paid::carls_capture);
}

} // namespace

TEST_CASE("every planted fault between an event and its payments is found and named where it is") {
  check(
      {
          {"a hold frozen for a payment of another hold", kind::payment_differs, day::events, seq::carls_freeze,
           [](paper_journal& paper) { pay<payment_requested>(paper, paid::carls_request).hold = hold_number{2}; }},
          {"a hold frozen for another buyer's payment", kind::payment_differs, day::events, seq::carls_freeze,
           [](paper_journal& paper) { pay<payment_requested>(paper, paid::carls_request).buyer = day::anna; }},
          {"a payment of another amount than the hold's", kind::payment_differs, day::events, seq::doras_freeze,
           [](paper_journal& paper) { pay<payment_intended>(paper, paid::doras_intent).amount += 1; }},
          {"a payment in another currency than the event's", kind::payment_differs, day::events, seq::doras_freeze,
           [](paper_journal& paper) {
             pay<payment_intended>(paper, paid::doras_intent).currency = currency_code{{'U', 'S', 'D'}};
           }},
          {"an order that another card paid", kind::payment_differs, day::events, seq::carls_order,
           [](paper_journal& paper) { body<order_confirmed>(paper, seq::carls_order).card = 5; }},
          {"an order that names another payment of the gateway", kind::payment_differs, day::events, seq::carls_order,
           [](paper_journal& paper) {
             body<order_confirmed>(paper, seq::carls_order).payment.reference = std::string{"pi_2"};
           }},
          {"an intent without a frozen hold", kind::payment_differs, day::payments, paid::fridas_intent,
           [](paper_journal& paper) { paper.erase(day::events, seq::fridas_freeze); }},
          {"an intent that pins the hold longer than the event does", kind::payment_differs, day::payments,
           paid::fridas_intent,
           [](paper_journal& paper) { pay<payment_intended>(paper, paid::fridas_intent).pinned_until.unix_ms += 1; }},
          {"a booking without an order", kind::payment_differs, day::payments, paid::fridas_request,
           [](paper_journal& paper) {
             paper.add(day::payments, payment_authorised{payment_number{4}}, last_time(paper));
             paper.add(day::payments, payment_booked{payment_number{4}}, last_time(paper));
           }},
          {"an order whose payment was declined", kind::sale_without_payment, day::events, seq::carls_order,
           [](paper_journal& paper) { decline_carl(paper); }},
          {"an order whose payment is not authorised", kind::sale_without_payment, day::events, seq::carls_order,
           [](paper_journal& paper) { keep(paper, paid::carls_preparation); }},
          {"an order whose money was given back", kind::sale_without_payment, day::events, seq::emils_order,
           [](paper_journal& paper) { paper.erase(day::events, seq::emils_return); }},
      },
      true, day::card_facts);
}

TEST_CASE("every planted fault of money and seats is found and named where it is") {
  check(
      {
          {"an order whose payment is not there", kind::sale_without_payment, day::events, seq::carls_order,
           [](paper_journal& paper) { keep(paper, 0); }},
          {"money kept for an order that was taken back", kind::capture_without_order, day::payments,
           paid::carls_capture,
           [](paper_journal& paper) { paper.at(day::events, seq::emils_return).body = carls_return(paper); }},
          {"money kept for a hold that was never sold", kind::capture_without_order, day::payments, paid::carls_capture,
           [](paper_journal& paper) {
             paper.at(day::events, seq::carls_order).body =
                 hold_thawed{hold_number{6}, payment_number{1}, hold(paper, seq::carls_hold).cap_at, turn::timed_out};
           }},
          {"an order taken back whose payment did not ask for it", kind::illegal_return, day::events, seq::emils_return,
           [](paper_journal& paper) { keep(paper, paid::emils_booking); }},
          {"two payments captured for one hold", kind::captured_twice, day::payments, paid::fridas_preparation + 3,
           [](paper_journal& paper) {
             pay<payment_requested>(paper, paid::fridas_request).hold = hold_number{6};
             paper.add(day::payments, payment_authorised{payment_number{4}}, last_time(paper));
             paper.add(day::payments, payment_booked{payment_number{4}}, last_time(paper));
             paper.add(day::payments, payment_captured{payment_number{4}, 4'500}, last_time(paper));
           }},
          {"a hold pinned for a payment that has failed", kind::pinned_for_nothing, day::events, seq::doras_freeze,
           [](paper_journal& paper) { paper.erase(day::events, seq::doras_thaw); }},
          {"a hold pinned for a payment that is not there", kind::pinned_for_nothing, day::events, seq::fridas_freeze,
           [](paper_journal& paper) { keep(paper, paid::emils_voiding); }},
          {"more sold than captured", kind::money_differs, day::events, 0,
           [](paper_journal& paper) { paper.erase(day::events, seq::emils_return); }},
          {"less sold than captured", kind::money_differs, day::events, 0,
           [](paper_journal& paper) {
             paper.at(day::events, seq::carls_order).body =
                 hold_thawed{hold_number{6}, payment_number{1}, hold(paper, seq::carls_hold).cap_at, turn::timed_out};
           }},
      },
      true, day::card_facts);
}

TEST_CASE("an event and its payments may be cut wherever the journal ends, and are sound") {
  // As they were appended: what the event does for a payment stands between what the payment says before and after.
  constexpr std::uint64_t order[][2] = {{16, 0},  {17, 0},  {17, 1},  {18, 1},  {18, 2},  {18, 3},  {18, 4},
                                        {19, 4},  {19, 5},  {19, 6},  {20, 6},  {20, 7},  {21, 7},  {21, 8},
                                        {21, 9},  {21, 10}, {22, 10}, {22, 11}, {23, 11}, {23, 12}, {24, 12},
                                        {24, 13}, {24, 14}, {24, 15}, {25, 15}, {25, 16}, {25, 17}, {26, 17},
                                        {26, 18}, {26, 19}, {27, 19}, {27, 20}, {28, 20}, {28, 21}, {28, 22}};
  for (const auto& [of_event, of_payments] : order) {
    CAPTURE(of_event);
    CAPTURE(of_payments);
    auto paper = day::card_facts();
    while (paper.size(day::events) > of_event) {
      paper.erase(day::events, paper.size(day::events));
    }
    keep(paper, of_payments);
    paper.seal();
    const auto report = audit::run_audit(paper);
    for (const auto& [what, entry] : report.found.by_kind()) {
      FAIL_CHECK(audit::name_of(what), " in stream ", int{entry.stream.kind}, " at seq ", entry.seq, ": ",
                 entry.detail);
    }
  }
}

TEST_CASE("what an audit of one event looks at has its payments in it") {
  auto paper = day::card_facts();
  paper.erase(day::events, seq::emils_return);
  paper.seal();
  audit::audit_options options;
  options.event = day::event.value();
  CHECK(audit::run_audit(paper, options).found.of(kind::sale_without_payment) == 1);
  options.event = 9;
  CHECK(audit::run_audit(paper, options).sound());
}

TEST_CASE("payments that have not ended and that nothing would wake are found") {
  auto paper = day::card_facts();
  paper.seal();
  paper.stored_heads[day::payments].next_deadline_ms.reset();
  const auto found = audit::run_audit(paper).found.by_kind();
  REQUIRE(found.contains(kind::deadline_missed));
  CHECK(found.at(kind::deadline_missed).stream == day::payments);
}

} // namespace holdfast::testing::settlement

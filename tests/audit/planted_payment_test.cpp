#include "tests/audit/card_day.hpp"
#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace day = holdfast::testing::day;
namespace seq = holdfast::testing::day::seq;
namespace paid = holdfast::testing::day::paid;
using testing::check;
using testing::kind;
using testing::paper_journal;

template <class Fact>
auto pay(paper_journal& paper, std::uint64_t at) -> Fact& {
  return paper.fact<Fact>(day::payments, at);
}

} // namespace

TEST_CASE("every planted fault of how payments begin is found and named where it is") {
  check(
      {
          {"a payment's number left out", kind::illegal_payment, day::payments, paid::doras_request,
           [](paper_journal& paper) {
             pay<payment_requested>(paper, paid::doras_request).payment = payment_number{3};
           }},
          {"a payment of nothing", kind::illegal_payment, day::payments, paid::doras_request,
           [](paper_journal& paper) { pay<payment_requested>(paper, paid::doras_request).hold = hold_number{}; }},
          {"a payment by nobody", kind::illegal_payment, day::payments, paid::doras_request,
           [](paper_journal& paper) { pay<payment_requested>(paper, paid::doras_request).buyer = subject_id{}; }},
          {"a card's name with a blank", kind::illegal_payment, day::payments, paid::doras_request,
           [](paper_journal& paper) {
             pay<payment_requested>(paper, paid::doras_request).method = std::string{"pm card"};
           }},
          {"two payments of one hold at once", kind::illegal_payment, day::payments, paid::fridas_request - 1,
           [](paper_journal& paper) {
             paper.erase(day::payments, paid::emils_voiding);
             pay<payment_requested>(paper, paid::fridas_request - 1).hold = hold_number{8};
           }},
          {"an intent without a request", kind::illegal_payment, day::payments, paid::doras_intent,
           [](paper_journal& paper) { pay<payment_intended>(paper, paid::doras_intent).payment = payment_number{9}; }},
          {"a second intent", kind::illegal_payment, day::payments, paid::doras_intent,
           [](paper_journal& paper) { pay<payment_intended>(paper, paid::doras_intent).payment = payment_number{1}; }},
          {"an amount below nothing", kind::illegal_payment, day::payments, paid::doras_intent,
           [](paper_journal& paper) { pay<payment_intended>(paper, paid::doras_intent).amount = -4'500; }},
          {"a currency in small letters", kind::illegal_payment, day::payments, paid::doras_intent,
           [](paper_journal& paper) {
             pay<payment_intended>(paper, paid::doras_intent).currency = currency_code{{'e', 'u', 'r'}};
           }},
          {"a gateway that is asked before the intent is durable", kind::illegal_payment, day::payments,
           paid::carls_preparation - 1, [](paper_journal& paper) { paper.erase(day::payments, paid::carls_intent); }},
          {"an authorisation before the preparation", kind::illegal_payment, day::payments,
           paid::carls_authorisation - 1,
           [](paper_journal& paper) { paper.erase(day::payments, paid::carls_preparation); }},
          {"an authorisation before the intent", kind::illegal_payment, day::payments, paid::carls_intent,
           [](paper_journal& paper) {
             paper.at(day::payments, paid::carls_intent).body = payment_authorised{payment_number{1}};
           }},
          {"one payment of the gateway for two", kind::illegal_payment, day::payments, paid::doras_preparation,
           [](paper_journal& paper) {
             pay<payment_prepared>(paper, paid::doras_preparation).gateway_payment = std::string{"pi_1"};
           }},
          {"a preparation of what costs nothing", kind::illegal_payment, day::payments, paid::doras_preparation,
           [](paper_journal& paper) { pay<payment_intended>(paper, paid::doras_intent).amount = 0; }},
      },
      true, day::card_facts);
}

TEST_CASE("every planted fault of how payments end is found and named where it is") {
  check(
      {
          {"a booking before the authorisation", kind::illegal_payment, day::payments, paid::carls_booking - 1,
           [](paper_journal& paper) { paper.erase(day::payments, paid::carls_authorisation); }},
          {"a capture before the booking", kind::illegal_payment, day::payments, paid::carls_capture - 1,
           [](paper_journal& paper) { paper.erase(day::payments, paid::carls_booking); }},
          {"a capture of a declined payment", kind::illegal_payment, day::payments, paid::doras_freeing,
           [](paper_journal& paper) {
             paper.at(day::payments, paid::doras_freeing).body = payment_captured{payment_number{2}, 4'500};
           }},
          {"a decline of what is authorised", kind::illegal_payment, day::payments, paid::carls_booking,
           [](paper_journal& paper) {
             paper.at(day::payments, paid::carls_booking).body =
                 payment_turned{payment_number{1}, turn::declined, event_refusal::none, {}};
           }},
          {"a payment of a hold that is lost before the money is there", kind::illegal_payment, day::payments,
           paid::doras_turn,
           [](paper_journal& paper) {
             pay<payment_turned>(paper,
                                 paid::doras_turn) = {payment_number{2}, turn::lost, event_refusal::hold_ended, {}};
           }},
          {"a lost payment without the event's reason", kind::illegal_payment, day::payments, paid::carls_booking,
           [](paper_journal& paper) {
             paper.at(day::payments, paid::carls_booking).body =
                 payment_turned{payment_number{1}, turn::lost, event_refusal::none, {}};
           }},
          {"money given back that nobody had", kind::illegal_payment, day::payments, paid::doras_freeing,
           [](paper_journal& paper) {
             paper.at(day::payments, paid::doras_freeing).body = payment_voided{payment_number{2}};
           }},
          {"money given back twice", kind::illegal_payment, day::payments, paid::emils_voiding,
           [](paper_journal& paper) {
             paper.at(day::payments, paid::emils_freeing).body = payment_voided{payment_number{3}};
             paper.at(day::payments, paid::emils_voiding).body = payment_voided{payment_number{3}};
           }},
          {"a hold freed twice", kind::illegal_payment, day::payments, paid::emils_voiding,
           [](paper_journal& paper) {
             paper.at(day::payments, paid::emils_voiding).body = payment_freed{payment_number{3}};
           }},
          {"another amount captured than intended", kind::payment_differs, day::payments, paid::carls_capture,
           [](paper_journal& paper) { pay<payment_captured>(paper, paid::carls_capture).amount += 1; }},
          {"a fact of payments in the event's stream", kind::fact_in_wrong_stream, day::events, seq::paused,
           [](paper_journal& paper) { paper.at(day::events, seq::paused).body = payment_freed{payment_number{1}}; }},
          {"a fact of the event in its payments' stream", kind::fact_in_wrong_stream, day::payments,
           paid::carls_booking,
           [](paper_journal& paper) {
             paper.at(day::payments, paid::carls_booking).body = hold_expired{hold_number{6}};
           }},
      },
      true, day::card_facts);
}

TEST_CASE("every planted fault of what a notification did is found and named where it is") {
  check(
      {
          {"a notification that took effect twice", kind::hint_repeated, day::payments, paid::fridas_preparation + 2,
           [](paper_journal& paper) {
             const auto when = paper.at(day::payments, paid::fridas_preparation).time;
             paper.add(day::payments, payment_hinted{payment_number{4}, std::string{"evt_1"}}, when);
             paper.add(day::payments, payment_hinted{payment_number{4}, std::string{"evt_1"}}, when);
           }},
          {"a notification about a payment that has ended", kind::illegal_payment, day::payments,
           paid::fridas_preparation + 1,
           [](paper_journal& paper) {
             const auto when = paper.at(day::payments, paid::fridas_preparation).time;
             paper.add(day::payments, payment_hinted{payment_number{1}, std::string{"evt_1"}}, when);
           }},
          {"a notification without a name", kind::illegal_payment, day::payments, paid::fridas_preparation + 1,
           [](paper_journal& paper) {
             const auto when = paper.at(day::payments, paid::fridas_preparation).time;
             paper.add(day::payments, payment_hinted{payment_number{4}, {}}, when);
           }},
      },
      true, day::card_facts);
}

#include "tests/audit/card_day.hpp"
#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

/// Refunds of tickets: Carl, who has seats 5 and 6 by payment 1, gives one back.
namespace holdfast::testing {

using namespace domain;

namespace {

constexpr payment_number carls{1};

constexpr auto carls_ticket = day::seq::carls_ticket;
constexpr auto request = day::paid::carls_refund;
constexpr auto owed = day::paid::carls_refund_owed;
constexpr auto refunded = day::paid::carls_refund_paid;

template <class Fact>
auto pay(paper_journal& paper, std::uint64_t at) -> Fact& {
  return paper.fact<Fact>(day::payments, at);
}

auto back(paper_journal& paper) -> order_returned& {
  return body<order_returned>(paper, carls_ticket);
}

} // namespace

TEST_CASE("every planted fault in a refund of tickets is found and named where it is") {
  check(
      {
          {"another seat than the ticket's", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) { back(paper).seats = {5}; }},
          {"another ticket than the payment asked for", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) {
             back(paper).tickets = {0};
             back(paper).seats = {5};
           }},
          {"a ticket that the order never had", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) { back(paper).tickets = {2}; }},
          {"a ticket that costs more when it goes back", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) { back(paper).total += 1; }},
          {"a ticket that takes a tax back which it had not", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) { back(paper).tax = 1; }},
          {"a ticket taken back by nobody", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) { back(paper).by = {}; }},
          {"a ticket of a card's order paid in cash", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) { back(paper).method = payment_record::method::cash; }},
          {"a buyer who gives back though the event lets none", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) {
             back(paper).why = return_cause::by_buyer;
             back(paper).by = {};
           }},
          {"an order of a cancelled event that is not", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) {
             back(paper).why = return_cause::cancelled;
             back(paper).by = {};
           }},
          {"an order that ends with a ticket left", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) { back(paper).goes_on = false; }},
      },
      true, day::ticket_day);
}

TEST_CASE("every planted fault in the payment of such a refund is found and named where it is") {
  check(
      {
          {"money owed for what is not back", kind::payment_differs, day::payments, day::paid::carls_capture,
           [](paper_journal& paper) { paper.erase(day::events, carls_ticket); }},
          {"more money owed than was paid", kind::payment_differs, day::payments, owed,
           [](paper_journal& paper) { pay<refund_owed>(paper, owed).amount = day::carls_total + 1; }},
          {"less money owed than the ticket cost", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) { pay<refund_owed>(paper, owed).amount -= 1; }},
          {"a ticket back that no payment asked for", kind::illegal_return, day::events, carls_ticket,
           [](paper_journal& paper) {
             paper.erase(day::payments, refunded);
             paper.erase(day::payments, owed);
             paper.erase(day::payments, request);
           }},
          {"money paid back that is not owed", kind::illegal_payment, day::payments, owed,
           [](paper_journal& paper) { paper.erase(day::payments, owed); }},
          {"a refund that nobody asked for", kind::illegal_payment, day::payments, request,
           [](paper_journal& paper) { pay<refund_requested>(paper, request).by = {}; }},
          {"a refund while another is under way", kind::illegal_payment, day::payments, owed,
           [](paper_journal& paper) {
             paper.at(day::payments, owed).body =
                 refund_requested{carls, {0}, return_cause::refunded, day::organisation, day::seller};
           }},
          {"a refund of a payment that was declined", kind::illegal_payment, day::payments, request,
           [](paper_journal& paper) { pay<refund_requested>(paper, request).payment = payment_number{2}; }},
          {"a refund refused for no reason", kind::illegal_payment, day::payments, owed,
           [](paper_journal& paper) {
             paper.erase(day::payments, refunded);
             paper.at(day::payments, owed).body = refund_refused{carls, event_refusal::none};
           }},
          {"an order refunded whole while a ticket goes back", kind::illegal_payment, day::payments, owed,
           [](paper_journal& paper) {
             paper.at(day::payments, owed).body =
                 payment_turned{carls, turn::refunded, event_refusal::none, {}, day::organisation, day::seller};
           }},
      },
      true, day::ticket_day);
}

} // namespace holdfast::testing

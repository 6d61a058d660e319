#include "journal/audit/auditor.hpp"
#include "tests/audit/card_day.hpp"
#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

#include <string>

/// Carl, who has seats 5 and 6 by payment 1, resells the first of them; Gina pays for it by payment 5.
namespace holdfast::testing::resale {

using namespace domain;
namespace audit = journal::audit;

namespace {

constexpr minor_units asked = 8'000;
constexpr minor_units paid_each = day::carls_total / 2;
constexpr payment_number carls{1};
constexpr payment_number ginas{5};
constexpr ticket_number ticket{hold_number{6}, 0};
constexpr ticket_place seat{false, 5};

/// Seqs of what is added to the day of cards.
constexpr std::uint64_t offer_seq = 29;
constexpr std::uint64_t hold_seq = 30;
constexpr std::uint64_t swap_seq = 32;
constexpr std::uint64_t intent_seq = 24;
constexpr std::uint64_t booking_seq = 27;
constexpr std::uint64_t owed_seq = 28;

auto resale_day() -> paper_journal {
  auto paper = day::card_facts();
  const auto at = paper.at(day::payments, paper.size(day::payments)).time + minutes(1);
  auto& config = body<event_amended>(paper, day::seq::amended).config;
  config.resale_max_percent = 90;
  config.starts_at = at + hours(48);
  const owner carl = hold(paper, day::seq::carls_hold).by;
  const owner gina{{50, 10}, {}};
  const auto cap = at + minutes(30);
  const hold_number hers{10};
  const std::string name = "pi_5";
  const auto of_event = [&](auto fact) { paper.add(day::events, std::move(fact), at); };
  const auto of_payment = [&](auto fact) { paper.add(day::payments, std::move(fact), at); };
  of_event(ticket_offered{ticket, 1, asked, carl});
  of_event(resale_held{hers, ticket, seat, gina, asked, at + minutes(10), cap});
  of_payment(payment_requested{ginas, hers, gina.subject, "pm_card"});
  of_event(hold_frozen{hers, ginas, cap});
  of_payment(payment_intended{ginas, asked, currency_code{{'E', 'U', 'R'}}, cap, carls});
  of_payment(payment_prepared{ginas, name});
  of_payment(payment_authorised{ginas});
  of_event(ticket_resold{ticket, hers, seat, paid_each, 0, asked, {}, carls, true});
  of_event(order_confirmed{hers, {payment_record::method::card, name, ""}, key_id{}, asked, ginas});
  of_payment(payment_booked{ginas});
  of_payment(resale_owed{carls, ginas, ticket, asked, paid_each - asked});
  of_payment(payment_captured{ginas, asked});
  of_payment(refund_paid{carls});
  return paper;
}

template <class Fact>
auto pay(paper_journal& paper, std::uint64_t at) -> Fact& {
  return paper.fact<Fact>(day::payments, at);
}

auto swap(paper_journal& paper) -> ticket_resold& {
  return body<ticket_resold>(paper, swap_seq);
}

} // namespace

TEST_CASE("a day of reselling is sound, and its hash is that of its state") {
  auto paper = resale_day();
  paper.seal();
  const auto report = audit::run_audit(paper);
  for (const auto& [what, entry] : report.found.by_kind()) {
    MESSAGE(audit::name_of(what), " at seq ", entry.seq, ": ", entry.detail);
  }
  CHECK(report.sound());
}

TEST_CASE("every planted fault in the resale of a ticket is found and named where it is") {
  check(
      {
          {"an offer above the event's price", kind::illegal_resale, day::events, offer_seq,
           [](paper_journal& paper) { body<ticket_offered>(paper, offer_seq).price = 8'911; }},
          {"an offer by an old code", kind::illegal_resale, day::events, offer_seq,
           [](paper_journal& paper) { body<ticket_offered>(paper, offer_seq).serial = 2; }},
          {"an offer of somebody else's ticket", kind::illegal_resale, day::events, offer_seq,
           [](paper_journal& paper) {
             body<ticket_offered>(paper, offer_seq).by = {day::anna, {}};
           }},
          {"an offer of an event without resale", kind::illegal_resale, day::events, offer_seq,
           [](paper_journal& paper) { body<event_amended>(paper, day::seq::amended).config.resale_max_percent = 0; }},
          {"an offer of an event that has begun", kind::illegal_resale, day::events, offer_seq,
           [](paper_journal& paper) {
             body<event_amended>(paper, day::seq::amended).config.starts_at = day::opening + hours(1);
           }},
          {"an offer of what a till sold", kind::illegal_resale, day::events, offer_seq,
           [](paper_journal& paper) {
             body<ticket_offered>(paper, offer_seq).ticket = {hold_number{1}, 0};
             body<ticket_offered>(paper, offer_seq).by = {day::anna, {}};
           }},
          {"a hold at another price than the offer's", kind::illegal_resale, day::events, hold_seq,
           [](paper_journal& paper) { body<resale_held>(paper, hold_seq).price -= 1; }},
          {"a hold of another place", kind::illegal_resale, day::events, hold_seq,
           [](paper_journal& paper) { body<resale_held>(paper, hold_seq).place.index = 6; }},
          {"a hold of what is not offered", kind::illegal_resale, day::events, hold_seq,
           [](paper_journal& paper) { body<resale_held>(paper, hold_seq).ticket.index = 1; }},
          {"a hold by the seller", kind::invalid_owner, day::events, hold_seq,
           [](paper_journal& paper) {
             body<resale_held>(paper, hold_seq).by = body<ticket_offered>(paper, offer_seq).by;
           }},
          {"a hold out of turn", kind::illegal_hold_number, day::events, hold_seq,
           [](paper_journal& paper) { body<resale_held>(paper, hold_seq).hold = hold_number{11}; }},
          {"a hold that ends later than the event's", kind::wrong_deadline, day::events, hold_seq,
           [](paper_journal& paper) { body<resale_held>(paper, hold_seq).expires_at.unix_ms += 1; }},
          {"a ticket resold for another price", kind::illegal_resale, day::events, swap_seq,
           [](paper_journal& paper) { swap(paper).price += 1; }},
          {"a ticket that had cost more when it is resold", kind::illegal_resale, day::events, swap_seq,
           [](paper_journal& paper) { swap(paper).price_paid += 1; }},
          {"a resale with a tax that the event has not", kind::wrong_tax, day::events, hold_seq,
           [](paper_journal& paper) {
             body<resale_held>(paper, hold_seq).tax = event_tax{"VAT", {tax_mode::inclusive, 1'000}};
           }},
          {"a ticket that had cost a tax when it is resold", kind::illegal_resale, day::events, swap_seq,
           [](paper_journal& paper) {
             swap(paper).price_paid -= 1;
             swap(paper).tax_paid += 1;
           }},
          {"a ticket resold as another place", kind::illegal_resale, day::events, swap_seq,
           [](paper_journal& paper) { swap(paper).place.index = 6; }},
          {"a ticket resold of another payment", kind::illegal_resale, day::events, swap_seq,
           [](paper_journal& paper) { swap(paper).payment = payment_number{3}; }},
          {"an order that ends with a ticket left", kind::illegal_resale, day::events, swap_seq,
           [](paper_journal& paper) { swap(paper).goes_on = false; }},
          {"an order whose place is the seller's", kind::illegal_resale, day::events, swap_seq,
           [](paper_journal& paper) { paper.erase(day::events, swap_seq); }},
      },
      true, resale_day);
}

TEST_CASE("every planted fault in the money of a resale is found and named where it is") {
  check(
      {
          {"more owed than the buyer pays", kind::payment_differs, day::payments, owed_seq,
           [](paper_journal& paper) { pay<resale_owed>(paper, owed_seq).amount += 1; }},
          {"less kept than is left", kind::payment_differs, day::payments, day::paid::carls_capture,
           [](paper_journal& paper) { pay<resale_owed>(paper, owed_seq).kept -= 1; }},
          {"more kept than there is", kind::payment_differs, day::payments, owed_seq,
           [](paper_journal& paper) { pay<resale_owed>(paper, owed_seq).kept = day::carls_total; }},
          {"money owed for another ticket", kind::payment_differs, day::payments, day::paid::carls_capture,
           [](paper_journal& paper) { pay<resale_owed>(paper, owed_seq).ticket.index = 1; }},
          {"nothing owed to the seller", kind::payment_differs, day::payments, booking_seq,
           [](paper_journal& paper) { paper.erase(day::payments, owed_seq); }},
          {"a ticket bought of a payment that came to nothing", kind::illegal_payment, day::payments, intent_seq,
           [](paper_journal& paper) { pay<payment_intended>(paper, intent_seq).seller = payment_number{3}; }},
          {"a ticket bought of nobody's payment", kind::payment_differs, day::payments, owed_seq,
           [](paper_journal& paper) { pay<payment_intended>(paper, intent_seq).seller = {}; }},
          {"a seller's money that was paid back twice", kind::illegal_payment, day::payments, 31,
           [](paper_journal& paper) {
             const auto at = paper.at(day::payments, paper.size(day::payments)).time;
             paper.add(day::payments, refund_paid{carls}, at);
           }},
      },
      true, resale_day);
}

} // namespace holdfast::testing::resale

#include "journal/audit/auditor.hpp"
#include "tests/audit/card_day.hpp"
#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

#include <string>

/// Gina's payment 5 is scored and sold with a review that her organiser accepts; Hugo's payment 6 is denied.
namespace holdfast::testing::risk {

using namespace domain;
namespace audit = journal::audit;

namespace {

constexpr minor_units price = 9'900;
constexpr payment_number ginas{5};
constexpr payment_number hugos{6};

/// Seqs of what is added to the day of cards, among its payments.
constexpr std::uint64_t intent_seq = 24;
constexpr std::uint64_t score_seq = 25;
constexpr std::uint64_t preparation_seq = 26;
constexpr std::uint64_t capture_seq = 29;
constexpr std::uint64_t review_seq = 30;
constexpr std::uint64_t denial_seq = 33;
constexpr std::uint64_t denial_turn_seq = 34;

auto risky_day() -> paper_journal {
  auto paper = day::card_facts();
  const auto at = paper.at(day::payments, paper.size(day::payments)).time + minutes(1);
  const auto cap = at + minutes(30);
  const currency_code euro{{'E', 'U', 'R'}};
  const std::string name = "pi_5";
  const auto of_event = [&](auto fact) { paper.add(day::events, std::move(fact), at); };
  const auto of_payment = [&](auto fact) { paper.add(day::payments, std::move(fact), at); };
  const auto hold_of = [&](hold_number number, subject_id who, payment_number payment) {
    auto made = hold(paper, day::seq::fridas_hold);
    made.hold = number;
    made.by = {who, {}};
    made.seats = {static_cast<seat_index>(2 + payment.value() - ginas.value())}; // Emil's, which went back
    made.prices = {price};
    made.expires_at = at + minutes(10);
    made.cap_at = cap;
    of_event(made);
    of_payment(payment_requested{payment, number, who, "pm_card"});
    of_event(hold_frozen{number, payment, cap});
    of_payment(payment_intended{payment, price, euro, cap, {}, {risk_verdict::deny, 1, 1}});
  };
  const hold_number hers{10};
  hold_of(hers, {50, 10}, ginas);
  of_payment(payment_scored{ginas, risk_verdict::review, payment_scored::source::hook, "new"});
  of_payment(payment_prepared{ginas, name});
  of_payment(payment_authorised{ginas});
  of_event(order_confirmed{hers, {payment_record::method::card, name, ""}, key_id{}, price, ginas});
  of_payment(payment_booked{ginas});
  of_payment(payment_captured{ginas, price});
  of_payment(review_closed{ginas, review_decision::accept, day::organisation, day::seller});
  const hold_number his{11};
  hold_of(his, {50, 11}, hugos);
  of_payment(payment_scored{hugos, risk_verdict::deny, payment_scored::source::policy, "timed_out"});
  of_payment(payment_turned{hugos, turn::declined, event_refusal::none, std::string{risk_denied_code}});
  of_event(hold_thawed{his, hugos, at + minutes(10), turn::declined});
  of_payment(payment_freed{hugos});
  return paper;
}

template <class Fact>
auto pay(paper_journal& paper, std::uint64_t at) -> Fact& {
  return paper.fact<Fact>(day::payments, at);
}

} // namespace

TEST_CASE("a day of scored payments is sound") {
  auto paper = risky_day();
  paper.seal();
  const auto report = audit::run_audit(paper);
  for (const auto& [what, entry] : report.found.by_kind()) {
    MESSAGE(audit::name_of(what), " at seq ", entry.seq, ": ", entry.detail);
  }
  CHECK(report.sound());
}

TEST_CASE("every planted fault in the scoring of a payment is found and named where it is") {
  check(
      {
          {"a gateway that is asked before the verdict", kind::illegal_payment, day::payments, preparation_seq - 1,
           [](paper_journal& paper) { paper.erase(day::payments, score_seq); }},
          {"a gateway that is asked for what was denied", kind::illegal_payment, day::payments, preparation_seq,
           [](paper_journal& paper) { pay<payment_scored>(paper, score_seq).verdict = risk_verdict::deny; }},
          {"a verdict on what is not scored", kind::illegal_payment, day::payments, score_seq,
           [](paper_journal& paper) { pay<payment_intended>(paper, intent_seq).risk = {}; }},
          {"two verdicts", kind::illegal_payment, day::payments, preparation_seq,
           [](paper_journal& paper) {
             paper.at(day::payments, preparation_seq).body = paper.at(day::payments, score_seq).body;
           }},
          {"a verdict that is none", kind::illegal_payment, day::payments, score_seq,
           [](paper_journal& paper) { pay<payment_scored>(paper, score_seq).verdict = risk_verdict::none; }},
          {"a verdict for want of one that is not the event's", kind::illegal_payment, day::payments, score_seq,
           [](paper_journal& paper) { pay<payment_scored>(paper, score_seq).by = payment_scored::source::policy; }},
          {"a reason without an end", kind::illegal_payment, day::payments, score_seq,
           [](paper_journal& paper) { pay<payment_scored>(paper, score_seq).reason.assign(201, 'r'); }},
          {"a denied payment that is declined by somebody else", kind::illegal_payment, day::payments, denial_turn_seq,
           [](paper_journal& paper) { pay<payment_turned>(paper, denial_turn_seq).code = "card_declined"; }},
          {"scoring for nothing", kind::illegal_payment, day::payments, intent_seq,
           [](paper_journal& paper) { pay<payment_intended>(paper, intent_seq).risk.on_failure = risk_verdict::none; }},
          {"a review of a payment that is not captured", kind::illegal_payment, day::payments, capture_seq,
           [](paper_journal& paper) { paper.erase(day::payments, capture_seq); }},
          {"a review of what was to be allowed", kind::illegal_payment, day::payments, review_seq,
           [](paper_journal& paper) { pay<payment_scored>(paper, score_seq).verdict = risk_verdict::allow; }},
          {"a review that is closed twice", kind::illegal_payment, day::payments, denial_seq + 3,
           [](paper_journal& paper) {
             const auto again = pay<review_closed>(paper, review_seq);
             paper.add(day::payments, again, paper.at(day::payments, denial_seq + 2).time);
           }},
          {"a review by nobody", kind::illegal_payment, day::payments, review_seq,
           [](paper_journal& paper) { pay<review_closed>(paper, review_seq).by = key_id{}; }},
          {"a review to no end", kind::illegal_payment, day::payments, review_seq,
           [](paper_journal& paper) { pay<review_closed>(paper, review_seq).decision = review_decision::none; }},
      },
      true, risky_day);
}

} // namespace holdfast::testing::risk

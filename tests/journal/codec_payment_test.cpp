#include "domain/limits.hpp"
#include "journal/facts.pb.h"
#include "tests/journal/codec_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
using testing::again;
using testing::read_message;

} // namespace

TEST_CASE("a payment's facts keep every field") {
  const auto requested = again(payment_requested{payment_number{7}, hold_number{9}, {1, 2}, "pm_card"});
  CHECK(requested.payment == payment_number{7});
  CHECK(requested.hold == hold_number{9});
  CHECK(requested.buyer == subject_id{1, 2});
  CHECK(requested.method == "pm_card");
  const auto intended = again(payment_intended{payment_number{7}, 4'500, {{'J', 'P', 'Y'}}, {12'345}});
  CHECK(intended.amount == 4'500);
  CHECK(intended.currency.text() == "JPY");
  CHECK(intended.pinned_until == instant{12'345});
  CHECK(again(payment_prepared{payment_number{7}, "pi_7"}).gateway_payment == "pi_7");
  CHECK(again(payment_captured{payment_number{7}, 4'500}).amount == 4'500);
  const auto hinted = again(payment_hinted{payment_number{7}, "evt_7"});
  CHECK(hinted.payment == payment_number{7});
  CHECK(hinted.hint == "evt_7");
  for (const auto why : {turn::refused, turn::declined, turn::unavailable, turn::mismatch, turn::lost, turn::uncaptured,
                         turn::timed_out}) {
    CHECK(again(payment_turned{payment_number{7}, why, event_refusal::none, {}}).why == why);
  }
  const auto turned = again(payment_turned{payment_number{7}, turn::lost, event_refusal::wrong_status, "code"});
  CHECK(turned.event == event_refusal::wrong_status);
  CHECK(turned.code == "code");
}

TEST_CASE("what a payment is scored by, its verdict and its review keep every field") {
  const risk_terms terms{risk_verdict::review, 3, 8};
  const auto intended = again(payment_intended{payment_number{7}, 4'500, {{'J', 'P', 'Y'}}, {1}, {}, terms});
  CHECK(intended.risk == terms);
  for (const auto verdict : {risk_verdict::allow, risk_verdict::review, risk_verdict::deny}) {
    for (const auto by : {payment_scored::source::hook, payment_scored::source::policy}) {
      const auto scored = again(payment_scored{payment_number{7}, verdict, by, "why"});
      CHECK(scored.payment == payment_number{7});
      CHECK(scored.verdict == verdict);
      CHECK(scored.by == by);
      CHECK(scored.reason == "why");
    }
  }
  for (const auto decision : {review_decision::accept, review_decision::refund}) {
    const auto closed = again(review_closed{payment_number{7}, decision, organisation_id{5}, key_id{6}});
    CHECK(closed.payment == payment_number{7});
    CHECK(closed.decision == decision);
    CHECK(closed.organisation == organisation_id{5});
    CHECK(closed.by == key_id{6});
  }
}

TEST_CASE("verdicts and reviews that there are not are refused") {
  wire::PaymentIntended intended;
  intended.set_currency("EUR");
  intended.set_risk_on_failure(3);
  CHECK(read_message(129, intended).has_value());
  intended.set_risk_on_failure(4);
  CHECK_FALSE(read_message(129, intended).has_value());

  wire::PaymentScored scored;
  scored.set_verdict(1);
  scored.set_by(1);
  CHECK(read_message(144, scored).has_value());
  for (const auto& [verdict, by] : {std::pair{0U, 1U}, {4U, 1U}, {1U, 0U}, {1U, 3U}}) {
    scored.set_verdict(verdict);
    scored.set_by(by);
    CHECK_FALSE(read_message(144, scored).has_value());
  }
  scored.set_verdict(3);
  scored.set_by(2);
  scored.set_reason(std::string(limits::risk_reason_bytes_max + 1, 'r'));
  CHECK_FALSE(read_message(144, scored).has_value());

  wire::ReviewClosed closed;
  CHECK_FALSE(read_message(145, closed).has_value());
  closed.set_decision(2);
  CHECK(read_message(145, closed).has_value());
  closed.set_decision(3);
  CHECK_FALSE(read_message(145, closed).has_value());
}

TEST_CASE("what an event says of paid holds keeps every field") {
  const auto frozen = again(hold_frozen{hold_number{3}, payment_number{7}, {99}});
  CHECK(frozen.hold == hold_number{3});
  CHECK(frozen.payment == payment_number{7});
  CHECK(frozen.until == instant{99});
  const auto thawed = again(hold_thawed{hold_number{3}, payment_number{7}, {98}, turn::timed_out});
  CHECK(thawed.payment == payment_number{7});
  CHECK(thawed.expires_at == instant{98});
  CHECK(thawed.why == turn::timed_out);
  const auto returned = again(order_returned{hold_number{3},
                                             return_cause::uncaptured,
                                             key_id{5},
                                             {1, 4},
                                             {10, 20},
                                             {1, 2},
                                             {{6, 7, 8, 9}},
                                             allocation_number{11},
                                             33});
  CHECK(returned.by == key_id{5});
  CHECK(returned.seats == std::vector<seat_index>{1, 4});
  CHECK(returned.prices == std::vector<minor_units>{10, 20});
  CHECK(returned.fees == std::vector<minor_units>{1, 2});
  CHECK(returned.areas == std::vector<held_area>{{6, 7, 8, 9}});
  CHECK(returned.allocation == allocation_number{11});
  CHECK(returned.total == 33);
}

TEST_CASE("facts about payments that no payment can have are refused") {
  wire::PaymentIntended intended;
  intended.set_payment(1);
  intended.set_currency("EUR");
  CHECK(read_message(129, intended).has_value());
  intended.set_currency("EU");
  CHECK_FALSE(read_message(129, intended).has_value());
  intended.set_currency("EUR");
  intended.set_amount(-1);
  CHECK_FALSE(read_message(129, intended).has_value());

  wire::PaymentPrepared prepared;
  prepared.set_payment(1);
  CHECK_FALSE(read_message(130, prepared).has_value());

  wire::PaymentCaptured captured;
  captured.set_amount(-1);
  CHECK_FALSE(read_message(133, captured).has_value());

  wire::PaymentTurned turned;
  for (const std::uint32_t why : {0U, 10U}) {
    turned.set_why(why);
    CHECK_FALSE(read_message(134, turned).has_value());
  }
  turned.set_why(1);
  CHECK(read_message(134, turned).has_value());
  turned.set_event(13);
  CHECK_FALSE(read_message(134, turned).has_value());

  turned.set_event(0);
  for (const std::uint32_t cause : {1U, 2U, 5U}) {
    turned.set_cause(cause);
    CHECK_FALSE(read_message(134, turned).has_value());
  }

  wire::HoldThawed thawed;
  CHECK_FALSE(read_message(22, thawed).has_value());

  wire::OrderReturned returned;
  CHECK_FALSE(read_message(23, returned).has_value());
  returned.set_why(1);
  CHECK(read_message(23, returned).has_value());
  returned.add_seats(1);
  CHECK_FALSE(read_message(23, returned).has_value());
  returned.add_prices(1);
  CHECK(read_message(23, returned).has_value());
  returned.set_allocation(65'536);
  CHECK_FALSE(read_message(23, returned).has_value());
}

TEST_CASE("facts about refunds that no refund can have are refused") {
  wire::RefundRequested asked;
  asked.set_cause(2);
  CHECK_FALSE(read_message(139, asked).has_value());
  asked.add_tickets(4);
  CHECK(read_message(139, asked).has_value());
  asked.add_tickets(4);
  CHECK_FALSE(read_message(139, asked).has_value());
  asked.set_tickets(1, 5);
  asked.set_cause(5);
  CHECK_FALSE(read_message(139, asked).has_value());

  wire::RefundOwed owed;
  CHECK(read_message(140, owed).has_value());
  owed.set_amount(-1);
  CHECK_FALSE(read_message(140, owed).has_value());

  wire::RefundRefused not_back;
  not_back.set_event(13);
  CHECK_FALSE(read_message(141, not_back).has_value());
}

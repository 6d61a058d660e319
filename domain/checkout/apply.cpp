#include "domain/check.hpp"
#include "domain/checkout/decide.hpp"
#include "domain/limits.hpp"
#include "domain/remembered_keys.hpp"

#include <algorithm>
#include <variant>

namespace holdfast::domain {
namespace {

auto at_status(checkout_state& state, payment_number number, payment_status status) noexcept -> payment& {
  HF_CHECK(static_cast<bool>(number) && number.value() <= state.payments.size(), "the payment is there");
  auto& found = state.payments[number.value() - 1];
  HF_CHECK(found.status == status, "a payment follows its order");
  return found;
}

void end_payment(checkout_state& state, payment& what, payment_status status) {
  what.status = status;
  state.open.erase(what.number);
}

/// Nothing left to undo.
void end_when_undone(checkout_state& state, payment& what) {
  if (!what.owes_event && !what.owes_money) {
    end_payment(state, what, payment_status::failed);
    state.for_review.erase(what.number);
  }
}

void fold(checkout_state& state, const payment_requested& what, const fact& in) {
  HF_CHECK(what.payment.value() == state.payments.size() + 1, "payments are numbered without gaps");
  HF_CHECK(static_cast<bool>(what.hold), "a payment is for a hold");
  const auto* const before = state.find_newest(what.hold);
  HF_CHECK(before == nullptr || before->has_ended(), "a hold is paid by one payment at a time");
  payment made;
  made.number = what.payment;
  made.hold = what.hold;
  made.buyer = what.buyer;
  made.method = what.method;
  made.asked_by = in.command;
  made.requested_at = in.time;
  state.payments.push_back(std::move(made));
  state.open.insert(what.payment);
  state.newest_of_hold[what.hold] = what.payment;
}

void fold(checkout_state& state, const payment_intended& what, const fact& in) {
  auto& of = at_status(state, what.payment, payment_status::requested);
  HF_CHECK(what.amount >= 0, "an amount is not negative");
  of.status = payment_status::intended;
  of.amount = what.amount;
  of.currency = what.currency;
  of.pinned_until = what.pinned_until;
  if (what.seller) {
    HF_CHECK(what.seller < what.payment, "what is resold was paid for before");
    ++at_status(state, what.seller, payment_status::captured).pinned;
    of.seller = what.seller;
  }
  of.intended_at = in.time;
  HF_CHECK(what.amount > 0 || what.risk == risk_terms{}, "what costs nothing is not scored");
  of.risk = what.risk;
}

void fold(checkout_state& state, const payment_scored& what, const fact& in) {
  auto& of = at_status(state, what.payment, payment_status::intended);
  HF_CHECK(of.risk.on_failure != risk_verdict::none && of.verdict == risk_verdict::none, "what is scored is so once");
  HF_CHECK(what.verdict != risk_verdict::none, "a verdict says something");
  of.verdict = what.verdict;
  of.verdict_by = what.by;
  of.verdict_reason = what.reason;
  of.scored_at = in.time;
  if (of.verdict == risk_verdict::review) {
    state.for_review.insert(of.number);
  }
}

void fold(checkout_state& state, const review_closed& what, const fact&) {
  auto& of = at_status(state, what.payment, payment_status::captured);
  HF_CHECK(of.is_under_review() && what.decision != review_decision::none, "a review is closed once");
  of.review = what.decision;
  state.for_review.erase(of.number);
}

void fold(checkout_state& state, const payment_prepared& what, const fact&) {
  auto& of = at_status(state, what.payment, payment_status::intended);
  HF_CHECK(of.amount > 0, "what costs nothing needs no gateway");
  HF_CHECK(!what.gateway_payment.empty(), "the gateway's payment has a name");
  const bool may_go_on = of.risk.on_failure == risk_verdict::none || of.verdict == risk_verdict::allow ||
                         of.verdict == risk_verdict::review;
  HF_CHECK(may_go_on, "the gateway is asked for nothing that was denied, or not scored yet");
  of.status = payment_status::prepared;
  of.gateway_payment = what.gateway_payment;
}

void fold(checkout_state& state, const payment_authorised& what, const fact&) {
  auto& of = at_status(state, what.payment, payment_status::prepared);
  of.status = payment_status::authorised;
  of.card = what.card;
}

/// It will not be booked any more for a ticket of another's: that one's order is its own again.
void unpin_seller(checkout_state& state, const payment& of) noexcept {
  if (!of.seller) {
    return;
  }
  auto& seller = at_status(state, of.seller, payment_status::captured);
  HF_CHECK(seller.pinned > 0, "whoever sells waits for whoever buys");
  --seller.pinned;
}

void fold(checkout_state& state, const payment_booked& what, const fact&) {
  const auto* const found = state.find(what.payment);
  const bool free_of_charge = found != nullptr && found->status == payment_status::intended && found->amount == 0;
  auto& of = at_status(state, what.payment, free_of_charge ? payment_status::intended : payment_status::authorised);
  of.status = payment_status::booked;
  unpin_seller(state, of);
}

void fold(checkout_state& state, const payment_captured& what, const fact&) {
  auto& of = at_status(state, what.payment, payment_status::booked);
  HF_CHECK(what.amount == of.amount, "what is taken is what was asked for");
  end_payment(state, of, payment_status::captured);
}

/// From where a payment may turn so.
auto may_turn(const payment& of, turn why) noexcept -> bool {
  const auto at = of.status;
  switch (why) {
  case turn::refused: return at == payment_status::requested;
  case turn::declined:
  case turn::unavailable:
  case turn::mismatch: return at == payment_status::intended || at == payment_status::prepared;
  case turn::timed_out: return at == payment_status::prepared;
  case turn::over_limit: return at == payment_status::authorised;
  case turn::lost: return at == payment_status::authorised || (at == payment_status::intended && of.amount == 0);
  case turn::uncaptured: return at == payment_status::booked;
  case turn::refunded: return at == payment_status::captured;
  }
  return false;
}

void fold(checkout_state& state, const payment_turned& what, const fact& in) {
  HF_CHECK(state.find(what.payment) != nullptr, "the payment is there");
  auto& of = state.payments[what.payment.value() - 1];
  HF_CHECK(may_turn(of, what.why), "a payment follows its order");
  if (of.status == payment_status::intended || of.status == payment_status::prepared ||
      of.status == payment_status::authorised) {
    unpin_seller(state, of);
  }
  of.status = payment_status::turned;
  of.why = what.why;
  of.event = what.event;
  of.code = what.code;
  if (what.why == turn::refunded) {
    HF_CHECK(!of.going_back && of.resold.empty() && of.pinned == 0, "one refund of a payment at a time");
    of.refund_asked_by = in.command;
    of.refund_organisation = what.organisation;
    of.refund_by = what.by;
    of.refund_cause = what.cause;
    state.open.insert(of.number);
  }
  // A decline, and a gateway that was not asked, say themselves that nothing is reserved.
  const bool moved = what.why != turn::declined && what.why != turn::unavailable;
  of.owes_money = moved && !of.gateway_payment.empty();
  of.owes_event = what.why != turn::refused && what.why != turn::lost;
  end_when_undone(state, of);
}

void fold(checkout_state& state, const payment_restored& what, const fact&) {
  auto& of = at_status(state, what.payment, payment_status::turned);
  HF_CHECK(of.why == turn::refunded && of.owes_event, "what is restored was to be refunded, and nothing was undone");
  of.owes_event = false;
  of.owes_money = false;
  of.event = what.event;
  if (of.review == review_decision::refund) {
    of.review = review_decision::none; // its organiser decides again
    state.for_review.insert(of.number);
  }
  end_payment(state, of, payment_status::captured);
}

void fold(checkout_state& state, const payment_voided& what, const fact&) {
  auto& of = at_status(state, what.payment, payment_status::turned);
  HF_CHECK(of.owes_money, "money goes back once");
  of.owes_money = false;
  end_when_undone(state, of);
}

void fold(checkout_state& state, const payment_freed& what, const fact&) {
  auto& of = at_status(state, what.payment, payment_status::turned);
  HF_CHECK(of.owes_event, "the event is told once");
  of.owes_event = false;
  end_when_undone(state, of);
}

void fold(checkout_state& state, const payment_hinted& what, const fact&) {
  HF_CHECK(state.find(what.payment) != nullptr, "the payment is there");
  auto& of = state.payments[what.payment.value() - 1];
  HF_CHECK(!of.has_ended() && of.hints.size() < limits::payment_hints_max, "what has ended waits for nobody");
  HF_CHECK(std::ranges::find(of.hints, what.hint) == of.hints.end(), "a notification is acted on once");
  of.hints.push_back(what.hint);
}

void fold(checkout_state& state, const refund_requested& what, const fact& in) {
  auto& of = at_status(state, what.payment, payment_status::captured);
  HF_CHECK(!of.going_back && of.resold.empty() && of.pinned == 0, "one refund of a payment at a time");
  HF_CHECK(!what.tickets.empty(), "some tickets go back");
  of.going_back = refund{what.tickets, what.cause, what.organisation, what.by, in.command, {}};
  ++of.refunds;
  state.open.insert(of.number);
}

auto under_way(checkout_state& state, payment_number number, bool owed) noexcept -> payment& {
  auto& of = at_status(state, number, payment_status::captured);
  HF_CHECK(of.going_back && of.going_back->owed.has_value() == owed, "a refund follows its order");
  return of;
}

void end_refund(checkout_state& state, payment& of) {
  of.going_back.reset();
  state.open.erase(of.number);
}

void fold(checkout_state& state, const refund_owed& what, const fact&) {
  auto& of = under_way(state, what.payment, false);
  HF_CHECK(what.amount >= 0 && what.amount <= of.amount - of.refunded - of.kept, "no more goes back than was paid");
  of.going_back->owed = what.amount;
  of.refunded += what.amount;
}

void fold(checkout_state& state, const refund_refused& what, const fact&) {
  end_refund(state, under_way(state, what.payment, false));
}

void fold(checkout_state& state, const resale_owed& what, const fact&) {
  const auto* const by = state.find(what.by);
  HF_CHECK(by != nullptr && by->seller == what.payment && by->status == payment_status::booked,
           "what is owed to a seller was bought");
  HF_CHECK(what.amount == by->amount, "a seller has back what the buyer pays");
  auto& of = at_status(state, what.payment, payment_status::captured);
  HF_CHECK(!of.going_back, "no ticket is resold while tickets go back");
  HF_CHECK(what.amount >= 0 && what.kept >= 0 && what.amount + what.kept <= of.amount - of.refunded - of.kept,
           "no more goes back than was paid");
  of.refunded += what.amount;
  of.kept += what.kept;
  if (what.amount > 0) {
    of.resold.push_back(what.amount);
    state.open.insert(of.number);
  }
}

void fold(checkout_state& state, const refund_paid& what, const fact&) {
  if (const auto* const found = state.find(what.payment); found != nullptr && !found->resold.empty()) {
    auto& of = at_status(state, what.payment, payment_status::captured);
    of.resold.erase(of.resold.begin());
    if (of.has_ended()) {
      state.open.erase(of.number);
    }
    return;
  }
  end_refund(state, under_way(state, what.payment, true));
}

/// Facts of other streams never stand here.
template <class Other>
void fold(checkout_state&, const Other&, const fact&) noexcept {
  HF_CHECK(false, "a fact of another kind of stream");
}

void forget_keys(checkout_state& state, instant now) {
  while (!state.keys_by_time.empty()) {
    const auto oldest = state.keys_remembered.find(state.keys_by_time.front());
    if (!is_forgotten(hour_of(oldest->second.at), now)) {
      return;
    }
    state.keys_remembered.erase(oldest);
    state.keys_by_time.pop_front();
  }
}

} // namespace

void apply(checkout_state& state, const fact& what) noexcept {
  HF_CHECK(what.time >= state.time, "time never goes back");
  state.time = what.time;
  ++state.seq;
  forget_keys(state, what.time);
  std::visit([&](const auto& body) { fold(state, body, what); }, what.body);
  const auto* const begun = std::get_if<payment_requested>(&what.body);
  const auto* const turned = std::get_if<payment_turned>(&what.body);
  const auto* const refunding = std::get_if<refund_requested>(&what.body);
  const auto* const closed = std::get_if<review_closed>(&what.body);
  if (what.command != command_id{} &&
      (begun != nullptr || turned != nullptr || refunding != nullptr || closed != nullptr)) {
    const auto payment = begun != nullptr       ? begun->payment
                         : turned != nullptr    ? turned->payment
                         : refunding != nullptr ? refunding->payment
                                                : closed->payment;
    const checkout_state::remembered entry{what.command.request, payment, what.time};
    if (state.keys_remembered.try_emplace(what.command.key, entry).second) {
      state.keys_by_time.push_back(what.command.key);
    }
  }
}

} // namespace holdfast::domain

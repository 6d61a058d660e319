#include "journal/audit/payment_check.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace holdfast::journal::audit {
namespace {

constexpr std::size_t method_bytes_max = 128;
constexpr std::size_t gateway_text_bytes_max = 64;
constexpr std::size_t hints_max = 16;

enum turn : std::uint64_t {
  refused = 1,
  declined,
  unavailable,
  mismatch,
  lost,
  uncaptured,
  timed_out,
  refunded,
  over_limit
};
constexpr std::uint64_t event_refusal_last = 12;
constexpr std::uint64_t review_refund = 2;
constexpr std::uint64_t cause_organiser = 2;
constexpr std::uint64_t cause_buyer = 3;
constexpr std::uint64_t cause_cancelled = 4;

using payment = payment_check::payment;

auto text(std::uint64_t number) -> std::string {
  return std::to_string(number);
}

auto is_method(std::string_view name) -> bool {
  return !name.empty() && name.size() <= method_bytes_max && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

auto is_currency(std::string_view code) -> bool {
  return code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// From where a payment may turn so.
auto may_turn(const payment& of, std::uint64_t why) -> bool {
  using stage = payment_check::stage;
  const bool asked_of_gateway = of.step == stage::intended || of.step == stage::prepared;
  switch (why) {
  case turn::refused: return of.step == stage::requested;
  case turn::unavailable: return asked_of_gateway; // or its seller's money is not settled
  case turn::declined:
  case turn::mismatch: return asked_of_gateway && of.amount != 0;
  case turn::timed_out: return of.step == stage::prepared;
  case turn::over_limit: return of.step == stage::authorised;
  case turn::lost: return of.step == stage::authorised || (of.step == stage::intended && of.amount == 0);
  case turn::uncaptured: return of.step == stage::booked;
  case turn::refunded: return of.step == stage::captured && !of.gives_back();
  default: return false;
  }
}

} // namespace

void payment_check::refuse(violation_kind why, std::string detail) {
  to_.add(why, stream_, seq_, std::move(detail));
}

void payment_check::take(const record& at, const fact& what) {
  seq_ = at.seq;
  time_ms_ = at.time_ms;
  std::visit([this](const auto& known) { on(known); }, what);
}

auto payment_check::at_step(std::uint64_t number, bool (*is_right)(const payment&), const char* done) -> payment* {
  const auto found = payments_.find(number);
  if (found == payments_.end()) {
    refuse(violation_kind::illegal_payment, "payment " + text(number) + " was " + done + ", and is not there");
    return nullptr;
  }
  if (!is_right(found->second))
    refuse(violation_kind::illegal_payment, "payment " + text(number) + " was " + done + " at step " +
                                                text(static_cast<std::uint64_t>(found->second.step)));
  found->second.last_ms = time_ms_;
  return &found->second;
}

void payment_check::on(const payment_requested& what) {
  if (what.payment != payments_.size() + 1)
    refuse(violation_kind::illegal_payment,
           "payment " + text(what.payment) + " follows payment " + text(payments_.size()));
  if (what.hold == 0 || !what.buyer.is_buyer() || !is_method(what.method))
    refuse(violation_kind::illegal_payment,
           "payment " + text(what.payment) + " is of no hold, by nobody, or by no means");
  const auto before = newest_of_hold_.find(what.hold);
  if (before != newest_of_hold_.end() && !payments_[before->second].has_ended())
    refuse(violation_kind::illegal_payment, "payment " + text(what.payment) + " of hold " + text(what.hold) +
                                                " was begun while payment " + text(before->second) + " was going on");
  auto& made = payments_[what.payment];
  made.hold = what.hold;
  made.buyer = what.buyer;
  made.requested_at = seq_;
  made.last_ms = time_ms_;
  newest_of_hold_[what.hold] = what.payment;
}

void payment_check::on(const payment_intended& what) {
  auto* of = at_step(
      what.payment, [](const payment& its) { return its.step == stage::requested; }, "intended");
  if (of == nullptr)
    return;
  if (what.amount < 0 || !is_currency(what.currency))
    refuse(violation_kind::illegal_payment,
           "payment " + text(what.payment) + " is to be of a negative amount, or in no currency");
  of->step = stage::intended;
  of->amount = what.amount;
  of->currency = what.currency;
  of->pinned_until = what.pinned_until;
  of->intended_at = seq_;
  of->risk_on_failure = what.risk_on_failure;
  of->seller = what.seller;
  const bool has_terms = what.risk_on_failure != 0 || what.places != 0 || what.buyer_places != 0;
  if (what.risk_on_failure > 3 || (has_terms && (what.amount == 0 || what.risk_on_failure == 0)))
    refuse(violation_kind::illegal_payment, "payment " + text(what.payment) + " is scored for no reason that there is");
  const auto seller = payments_.find(what.seller);
  if (what.seller != 0 && (seller == payments_.end() || seller->second.step != stage::captured ||
                           seller->second.refunds_tickets() || what.seller == what.payment))
    refuse(violation_kind::illegal_payment, "payment " + text(what.payment) + " is for a ticket of payment " +
                                                text(what.seller) + ", which is not settled");
}

void payment_check::on(const payment_prepared& what) {
  auto* of = at_step(
      what.payment, [](const payment& its) { return its.step == stage::intended && its.amount > 0; }, "prepared");
  if (of == nullptr)
    return;
  if (what.gateway_payment.empty() || what.gateway_payment.size() > gateway_text_bytes_max ||
      !gateway_payments_.insert(what.gateway_payment).second)
    refuse(violation_kind::illegal_payment,
           "payment " + text(what.payment) + " has no name at the gateway, or that of another payment");
  check_verdict(what.payment, *of);
  of->step = stage::prepared;
  of->gateway_payment = what.gateway_payment;
}

void payment_check::on(const payment_authorised& what) {
  auto* of = at_step(
      what.payment, [](const payment& its) { return its.step == stage::prepared; }, "authorised");
  if (of == nullptr)
    return;
  of->step = stage::authorised;
  of->card = what.card;
}

void payment_check::on(const payment_booked& what) {
  auto* of = at_step(
      what.payment,
      [](const payment& its) {
        return its.step == stage::authorised || (its.step == stage::intended && its.amount == 0);
      },
      "booked");
  if (of == nullptr)
    return;
  of->step = stage::booked;
  of->booked_at = seq_;
}

void payment_check::on(const payment_captured& what) {
  auto* of = at_step(
      what.payment, [](const payment& its) { return its.step == stage::booked; }, "captured");
  if (of == nullptr)
    return;
  if (what.amount != of->amount)
    refuse(violation_kind::payment_differs, "payment " + text(what.payment) + " was to be of " +
                                                std::to_string(of->amount) + ", and " + std::to_string(what.amount) +
                                                " was captured");
  if (const auto [first, added] = captured_of_hold_.emplace(of->hold, what.payment); !added)
    refuse(violation_kind::captured_twice, "payments " + text(first->second) + " and " + text(what.payment) +
                                               " were captured for hold " + text(of->hold));
  of->step = stage::captured;
  of->amount = what.amount;
  of->captured_at = seq_;
}

void payment_check::on(const payment_turned& what) {
  const auto found = payments_.find(what.payment);
  if (found == payments_.end()) {
    refuse(violation_kind::illegal_payment, "payment " + text(what.payment) + " turned, and is not there");
    return;
  }
  auto& of = found->second;
  if (what.why == turn::refunded && is_pinned(what.payment))
    refuse(violation_kind::illegal_payment,
           "payment " + text(what.payment) + " was refunded while a ticket of its order was being bought");
  check_verdict(what, of);
  const bool of_event = what.why == turn::refused || what.why == turn::lost;
  const bool names_event = of_event || what.why == turn::over_limit;
  if (!may_turn(of, what.why))
    refuse(violation_kind::illegal_payment, "payment " + text(what.payment) + " turned for reason " + text(what.why) +
                                                " at step " + text(static_cast<std::uint64_t>(of.step)));
  if (names_event != (what.event != 0) || what.event > event_refusal_last || what.code.size() > gateway_text_bytes_max)
    refuse(violation_kind::illegal_payment,
           "payment " + text(what.payment) + " turned for the event's sake without its reason, or the other way round");
  const bool by_key = what.organisation != 0 && what.by != 0;
  const bool known_cause =
      what.cause == 0 || (what.why == turn::refunded && (what.cause == cause_buyer || what.cause == cause_cancelled));
  if (!known_cause || by_key != (what.why == turn::refunded && what.cause == 0))
    refuse(violation_kind::illegal_payment,
           "payment " + text(what.payment) + " was refunded by nobody, or a key ended it otherwise");
  of.last_ms = time_ms_;
  of.step = stage::turned;
  of.why = what.why;
  // A decline, and a gateway that was not asked, say themselves that nothing is reserved.
  of.owes_money = what.why != turn::declined && what.why != turn::unavailable && !of.gateway_payment.empty();
  of.owes_event = !of_event;
}

void payment_check::on(const payment_restored& what) {
  auto* of = at_step(
      what.payment,
      [](const payment& its) { return its.step == stage::turned && its.why == turn::refunded && its.owes_event; },
      "restored");
  if (of == nullptr)
    return;
  if (what.event == 0 || what.event > event_refusal_last)
    refuse(violation_kind::illegal_payment, "payment " + text(what.payment) + " was restored for no reason");
  of->step = stage::captured;
  of->why = 0;
  of->review = of->review == review_refund ? 0 : of->review;
  of->owes_event = false;
  of->owes_money = false;
}

void payment_check::on(const payment_voided& what) {
  auto* of = at_step(
      what.payment, [](const payment& its) { return its.step == stage::turned && its.owes_money; }, "voided");
  if (of != nullptr)
    of->owes_money = false;
}

void payment_check::on(const payment_freed& what) {
  auto* of = at_step(
      what.payment, [](const payment& its) { return its.step == stage::turned && its.owes_event; }, "freed");
  if (of != nullptr)
    of->owes_event = false;
}

void payment_check::on(const payment_hinted& what) {
  auto* of = at_step(
      what.payment, [](const payment& its) { return !its.has_ended(); }, "hinted at");
  if (of == nullptr)
    return;
  if (!of->hints.insert(what.hint).second)
    refuse(violation_kind::hint_repeated,
           "payment " + text(what.payment) + " acted twice on notification " + what.hint);
  if (what.hint.empty() || what.hint.size() > gateway_text_bytes_max || of->hints.size() > hints_max)
    refuse(violation_kind::illegal_payment,
           "payment " + text(what.payment) + " acted on a notification without a name, or on too many");
}

auto payment_check::payment::refunded() const -> std::int64_t {
  std::int64_t sum = 0;
  for (const auto& one : refunds)
    sum += one.amount;
  for (const auto& one : resold)
    sum += one.amount;
  return sum;
}

auto payment_check::payment::kept() const -> std::int64_t {
  std::int64_t sum = 0;
  for (const auto& one : resold)
    sum += one.kept;
  return sum;
}

auto payment_check::is_pinned(std::uint64_t number) const -> bool {
  return std::any_of(payments_.begin(), payments_.end(), [&](const auto& entry) {
    const auto step = entry.second.step;
    return entry.second.seller == number &&
           (step == stage::intended || step == stage::prepared || step == stage::authorised);
  });
}

/// A ticket is bought and its seller's money owed in one decision.
void payment_check::on(const resale_owed& what) {
  auto* of = at_step(
      what.payment, [](const payment& its) { return its.step == stage::captured && !its.refunds_tickets(); },
      "to give back for a resold ticket");
  if (of == nullptr)
    return;
  const auto by = payments_.find(what.by);
  if (by == payments_.end() || by->second.seller != what.payment || by->second.step != stage::booked ||
      by->second.booked_at + 1 != seq_ || by->second.amount != what.amount)
    refuse(violation_kind::payment_differs, "payment " + text(what.payment) + " is to give back " +
                                                std::to_string(what.amount) + " for a ticket that payment " +
                                                text(what.by) + " did not just buy for it");
  if (what.amount < 0 || what.kept < 0 || what.amount + what.kept > of->amount - of->refunded() - of->kept())
    refuse(violation_kind::payment_differs,
           "payment " + text(what.payment) + " is to give back and keep more for a resold ticket than is left of it");
  of->resold.push_back({what.by, what.ticket, what.amount, what.kept, what.amount == 0});
}

void payment_check::on(const refund_requested& what) {
  auto* of = at_step(
      what.payment, [](const payment& its) { return its.step == stage::captured && !its.gives_back(); },
      "to be refunded by ticket");
  if (of == nullptr)
    return;
  if (is_pinned(what.payment))
    refuse(violation_kind::illegal_payment,
           "payment " + text(what.payment) + " is to be refunded while a ticket of its order is being bought");
  const bool by_key = what.organisation != 0 && what.by != 0;
  if (what.tickets.empty() || by_key != (what.cause == cause_organiser) ||
      (what.cause != cause_organiser && what.cause != cause_buyer))
    refuse(violation_kind::illegal_payment,
           "payment " + text(what.payment) + " is to be refunded for no tickets, by nobody, or for no known reason");
  of->refunds.push_back({refund_stage::requested, what.tickets});
}

auto payment_check::giving_back(std::uint64_t number, refund_stage step, const char* done) -> payment* {
  auto* of = at_step(
      number, [](const payment& its) { return its.step == stage::captured && its.gives_back(); }, done);
  if (of == nullptr || of->refunds.empty())
    return nullptr;
  if (of->refunds.back().step != step)
    refuse(violation_kind::illegal_payment, "payment " + text(number) + " was " + done + " at another step of it");
  return of;
}

void payment_check::on(const refund_owed& what) {
  auto* of = giving_back(what.payment, refund_stage::requested, "to give money back");
  if (of == nullptr)
    return;
  if (what.amount < 0 || what.amount > of->amount - of->refunded() - of->kept())
    refuse(violation_kind::payment_differs, "payment " + text(what.payment) + " is to give back " +
                                                std::to_string(what.amount) + ", which is more than is left of it");
  of->refunds.back().step = refund_stage::owed;
  of->refunds.back().amount = what.amount;
}

void payment_check::on(const refund_refused& what) {
  auto* of = giving_back(what.payment, refund_stage::requested, "refused a refund");
  if (of == nullptr)
    return;
  if (what.event == 0 || what.event > event_refusal_last)
    refuse(violation_kind::illegal_payment, "payment " + text(what.payment) + " was refused a refund for no reason");
  of->refunds.pop_back();
}

void payment_check::on(const refund_paid& what) {
  if (const auto found = payments_.find(what.payment); found != payments_.end()) {
    auto& resold = found->second.resold;
    const auto next = std::find_if(resold.begin(), resold.end(), [](const resale& one) { return !one.paid; });
    if (next != resold.end()) {
      next->paid = true;
      found->second.last_ms = time_ms_;
      return;
    }
  }
  if (auto* of = giving_back(what.payment, refund_stage::owed, "refunded by ticket"))
    of->refunds.back().step = refund_stage::paid;
}

auto payment_check::sum() const -> sums {
  sums all;
  all.payments = payments_.size();
  for (const auto& [number, of] : payments_) {
    all.open += of.has_ended() ? 0U : 1U;
    all.captured += of.step == stage::captured ? 1U : 0U;
    all.taken += of.step == stage::captured && of.has_ended() ? of.amount - of.refunded() - of.kept() : 0;
  }
  return all;
}

} // namespace holdfast::journal::audit

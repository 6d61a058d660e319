#include "tests/support/fake_gateway.hpp"

#include <algorithm>
#include <array>
#include <utility>

/// What calls do to the fake gateway's books. The lock is held.
namespace holdfast::testing {

using namespace payments;

namespace {

struct bad_card {
  std::string_view method;
  std::string_view code;
  std::string_view decline_code;
};

constexpr std::array<bad_card, 3> bad_cards{{
    {"pm_card_chargeDeclined", "card_declined", "generic_decline"},
    {"pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"},
    {"pm_card_authenticationRequired", "authentication_required", "authentication_required"},
}};

auto not_found(const std::string& id) -> rejected {
  return {rejected::why::not_found, "resource_missing", "no such object: " + id, std::nullopt};
}

auto wrong_state(const payment& now) -> rejected {
  return {rejected::why::wrong_state, "payment_intent_unexpected_state",
          "the payment is " + std::string{name_of(now.status)}, now};
}

} // namespace

auto fake_gateway::next_id(const std::string& prefix) -> std::string {
  auto digits = std::to_string(++made_);
  digits.insert(0, 8 - std::min<std::size_t>(8, digits.size()), '0');
  return prefix + digits;
}

auto fake_gateway::find(const std::string& payment_id) -> payment* {
  const auto found = payments_.find(payment_id);
  return found == payments_.end() ? nullptr : &found->second;
}

auto fake_gateway::do_create(const create_request& what) -> payment_outcome {
  payment made;
  made.id = next_id("pi_");
  made.amount = what.amount;
  made.currency = what.currency;
  made.about = what.about;
  made.created_s = static_cast<std::int64_t>(made_);
  payments_.emplace(made.id, made);
  return made;
}

auto fake_gateway::do_retrieve(const std::string& payment_id) -> payment_outcome {
  const auto* of = find(payment_id);
  return of == nullptr ? payment_outcome{not_found(payment_id)} : payment_outcome{*of};
}

auto fake_gateway::do_retrieve_refund(const std::string& refund_id) -> refund_outcome {
  const auto found = refunds_.find(refund_id);
  return found == refunds_.end() ? refund_outcome{not_found(refund_id)} : refund_outcome{found->second};
}

auto fake_gateway::do_authorise(const authorise_request& what) -> payment_outcome {
  auto* of = find(what.payment_id);
  if (of == nullptr) {
    return not_found(what.payment_id);
  }
  if (of->status != payment_status::requires_payment_method) {
    return wrong_state(*of);
  }
  const auto bad = std::ranges::find(bad_cards, std::string_view{what.method}, &bad_card::method);
  if (bad != bad_cards.end()) {
    of->last_decline =
        declined{std::string{bad->code}, std::string{bad->decline_code}, "Your card was declined.", of->id};
    return *of->last_decline;
  }
  const bool visa = what.method == "pm_card_visa";
  if (!visa && what.method != "pm_card_mastercard") {
    return rejected{rejected::why::bad_request, "resource_missing", "no such method: " + what.method, std::nullopt};
  }
  of->status = payment_status::requires_capture;
  of->amount_capturable = of->amount;
  of->method = visa ? card{"visa", "4242", "fp_visa_4242"} : card{"mastercard", "4444", "fp_mastercard_4444"};
  of->last_decline.reset();
  return *of;
}

auto fake_gateway::do_capture(const capture_request& what) -> payment_outcome {
  auto* of = find(what.payment_id);
  if (of == nullptr) {
    return not_found(what.payment_id);
  }
  if (of->status != payment_status::requires_capture) {
    return wrong_state(*of);
  }
  if (what.amount <= 0 || what.amount > of->amount_capturable) {
    return rejected{rejected::why::bad_request, "amount_too_large", "more than can be captured", std::nullopt};
  }
  of->status = payment_status::succeeded;
  of->amount_received = what.amount;
  of->amount_capturable = 0;
  return *of;
}

auto fake_gateway::do_cancel(const cancel_request& what) -> payment_outcome {
  auto* of = find(what.payment_id);
  if (of == nullptr) {
    return not_found(what.payment_id);
  }
  if (of->status == payment_status::succeeded || of->status == payment_status::canceled) {
    return wrong_state(*of);
  }
  of->status = payment_status::canceled;
  of->amount_capturable = 0;
  return *of;
}

auto fake_gateway::do_refund(const refund_request& what) -> refund_outcome {
  auto* of = find(what.payment_id);
  if (of == nullptr) {
    return not_found(what.payment_id);
  }
  if (of->status != payment_status::succeeded) {
    return wrong_state(*of);
  }
  const auto left = of->amount_received - of->amount_refunded;
  if (left == 0) {
    return rejected{rejected::why::wrong_state, "charge_already_refunded", "refunded already", *of};
  }
  if (what.amount <= 0 || what.amount > left) {
    return rejected{rejected::why::bad_request, "amount_too_large", "more than is left", std::nullopt};
  }
  of->amount_refunded += what.amount;
  refund made;
  made.id = next_id("re_");
  made.payment_id = what.payment_id;
  made.status = refunds_pend_ ? refund_status::pending : refund_status::succeeded;
  made.amount = what.amount;
  made.currency = of->currency;
  made.created_s = static_cast<std::int64_t>(made_);
  made.about = what.about;
  refunds_.emplace(made.id, made);
  return made;
}

} // namespace holdfast::testing

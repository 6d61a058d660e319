#include "tools/gateway/methods.hpp"

#include <algorithm>
#include <array>

namespace holdfast::gateway {

namespace {

struct row {
  std::string_view token; ///< without "pm_card_" and "visa_"
  std::string_view brand;
  std::string_view last4;
  std::string_view code;
  std::string_view decline_code;
};

constexpr std::string_view visa = "visa";

constexpr std::array<row, 17> rows{{
    {"visa", visa, "4242", "", ""},
    {"visa_debit", visa, "5556", "", ""},
    {"mastercard", "mastercard", "4444", "", ""},
    {"amex", "amex", "0005", "", ""},
    {"discover", "discover", "1117", "", ""},
    {"chargeDeclined", visa, "0002", "card_declined", "generic_decline"},
    {"chargeDeclinedInsufficientFunds", visa, "9995", "card_declined", "insufficient_funds"},
    {"chargeDeclinedLostCard", visa, "9987", "card_declined", "lost_card"},
    {"chargeDeclinedStolenCard", visa, "9979", "card_declined", "stolen_card"},
    {"chargeDeclinedFraudulent", visa, "0019", "card_declined", "fraudulent"},
    {"chargeDeclinedVelocityLimitExceeded", visa, "6975", "card_declined", "card_velocity_exceeded"},
    {"chargeDeclinedExpiredCard", visa, "0069", "expired_card", ""},
    {"chargeDeclinedIncorrectCvc", visa, "0127", "incorrect_cvc", ""},
    {"chargeDeclinedProcessingError", visa, "0119", "processing_error", ""},
    {"authenticationRequired", visa, "3155", "authentication_required", "authentication_required"},
    {"pendingRefund", visa, "7726", "", ""},
    {"refundFail", visa, "5126", "", ""},
}};

/// The part of a token that tells methods apart: Stripe knows many of them with "visa_" and without.
auto short_token(std::string_view token) -> std::string_view {
  constexpr std::string_view front = "pm_card_";
  constexpr std::string_view network = "visa_";
  if (!token.starts_with(front)) {
    return {};
  }
  token.remove_prefix(front.size());
  if (token.starts_with(network) && token != "visa_debit") {
    token.remove_prefix(network.size());
  }
  return token;
}

} // namespace

auto find_method(std::string_view token) -> std::optional<test_method> {
  const auto found = std::ranges::find(rows, short_token(token), &row::token);
  if (found == rows.end()) {
    return std::nullopt;
  }
  test_method method;
  method.token = token;
  method.brand = found->brand;
  method.last4 = found->last4;
  method.needs_proof = found->token == "authenticationRequired";
  if (!method.needs_proof) {
    method.code = found->code;
    method.decline_code = found->decline_code;
  }
  if (found->token == "pendingRefund") {
    method.refund = test_method::refunds::pending;
  } else if (found->token == "refundFail") {
    method.refund = test_method::refunds::failing;
  }
  return method;
}

auto decline_message(std::string_view code, std::string_view decline_code) -> std::string {
  if (code == "expired_card") {
    return "Your card has expired.";
  }
  if (code == "incorrect_cvc") {
    return "Your card's security code is incorrect.";
  }
  if (code == "processing_error") {
    return "An error occurred while processing your card. Try again in a little bit.";
  }
  if (code == "authentication_required") {
    return "Your card was declined. This transaction requires authentication.";
  }
  return decline_code == "insufficient_funds" ? "Your card has insufficient funds." : "Your card was declined.";
}

auto card_of(const test_method& method) -> nlohmann::json {
  return {{"brand", method.brand}, {"last4", method.last4}, {"fingerprint", "fp_" + method.brand + "_" + method.last4},
          {"exp_month", 12},       {"exp_year", 2034},      {"funding", "credit"},
          {"country", "US"}};
}

} // namespace holdfast::gateway

#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::gateway {

/// What becomes of a payment with one of Stripe's test methods.
struct test_method {
  std::string token;
  std::string brand = "visa";
  std::string last4 = "4242";
  std::string code;         ///< of the decline; empty: it is good
  std::string decline_code; ///< may be empty
  bool needs_proof = false; ///< of the buyer's identity
  enum class refunds { at_once, pending, failing } refund = refunds::at_once;
};

/// By its token ("pm_card_visa"); nothing for what is none.
[[nodiscard]] auto find_method(std::string_view token) -> std::optional<test_method>;

/// What people read of a decline.
[[nodiscard]] auto decline_message(std::string_view code, std::string_view decline_code) -> std::string;

/// `payment_method_details.card` of a charge.
[[nodiscard]] auto card_of(const test_method& method) -> nlohmann::json;

} // namespace holdfast::gateway

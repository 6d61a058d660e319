#pragma once

#include <cstdint>
#include <string_view>

namespace holdfast::domain {

/// What whoever scores a payment says about it. The numbers are stored for ever.
enum class risk_verdict : std::uint8_t {
  none = 0,   ///< nothing
  allow = 1,  ///< it goes on
  review = 2, ///< it goes on, and its order is listed for the event's organiser
  deny = 3,   ///< it ends before the gateway is asked for anything
};
inline constexpr auto risk_verdict_last = risk_verdict::deny;

/// "allow", "review" and "deny"; "none".
[[nodiscard]] constexpr auto name_of(risk_verdict what) noexcept -> std::string_view {
  switch (what) {
  case risk_verdict::allow: return "allow";
  case risk_verdict::review: return "review";
  case risk_verdict::deny: return "deny";
  case risk_verdict::none: break;
  }
  return "none";
}

/// The verdict of that name; none for every other text.
[[nodiscard]] constexpr auto risk_verdict_of(std::string_view name) noexcept -> risk_verdict {
  for (const auto one : {risk_verdict::allow, risk_verdict::review, risk_verdict::deny}) {
    if (name == name_of(one)) {
      return one;
    }
  }
  return risk_verdict::none;
}

/// What a payment is scored by, beside what it says itself.
struct risk_terms {
  risk_verdict on_failure = risk_verdict::none; ///< stands for a verdict that cannot be had; none: it is not scored
  std::uint32_t places = 0;                     ///< of the hold
  std::uint32_t buyer_places = 0;               ///< what its buyer holds and has bought of the event, these included
  friend auto operator==(const risk_terms&, const risk_terms&) -> bool = default;
};

/// What an organiser decides about an order that is under review. The numbers are stored for ever.
enum class review_decision : std::uint8_t {
  none = 0,   ///< nothing yet
  accept = 1, ///< it stays
  refund = 2, ///< it goes back, and its money
};

/// "accept" and "refund"; "none".
[[nodiscard]] constexpr auto name_of(review_decision what) noexcept -> std::string_view {
  switch (what) {
  case review_decision::accept: return "accept";
  case review_decision::refund: return "refund";
  case review_decision::none: break;
  }
  return "none";
}

} // namespace holdfast::domain

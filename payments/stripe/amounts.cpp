#include "payments/stripe/amounts.hpp"

#include <limits>

namespace holdfast::payments::stripe {

namespace {

constexpr domain::minor_units hundredths = 100;
constexpr domain::minor_units ten = 10;

/// Sent in hundredths, though they have none.
auto is_sent_in_hundredths(std::string_view code) noexcept -> bool {
  return code == "ISK" || code == "UGX";
}

/// Sent without the minor unit that they have.
auto is_sent_whole(std::string_view code) noexcept -> bool {
  return code == "MGA";
}

auto multiplied(domain::minor_units amount) noexcept -> std::optional<domain::minor_units> {
  constexpr auto most = std::numeric_limits<domain::minor_units>::max() / hundredths;
  return amount > most || amount < -most ? std::nullopt : std::optional{amount * hundredths};
}

auto divided(domain::minor_units amount) noexcept -> std::optional<domain::minor_units> {
  return amount % hundredths != 0 ? std::nullopt : std::optional{amount / hundredths};
}

} // namespace

auto to_stripe(domain::minor_units amount, const domain::currency_code& currency)
    -> std::optional<domain::minor_units> {
  constexpr std::uint8_t thousandths = 3;
  const auto digits = domain::minor_unit_digits(currency);
  if (!digits || (*digits == thousandths && amount % ten != 0)) {
    return std::nullopt;
  }
  if (is_sent_in_hundredths(currency.text())) {
    return multiplied(amount);
  }
  return is_sent_whole(currency.text()) ? divided(amount) : std::optional{amount};
}

auto from_stripe(domain::minor_units amount, const domain::currency_code& currency)
    -> std::optional<domain::minor_units> {
  if (!domain::minor_unit_digits(currency)) {
    return std::nullopt;
  }
  if (is_sent_in_hundredths(currency.text())) {
    return divided(amount);
  }
  return is_sent_whole(currency.text()) ? multiplied(amount) : std::optional{amount};
}

} // namespace holdfast::payments::stripe

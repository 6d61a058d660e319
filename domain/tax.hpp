#pragma once

#include "domain/money.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// The tax of an event's places. Integers only. A place is taxed by itself: on its price and fee together, rounded to the nearest minor unit, a half
/// up. A sum of taxes is the sum of its places', so that what goes back for one ticket is to the unit what was charged for it.
namespace holdfast::domain {

enum class tax_mode : std::uint8_t {
  inclusive = 1, ///< in the price and the fee
  exclusive = 2  ///< on top of them: buyers pay it as well
};

/// Basis points are hundredths of a percent: 2000 is 20 %.
struct tax_rate {
  tax_mode mode = tax_mode::inclusive;
  std::uint32_t basis_points = 0; ///< 0 … limits::tax_basis_points_max
  friend auto operator==(const tax_rate&, const tax_rate&) -> bool = default;
};

/// What an event charges.
struct event_tax {
  std::string name; ///< "VAT"; 1 … limits::tax_name_bytes_max bytes
  tax_rate rate;
  friend auto operator==(const event_tax&, const event_tax&) -> bool = default;
};

/// The tax in or on top of what one place costs (its price and fee, 0 … 2 · limits::price_max).
[[nodiscard]] constexpr auto tax_of_place(const tax_rate& rate, minor_units cost) noexcept -> minor_units {
  constexpr minor_units whole = 10'000; // basis points
  const auto points = static_cast<minor_units>(rate.basis_points);
  const auto divisor = rate.mode == tax_mode::inclusive ? whole + points : whole;
  return (2 * cost * points + divisor) / (2 * divisor);
}

/// What a place costs beside its price and fee: nothing without a tax, and with one that is in them.
[[nodiscard]] constexpr auto tax_on_top(const std::optional<tax_rate>& rate, minor_units cost) noexcept -> minor_units {
  return rate && rate->mode == tax_mode::exclusive ? tax_of_place(*rate, cost) : 0;
}

} // namespace holdfast::domain

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast::domain {

/// An ISO 4217 code, three upper-case letters.
struct currency_code {
  std::array<char, 3> letters{};
  friend constexpr auto operator<=>(const currency_code&, const currency_code&) noexcept = default;
  [[nodiscard]] constexpr auto text() const noexcept -> std::string_view { return {letters.data(), letters.size()}; }
};

/// Decimal digits of a currency's minor unit: 2 for EUR, 0 for JPY, 3 for KWD. Nothing for what is no currency of ISO 4217 that prices are in.
/// Thread-safe.
[[nodiscard]] auto minor_unit_digits(const currency_code& currency) noexcept -> std::optional<std::uint8_t>;

/// An amount in the currency's minor unit (cents). The currency is the event's: amounts of two events never meet in the domain.
using minor_units = std::int64_t;

} // namespace holdfast::domain

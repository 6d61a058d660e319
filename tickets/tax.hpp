#pragma once

#include "domain/money.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// Taxes of an order. Integers only; pure; thread-safe.
///
/// One rounding rule: to the nearest minor unit, a half away from zero ("commercial" rounding). It treats both signs alike, so that the refund of
/// an order is the order with its signs turned, to the last unit.
/// Whatever the mode, nothing is lost: each line's net and tax are its gross, and the lines' nets, taxes and grosses are the totals'.
namespace holdfast::tickets {

enum class tax_mode : std::uint8_t {
  inclusive, ///< amounts are gross: tax is what is in them
  exclusive  ///< amounts are net: tax comes on top
};

enum class tax_rounding : std::uint8_t {
  per_line, ///< each line's tax is rounded; a total is the sum of its lines
  per_total ///< the tax of all lines of a rate is rounded once, and shared among them: each line has its exact tax rounded down or up
};

/// One line's amount, and which of the rates applies to it.
struct taxable {
  domain::minor_units amount = 0; ///< negative for what is taken off or given back
  std::uint32_t rate = 0;         ///< index into the rates
};

struct taxed {
  domain::minor_units net = 0;
  domain::minor_units tax = 0;
  domain::minor_units gross = 0;
  friend auto operator==(const taxed&, const taxed&) noexcept -> bool = default;
};

struct tax_sum {
  std::vector<taxed> lines; ///< as the amounts were
  std::vector<taxed> rates; ///< as the rates were; what a rate without lines took is zero
  taxed total;
  friend auto operator==(const tax_sum&, const tax_sum&) noexcept -> bool = default;
};

enum class tax_fault : std::uint8_t {
  no_such_rate,    ///< a line names a rate that is not there
  rate_too_high,   ///< more than tax_basis_points_max
  amount_too_large ///< a line beyond ± tax_amount_max, or more than tax_lines_max lines
};

/// Basis points are hundredths of a percent: 2000 is 20 %.
inline constexpr std::uint32_t tax_basis_points_max = 10'000;
inline constexpr std::size_t tax_lines_max = 4'000;
/// The lines' sum, with tax, always fits 63 bits.
inline constexpr domain::minor_units tax_amount_max = 1'000'000'000'000'000;

/// `basis_points` are the rates.
[[nodiscard]] auto add_taxes(std::span<const taxable> lines, std::span<const std::uint32_t> basis_points, tax_mode mode,
                             tax_rounding rounding) -> tl::expected<tax_sum, tax_fault>;

} // namespace holdfast::tickets

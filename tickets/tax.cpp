#include "tickets/tax.hpp"

#include "domain/wide.hpp"

#include <algorithm>

namespace holdfast::tickets {

namespace {

using domain::minor_units;
using domain::wide_integer;

constexpr std::int64_t whole = 10'000; // basis points

static_assert(tax_amount_max <= INT64_MAX / static_cast<std::int64_t>(tax_lines_max) / 2);

/// A tax is amount · basis points ÷ divisor, exactly.
auto divisor_of(tax_mode mode, std::uint32_t basis_points) noexcept -> std::int64_t {
  return mode == tax_mode::inclusive ? whole + std::int64_t{basis_points} : whole;
}

auto product_of(minor_units amount, std::uint32_t basis_points) noexcept -> wide_integer {
  return wide_integer{amount} * wide_integer{basis_points};
}

/// To the nearest, a half away from zero.
auto rounded(wide_integer dividend, std::int64_t divisor) noexcept -> minor_units {
  const wide_integer magnitude = dividend < 0 ? -dividend : dividend;
  const auto result = static_cast<minor_units>((2 * magnitude + divisor) / (2 * wide_integer{divisor}));
  return dividend < 0 ? -result : result;
}

auto floored(wide_integer dividend, std::int64_t divisor) noexcept -> minor_units {
  const auto quotient = static_cast<minor_units>(dividend / divisor);
  return dividend < 0 && dividend % divisor != 0 ? quotient - 1 : quotient;
}

auto with_tax(tax_mode mode, minor_units amount, minor_units tax) noexcept -> taxed {
  return mode == tax_mode::inclusive ? taxed{.net = amount - tax, .tax = tax, .gross = amount}
                                     : taxed{.net = amount, .tax = tax, .gross = amount + tax};
}

void add(taxed& to, const taxed& line) noexcept {
  to.net += line.net;
  to.tax += line.tax;
  to.gross += line.gross;
}

/// The lines of one rate, seen from the side on which their sum is positive, so that both sides are shared alike.
struct rate_share {
  std::vector<std::size_t> lines;
  std::int64_t divisor = 1;
  int side = 1;
  wide_integer exact = 0; ///< the sum of the products
};

auto lines_of_rate(std::span<const taxable> lines, std::uint32_t rate, std::uint32_t basis_points, tax_mode mode)
    -> rate_share {
  rate_share out{.lines = {}, .divisor = divisor_of(mode, basis_points)};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].rate == rate && lines[i].amount != 0) {
      out.lines.push_back(i);
      out.exact += product_of(lines[i].amount, basis_points);
    }
  }
  const bool begins_negative = !out.lines.empty() && lines[out.lines.front()].amount < 0;
  if (out.exact < 0 || (out.exact == 0 && begins_negative)) {
    out.side = -1;
    out.exact = -out.exact;
  }
  return out;
}

/// Shares a rate's rounded tax among its lines: each gets its exact tax rounded down, and those with the largest remainders one unit more, the
/// earlier of equals first (Hamilton's method). As many units are left as there are lines with a remainder, at most.
void share(std::span<const taxable> lines, const rate_share& among, std::uint32_t basis_points,
           std::vector<minor_units>& taxes) {
  const auto product = [&](std::size_t line) {
    return product_of(lines[line].amount, basis_points) * wide_integer{among.side};
  };
  minor_units shared = 0;
  for (const std::size_t line : among.lines) {
    taxes[line] = floored(product(line), among.divisor);
    shared += taxes[line];
  }
  const auto remainder = [&](std::size_t line) { return product(line) - wide_integer{taxes[line]} * among.divisor; };
  auto by_remainder = among.lines;
  std::ranges::stable_sort(by_remainder, [&](std::size_t a, std::size_t b) { return remainder(a) > remainder(b); });
  const auto left = static_cast<std::size_t>(rounded(among.exact, among.divisor) - shared);
  for (std::size_t i = 0; i < left; ++i) {
    ++taxes[by_remainder[i]];
  }
  for (const std::size_t line : among.lines) {
    taxes[line] *= among.side;
  }
}

auto taxes_of(std::span<const taxable> lines, std::span<const std::uint32_t> basis_points, tax_mode mode,
              tax_rounding rounding) -> std::vector<minor_units> {
  std::vector<minor_units> taxes(lines.size(), 0);
  if (rounding == tax_rounding::per_line) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto points = basis_points[lines[i].rate];
      taxes[i] = rounded(product_of(lines[i].amount, points), divisor_of(mode, points));
    }
    return taxes;
  }
  for (std::uint32_t rate = 0; rate < basis_points.size(); ++rate) {
    const auto points = basis_points[rate];
    share(lines, lines_of_rate(lines, rate, points, mode), points, taxes);
  }
  return taxes;
}

} // namespace

auto add_taxes(std::span<const taxable> lines, std::span<const std::uint32_t> basis_points, tax_mode mode,
               tax_rounding rounding) -> tl::expected<tax_sum, tax_fault> {
  if (std::ranges::any_of(basis_points, [](auto points) { return points > tax_basis_points_max; })) {
    return tl::unexpected{tax_fault::rate_too_high};
  }
  if (std::ranges::any_of(lines, [&](const taxable& each) { return each.rate >= basis_points.size(); })) {
    return tl::unexpected{tax_fault::no_such_rate};
  }
  const auto too_large = [](const taxable& each) {
    return each.amount > tax_amount_max || each.amount < -tax_amount_max;
  };
  if (lines.size() > tax_lines_max || std::ranges::any_of(lines, too_large)) {
    return tl::unexpected{tax_fault::amount_too_large};
  }
  const auto taxes = taxes_of(lines, basis_points, mode, rounding);
  tax_sum out;
  out.rates.resize(basis_points.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out.lines.push_back(with_tax(mode, lines[i].amount, taxes[i]));
    add(out.rates[lines[i].rate], out.lines.back());
    add(out.total, out.lines.back());
  }
  return out;
}

} // namespace holdfast::tickets

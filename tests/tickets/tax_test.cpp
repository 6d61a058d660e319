#include "domain/wide.hpp"
#include "tickets/tax.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>

using namespace holdfast;
using namespace holdfast::tickets;

namespace {

constexpr auto modes = {tax_mode::inclusive, tax_mode::exclusive};
constexpr auto roundings = {tax_rounding::per_line, tax_rounding::per_total};

/// An order as the dice have it.
struct purchase {
  std::vector<taxable> lines;
  std::vector<std::uint32_t> rates;
};

auto sum_of(const purchase& of, tax_mode mode, tax_rounding rounding) -> tax_sum {
  auto sum = add_taxes(of.lines, of.rates, mode, rounding);
  RC_ASSERT(sum.has_value());
  return *sum;
}

auto some_purchase() -> purchase {
  purchase out;
  out.rates = *rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::oneOf(rc::gen::element<std::uint32_t>(0, 500, 700, 1000, 1300, 1900, 2000, 2500),
                     rc::gen::inRange<std::uint32_t>(0, tax_basis_points_max + 1)));
  if (out.rates.empty()) {
    out.rates.push_back(2000);
  }
  const auto count = *rc::gen::inRange<std::size_t>(0, 40);
  for (std::size_t i = 0; i < count; ++i) {
    const auto amount = *rc::gen::oneOf(rc::gen::inRange<domain::minor_units>(-50, 50),
                                        rc::gen::inRange<domain::minor_units>(0, 20'000),
                                        rc::gen::inRange<domain::minor_units>(-tax_amount_max, tax_amount_max + 1));
    out.lines.push_back({amount, *rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(out.rates.size()))});
  }
  return out;
}

auto plus(const taxed& a, const taxed& b) -> taxed {
  return {.net = a.net + b.net, .tax = a.tax + b.tax, .gross = a.gross + b.gross};
}

auto minus(const taxed& a) -> taxed {
  return {.net = -a.net, .tax = -a.tax, .gross = -a.gross};
}

auto minus(tax_sum of) -> tax_sum {
  std::ranges::transform(of.lines, of.lines.begin(), [](const taxed& a) { return minus(a); });
  std::ranges::transform(of.rates, of.rates.begin(), [](const taxed& a) { return minus(a); });
  of.total = minus(of.total);
  return of;
}

/// |tax · divisor − amount · points| in divisors, for a tax that should be amount · points ÷ divisor.
auto error_of(domain::wide_integer amount, std::uint32_t points, tax_mode mode, domain::minor_units tax)
    -> std::pair<domain::wide_integer, domain::wide_integer> {
  const domain::wide_integer divisor = mode == tax_mode::inclusive ? 10'000 + points : 10'000;
  const domain::wide_integer error = domain::wide_integer{tax} * divisor - amount * points;
  return {error < 0 ? -error : error, divisor};
}

template <class Property>
void holds(const char* what, Property property) {
  CHECK(rc::check(what, property));
}

} // namespace

TEST_CASE("the sum of the lines is the total, whatever the mode and the rounding: nothing is lost") {
  holds("lines add up", [] {
    const auto purchase = some_purchase();
    for (const auto mode : modes) {
      for (const auto rounding : roundings) {
        const auto sum = sum_of(purchase, mode, rounding);
        RC_ASSERT(sum.lines.size() == purchase.lines.size());
        RC_ASSERT(sum.rates.size() == purchase.rates.size());
        taxed of_lines;
        std::vector<taxed> of_rates(purchase.rates.size());
        for (std::size_t i = 0; i < sum.lines.size(); ++i) {
          const auto& line = sum.lines[i];
          RC_ASSERT(line.net + line.tax == line.gross);
          RC_ASSERT((mode == tax_mode::inclusive ? line.gross : line.net) == purchase.lines[i].amount);
          of_lines = plus(of_lines, line);
          auto& rate = of_rates[purchase.lines[i].rate];
          rate = plus(rate, line);
        }
        RC_ASSERT(of_lines == sum.total);
        RC_ASSERT(of_rates == sum.rates);
      }
    }
  });
}

TEST_CASE("a tax is rounded to the nearest unit: of each line, or of each rate and then within a unit of each line") {
  holds("nearest", [] {
    const auto purchase = some_purchase();
    for (const auto mode : modes) {
      const auto by_line = sum_of(purchase, mode, tax_rounding::per_line);
      const auto by_total = sum_of(purchase, mode, tax_rounding::per_total);
      std::vector<domain::wide_integer> amounts(purchase.rates.size(), 0);
      for (std::size_t i = 0; i < purchase.lines.size(); ++i) {
        const auto& line = purchase.lines[i];
        const auto points = purchase.rates[line.rate];
        amounts[line.rate] += line.amount;
        const auto [rounded, divisor] = error_of(line.amount, points, mode, by_line.lines[i].tax);
        RC_ASSERT(2 * rounded <= divisor);
        const auto [shared, same_divisor] = error_of(line.amount, points, mode, by_total.lines[i].tax);
        RC_ASSERT(shared < same_divisor);
      }
      for (std::size_t rate = 0; rate < purchase.rates.size(); ++rate) {
        const auto [error, divisor] = error_of(amounts[rate], purchase.rates[rate], mode, by_total.rates[rate].tax);
        RC_ASSERT(2 * error <= divisor);
      }
    }
  });
}

TEST_CASE("a refund of an order is the order with its signs turned, to the last unit") {
  holds("signs", [] {
    const auto purchase = some_purchase();
    auto refund = purchase;
    for (auto& line : refund.lines) {
      line.amount = -line.amount;
    }
    for (const auto mode : modes) {
      for (const auto rounding : roundings) {
        RC_ASSERT(minus(sum_of(purchase, mode, rounding)) == sum_of(refund, mode, rounding));
      }
    }
  });
}

TEST_CASE("taxes as an accountant writes them") {
  const auto one = [](domain::minor_units amount, std::uint32_t rate, tax_mode mode) {
    const taxable line{amount, 0};
    return add_taxes({&line, 1}, {&rate, 1}, mode, tax_rounding::per_line)->total;
  };
  CHECK(one(12'000, 2000, tax_mode::inclusive) == taxed{10'000, 2'000, 12'000});
  CHECK(one(10'000, 2000, tax_mode::exclusive) == taxed{10'000, 2'000, 12'000});
  CHECK(one(8'900, 1300, tax_mode::inclusive) == taxed{7'876, 1'024, 8'900});
  CHECK(one(999, 0, tax_mode::inclusive) == taxed{999, 0, 999});
  // Halves go away from zero: 5 % of 10 is 0.5, of 30 is 1.5.
  CHECK(one(10, 500, tax_mode::exclusive) == taxed{10, 1, 11});
  CHECK(one(30, 500, tax_mode::exclusive) == taxed{30, 2, 32});
  CHECK(one(-10, 500, tax_mode::exclusive) == taxed{-10, -1, -11});
  CHECK(one(9, 500, tax_mode::exclusive) == taxed{9, 0, 9});
  CHECK(one(1, 10'000, tax_mode::inclusive) == taxed{0, 1, 1});
  CHECK(one(tax_amount_max, 10'000, tax_mode::exclusive) == taxed{tax_amount_max, tax_amount_max, 2 * tax_amount_max});
}

TEST_CASE("three small lines have another tax a line than in all, and the units go to the largest remainders") {
  // 7 % of 1.05, 1.15 and 1.20: 7.35, 8.05 and 8.4 cents; 23.8 in all.
  const std::vector<taxable> lines{{105, 0}, {115, 0}, {120, 0}};
  const std::vector<std::uint32_t> rates{700};
  const auto by_line = add_taxes(lines, rates, tax_mode::exclusive, tax_rounding::per_line);
  const auto by_total = add_taxes(lines, rates, tax_mode::exclusive, tax_rounding::per_total);
  REQUIRE(by_line);
  REQUIRE(by_total);
  CHECK(by_line->total.tax == 7 + 8 + 8);
  CHECK(by_total->total.tax == 24);
  CHECK(by_total->lines[0].tax == 7);
  CHECK(by_total->lines[1].tax == 8);
  CHECK(by_total->lines[2].tax == 9);
  // Seven percent of ten times 5 cents: 0.35 each, none a line, 3.5 and so four in all.
  const std::vector<taxable> tiny(10, taxable{5, 0});
  CHECK(add_taxes(tiny, rates, tax_mode::exclusive, tax_rounding::per_line)->total.tax == 0);
  const auto shared = add_taxes(tiny, rates, tax_mode::exclusive, tax_rounding::per_total);
  CHECK(shared->total.tax == 4);
  CHECK(std::ranges::count(shared->lines, 1, &taxed::tax) == 4);
  CHECK(shared->lines.front().tax == 1);
  CHECK(shared->lines.back().tax == 0);
}

TEST_CASE("what cannot be taxed is refused") {
  const std::vector<std::uint32_t> rates{2000};
  const auto fault = [](const std::vector<taxable>& lines, const std::vector<std::uint32_t>& of) {
    const auto sum = add_taxes(lines, of, tax_mode::inclusive, tax_rounding::per_total);
    REQUIRE(!sum);
    return sum.error();
  };
  CHECK(fault({{100, 1}}, rates) == tax_fault::no_such_rate);
  CHECK(fault({{100, 0}}, {}) == tax_fault::no_such_rate);
  CHECK(fault({}, {tax_basis_points_max + 1}) == tax_fault::rate_too_high);
  CHECK(fault({{tax_amount_max + 1, 0}}, rates) == tax_fault::amount_too_large);
  CHECK(fault({{-tax_amount_max - 1, 0}}, rates) == tax_fault::amount_too_large);
  CHECK(fault(std::vector<taxable>(tax_lines_max + 1), rates) == tax_fault::amount_too_large);
  const auto nothing = add_taxes({}, rates, tax_mode::inclusive, tax_rounding::per_total);
  REQUIRE(nothing);
  CHECK(nothing->total == taxed{});
  const std::vector<taxable> largest(tax_lines_max, taxable{tax_amount_max, 0});
  const auto sum = add_taxes(largest, std::vector<std::uint32_t>{10'000}, tax_mode::exclusive, tax_rounding::per_total);
  REQUIRE(sum);
  CHECK(sum->total.gross == 2 * static_cast<std::int64_t>(tax_lines_max) * tax_amount_max);
}

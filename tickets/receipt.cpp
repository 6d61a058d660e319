#include "tickets/receipt.hpp"

#include "domain/wide.hpp"
#include "tickets/language.hpp"

#include <span>

namespace holdfast::tickets {

namespace {

auto fault(std::string what) -> tl::unexpected<failure> {
  return tl::unexpected{failure{"a receipt: " + std::move(what)}};
}

auto name_of(tax_fault what) -> std::string {
  switch (what) {
  case tax_fault::no_such_rate: return "a line names a tax rate that is not there";
  case tax_fault::rate_too_high: return "a tax rate of more than 100 %";
  case tax_fault::amount_too_large: return "an amount too large, or too many lines";
  }
  return {};
}

/// The amounts of a line, when they fit.
auto amount_of(const receipt_line& line) -> std::optional<domain::minor_units> {
  const auto amount = domain::wide_integer{line.price} * domain::wide_integer{line.quantity};
  if (line.quantity == 0 || line.quantity > receipt_quantity_max || amount > tax_amount_max ||
      amount < -tax_amount_max) {
    return std::nullopt;
  }
  return static_cast<domain::minor_units>(amount);
}

/// What the texts of one receipt have in common.
class writer {
 public:
  writer(const receipt& of, const tax_sum& sum) : of_{of}, sum_{sum}, words_{language_for(of.language)} {}

  [[nodiscard]] auto text() const -> receipt_text {
    receipt_text out{.language = std::string{words_.tag},
                     .title = std::string{sum_.total.gross < 0 ? words_.cancellation : words_.receipt},
                     .issued_at = of_.issued_at,
                     .seller = of_.seller.name,
                     .seller_lines = of_.seller.address,
                     .about = about(),
                     .columns = {std::string{words_.item}, std::string{words_.quantity}, std::string{words_.price},
                                 std::string{words_.tax}, std::string{words_.amount}},
                     .lines = lines(),
                     .before_total = {},
                     .total = {std::string{words_.total}, money(sum_.total.gross)},
                     .after_total = {},
                     .payments_title = std::string{words_.payments},
                     .payments = payments(),
                     .credits = {},
                     .note = of_.note,
                     .page_pattern = std::string{words_.page}};
    if (!of_.seller.tax_number.empty()) {
      out.seller_lines.push_back(std::string{words_.tax_number} + ": " + of_.seller.tax_number);
    }
    add_taxes_to(out);
    return out;
  }

 private:
  [[nodiscard]] auto money(domain::minor_units amount) const -> std::string {
    return money_text(words_, amount, of_.currency);
  }

  [[nodiscard]] auto moment(domain::instant at) const -> std::string {
    return date_and_time(words_, local_time(at, of_.time_zone));
  }

  [[nodiscard]] auto about() const -> std::vector<receipt_text::labelled> {
    std::vector<receipt_text::labelled> out;
    const auto add = [&](std::string_view label, std::string value) {
      if (!value.empty()) {
        out.emplace_back(std::string{label}, std::move(value));
      }
    };
    add(words_.order, of_.order_id);
    add(words_.issued, moment(of_.issued_at));
    add(words_.buyer, of_.buyer);
    add(words_.event, of_.event);
    add(words_.when, of_.starts_at ? moment(*of_.starts_at) : "");
    add(words_.venue, of_.venue);
    return out;
  }

  [[nodiscard]] auto lines() const -> std::vector<receipt_text::row> {
    std::vector<receipt_text::row> out;
    out.reserve(of_.lines.size());
    for (std::size_t i = 0; i < of_.lines.size(); ++i) {
      const auto& line = of_.lines[i];
      const auto& sum = sum_.lines[i];
      out.push_back({line.text, std::to_string(line.quantity), money(line.price),
                     percent_text(words_, of_.rates[line.rate].basis_points),
                     money(of_.mode == tax_mode::inclusive ? sum.gross : sum.net)});
    }
    return out;
  }

  void add_taxes_to(receipt_text& out) const {
    const bool inclusive = of_.mode == tax_mode::inclusive;
    if (!inclusive) {
      out.before_total.emplace_back(std::string{words_.net}, money(sum_.total.net));
    }
    for (std::size_t i = 0; i < of_.rates.size(); ++i) {
      const auto& sum = sum_.rates[i];
      if (of_.rates[i].basis_points == 0 || sum == taxed{}) {
        continue;
      }
      const auto& name = of_.rates[i].name;
      const auto what =
          (name.empty() ? std::string{words_.tax} : name) + ' ' + percent_text(words_, of_.rates[i].basis_points);
      const auto net = money(sum.net);
      const auto with_amount = inclusive ? what + " = " + money(sum.tax) : what;
      const std::array<replacement, 2> parts{{{"{tax}", with_amount}, {"{net}", net}}};
      if (inclusive) {
        out.after_total.push_back(filled(words_.included, parts));
      } else {
        out.before_total.emplace_back(filled(words_.added, parts), money(sum.tax));
      }
    }
  }

  [[nodiscard]] auto payments() const -> std::vector<receipt_text::labelled> {
    std::vector<receipt_text::labelled> out;
    for (const auto& each : of_.payments) {
      out.emplace_back(each.text + ", " + moment(each.at), money(each.amount));
    }
    return out;
  }

  const receipt& of_;
  const tax_sum& sum_;
  const language& words_;
};

} // namespace

/// What `add_taxes` gives of a tax that is known.
auto charged(const std::vector<taxable>& lines, tax_mode mode, domain::minor_units tax) -> tax_sum {
  tax_sum out;
  domain::minor_units amount = 0;
  for (const auto& line : lines) {
    out.lines.push_back({.net = line.amount, .tax = 0, .gross = line.amount});
    amount += line.amount;
  }
  out.total = mode == tax_mode::inclusive ? taxed{.net = amount - tax, .tax = tax, .gross = amount}
                                          : taxed{.net = amount, .tax = tax, .gross = amount + tax};
  out.rates = {out.total};
  return out;
}

auto taxes_of(const receipt& of) -> tl::expected<tax_sum, failure> {
  if (of.rates.size() > receipt_rates_max) {
    return fault("too many tax rates");
  }
  std::vector<taxable> lines;
  lines.reserve(of.lines.size());
  for (const auto& line : of.lines) {
    const auto amount = amount_of(line);
    if (!amount) {
      return fault("a line's quantity or amount is out of range");
    }
    lines.push_back({*amount, line.rate});
  }
  std::vector<std::uint32_t> rates;
  for (const auto& rate : of.rates) {
    rates.push_back(rate.basis_points);
  }
  auto sum = add_taxes(lines, rates, of.mode, of.rounding);
  if (!sum) {
    return fault(name_of(sum.error()));
  }
  if (of.charged) {
    return of.rates.size() == 1 ? tl::expected<tax_sum, failure>{charged(lines, of.mode, *of.charged)}
                                : fault("a tax that was charged has one rate");
  }
  return std::move(*sum);
}

auto text_of(const receipt& of) -> tl::expected<receipt_text, failure> {
  const auto sum = taxes_of(of);
  if (!sum) {
    return tl::unexpected{sum.error()};
  }
  auto text = writer{of, *sum}.text();
  const auto& words = language_for(of.language);
  auto part = of;
  part.note.clear();
  for (const auto& credit : of.credits) {
    part.issued_at = credit.at;
    part.lines = credit.lines;
    part.payments = credit.payments;
    part.charged = credit.charged;
    const auto credited = taxes_of(part);
    if (!credited) {
      return tl::unexpected{credited.error()};
    }
    auto& made = text.credits.emplace_back(writer{part, *credited}.text());
    made.title = std::string{words.cancellation} + ' ' + credit.number;
    std::erase_if(made.about, [&](const auto& each) { return each.first != words.issued; });
  }
  return text;
}

} // namespace holdfast::tickets

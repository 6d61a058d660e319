#include "tickets/language.hpp"

#include "tickets/language_tables.hpp"

#include <algorithm>
#include <array>

namespace holdfast::tickets {

namespace {

constexpr std::string_view no_break_space = "\u00a0";
constexpr std::string_view minus = "\u2212";
constexpr std::uint8_t digits_usually = 2; // what is no currency we know has cents
constexpr std::size_t group_digits = 3;

auto two_digits(unsigned number) -> std::string {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

/// Digits with something between thousands.
auto grouped(std::string_view digits, std::string_view group) -> std::string {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % group_digits == 0) {
      out += group;
    }
    out.push_back(digits[i]);
  }
  return out;
}

} // namespace

auto languages() noexcept -> std::span<const language> {
  return language_tables;
}

auto language_for(std::string_view tag) noexcept -> const language& {
  const auto first = tag.substr(0, tag.find('-'));
  const auto found = std::ranges::find(language_tables, first, &language::tag);
  return found == language_tables.end() ? language_tables.front() : *found;
}

auto filled(std::string_view pattern, std::span<const replacement> with) -> std::string {
  std::string out;
  while (!pattern.empty()) {
    const auto found =
        std::ranges::find_if(with, [&](const replacement& each) { return pattern.starts_with(each.name); });
    if (found == with.end()) {
      out.push_back(pattern.front());
      pattern.remove_prefix(1);
    } else {
      out += found->value;
      pattern.remove_prefix(found->name.size());
    }
  }
  return out;
}

auto date_and_time(const language& in, const wall_time& at) -> std::string {
  const auto day = std::to_string(at.day);
  const auto year = std::to_string(at.year);
  const std::array<replacement, 4> parts{{{"{weekday}", in.weekdays[at.weekday - 1]},
                                          {"{day}", day},
                                          {"{month}", in.months[at.month - 1]},
                                          {"{year}", year}}};
  return filled(in.date, parts) + ", " + two_digits(at.hour) + ':' + two_digits(at.minute) + ' ' + at.zone;
}

auto money_text(const language& in, domain::minor_units amount, const domain::currency_code& currency) -> std::string {
  const std::size_t decimals = domain::minor_unit_digits(currency).value_or(digits_usually);
  // As unsigned: the smallest number has no positive twin.
  const auto magnitude = amount < 0 ? ~static_cast<std::uint64_t>(amount) + 1 : static_cast<std::uint64_t>(amount);
  auto digits = std::to_string(magnitude);
  if (digits.size() <= decimals) {
    digits.insert(0, decimals + 1 - digits.size(), '0');
  }
  const auto whole = std::string_view{digits}.substr(0, digits.size() - decimals);
  std::string out{amount < 0 ? minus : ""};
  out += grouped(whole, in.group);
  if (decimals > 0) {
    out += in.decimal;
    out += std::string_view{digits}.substr(whole.size());
  }
  return out.append(no_break_space).append(currency.text());
}

auto percent_text(const language& in, std::uint32_t basis_points) -> std::string {
  auto out = std::to_string(basis_points / 100);
  if (const auto rest = basis_points % 100; rest != 0) {
    out += in.decimal;
    out += rest % 10 == 0 ? std::to_string(rest / 10) : two_digits(rest);
  }
  return out.append(no_break_space).append("%");
}

} // namespace holdfast::tickets

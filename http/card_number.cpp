#include "http/card_number.hpp"

#include <array>
#include <cstddef>

namespace holdfast::http {

namespace {

constexpr std::size_t digits_min = 13;
constexpr std::size_t digits_max = 19;

auto passes_luhn(const std::array<unsigned, digits_max>& digits, std::size_t count) noexcept -> bool {
  unsigned sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto from_right = count - 1 - i;
    auto digit = digits[i];
    if (from_right % 2 == 1) {
      digit *= 2;
      digit = digit > 9 ? digit - 9 : digit;
    }
    sum += digit;
  }
  return sum % 10 == 0;
}

/// Whether a card number of some length begins at this digit.
auto begins_here(std::string_view text) noexcept -> bool {
  std::array<unsigned, digits_max> digits{};
  std::size_t count = 0;
  for (const char letter : text) {
    if (letter >= '0' && letter <= '9') {
      digits[count++] = static_cast<unsigned>(letter - '0');
      if (count >= digits_min && passes_luhn(digits, count)) {
        return true;
      }
      if (count == digits_max) {
        return false;
      }
    } else if (letter != ' ' && letter != '-') {
      return false;
    }
  }
  return false;
}

auto is_digit(char letter) noexcept -> bool {
  return letter >= '0' && letter <= '9';
}

} // namespace

auto holds_card_number(std::string_view text) noexcept -> bool {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool run_begins = is_digit(text[i]) && (i == 0 || !is_digit(text[i - 1]));
    if (run_begins && text[i] >= '2' && text[i] <= '6' && begins_here(text.substr(i))) {
      return true;
    }
  }
  return false;
}

} // namespace holdfast::http

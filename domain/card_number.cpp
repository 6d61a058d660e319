#include "domain/card_number.hpp"

#include "domain/ascii.hpp"
#include "domain/strong_id.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdfast::domain {
namespace {

constexpr std::size_t card_digits_min = 13;
constexpr std::size_t card_digits_max = 19;

/// Numbers of one scheme: its first four digits, and how long they are.
struct scheme {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint32_t lengths = 0; ///< a bit each
};

constexpr auto of(std::size_t length) noexcept -> std::uint32_t {
  return 1U << length;
}

constexpr auto from_to(std::size_t first, std::size_t last) noexcept -> std::uint32_t {
  return of(last + 1) - of(first);
}

constexpr std::array schemes{
    scheme{4000, 4999, of(13) | of(16) | of(19)}, // Visa
    scheme{5100, 5599, of(16)},                   // Mastercard
    scheme{2221, 2720, of(16)},                   // Mastercard
    scheme{3400, 3499, of(15)},                   // American Express
    scheme{3700, 3799, of(15)},                   // American Express
    scheme{3000, 3059, from_to(14, 19)},          // Diners Club
    scheme{3095, 3095, from_to(14, 19)},          // Diners Club
    scheme{3600, 3699, from_to(14, 19)},          // Diners Club
    scheme{3800, 3999, from_to(14, 19)},          // Diners Club
    scheme{3528, 3589, from_to(16, 19)},          // JCB
    scheme{6011, 6011, from_to(16, 19)},          // Discover
    scheme{6440, 6599, from_to(16, 19)},          // Discover
    scheme{6200, 6299, from_to(16, 19)},          // UnionPay
    scheme{2200, 2204, from_to(16, 19)},          // Mir
    scheme{5018, 5018, from_to(13, 19)},          // Maestro
    scheme{5020, 5020, from_to(13, 19)},          // Maestro
    scheme{5038, 5038, from_to(13, 19)},          // Maestro
    scheme{5893, 5893, from_to(13, 19)},          // Maestro
    scheme{6304, 6304, from_to(13, 19)},          // Maestro
    scheme{6759, 6763, from_to(13, 19)},          // Maestro
};

constexpr auto is_separator(char c) noexcept -> bool {
  return c == ' ' || c == '.' || c == '_' || c == '-';
}

/// One digit of a run.
struct run_digit {
  std::uint32_t value = 0;
  std::size_t group = 0; ///< digits with nothing between them
  std::size_t text = 0;  ///< in which text it stands
};
using run = std::vector<run_digit>;

auto luhn_holds(const run& digits, std::size_t begin, std::size_t count) noexcept -> bool {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto digit = digits[begin + count - 1 - i].value;
    const auto weighted = i % 2 == 0 ? digit : digit * 2;
    sum += weighted / 10 + weighted % 10;
  }
  return sum % 10 == 0;
}

auto is_of_a_scheme(const run& digits, std::size_t begin, std::size_t count) noexcept -> bool {
  std::uint32_t prefix = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    prefix = prefix * 10 + digits[begin + i].value;
  }
  return std::ranges::any_of(schemes, [&](const scheme& one) {
    return prefix >= one.first && prefix <= one.last && (one.lengths & of(count)) != 0;
  });
}

auto is_card(const run& digits, std::size_t begin, std::size_t count) noexcept -> bool {
  const auto& first = digits[begin];
  const auto& last = digits[begin + count - 1];
  const bool begins_group = begin == 0 || digits[begin - 1].group != first.group;
  const bool ends_group = begin + count == digits.size() || digits[begin + count].group != last.group;
  if (begins_group && ends_group) {
    return first.value >= 2 && first.value <= 6 && luhn_holds(digits, begin, count);
  }
  const bool looked_at = first.group == last.group || (first.text == last.text && (begins_group || ends_group));
  return looked_at && is_of_a_scheme(digits, begin, count) && luhn_holds(digits, begin, count);
}

auto holds_card(const run& digits) noexcept -> bool {
  for (std::size_t begin = 0; begin + card_digits_min <= digits.size(); ++begin) {
    const auto most = std::min(card_digits_max, digits.size() - begin);
    for (std::size_t count = card_digits_min; count <= most; ++count) {
      if (is_card(digits, begin, count)) {
        return true;
      }
    }
  }
  return false;
}

/// Takes texts apart into runs, and looks at each.
class card_finder {
 public:
  void add(std::string_view text) {
    ++text_;
    ++group_;
    for (const char c : text) {
      if (is_digit(c)) {
        run_.push_back({static_cast<std::uint32_t>(c - '0'), group_, text_});
      } else if (is_separator(c)) {
        ++group_;
      } else {
        end_run();
      }
    }
  }

  [[nodiscard]] auto found() -> bool {
    end_run();
    return found_;
  }

 private:
  void end_run() {
    found_ = found_ || holds_card(run_);
    run_.clear();
  }

  run run_;
  std::size_t text_ = 0;
  std::size_t group_ = 0;
  bool found_ = false;
};

} // namespace

auto has_card_number(std::string_view text) -> bool {
  return has_card_number(text, {});
}

auto has_card_number(std::string_view first, std::string_view second) -> bool {
  card_finder finder;
  finder.add(first);
  finder.add(second);
  return finder.found();
}

auto card_fingerprint(std::string_view text) noexcept -> std::uint64_t {
  if (text.empty()) {
    return 0;
  }
  // FNV-1a (Fowler, Noll, Vo), its bits mixed once more; nobody but the gateway chooses these texts.
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const auto letter : text) {
    hash = (hash ^ static_cast<std::uint8_t>(letter)) * 0x0000'0100'0000'01b3;
  }
  return std::max<std::uint64_t>(mix64(hash), 1);
}

} // namespace holdfast::domain

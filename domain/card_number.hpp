#pragma once

#include <cstdint>
#include <string_view>

namespace holdfast::domain {

/// Whether a text holds a card number (ISO/IEC 7812-1: 13 to 19 digits that pass Luhn's check). Digits count as one run as long as only blanks, dots,
/// dashes and underscores stand between them. Of a run two kinds of numbers are found:
/// - whole groups of digits that begin with 2 … 6, as most cards do;
/// - digits of which one end, or both inside one group, have further digits beside them, if prefix and length are those of a card scheme: so
///   close to other numbers any ten of them would hold one that passes Luhn's check.
/// A number of at most 12 digits by itself never is one. Thread-safe.
[[nodiscard]] auto has_card_number(std::string_view text) -> bool;

/// The same for two texts that are stored together, in whichever of them it stands; also for a number whose groups begin in the first text and
/// go on in the second.
[[nodiscard]] auto has_card_number(std::string_view first, std::string_view second) -> bool;

/// A number of a card by what the gateway calls it whatever name it is given by: equal for equal texts, never 0 but for an empty one. It says
/// nothing about the card's number, for neither does the text.
[[nodiscard]] auto card_fingerprint(std::string_view text) noexcept -> std::uint64_t;

} // namespace holdfast::domain

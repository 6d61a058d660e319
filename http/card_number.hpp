#pragma once

#include <string_view>

namespace holdfast::http {

/// Whether a text holds what may be a payment card's number: a run of 13 to 19 digits (blanks and hyphens between them allowed) that begins
/// like an issuer's (ISO/IEC 7812: 2 to 6) and passes the Luhn check. Such texts are refused, never stored.
[[nodiscard]] auto holds_card_number(std::string_view text) noexcept -> bool;

} // namespace holdfast::http

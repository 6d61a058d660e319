#pragma once

#include <string_view>

namespace holdfast::projections {

/// A letter without its diacritics and in lower case, as UTF-8: "é" gives "e", "ß" gives "ss". Empty for a letter that only its case, or
/// nothing, is to be taken from.
[[nodiscard]] auto folded_letter(char32_t letter) noexcept -> std::string_view;

} // namespace holdfast::projections

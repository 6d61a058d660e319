#pragma once

#include "projections/search/text_search.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

/// A text with the words that a query found between `<mark>` and `</mark>`. Everything else is escaped for HTML (`& < > " '`), so that the
/// result may be put into a page as it is, and the marks are the only tags in it. Empty when no word was found.
[[nodiscard]] auto marked(std::string_view text, const std::vector<word_group>& groups, word_forms& forms)
    -> std::string;

/// The same for a list of names, a line each: they come with commas between them.
[[nodiscard]] auto marked_names(std::string_view lines, const std::vector<word_group>& groups, word_forms& forms)
    -> std::string;

/// The same for a part of a long text: some 160 bytes around its first found word, whole words, "…" where something is left out.
[[nodiscard]] auto marked_part(std::string_view text, const std::vector<word_group>& groups, word_forms& forms)
    -> std::string;

} // namespace holdfast::projections

#pragma once

#include <set>
#include <string>
#include <vector>

/// Stemming, naively.
namespace holdfast::search_test {

/// Tags of the languages whose words have stems.
inline const std::vector<std::string> every_language{"en", "de", "fr", "it", "es", "nl", "da", "sv", "nb",
                                                     "nn", "no", "fi", "pt", "hu", "ro", "ru", "tr"};

/// A word of lower-case ASCII letters, and its stems in these languages.
[[nodiscard]] auto forms_of(const std::string& word, const std::vector<std::string>& languages)
    -> std::set<std::string>;

} // namespace holdfast::search_test

#include "tests/search/naive_words.hpp"

#include <xapian.h>

#include <algorithm>
#include <map>

namespace holdfast::search_test {

auto forms_of(const std::string& word, const std::vector<std::string>& languages) -> std::set<std::string> {
  static const std::map<std::string, std::string> stemmers{
      {"en", "english"},   {"de", "german"},  {"fr", "french"},     {"it", "italian"},   {"es", "spanish"},
      {"nl", "dutch"},     {"da", "danish"},  {"sv", "swedish"},    {"nb", "norwegian"}, {"nn", "norwegian"},
      {"no", "norwegian"}, {"fi", "finnish"}, {"pt", "portuguese"}, {"hu", "hungarian"}, {"ro", "romanian"},
      {"ru", "russian"},   {"tr", "turkish"}};
  std::set<std::string> forms{word};
  for (const auto& [tag, name] : stemmers) {
    if (std::ranges::find(languages, tag) != languages.end())
      forms.insert(Xapian::Stem{name}(word));
  }
  return forms;
}

} // namespace holdfast::search_test

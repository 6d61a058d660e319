#include "projections/search/highlight.hpp"

#include <algorithm>
#include <cstddef>

namespace holdfast::projections {

namespace {

constexpr std::size_t words_looked_at_max = 1'000;
constexpr std::size_t bytes_before = 60;
constexpr std::size_t bytes_after = 100;
constexpr std::string_view ellipsis = "…";

void append_escaped(std::string& to, std::string_view text) {
  for (const auto letter : text) {
    switch (letter) {
    case '&': to.append("&amp;"); break;
    case '<': to.append("&lt;"); break;
    case '>': to.append("&gt;"); break;
    case '"': to.append("&quot;"); break;
    case '\'': to.append("&#39;"); break;
    case '\n':
    case '\t': to.push_back(' '); break;
    default: to.push_back(letter);
    }
  }
}

/// The words of the text that the query found.
auto found_words(std::string_view text, const std::vector<word_group>& groups, word_forms& forms)
    -> std::vector<text_word> {
  auto words = words_of(text, words_looked_at_max);
  std::erase_if(words, [&](const text_word& word) {
    return std::ranges::none_of(groups, [&](const word_group& group) { return group.fits(word, forms); });
  });
  return words;
}

/// The bytes from `first` to `end`, with those of the words marked that lie within.
auto with_marks(std::string_view text, std::size_t first, std::size_t end, const std::vector<text_word>& words)
    -> std::string {
  std::string made;
  for (const auto& word : words) {
    if (word.first < first || word.end > end)
      continue;
    append_escaped(made, text.substr(first, word.first - first));
    made.append("<mark>");
    append_escaped(made, text.substr(word.first, word.end - word.first));
    made.append("</mark>");
    first = word.end;
  }
  append_escaped(made, text.substr(first, end - first));
  return made;
}

auto is_blank(char letter) noexcept -> bool {
  return letter == ' ' || letter == '\n' || letter == '\t';
}

/// Never inside a character.
auto at_character(std::string_view text, std::size_t at) noexcept -> std::size_t {
  constexpr unsigned char continues = 0x80;
  constexpr unsigned char mask = 0xc0;
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & mask) == continues)
    --at;
  return at;
}

} // namespace

auto marked(std::string_view text, const std::vector<word_group>& groups, word_forms& forms) -> std::string {
  const auto words = found_words(text, groups, forms);
  return words.empty() ? std::string{} : with_marks(text, 0, text.size(), words);
}

auto marked_names(std::string_view lines, const std::vector<word_group>& groups, word_forms& forms) -> std::string {
  std::string names;
  for (const auto letter : lines)
    letter == '\n' ? names.append(", ") : names.append(1, letter);
  return marked(names, groups, forms);
}

auto marked_part(std::string_view text, const std::vector<word_group>& groups, word_forms& forms) -> std::string {
  const auto words = found_words(text, groups, forms);
  if (words.empty())
    return {};
  const auto& word = words.front();
  auto first = word.first > bytes_before ? at_character(text, word.first - bytes_before) : 0;
  while (first > 0 && first < word.first && !is_blank(text[first - 1]))
    ++first;
  auto end = std::min(text.size(), word.end + bytes_after);
  while (end < text.size() && end > word.end && !is_blank(text[end]))
    --end;
  const auto made = with_marks(text, first, end, words);
  return (first > 0 ? std::string{ellipsis} : std::string{}) + made +
         (end < text.size() ? std::string{ellipsis} : std::string{});
}

} // namespace holdfast::projections

#pragma once

#include "projections/search/words.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace holdfast::projections {

/// Languages whose words have stems (Snowball's stemmers), as bits of a set.
using stem_languages = std::uint32_t;
/// Of what does not say its language: English and German.
extern const stem_languages usual_languages;
extern const stem_languages every_language;
/// Those of BCP 47 tags, such as "de-AT", that have stems; the usual ones when none has.
[[nodiscard]] auto languages_of(const std::vector<std::string>& tags) noexcept -> stem_languages;

/// The terms that stand for a word: the word, as spelt out, and its stems. An event's words have those of its languages; who searches does not
/// say a language, so a searched word has those of every language, and matches another one when any form of both is the same. Not
/// thread-safe.
class word_forms {
 public:
  word_forms();
  ~word_forms();
  word_forms(const word_forms&) = delete;
  auto operator=(const word_forms&) -> word_forms& = delete;

  /// The forms, the word itself first, none twice. Valid until the next call.
  [[nodiscard]] auto of(const text_word& word, stem_languages languages = every_language)
      -> const std::vector<std::string>&;

 private:
  struct stemmers;
  /// Stems of the words that were asked for lately: names and categories come again and again.
  static constexpr std::size_t kept_max = 32'768;

  std::unique_ptr<stemmers> stemmers_;
  std::unordered_map<std::string, std::vector<std::string>> kept_;
};

} // namespace holdfast::projections

#pragma once

#include "projections/search/words.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace holdfast::projections {

/// The terms that stand for a word: the word, as spelt out, and its stems. An event does not say its language, so every word is taken as
/// English and as German (Snowball's stemmers), and matches another one when any form of both is the same. Not thread-safe.
class word_forms {
 public:
  word_forms();
  ~word_forms();
  word_forms(const word_forms&) = delete;
  auto operator=(const word_forms&) -> word_forms& = delete;

  /// The forms, the word itself first, none twice. Valid until the next call.
  [[nodiscard]] auto of(const text_word& word) -> const std::vector<std::string>&;

 private:
  struct stemmers;
  /// Stems of the words that were asked for lately: names and categories come again and again.
  static constexpr std::size_t kept_max = 32'768;

  std::unique_ptr<stemmers> stemmers_;
  std::unordered_map<std::string, std::vector<std::string>> kept_;
};

} // namespace holdfast::projections

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// How text becomes words, alike for what is indexed and for what is asked.
namespace holdfast::projections {

/// Longer words are cut, alike on both sides.
inline constexpr std::size_t word_bytes_max = 64;

/// A word of some text.
struct text_word {
  std::string folded;    ///< lower case, without diacritics
  std::string spelt_out; ///< the same with ä, ö, ü as ae, oe, ue; empty when that makes no difference
  std::size_t first = 0; ///< its bytes in the text: first …
  std::size_t end = 0;   ///< … and one past the last
};

/// The words of a text, at most `words_max`: runs of letters, digits and marks, with apostrophes between letters left out ("O'Neill" is
/// "oneill"). A Chinese or Japanese character is a word by itself. Text that is not well-formed UTF-8 is read byte by byte as Latin-1.
[[nodiscard]] auto words_of(std::string_view text, std::size_t words_max) -> std::vector<text_word>;

/// Words folded and put together again with a blank between them: names that differ in case, diacritics or punctuation alone give the same.
[[nodiscard]] auto folded_text(std::string_view text) -> std::string;

/// The same with ä, ö, ü as ae, oe, ue.
[[nodiscard]] auto spelt_out_text(std::string_view text) -> std::string;

/// Without the words that only put others together ("and", "or", "not", "und", "oder", "nicht"), unless there are no others: people write them between
/// what they look for, and no operator is meant by any. `last_goes_on`: the last word is kept, for it may be the beginning of another.
[[nodiscard]] auto without_connectives(std::vector<text_word> words, bool last_goes_on) -> std::vector<text_word>;

} // namespace holdfast::projections

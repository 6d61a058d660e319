#pragma once

#include "projections/search/event_text.hpp"
#include "projections/search/words.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

struct text_session;

/// Forms that a last word may go on to: the most frequent ones.
inline constexpr std::size_t prefix_forms_max = 100;
/// Terms looked at for them.
inline constexpr std::size_t prefix_terms_looked_at_max = 5'000;
/// Unknown words of one query that a correction is looked for.
inline constexpr std::size_t corrections_max = 4;

/// Words to be found, all of them.
struct text_wish {
  std::vector<text_word> words;
  bool last_goes_on = true; ///< the last word may be the beginning of one
  bool correct = true;      ///< look for another spelling of words that no event has
};

/// One event that has all the words.
struct text_match {
  std::uint32_t row = 0; ///< of the columns
  double score = 0;      ///< how well it fits; depends on the event's own text alone
};

/// The terms that stand for one word of the query.
struct word_group {
  std::vector<std::string> terms; ///< sorted
  std::string prefix;             ///< not empty: words that begin with it fit too

  /// Whether a word of a text is one that the group finds.
  [[nodiscard]] auto fits(const text_word& word, word_forms& forms) const -> bool;
};

struct text_correction {
  std::size_t word = 0; ///< which one of the query
  std::string spelling;
};

struct text_result {
  std::vector<text_match> matches; ///< in no useful order
  std::vector<word_group> groups;
  std::vector<text_correction> corrections; ///< made, in the words' order
  bool partial = false;                     ///< the time was up: the matches are some of those that there are
};

/// Finds the events that have all words in any form, each in any field. The query is put together from terms: no text of a user is ever parsed
/// as a query. Needs at least one word. After `give_up_at` no more matches are looked at. Throws the library's errors.
[[nodiscard]] auto
find_text(text_session& in, const text_wish& wish,
          std::chrono::steady_clock::time_point give_up_at = std::chrono::steady_clock::time_point::max())
    -> text_result;

/// What the index has about the event of a row; nothing when it has not got there yet.
[[nodiscard]] auto text_at(text_session& in, std::uint32_t row) -> std::optional<event_text>;

} // namespace holdfast::projections

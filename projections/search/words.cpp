#include "projections/search/words.hpp"

#include "projections/search/fold_table.hpp"

#include <xapian.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr std::size_t letter_bytes_max = 4;

auto is_mark(unsigned letter) noexcept -> bool {
  const auto category = Xapian::Unicode::get_category(letter);
  return category == Xapian::Unicode::NON_SPACING_MARK || category == Xapian::Unicode::ENCLOSING_MARK ||
         category == Xapian::Unicode::COMBINING_SPACING_MARK;
}

auto is_letter_or_digit(unsigned letter) noexcept -> bool {
  switch (Xapian::Unicode::get_category(letter)) {
  case Xapian::Unicode::UPPERCASE_LETTER:
  case Xapian::Unicode::LOWERCASE_LETTER:
  case Xapian::Unicode::TITLECASE_LETTER:
  case Xapian::Unicode::MODIFIER_LETTER:
  case Xapian::Unicode::OTHER_LETTER:
  case Xapian::Unicode::DECIMAL_DIGIT_NUMBER:
  case Xapian::Unicode::LETTER_NUMBER:
  case Xapian::Unicode::OTHER_NUMBER: return true;
  default: return false;
  }
}

/// Scripts that are written without blanks between words.
auto stands_alone(unsigned letter) noexcept -> bool {
  return (letter >= 0x3040 && letter <= 0x30ff) || (letter >= 0x3400 && letter <= 0x4dbf) ||
         (letter >= 0x4e00 && letter <= 0x9fff) || (letter >= 0xf900 && letter <= 0xfaff) ||
         (letter >= 0x20000 && letter <= 0x3ffff);
}

auto is_apostrophe(unsigned letter) noexcept -> bool {
  return letter == '\'' || letter == 0x2019 || letter == 0x02bc;
}

/// The letter that an umlaut is spelt out with; empty for every other letter.
auto spelling_of(unsigned letter) noexcept -> std::string_view {
  switch (letter) {
  case 0xc4:
  case 0xe4: return "ae";
  case 0xd6:
  case 0xf6: return "oe";
  case 0xdc:
  case 0xfc: return "ue";
  default: return {};
  }
}

/// Collects letters into words.
class word_builder {
 public:
  word_builder(std::vector<text_word>& to, std::size_t words_max) : to_{to}, words_max_{words_max} {}

  [[nodiscard]] auto full() const noexcept -> bool { return to_.size() >= words_max_; }

  [[nodiscard]] auto open() const noexcept -> bool { return !word_.folded.empty(); }

  void add(unsigned letter, std::size_t first, std::size_t end) {
    if (!open())
      word_.first = first;
    word_.end = end;
    append(word_.folded, letter, {});
    const auto spelling = spelling_of(letter);
    spelt_differently_ |= !spelling.empty();
    append(spelt_out_, letter, spelling);
  }

  /// A combining mark after an `a`, `o` or `u` of the same word may make it an umlaut.
  void mark(unsigned letter, std::size_t end) {
    constexpr unsigned diaeresis = 0x308;
    if (!open())
      return;
    word_.end = end;
    const auto last = spelt_out_.empty() ? '\0' : spelt_out_.back();
    if (letter == diaeresis && (last == 'a' || last == 'o' || last == 'u') && spelt_out_.size() < word_bytes_max) {
      spelt_out_.push_back('e');
      spelt_differently_ = true;
    }
  }

  void close() {
    if (!open())
      return;
    if (spelt_differently_)
      word_.spelt_out = std::move(spelt_out_);
    to_.push_back(std::exchange(word_, text_word{}));
    spelt_out_.clear();
    spelt_differently_ = false;
  }

 private:
  static void append(std::string& to, unsigned letter, std::string_view spelling) {
    const auto folded = spelling.empty() ? folded_letter(letter) : spelling;
    if (!folded.empty()) {
      if (to.size() + folded.size() <= word_bytes_max)
        to.append(folded);
    } else if (to.size() + letter_bytes_max <= word_bytes_max) {
      Xapian::Unicode::append_utf8(to, Xapian::Unicode::tolower(letter));
    }
  }

  std::vector<text_word>& to_;
  std::size_t words_max_;
  text_word word_;
  std::string spelt_out_;
  bool spelt_differently_ = false;
};

} // namespace

auto words_of(std::string_view text, std::size_t words_max) -> std::vector<text_word> {
  std::vector<text_word> words;
  word_builder builder{words, words_max};
  const Xapian::Utf8Iterator end;
  Xapian::Utf8Iterator at{text.data(), text.size()};
  while (at != end && !builder.full()) {
    const auto first = text.size() - at.left();
    const unsigned letter = *at;
    ++at;
    const auto after = text.size() - at.left();
    if (is_mark(letter)) {
      builder.mark(letter, after);
    } else if (stands_alone(letter)) {
      builder.close();
      if (!builder.full())
        builder.add(letter, first, after);
      builder.close();
    } else if (is_letter_or_digit(letter)) {
      builder.add(letter, first, after);
    } else if (!(is_apostrophe(letter) && builder.open() && at != end && is_letter_or_digit(*at))) {
      builder.close();
    }
  }
  if (!builder.full())
    builder.close();
  return words;
}

namespace {

auto joined_words(std::string_view text, bool spelt_out) -> std::string {
  std::string all;
  for (const auto& word : words_of(text, std::numeric_limits<std::size_t>::max())) {
    if (!all.empty())
      all.push_back(' ');
    all.append(spelt_out && !word.spelt_out.empty() ? word.spelt_out : word.folded);
  }
  return all;
}

} // namespace

auto folded_text(std::string_view text) -> std::string {
  return joined_words(text, false);
}

auto spelt_out_text(std::string_view text) -> std::string {
  return joined_words(text, true);
}

auto without_connectives(std::vector<text_word> words, bool last_goes_on) -> std::vector<text_word> {
  static constexpr std::array<std::string_view, 6> connectives{"and", "or", "not", "und", "oder", "nicht"};
  const auto* const last = last_goes_on && !words.empty() ? &words.back() : nullptr;
  std::vector<text_word> kept;
  for (const auto& word : words) {
    if (&word == last || std::ranges::find(connectives, word.folded) == connectives.end())
      kept.push_back(word);
  }
  return kept.empty() ? words : kept;
}

} // namespace holdfast::projections

#include "projections/search/word_forms.hpp"

#include <xapian.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

namespace holdfast::projections {

namespace {

struct language {
  std::string_view tag; ///< ISO 639-1
  const char* stemmer;
};

constexpr std::array languages{
    language{"en", "english"},    language{"de", "german"},    language{"fr", "french"},    language{"it", "italian"},
    language{"es", "spanish"},    language{"nl", "dutch"},     language{"da", "danish"},    language{"sv", "swedish"},
    language{"nb", "norwegian"},  language{"nn", "norwegian"}, language{"no", "norwegian"}, language{"fi", "finnish"},
    language{"pt", "portuguese"}, language{"hu", "hungarian"}, language{"ro", "romanian"},  language{"ru", "russian"},
    language{"tr", "turkish"},
};
static_assert(languages.size() < std::numeric_limits<stem_languages>::digits);

} // namespace

const stem_languages usual_languages = 0b11;
const stem_languages every_language = (stem_languages{1} << languages.size()) - 1;

auto languages_of(const std::vector<std::string>& tags) noexcept -> stem_languages {
  stem_languages set = 0;
  for (const std::string_view tag : tags) {
    for (std::size_t i = 0; i < languages.size(); ++i)
      if (tag.substr(0, tag.find('-')) == languages[i].tag)
        set |= stem_languages{1} << i;
  }
  return set == 0 ? usual_languages : set;
}

struct word_forms::stemmers {
  std::vector<Xapian::Stem> all; ///< as `languages`
};

namespace {

void add(std::vector<std::string>& to, std::string form) {
  if (!form.empty() && std::ranges::find(to, form) == to.end())
    to.push_back(std::move(form));
}

} // namespace

word_forms::word_forms() : stemmers_{std::make_unique<stemmers>()} {
  for (const auto& each : languages)
    stemmers_->all.emplace_back(each.stemmer);
}

word_forms::~word_forms() = default;

auto word_forms::of(const text_word& word, stem_languages in) -> const std::vector<std::string>& {
  // A NUL is in no word, so that two spellings never read as another two.
  auto key = word.folded + '\0' + word.spelt_out + '\0' + std::to_string(in);
  if (const auto known = kept_.find(key); known != kept_.end())
    return known->second;
  if (kept_.size() >= kept_max)
    kept_.clear();
  std::vector<std::string> forms;
  add(forms, word.folded);
  add(forms, word.spelt_out);
  for (std::size_t i = 0; i < languages.size(); ++i)
    if ((in >> i & 1U) != 0)
      add(forms, stemmers_->all[i](word.folded));
  return kept_.emplace(std::move(key), std::move(forms)).first->second;
}

} // namespace holdfast::projections

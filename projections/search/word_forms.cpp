#include "projections/search/word_forms.hpp"

#include <xapian.h>

#include <algorithm>
#include <utility>

namespace holdfast::projections {

struct word_forms::stemmers {
  Xapian::Stem english{"english"};
  Xapian::Stem german{"german"};
};

namespace {

void add(std::vector<std::string>& to, std::string form) {
  if (!form.empty() && std::ranges::find(to, form) == to.end())
    to.push_back(std::move(form));
}

} // namespace

word_forms::word_forms() : stemmers_{std::make_unique<stemmers>()} {}

word_forms::~word_forms() = default;

auto word_forms::of(const text_word& word) -> const std::vector<std::string>& {
  // A NUL is in no word, so that two spellings never read as another two.
  auto key = word.folded + '\0' + word.spelt_out;
  if (const auto known = kept_.find(key); known != kept_.end())
    return known->second;
  if (kept_.size() >= kept_max)
    kept_.clear();
  std::vector<std::string> forms;
  add(forms, word.folded);
  add(forms, word.spelt_out);
  add(forms, stemmers_->english(word.folded));
  add(forms, stemmers_->german(word.folded));
  return kept_.emplace(std::move(key), std::move(forms)).first->second;
}

} // namespace holdfast::projections

#include "projections/search/text_search.hpp"

#include "projections/search/text_session.hpp"

#include <xapian.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr unsigned edit_distance_max = 2;
constexpr std::size_t corrected_bytes_min = 3;

/// `score_of` as the library's weighting scheme.
class field_weight final : public Xapian::Weight {
 public:
  field_weight() {
    need_stat(WDF);
    need_stat(WDF_MAX);
  }

  [[nodiscard]] auto clone() const -> field_weight* override { return std::make_unique<field_weight>().release(); }

  void init(double factor) override { factor_ = factor; }

  [[nodiscard]] auto get_sumpart(Xapian::termcount weight, Xapian::termcount, Xapian::termcount) const
      -> double override {
    return factor_ * score_of(weight);
  }

  [[nodiscard]] auto get_maxpart() const -> double override { return factor_; }

  [[nodiscard]] auto get_sumextra(Xapian::termcount, Xapian::termcount) const -> double override { return 0; }

  [[nodiscard]] auto get_maxextra() const -> double override { return 0; }

 private:
  double factor_ = 1;
};

/// Some 20 µs.
constexpr std::uint32_t matches_between_looks = 64;

/// Every document, until the time is up: what is asked for besides comes to its end with it. The library's own time limit cuts short what it
/// estimates, and not the matches that it shows.
class until final : public Xapian::PostingSource {
 public:
  explicit until(std::chrono::steady_clock::time_point give_up_at) : give_up_at_{give_up_at} {}

  [[nodiscard]] auto is_up() const noexcept -> bool { return is_up_; }

  [[nodiscard]] auto get_termfreq_min() const -> Xapian::doccount override { return 0; }
  [[nodiscard]] auto get_termfreq_est() const -> Xapian::doccount override { return documents_; }
  [[nodiscard]] auto get_termfreq_max() const -> Xapian::doccount override { return documents_; }

  void init(const Xapian::Database& database) override {
    documents_ = database.get_doccount();
    last_ = database.get_lastdocid();
  }

  void next(double) override { go_to(at_ + 1); }
  void skip_to(Xapian::docid document, double) override { go_to(std::max(at_, document)); }
  [[nodiscard]] auto at_end() const -> bool override { return is_up_ || at_ > last_; }
  [[nodiscard]] auto get_docid() const -> Xapian::docid override { return at_; }

 private:
  void go_to(Xapian::docid document) {
    at_ = document;
    if (looks_++ % matches_between_looks == 0)
      is_up_ = is_up_ || std::chrono::steady_clock::now() >= give_up_at_;
  }

  const std::chrono::steady_clock::time_point give_up_at_;
  Xapian::doccount documents_ = 0;
  Xapian::docid last_ = 0;
  Xapian::docid at_ = 0;
  std::uint32_t looks_ = 0;
  bool is_up_ = false;
};

/// Is shown every document that matches.
class match_collector final : public Xapian::MatchSpy {
 public:
  explicit match_collector(std::vector<text_match>& to) : to_{to} {}

  void operator()(const Xapian::Document& document, double score) override {
    to_.push_back({document.get_docid() - 1, score});
  }

 private:
  std::vector<text_match>& to_;
};

/// The most frequent terms that begin with `prefix`, of the first ones in the order of terms.
auto terms_beginning(const Xapian::Database& database, const std::string& prefix) -> std::vector<std::string> {
  std::vector<std::pair<Xapian::doccount, std::string>> found;
  std::size_t left = prefix_terms_looked_at_max;
  for (auto at = database.allterms_begin(prefix); at != database.allterms_end(prefix) && left > 0; ++at, --left)
    found.emplace_back(at.get_termfreq(), *at);
  if (found.size() > prefix_forms_max) {
    const auto cut = found.begin() + static_cast<std::ptrdiff_t>(prefix_forms_max);
    std::nth_element(found.begin(), cut, found.end(), std::greater<>{});
    found.erase(cut, found.end());
  }
  std::vector<std::string> terms;
  terms.reserve(found.size());
  for (auto& [frequency, term] : found)
    terms.push_back(std::move(term));
  return terms;
}

auto group_of(text_session& in, const text_word& word, bool goes_on) -> word_group {
  word_group group;
  for (const auto& form : in.forms.of(word)) {
    if (in.database.term_exists(form))
      group.terms.push_back(form);
  }
  if (goes_on) {
    group.prefix = word.folded;
    for (const auto* beginning : {&word.folded, &word.spelt_out}) {
      if (beginning->empty())
        continue;
      for (auto& term : terms_beginning(in.database, *beginning))
        group.terms.push_back(std::move(term));
    }
  }
  std::ranges::sort(group.terms);
  const auto [first, last] = std::ranges::unique(group.terms);
  group.terms.erase(first, last);
  return group;
}

/// One group a word; words that nobody has are replaced by others that look like them, if the wish allows it.
auto groups_of(text_session& in, const text_wish& wish, std::vector<text_correction>& corrections)
    -> std::vector<word_group> {
  std::vector<word_group> groups;
  for (std::size_t i = 0; i < wish.words.size(); ++i) {
    const auto& word = wish.words[i];
    auto group = group_of(in, word, wish.last_goes_on && i + 1 == wish.words.size());
    if (group.terms.empty() && wish.correct && corrections.size() < corrections_max &&
        word.folded.size() >= corrected_bytes_min) {
      if (auto spelling = in.database.get_spelling_suggestion(word.folded, edit_distance_max); !spelling.empty()) {
        group = group_of(in, {spelling, {}, 0, 0}, false);
        corrections.push_back({i, std::move(spelling)});
      }
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

auto query_of(const std::vector<word_group>& groups) -> Xapian::Query {
  std::vector<Xapian::Query> all;
  all.reserve(groups.size());
  for (const auto& group : groups) {
    std::vector<Xapian::Query> any;
    any.reserve(group.terms.size());
    for (const auto& term : group.terms)
      any.emplace_back(term);
    all.emplace_back(Xapian::Query::OP_SYNONYM, any.begin(), any.end());
  }
  return {Xapian::Query::OP_AND, all.begin(), all.end()};
}

} // namespace

auto word_group::fits(const text_word& word, word_forms& forms) const -> bool {
  if (!prefix.empty() && (word.folded.starts_with(prefix) || word.spelt_out.starts_with(prefix)))
    return true;
  return std::ranges::any_of(forms.of(word),
                             [this](const std::string& form) { return std::ranges::binary_search(terms, form); });
}

auto find_text(text_session& in, const text_wish& wish, std::chrono::steady_clock::time_point give_up_at)
    -> text_result {
  text_result result;
  result.groups = groups_of(in, wish, result.corrections);
  const bool hopeless = std::ranges::any_of(result.groups, [](const word_group& group) { return group.terms.empty(); });
  if (hopeless || result.groups.empty())
    return result;
  until time{give_up_at};
  Xapian::Enquire enquire{in.database};
  enquire.set_query({Xapian::Query::OP_FILTER, query_of(result.groups), Xapian::Query{&time}});
  enquire.set_weighting_scheme(field_weight{});
  match_collector collector{result.matches};
  enquire.add_matchspy(&collector);
  // Every match is shown to the collector, whatever its score.
  static_cast<void>(enquire.get_mset(0, 1, in.database.get_doccount()));
  result.partial = time.is_up();
  return result;
}

auto text_at(text_session& in, std::uint32_t row) -> std::optional<event_text> {
  try {
    return decode_text(in.database.get_document(row + 1).get_data());
  } catch (const Xapian::DocNotFoundError&) {
    return std::nullopt;
  }
}

} // namespace holdfast::projections

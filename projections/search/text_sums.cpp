#include "projections/search/text_sums.hpp"

#include "domain/strong_id.hpp"
#include "projections/store/row_codec.hpp"

namespace holdfast::projections {

namespace {

/// FNV-1a (Fowler, Noll, Vo), mixed, so that hashes of texts that differ in their last byte differ everywhere.
auto hash_of(std::uint64_t seed, std::string_view bytes) noexcept -> std::uint64_t {
  constexpr std::uint64_t prime = 0x100000001b3;
  auto hash = domain::mix64(seed);
  for (const auto byte : bytes)
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * prime;
  return domain::mix64(hash);
}

auto of_document(Xapian::docid number, std::string_view data) noexcept -> std::uint64_t {
  return hash_of(number, data);
}

auto of_term(Xapian::docid number, std::uint64_t term, Xapian::termcount weight) noexcept -> std::uint64_t {
  return domain::mix64(term ^ domain::mix64((std::uint64_t{number} << 32U) | weight));
}

auto of_term(std::string_view term) noexcept -> std::uint64_t {
  return hash_of(1, term);
}

auto of_length(Xapian::docid number, std::uint64_t length) noexcept -> std::uint64_t {
  return domain::mix64(domain::mix64(number) + length);
}

auto of_spelling(std::string_view word) noexcept -> std::uint64_t {
  return hash_of(2, word);
}

} // namespace

void text_sums::count(Xapian::docid number, const Xapian::Document& what, int sign) {
  const auto way = static_cast<std::uint64_t>(static_cast<std::int64_t>(sign));
  documents_ += way * of_document(number, what.get_data());
  std::uint64_t length = 0;
  for (auto term = what.termlist_begin(); term != what.termlist_end(); ++term) {
    terms_ += way * of_term(number, of_term(*term), term.get_wdf());
    length += term.get_wdf();
  }
  lengths_ += way * of_length(number, length);
}

void text_sums::add_spelling(std::string_view word, std::uint64_t times) {
  spellings_ += times * of_spelling(word);
}

void text_sums::remove_spelling(std::string_view word, std::uint64_t times) {
  spellings_ -= times * of_spelling(word);
}

auto text_sums::of_position(std::string_view position) -> std::string {
  constexpr std::uint64_t seed = 3;
  return row_writer{}.number(hash_of(seed, position)).take();
}

auto text_sums::text() const -> std::string {
  return row_writer{}.number(documents_).number(terms_).number(lengths_).number(spellings_).take();
}

auto text_sums::of_text(std::string_view text) -> text_sums {
  row_reader in{text};
  text_sums made;
  made.documents_ = in.number();
  made.terms_ = in.number();
  made.lengths_ = in.number();
  made.spellings_ = in.number();
  return in.sound() ? made : text_sums{};
}

auto text_sums::of(const Xapian::Database& database) -> text_sums {
  text_sums made;
  for (auto at = database.postlist_begin({}); at != database.postlist_end({}); ++at)
    made.add(*at, database.get_document(*at));
  for (auto at = database.spellings_begin(); at != database.spellings_end(); ++at)
    made.add_spelling(*at, at.get_termfreq());
  return made;
}

auto text_sums::fit_postings(const Xapian::Database& database) const -> bool {
  std::uint64_t terms = 0;
  std::uint64_t lengths = 0;
  for (auto at = database.postlist_begin({}); at != database.postlist_end({}); ++at)
    lengths += of_length(*at, at.get_doclength());
  for (auto term = database.allterms_begin(); term != database.allterms_end(); ++term) {
    const auto name = of_term(*term);
    std::uint64_t documents = 0;
    std::uint64_t weights = 0;
    for (auto at = database.postlist_begin(*term); at != database.postlist_end(*term); ++at) {
      terms += of_term(*at, name, at.get_wdf());
      weights += at.get_wdf();
      ++documents;
    }
    if (documents != database.get_termfreq(*term) || weights != database.get_collection_freq(*term))
      return false;
  }
  return terms == terms_ && lengths == lengths_;
}

} // namespace holdfast::projections

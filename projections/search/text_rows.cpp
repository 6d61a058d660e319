#include "projections/search/text_rows.hpp"

#include "projections/search/text_index.hpp"
#include "projections/search/text_place.hpp"
#include "projections/store/row_codec.hpp"

#include <xapian.h>

#include <exception>
#include <string>
#include <system_error>

namespace holdfast::projections {

namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;

/// What a row is of: the first byte of its key.
constexpr std::uint8_t document_row = 1;
constexpr std::uint8_t spelling_row = 2;
constexpr std::uint8_t metadata_row = 3;
constexpr std::uint8_t posting_row = 4;

/// Each time the writer committed twice while one copy was made.
constexpr int row_attempts_max = 20;

auto row_of(Xapian::Document document) -> std::string {
  row_writer out;
  out.text(document.get_data()).number32(document.termlist_count());
  for (auto term = document.termlist_begin(); term != document.termlist_end(); ++term)
    out.text(*term).number32(term.get_wdf()).number32(term.positionlist_count());
  out.number32(document.values_count());
  for (auto value = document.values_begin(); value != document.values_end(); ++value)
    out.number32(value.get_valueno()).text(*value);
  return out.take();
}

/// The index has every word twice: with its documents, which is what searches read, and with the document.
auto postings_of(const Xapian::Database& database, const std::string& term) -> std::string {
  row_writer out;
  out.number32(database.get_termfreq(term)).number32(database.get_collection_freq(term));
  for (auto at = database.postlist_begin(term); at != database.postlist_end(term); ++at)
    out.number32(*at).number32(at.get_wdf()).number32(at.get_doclength());
  return out.take();
}

void visit_all(const Xapian::Database& database, const row_visitor& visit) {
  for (auto at = database.allterms_begin(); at != database.allterms_end(); ++at)
    visit(row_writer{}.byte(posting_row).rest(*at).take(), postings_of(database, *at));
  for (auto at = database.postlist_begin({}); at != database.postlist_end({}); ++at)
    visit(row_writer{}.byte(document_row).number32(*at).take(), row_of(database.get_document(*at)));
  for (auto at = database.spellings_begin(); at != database.spellings_end(); ++at)
    visit(row_writer{}.byte(spelling_row).rest(*at).take(), row_writer{}.number32(at.get_termfreq()).take());
  for (auto at = database.metadata_keys_begin(); at != database.metadata_keys_end(); ++at) {
    if (*at != text_index::position_key && *at != text_index::position_sum_key)
      visit(row_writer{}.byte(metadata_row).rest(*at).take(), database.get_metadata(*at));
  }
}

} // namespace

auto visit_text_rows(const fs::path& directory, const row_visitor& visit) -> tl::expected<void, failure> {
  try {
    visit_all(Xapian::Database{directory.string()}, visit);
    return {};
  } catch (const Xapian::Error& error) {
    return tl::unexpected{failure{failure_kind::corrupt, directory.string() + ": " + error.get_description()}};
  } catch (const std::exception& error) {
    return tl::unexpected{failure{failure_kind::corrupt, directory.string() + ": " + error.what()}};
  }
}

auto text_position_in(const fs::path& directory) -> tl::expected<journal::cursor, failure> {
  try {
    return journal::cursor{Xapian::Database{directory.string()}.get_metadata(text_index::position_key)};
  } catch (const Xapian::Error& error) {
    return tl::unexpected{failure{failure_kind::corrupt, directory.string() + ": " + error.get_description()}};
  } catch (const std::exception& error) {
    return tl::unexpected{failure{failure_kind::corrupt, directory.string() + ": " + error.what()}};
  }
}

auto copy_text_index(const fs::path& from, const fs::path& to) -> tl::expected<void, failure> {
  std::error_code trouble;
  if (!fs::exists(from / "iamglass", trouble))
    return tl::unexpected{failure{failure_kind::not_found, from.string() + ": there is no index of texts"}};
  if (text_place::is_doubtful(from))
    return tl::unexpected{
        failure{failure_kind::corrupt, from.string() + ": an error was met here, the index is not to be trusted"}};
  for (int attempt = 1;; ++attempt) {
    fs::remove_all(to, trouble);
    fs::create_directories(to.parent_path(), trouble);
    try {
      // Numbers of documents are rows of the columns.
      Xapian::Database{from.string()}.compact(to.string(), Xapian::DBCOMPACT_NO_RENUMBER);
      return {};
    } catch (const Xapian::DatabaseModifiedError& error) {
      if (attempt == row_attempts_max)
        return tl::unexpected{failure{failure_kind::io, from.string() + ": " + error.get_description()}};
    } catch (const Xapian::DatabaseOpeningError& error) {
      return tl::unexpected{failure{failure_kind::io, from.string() + ": " + error.get_description()}};
    } catch (const Xapian::Error& error) {
      return tl::unexpected{failure{failure_kind::corrupt, from.string() + ": " + error.get_description()}};
    } catch (const std::exception& error) {
      return tl::unexpected{failure{failure_kind::corrupt, from.string() + ": " + error.what()}};
    }
  }
}

} // namespace holdfast::projections

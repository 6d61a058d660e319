#include "projections/search/text_check.hpp"

#include "projections/search/text_index.hpp"
#include "projections/search/text_sums.hpp"

#include <xapian.h>

#include <cstddef>
#include <exception>
#include <set>
#include <string>

namespace holdfast::projections {

namespace {

namespace fs = std::filesystem;
using journal::failure;
using journal::failure_kind;

auto damaged_index(const fs::path& directory, const std::string& why) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::corrupt, directory.string() + ": the index is damaged: " + why}};
}

/// What the work says is wrong, or what it threw: damaged bytes make the library throw more than errors of its own.
template <class Work>
auto checked_by(const fs::path& directory, Work work) -> tl::expected<void, failure> {
  std::string why;
  try {
    why = work();
  } catch (const Xapian::Error& error) {
    why = error.get_description();
  } catch (const std::exception& error) {
    why = error.what();
  }
  if (why.empty())
    return {};
  return damaged_index(directory, why);
}

/// Whether an index has what was committed to it. One that was just begun has neither position nor sum.
auto is_as_committed(const Xapian::Database& database) -> bool {
  const auto position = database.get_metadata(text_index::position_key);
  const auto sum = database.get_metadata(text_index::position_sum_key);
  if (sum != (position.empty() && sum.empty() ? std::string{} : text_sums::of_position(position)))
    return false;
  const auto committed = text_sums::of_text(database.get_metadata(text_index::sums_key));
  return text_sums::of(database) == committed && committed.fit_postings(database);
}

/// Words are proposed by their fragments: the first and the last two bytes, every three in a row, and both ends of a short word. The library reads a
/// fragment's list when it is asked for a word that has it, so it is asked for the shortest words that have them all.
void read_fragments(const Xapian::Database& database) {
  constexpr std::size_t fragment_bytes = 3;
  constexpr std::size_t short_word_bytes = 4;
  std::set<std::string> asked;
  for (auto at = database.spellings_begin(); at != database.spellings_end(); ++at) {
    const auto word = *at;
    for (std::size_t first = 0; first + fragment_bytes <= word.size(); ++first)
      asked.insert(word.substr(first, fragment_bytes));
    if (word.size() <= short_word_bytes)
      asked.insert(word);
  }
  for (const auto& word : asked)
    static_cast<void>(database.get_spelling_suggestion(word, 1));
}

} // namespace

auto check_text_tables(const fs::path& directory) -> tl::expected<void, failure> {
  return checked_by(directory, [&] {
    const auto faults = Xapian::Database::check(directory.string());
    return faults == 0 ? std::string{} : std::to_string(faults) + " faults";
  });
}

auto check_text_index(const fs::path& directory) -> tl::expected<void, failure> {
  if (auto checked = check_text_tables(directory); !checked)
    return checked;
  return checked_by(directory, [&] {
    const Xapian::Database database{directory.string()};
    if (!is_as_committed(database))
      return std::string{"it has not what was committed to it"};
    read_fragments(database);
    return std::string{};
  });
}

} // namespace holdfast::projections

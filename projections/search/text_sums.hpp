#pragma once

#include <xapian.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::projections {

/// Sums of hashes over everything that an index of texts has, whatever its order, kept up as documents come and go and committed with them: what
/// is on the disk after a crash is compared with them, for the library has no checksums of its own. One thread at a time.
class text_sums {
 public:
  /// Adds, or takes away, a document with its terms, as the index has it or is to have it.
  void add(Xapian::docid number, const Xapian::Document& what) { count(number, what, 1); }
  void remove(Xapian::docid number, const Xapian::Document& what) { count(number, what, -1); }
  /// Adds a word that may be proposed so many times, or takes it away.
  void add_spelling(std::string_view word, std::uint64_t times);
  void remove_spelling(std::string_view word, std::uint64_t times);

  /// As the index keeps them.
  [[nodiscard]] auto text() const -> std::string;
  /// Nothing that `text` gave: sums that fit no index but an empty one.
  [[nodiscard]] static auto of_text(std::string_view text) -> text_sums;

  /// Of an index as it is: its documents with what each says of its terms, and its spellings. Throws the library's errors.
  [[nodiscard]] static auto of(const Xapian::Database& database) -> text_sums;
  /// Whether what searches read, the lists of documents of each term, says the same. Throws the library's errors.
  [[nodiscard]] auto fit_postings(const Xapian::Database& database) const -> bool;

  /// Of the position that everything is as of, as the index keeps it beside the position. Not one of the sums: equal texts have equal sums.
  [[nodiscard]] static auto of_position(std::string_view position) -> std::string;

  friend auto operator==(const text_sums&, const text_sums&) -> bool = default;

 private:
  void count(Xapian::docid number, const Xapian::Document& what, int sign);

  std::uint64_t documents_ = 0; ///< number and data
  std::uint64_t terms_ = 0;     ///< number, term and weight
  std::uint64_t lengths_ = 0;   ///< number and sum of weights
  std::uint64_t spellings_ = 0;
};

} // namespace holdfast::projections

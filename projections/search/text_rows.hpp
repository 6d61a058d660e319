#pragma once

#include "journal/failure.hpp"
#include "projections/projection_store.hpp"

#include <tl/expected.hpp>

#include <filesystem>

namespace holdfast::projections {

/// Everything that an index of texts has, as rows in no order: a document's data, terms and weights under its number; a term
/// with the documents that it leads to; a word that may be proposed with how often it is there; what the index says of itself, but for its position and the sum of that. Equal texts give equal rows, however they came to be indexed.
/// Blocks. Failures: `corrupt` for an index that cannot be read.
[[nodiscard]] auto visit_text_rows(const std::filesystem::path& directory, const row_visitor& visit)
    -> tl::expected<void, journal::failure>;

/// The position in the journal that an index is as of.
[[nodiscard]] auto text_position_in(const std::filesystem::path& directory)
    -> tl::expected<journal::cursor, journal::failure>;

/// A copy of an index as of its last commit, whether somebody writes it meanwhile or not, in the directory `to`, which is made. Blocks. Failures:
/// `not_found` without an index; `corrupt` for one that cannot be read or that is marked as doubtful; `io`.
[[nodiscard]] auto copy_text_index(const std::filesystem::path& from, const std::filesystem::path& to)
    -> tl::expected<void, journal::failure>;

} // namespace holdfast::projections

#pragma once

#include "journal/failure.hpp"

#include <tl/expected.hpp>

#include <filesystem>

namespace holdfast::projections {

/// Whether the tables of an index can be walked through from end to end; somebody may write it meanwhile, and then it may seem damaged. Blocks, some seconds
/// for a million documents. Failure: `corrupt`. Of some damaged bytes the process dies: see `text_inspection.hpp`.
[[nodiscard]] auto check_text_tables(const std::filesystem::path& directory) -> tl::expected<void, journal::failure>;

/// And whether what is in them is what was committed: documents, terms, posting lists, spellings and the position are compared with the sums that
/// were committed with them, and the fragments that misspelt words are found by are read. Nobody writes it. As above for the rest.
[[nodiscard]] auto check_text_index(const std::filesystem::path& directory) -> tl::expected<void, journal::failure>;

} // namespace holdfast::projections

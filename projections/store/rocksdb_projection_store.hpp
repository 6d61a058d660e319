#pragma once

#include "journal/failure.hpp"
#include "projections/projection_store.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::projections {

/// What opening a store did.
struct store_opening {
  std::unique_ptr<projection_store> store;
  /// What was wrong, for people, a sentence each, and was put right, unless the store is only read.
  std::vector<std::string> repairs;
};

/// Opens the store in `directory`, which it makes when it is missing. `journal_identity` names the journal that the store was folded
/// from. A store that cannot be read, is damaged, or belongs to another journal is removed and begun anew, for it is a cache; the
/// failure is only for a directory that cannot be written (`io`) or is used by another process (`locked`).
[[nodiscard]] auto open_projection_store(const std::filesystem::path& directory, const std::string& journal_identity)
    -> tl::expected<store_opening, journal::failure>;

/// The same store without changing anything on disk, for offline looks at it. Commits fail. `not_found` when there is none. What one projection kept
/// and cannot be read is named in `repairs`, and whoever opens it gets the failure (`corrupt`).
[[nodiscard]] auto open_projection_store_read_only(const std::filesystem::path& directory)
    -> tl::expected<store_opening, journal::failure>;

} // namespace holdfast::projections

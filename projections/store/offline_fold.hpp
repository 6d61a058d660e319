#pragma once

#include "journal/failure.hpp"
#include "journal/journal.hpp"
#include "journal/snapshot_store.hpp"
#include "projections/projection_store.hpp"
#include "projections/search/search_settings.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

/// The projections that keep something in the store, in the order in which a server loads them.
[[nodiscard]] auto kept_projections() -> const std::vector<std::string_view>&;

/// And those that keep nothing of their own: every projection that a server runs.
[[nodiscard]] auto all_projections() -> const std::vector<std::string_view>&;

/// A projection's state at the journal's end.
struct folded_projection {
  std::uint64_t from_store = 0; ///< rows that were taken from what was kept
  std::uint64_t commands = 0;   ///< folded after them
  std::uint64_t rows = 0;
  std::string checksum; ///< 64 hex digits: the sum of all rows' SHA-256, whatever their order
};

/// Told how many commands are folded so far, now and then.
using fold_progress = std::function<void(std::uint64_t commands)>;

/// Folds a projection to the end of a journal that nobody appends to. From its last checkpoint when `from_store` is not null, else from
/// the beginning; the result is kept in `keep_in` (null: nowhere), whose old rows are wiped first when it is not where they came from.
/// Blocking. "search_text" and "inventory" keep nothing in a store: see below. Failures: `invalid` for an unknown name; `corrupt` for a journal that cannot be folded; what the journal and the store say.
[[nodiscard]] auto fold_offline(std::string_view projection, journal::journal& from, projection_store* from_store,
                                projection_store* keep_in, const fold_progress& progress)
    -> tl::expected<folded_projection, journal::failure>;

/// Folds the index of texts to the end of such a journal, in the directory `scratch`, which is empty: from a copy of what is in `kept`, or from
/// the beginning when that is empty. A row is a document with its data, terms and weights, a spelling, or a thing that the index says of itself. `kept`
/// may be an index that a server writes meanwhile: it is copied as of its last commit, by an `inspection` of its own. Blocking. Failures: `not_found` without an index in
/// `kept`; `corrupt` for one that is damaged, or when the journal cannot be folded; `io`.
[[nodiscard]] auto fold_texts_offline(journal::journal& from, const std::string& journal_identity,
                                      const std::filesystem::path& kept, const std::filesystem::path& scratch,
                                      const inspection_command& inspection, const fold_progress& progress)
    -> tl::expected<folded_projection, journal::failure>;
/// Folds the index of texts from the beginning, beside what is in `directory`, and puts it in its place. Nobody else may use the directory. What is
/// there is looked through by nobody: without a seal it goes.
[[nodiscard]] auto rebuild_texts_offline(journal::journal& from, const std::string& journal_identity,
                                         const std::filesystem::path& directory, const fold_progress& progress)
    -> tl::expected<folded_projection, journal::failure>;
/// Takes a consistent copy of the index in `kept` into the empty directory `to`, as `fold_texts_offline` does; for one that must be older than
/// the journal which is opened afterwards.
[[nodiscard]] auto copy_texts(const std::filesystem::path& kept, const std::filesystem::path& to,
                              const inspection_command& inspection) -> tl::expected<void, journal::failure>;

/// What people are shown of the seats of every event, in every form (a row is a body). With `snapshots`: as a server's views come to it, from the newest
/// sound snapshot and then fact by fact. Null: by the rules that events are decided with, from each event's first fact. Blocking.
[[nodiscard]] auto fold_inventory_offline(journal::journal& from, journal::snapshot_store* snapshots,
                                          const fold_progress& progress)
    -> tl::expected<folded_projection, journal::failure>;

} // namespace holdfast::projections

#pragma once

#include "journal/failure.hpp"
#include "journal/journal.hpp"
#include "projections/projection_store.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

/// The projections that keep something in the store, in the order in which a server loads them.
[[nodiscard]] auto kept_projections() -> const std::vector<std::string_view>&;

/// A projection's state at the journal's end.
struct folded_projection {
  std::uint64_t from_store = 0; ///< rows that were taken from the store
  std::uint64_t commands = 0;   ///< folded after them
  std::uint64_t rows = 0;
  std::string checksum; ///< 64 hex digits: the sum of all rows' SHA-256, whatever their order
};

/// Told how many commands are folded so far, now and then.
using fold_progress = std::function<void(std::uint64_t commands)>;

/// Folds a projection to the end of a journal that nobody appends to. From its last checkpoint when `from_store` is not null, else from
/// the beginning; the result is kept in `keep_in` (null: nowhere), whose old rows are wiped first when it is not where they came from.
/// Blocking. Failures: `invalid` for an unknown name; `corrupt` for a journal that cannot be folded; what the journal and the store say.
[[nodiscard]] auto fold_offline(std::string_view projection, journal::journal& from, projection_store* from_store,
                                projection_store* keep_in, const fold_progress& progress)
    -> tl::expected<folded_projection, journal::failure>;

} // namespace holdfast::projections

#pragma once

#include "journal/failure.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>

namespace holdfast::projections {

/// Checksums of an index's files, written beside them when nobody writes to them any more. The library has none of its own: a byte that changes
/// on the disk would be found or not found later by somebody's search.
enum class text_seal : std::uint8_t {
  absent = 1, ///< it was being written when its process ended
  sound,      ///< its files are as they were left
  broken      ///< they are not
};

/// Writes the seal of a closed index. Failing is no harm: the index is then looked through at the next start.
void seal_texts(const std::filesystem::path& directory);

/// Reads every file. Blocking, some seconds a GiB.
[[nodiscard]] auto seal_of(const std::filesystem::path& directory) -> text_seal;

/// Before the index is written again. `io` when the seal stays: it would pass for one of what is written.
[[nodiscard]] auto break_seal(const std::filesystem::path& directory) -> tl::expected<void, journal::failure>;

} // namespace holdfast::projections

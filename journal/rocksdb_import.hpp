#pragma once

#include "journal/archive.hpp"
#include "journal/failure.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>

namespace holdfast::journal {

struct import_directories {
  std::filesystem::path journal; ///< `DIR/journal`; made when missing
  std::filesystem::path marks;   ///< `DIR/marks`
};

/// Puts the streams of an archive into a journal, byte for byte, all or none: they are written into a copy of the journal, which then takes
/// the journal's place in one step. Refuses (`invalid`) an archive that breaks any rule the auditor knows, keys and scopes included, and a
/// stream that the journal has already. Later tenures get a greater epoch than any imported record has. The caller holds the data
/// directory's exclusive lock. `progress` is told how many records are written.
[[nodiscard]] auto import_archive(archive_reader& from, const import_directories& at,
                                  const std::function<void(std::uint64_t)>& progress = {})
    -> tl::expected<void, failure>;

/// Lets directory `fresh` take the place of `old`, which keeps its content under the name of `fresh`; in one step, or by a plain rename
/// when `old` is missing. Both are in the same parent directory, which is synced.
[[nodiscard]] auto exchange_directories(const std::filesystem::path& fresh, const std::filesystem::path& old)
    -> tl::expected<void, failure>;

} // namespace holdfast::journal

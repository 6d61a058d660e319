#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The folder of a server's own copies of its journal. A copy shares tables with the journal by hard links until those are compacted away;
/// from then on it costs disk, so old ones go. Only what is named as a server names its copies is touched.
namespace holdfast::journal {

/// "backup-<milliseconds since 1970>".
[[nodiscard]] auto backup_name(std::int64_t unix_ms) -> std::string;

/// Removes copies that were not finished; returns their names. For a start, while nobody makes a copy.
auto remove_unfinished_backups(const std::filesystem::path& folder) -> std::vector<std::string>;

/// Removes all but the newest `keep` whole copies, by the time in their names; returns the names of those removed, oldest first. The copy
/// called `fresh` stays in any case: a clock that once was ahead may have named others later. What cannot be removed stays, and is tried
/// again the next time.
auto remove_old_backups(const std::filesystem::path& folder, std::size_t keep, std::string_view fresh)
    -> std::vector<std::string>;

} // namespace holdfast::journal

#pragma once

#include "journal/failure.hpp"
#include "projections/search/search_settings.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <string>
#include <vector>

/// The library (Xapian 1.4) reads beyond its buffers in some damaged tables, its own check does too, and a process may die of it. So an index that no
/// seal vouches for is first read by a process of its own: whatever ends that one, the index is damaged, and nobody else reads it.
namespace holdfast::projections {

/// `check_text_index`, in a process of its own. Blocks until that has ended. Failures: `corrupt`, also for whatever ended the process, and without a command.
[[nodiscard]] auto inspect_index(const inspection_command& command, const std::filesystem::path& directory)
    -> tl::expected<void, journal::failure>;

/// A copy of an index as of its last commit, whether somebody writes it meanwhile or not, in the directory `to`, which is made: looked through before and
/// after, and sealed. In a process of its own; blocks until that has ended. Failures: as `copy_text_index`, and as above.
[[nodiscard]] auto copy_inspected(const inspection_command& command, const std::filesystem::path& from,
                                  const std::filesystem::path& to) -> tl::expected<void, journal::failure>;

/// What the process does that an `inspection_command` starts, given the words after the command; gives its exit status, and says why on standard
/// output. It limits the memory and the processor's time of the process.
[[nodiscard]] auto run_inspection(const std::vector<std::string>& words) -> int;

} // namespace holdfast::projections

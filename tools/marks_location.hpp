#pragma once

#include "journal/failure.hpp"
#include "tools/data_directory.hpp"

#include <tl/expected.hpp>

#include <filesystem>

/// Where the high-water mark and the ballast of a data directory are: in `DIR/marks`, or in the directory that the file
/// `DIR/marks.location` names in its one line. Whoever puts them elsewhere leaves that file, so that everyone who opens the data
/// directory later looks in the right place. It is no part of a backup.
namespace holdfast::tools {

/// Where the marks are now. A file of the wrong content is a failure (`corrupt`): guessing would look for the mark where none is.
[[nodiscard]] auto marks_of(const data_paths& data) -> tl::expected<std::filesystem::path, journal::failure>;

/// Where the marks are to be: `wanted`, or where they are now if it is empty. Another place than now is taken only while this directory has
/// neither journal nor mark, or if the mark there is of the journal that the mark here is about, and not older: otherwise
/// (`behind_mark`) a directory without a mark, or with an old copy of one, would hide that commits are missing. The opening that follows
/// compares it with the journal. `accept_loss`: taken in any case. A directory that is new remembers its choice here, before there is
/// anything to lose, so that a crash while its journal is made leaves no doubt. The caller may hold the directory's lock or not.
[[nodiscard]] auto choose_marks(const data_paths& data, const std::filesystem::path& wanted, bool accept_loss)
    -> tl::expected<std::filesystem::path, journal::failure>;

/// Makes a choice last, durably; for whoever holds the lock and has opened the journal with these marks.
[[nodiscard]] auto remember_marks(const data_paths& data, const std::filesystem::path& directory)
    -> tl::expected<void, journal::failure>;

} // namespace holdfast::tools

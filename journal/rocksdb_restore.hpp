#pragma once

#include "journal/failure.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace holdfast::journal {

struct restore_directories {
  std::filesystem::path copy;    ///< a whole journal beside `journal`, which takes its place
  std::filesystem::path journal; ///< `DIR/journal`; may be missing
  std::filesystem::path marks;   ///< `DIR/marks`; may be missing
  std::filesystem::path former;  ///< where the journal that is replaced goes; nothing is there yet
};

struct restore_summary {
  std::uint64_t position = 0; ///< newest commit of what is restored
  std::uint64_t lost = 0;     ///< commits that were acknowledged here and are not in it; only with `new_epoch`
  bool was_known = false;     ///< whether anything here said what had been acknowledged
  bool replaced = false;      ///< there was a journal; it is under `former` now
};

/// Lets a copy of a journal take the journal's place and sets the mark to it, so that a server starts with it and every later tenure has a
/// greater epoch than any before. Going back in time needs `new_epoch`: without it a copy that lacks an acknowledged commit, or is of another
/// journal, is refused (`behind_mark`) and nothing is changed. The caller holds the data directory's exclusive lock.
[[nodiscard]] auto restore_journal(const restore_directories& at, bool new_epoch)
    -> tl::expected<restore_summary, failure>;

} // namespace holdfast::journal

#pragma once

#include "journal/audit/source.hpp"
#include "journal/failure.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <memory>

namespace holdfast::journal {

struct audit_directories {
  std::filesystem::path journal;
  std::filesystem::path marks;     ///< empty for a backup, which has none
  std::filesystem::path snapshots; ///< empty: none are compared
};

/// Opens a journal for the auditor: read-only, and without the checks of an ordinary opening, since finding what is wrong is the auditor's
/// work. The caller holds the data directory's lock. Damage in a log is not a failure: everything before it is shown, and `behind_mark`
/// says what is known of the rest.
[[nodiscard]] auto open_audit_source(const audit_directories& at)
    -> tl::expected<std::unique_ptr<audit::source>, failure>;

} // namespace holdfast::journal

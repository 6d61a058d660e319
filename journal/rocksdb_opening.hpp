#pragma once

#include "journal/rocksdb_journal.hpp"
#include "journal/rocksdb_store.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace holdfast::journal::store {

/// A journal that passed its checks.
struct opened_journal {
  std::unique_ptr<database> data;
  journal_id id{};
  layout::commit_note last;
  std::uint64_t epoch_floor = 0; ///< no tenure so far had a greater epoch
  opening_report report;
};

/// Opens for serving or reading, as `options` say: logs, manifest, mark and newest streams are checked before anything on disk is changed.
[[nodiscard]] auto open_checked(const rocksdb_journal_options& options, const background_error_handler& on_error)
    -> tl::expected<opened_journal, failure>;

/// Checks commits `from` … newest: none missing, their hashes chained, their records there, whole and chained, heads where the records end.
[[nodiscard]] auto verify_commits(const database& data, std::uint64_t from, const layout::commit_note& newest)
    -> tl::expected<void, failure>;

} // namespace holdfast::journal::store

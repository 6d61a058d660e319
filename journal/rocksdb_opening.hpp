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

/// Which commits are checked, and how closely.
struct commit_check_range {
  std::uint64_t from = 1;
  std::uint64_t to = 0;
  /// From here on every record is read and hashed; before it only the newest of each stream.
  std::uint64_t closely_from = 1;
  /// Streams may go on behind `to`: their heads are then somewhere at or behind the records that are checked.
  bool streams_go_on = false;
};

/// Checks commits: none missing, their hashes chained, their records there, whole and chained, heads where the records end.
[[nodiscard]] auto verify_commits(const database& data, const commit_check_range& range) -> tl::expected<void, failure>;

} // namespace holdfast::journal::store

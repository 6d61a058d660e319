#pragma once

#include "domain/strong_id.hpp"
#include "journal/data_lock.hpp"
#include "journal/failure.hpp"
#include "journal/journal.hpp"
#include "journal/rocksdb_journal.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace holdfast::tools {

/// A data directory, or a backup of one, that no server may write while this exists.
struct offline_data {
  std::filesystem::path root;
  std::filesystem::path journal;
  std::filesystem::path marks;     ///< empty: no mark is looked at
  std::filesystem::path snapshots; ///< empty for a backup
  std::optional<journal::data_lock> lock;
};

/// Finds the journal in a data directory (`DIR/journal`), in what `holdfast backup` made, or in a server's own copy (`DIR` itself), and takes
/// the lock as a reader where there is one. `marks`: where its high-water mark is; empty: where the data directory says, and none for a backup.
[[nodiscard]] auto open_offline(const std::filesystem::path& directory, const std::filesystem::path& marks)
    -> tl::expected<offline_data, journal::failure>;

/// The journal of it, read-only.
[[nodiscard]] auto open_journal(const offline_data& from)
    -> tl::expected<std::unique_ptr<journal::rocksdb_journal>, journal::failure>;

/// Reads a stream to its end, or until the sink says so; waits for it.
[[nodiscard]] auto read_stream(journal::journal& from, journal::stream_id stream, std::uint64_t from_seq,
                               const journal::record_sink& sink) -> tl::expected<void, journal::failure>;
/// The same for all streams, in commit order.
[[nodiscard]] auto read_all(journal::journal& from, const journal::record_sink& sink)
    -> tl::expected<void, journal::failure>;

/// "evt_…" as an event; the failure is for people.
[[nodiscard]] auto parse_event_option(const std::string& text) -> tl::expected<domain::event_id, journal::failure>;

} // namespace holdfast::tools

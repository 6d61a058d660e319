#pragma once

#include "domain/event_state.hpp"
#include "journal/failure.hpp"
#include "journal/journal.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace holdfast::journal {

/// A state at a seq, with what proves that it belongs there.
struct snapshot {
  std::uint64_t seq = 0;
  chain_hash chain{}; ///< chain hash of record `seq`
  std::uint64_t state_hash = 0;
  domain::event_state state;
};

/// Snapshots of events in a directory of their own. A cache: any doubt (version, checksum, hash, chain) and a snapshot is ignored, reported and replayed past.
/// The newest `kept_max` of an event are kept, and of the older ones `history_max`, as evenly spread over its past as they come: what
/// was long ago can be looked at without folding everything since. Thread-safe; calls block on file I/O: read pool and tools only.
class snapshot_store {
 public:
  explicit snapshot_store(std::filesystem::path directory, std::size_t kept_max = 4, std::size_t history_max = 0);

  /// Written to a temporary file, synced, renamed.
  [[nodiscard]] auto save(domain::event_id event, std::uint64_t seq, const chain_hash& chain,
                          const domain::event_state& state) -> tl::expected<void, failure>;
  /// The newest sound snapshot at or before `at_most`. Damaged ones are reported (log) and passed over.
  [[nodiscard]] auto load(domain::event_id event, std::uint64_t at_most) -> std::optional<snapshot>;
  [[nodiscard]] auto list(domain::event_id event) -> std::vector<std::uint64_t>;
  /// Takes a snapshot out of use that does not meet the journal: its file is kept aside under another name.
  void drop(domain::event_id event, std::uint64_t seq, std::string_view why);

 private:
  void remove_old(domain::event_id event);

  std::filesystem::path directory_;
  std::size_t kept_max_;
  std::size_t history_max_;
};

/// Folds an event from its newest snapshot at or before `at_most` plus the records after it, verifying the chain; asynchronous, on the journal's read pool.
/// A snapshot whose chain hash does not meet the journal's is dropped, and the whole stream replayed. When more than `records_max` would
/// have to be folded after the snapshot, nothing is, and the failure is `invalid`.
struct folded {
  domain::event_state state;
  chain_hash chain{};         ///< chain hash of the last record
  std::uint64_t replayed = 0; ///< records folded after the snapshot
  std::uint64_t snapshot_seq = 0;
};

void fold_event(journal& from, snapshot_store* snapshots, domain::event_id event, std::uint64_t at_most,
                std::function<void(tl::expected<folded, failure>)> done, std::uint64_t records_max = UINT64_MAX);

} // namespace holdfast::journal

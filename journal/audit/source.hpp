#pragma once

#include <tl/expected.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The independent auditor: what a stranger would write from docs/journal-format.md alone. It shares no code with what writes and
/// folds the journal: own bytes, own checksums, own Protocol Buffers, own rules, in the plainest data structures that do.
namespace holdfast::journal::audit {

using hash_bytes = std::array<std::uint8_t, 32>;

/// A stream as the storage names it: 1 event, 2 queue, 3 payment, 4 organisation, 5 system.
struct stream_name {
  std::uint8_t kind = 0;
  std::uint64_t id = 0;
  friend constexpr auto operator<=>(const stream_name&, const stream_name&) noexcept = default;
};

/// Where the storage says that a stream ends.
struct stored_head {
  std::uint64_t seq = 0;
  hash_bytes hash{};
  std::int64_t time_ms = 0;
  /// When the stream must be looked at again, so that a hold expires though nobody has the event loaded.
  std::optional<std::int64_t> next_deadline_ms;
};

/// A snapshot's claim: this state at this seq. A cache, yet a wrong one would show that a fold or a state hash went wrong.
struct snapshot_claim {
  std::uint64_t seq = 0;
  hash_bytes chain{};
  std::uint64_t state_hash = 0;
};

/// Records of one stream that became durable in one commit.
struct committed_run {
  stream_name stream;
  std::uint64_t first_seq = 0;
  std::uint64_t count = 0;
};

/// One commit, as its index entry says.
struct commit_entry {
  std::uint64_t position = 0;
  hash_bytes hash{}; ///< chains all commits up to this one
  std::vector<committed_run> runs;
};

/// What the auditor reads, as stored and not looked at by anybody before it. Used by one thread.
class source {
 public:
  /// Takes a key's seq and its value; returns false to stop. The bytes are valid during the call.
  using visitor = std::function<bool(std::uint64_t seq, std::string_view bytes)>;

  virtual ~source() = default;
  /// Every stream that has a record or a head, in ascending order. Errors are for people.
  [[nodiscard]] virtual auto streams() -> tl::expected<std::vector<stream_name>, std::string> = 0;
  /// Every value of a stream in ascending order of seq.
  [[nodiscard]] virtual auto scan(stream_name stream, const visitor& visit) -> tl::expected<void, std::string> = 0;
  [[nodiscard]] virtual auto head(stream_name stream) -> tl::expected<std::optional<stored_head>, std::string> = 0;
  /// Whether the storage keeps an index of commits; an archive of single events has none.
  [[nodiscard]] virtual auto has_commits() const -> bool = 0;
  /// Every commit in ascending order of position.
  [[nodiscard]] virtual auto commits(const std::function<bool(const commit_entry&)>& visit)
      -> tl::expected<void, std::string> = 0;
  /// One stored value; nothing when there is none.
  [[nodiscard]] virtual auto record(stream_name stream, std::uint64_t seq)
      -> tl::expected<std::optional<std::string>, std::string> = 0;
  /// Sound snapshots of an event, by seq; none where none are kept.
  [[nodiscard]] virtual auto snapshots(stream_name stream) -> std::vector<snapshot_claim> = 0;
  /// What is wrong between the journal and its high-water mark; nothing when the journal has all that was acknowledged.
  [[nodiscard]] virtual auto behind_mark() -> std::optional<std::string> = 0;
};

} // namespace holdfast::journal::audit

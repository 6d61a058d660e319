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
  /// What is wrong between the journal and its high-water mark; nothing when the journal has all that was acknowledged.
  [[nodiscard]] virtual auto behind_mark() -> std::optional<std::string> = 0;
};

} // namespace holdfast::journal::audit

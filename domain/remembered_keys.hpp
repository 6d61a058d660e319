#pragma once

#include "domain/instant.hpp"
#include "domain/split_table.hpp"
#include "domain/strong_id.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace holdfast::domain {

struct remembered_key_image;

/// Whole hours since 1970-01-01T00:00Z.
[[nodiscard]] auto hour_of(instant at) noexcept -> std::uint32_t;

/// Whether a key whose first fact fell into `hour` is forgotten at `now`. Keys go by whole hours, so that a stored answer and the
/// key it belongs to go together: one is remembered for 24 to 25 hours.
[[nodiscard]] auto is_forgotten(std::uint32_t hour, instant now) noexcept -> bool;

/// The idempotency keys of one event: 16 bytes a key, one lookup whatever their number, forgotten by the time of facts.
/// An hour is a range of seqs, so that an entry needs no time of its own. Not thread-safe.
class remembered_keys {
 public:
  struct found {
    std::uint32_t request_low = 0;
    std::uint64_t seq = 0;
    std::uint32_t hour = 0;
  };

  /// `last_seq` is the seq of the last fact applied: entries hold 32 bits of theirs.
  [[nodiscard]] auto find(std::uint64_t key, std::uint64_t last_seq) const noexcept -> std::optional<found>;

  /// Forgets the hours that have ended. Cheap when none has.
  void advance(instant now, std::uint64_t last_seq);

  /// Remembers the key of a fact that is being applied at `now`, and has this seq: a command's first fact; the ones after it change
  /// nothing. `advance` must have been called.
  void remember(std::uint64_t key, std::uint32_t request_low, std::uint64_t seq, instant now);

  /// Ascending by key.
  [[nodiscard]] auto image(std::uint64_t last_seq) const -> std::vector<remembered_key_image>;
  /// False when the image contradicts itself.
  [[nodiscard]] auto restore(const std::vector<remembered_key_image>& from, std::uint64_t last_seq, instant now)
      -> bool;

  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  struct entry {
    std::uint64_t key = 0;
    std::uint32_t request_low = 0;
    std::uint32_t seq_low = 0; ///< seq modulo 2^32 - 1, plus one: 0 says that the place is empty
  };
  static_assert(sizeof(entry) == 16);

  struct policy {
    static auto hash(const entry& of) noexcept -> std::uint64_t { return mix64(of.key); }
    static auto empty(const entry& of) noexcept -> bool { return of.seq_low == 0; }
  };

  /// Keys first used in one hour: those of seqs from `first_seq` to before the next hour's.
  struct hour_range {
    std::uint32_t hour = 0;
    std::uint64_t first_seq = 0;
    std::uint64_t keys = 0;
  };

  [[nodiscard]] auto hour_with(std::uint64_t seq) const noexcept -> const hour_range*;
  void add(const entry& what, std::uint64_t seq, std::uint32_t hour);

  split_table<entry, policy> table_;
  std::vector<hour_range> hours_; ///< at most 25, oldest first
  std::uint64_t forgotten_ = 0;   ///< entries of hours that are gone, not swept yet
};

} // namespace holdfast::domain

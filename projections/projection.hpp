#pragma once

#include "domain/fact.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace holdfast::projections {

/// One command's facts as a projection sees them: durable, in the order of their stream, and whole but for what it does not want.
struct applied_group {
  journal::stream_id stream;
  std::uint64_t first_seq = 0;
  const domain::facts* facts = nullptr;
  /// The event's state hash after the group, as its actor knew it; 0 when read back from the journal.
  std::uint64_t state_hash = 0;
  /// The same facts, for a projection that keeps them for a while; never null.
  std::shared_ptr<const domain::facts> owned;
};

/// A fold of facts into something people read. Written by one thread at a time (its actor), read through what it publishes.
class projection {
 public:
  virtual ~projection() = default;
  /// Stable; names metrics, rebuild commands and stored checkpoints.
  [[nodiscard]] virtual auto name() const noexcept -> std::string_view = 0;
  /// Folds one group. Throws only on a bug or corruption: the projection is then stopped and reported, and its last good views stay.
  virtual void apply(const applied_group& group) = 0;
  /// Makes everything applied so far visible to readers, and remembers that it is at `position`. Cheap when nothing changed.
  virtual void publish(const journal::cursor& position) = 0;
  /// Where it is; the default cursor at first. A projection with a store of its own loads this with its data.
  [[nodiscard]] virtual auto position() const -> journal::cursor = 0;
  /// Forgets everything, to be folded again from `position()`: the beginning, unless it takes its past from elsewhere.
  virtual void reset() = 0;
  /// It threw, or its journal is corrupt: what it shows does not follow the journal any more, until `reset`. On its actor.
  virtual void stopped() {}

  /// Whether facts of this stored type matter to it: what does not may be left out, undecoded, when the journal is read back.
  /// The seqs of a group that has lost facts stay right: what is left is contiguous. Called on any thread.
  [[nodiscard]] virtual auto wants(journal::stream_kind kind, std::uint16_t type) const noexcept -> bool {
    static_cast<void>(kind);
    static_cast<void>(type);
    return true;
  }
};

} // namespace holdfast::projections

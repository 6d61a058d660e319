#pragma once

#include "journal/failure.hpp"
#include "journal/journal.hpp"
#include "projections/ports.hpp"
#include "projections/projection_store.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace holdfast::projections {

/// One projection's way into the store: checkpoints one after the other, on the store's thread, so that no actor waits for a disk.
/// After a commit that failed there are no more: the next one would be without its rows. The space stays at its last checkpoint,
/// which a new start goes on from. Thread-safe. Made by `std::make_shared`.
class checkpoint_lane : public std::enable_shared_from_this<checkpoint_lane> {
 public:
  /// `store` must outlive whatever `post` runs.
  checkpoint_lane(projection_store& store, post_function post, std::string projection, std::uint32_t version);

  /// Opens the space and hands its rows to `take_row`, which returns false for one that it cannot read: then, as when the store
  /// cannot be read, the space is wiped. True when the projection now is at `position()`; false when it must begin empty.
  [[nodiscard]] auto load(const projection_store::row_sink& take_row) -> bool;

  /// Of the newest checkpoint; the default cursor when there is none.
  [[nodiscard]] auto position() const -> journal::cursor;
  /// Whether a checkpoint may be handed over: none is on its way, and none has failed.
  [[nodiscard]] auto ready() const noexcept -> bool { return state_.load(std::memory_order_acquire) == state::ready; }

  /// Whether there will be no more checkpoints.
  [[nodiscard]] auto failed() const noexcept -> bool { return state_.load(std::memory_order_acquire) == state::failed; }

  /// Commits later. Only when `ready`.
  void commit(store_changes what, journal::cursor position);
  /// Commits what is on its way, then this; blocks. At the end, when nothing else is handed over any more.
  void commit_now(const store_changes& what, const journal::cursor& position);
  /// Forgets the checkpoint: the projection is to be folded from the beginning.
  void wipe();

 private:
  enum class state : std::uint8_t { closed = 0, ready, committing, failed };

  void write(const store_changes& what, const journal::cursor& position);
  void write_pending();

  projection_store& store_;
  const post_function post_;
  const std::string projection_;
  const std::uint32_t version_;
  std::atomic<state> state_{state::closed};
  mutable std::mutex mutex_; ///< over what follows, and held while something is written
  store_changes pending_;
  journal::cursor pending_position_;
  journal::cursor position_;
};

} // namespace holdfast::projections

#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/views.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

namespace holdfast::projections {

/// The bodies that are kept, one of each an event.
enum class body_kind : std::uint8_t { seats = 0, page = 1, seats_binary = 2 };

inline constexpr std::size_t body_kinds = 3;

/// How old a body may be while facts arrive.
inline constexpr domain::millis body_age_max = domain::seconds(1);

/// The published bodies of one event. Bodies are guarded by the shard; the rest is atomic.
struct body_slot {
  /// Seq up to which the event is folded: what a body must have to be the newest.
  std::atomic<std::uint64_t> applied_seq{0};
  std::atomic<std::int64_t> last_read_ms{0};

 private:
  friend class body_slots;
  std::array<encoded_body, body_kinds> bodies_;
};

/// Published bodies by event, for readers on any thread: a read is a hash, a shared lock of one of 64 shards, and a reference.
/// (An atomic shared pointer would take the same locked steps inside, with a lock of its own for each pointer.)
class body_slots {
 public:
  /// The slot of an event, made if need be. For its writer.
  [[nodiscard]] auto open(domain::event_id event) -> std::shared_ptr<body_slot>;
  /// Forgets an event; readers of its bodies keep them.
  void close(domain::event_id event);
  /// Replaces a body, unless a newer one is there. `slot` is the event's.
  void publish(domain::event_id event, body_slot& slot, body_kind kind, encoded_body body);
  /// Drops the bodies of an event.
  void drop_bodies(domain::event_id event, body_slot& slot);

  /// A body that may be shown now: at or after `min_seq`, right at this time of day, and the newest or at most a second old. Null otherwise.
  [[nodiscard]] auto fresh(domain::event_id event, body_kind kind, std::uint64_t min_seq, domain::instant now) const
      -> std::shared_ptr<const view_body>;
  /// The last body whatever its age, if it is at or after `min_seq`: better than nothing when no new one can be made.
  [[nodiscard]] auto last(domain::event_id event, body_kind kind, std::uint64_t min_seq) const
      -> std::shared_ptr<const view_body>;

 private:
  struct shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<domain::event_id, std::shared_ptr<body_slot>> slots;
  };

  static constexpr std::size_t shards = 64;

  [[nodiscard]] auto of(domain::event_id event) const noexcept -> const shard&;
  [[nodiscard]] auto of(domain::event_id event) noexcept -> shard&;

  std::array<shard, shards> shards_;
};

} // namespace holdfast::projections

#pragma once

#include "actors/engine.hpp"
#include "actors/queue_core.hpp"
#include "actors/queue_port.hpp"
#include "actors/room_notices.hpp"
#include "journal/failure.hpp"

#include <tl/expected.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>

namespace caf {
class actor_system;
} // namespace caf

namespace holdfast::actors {

/// The waiting rooms of all events, an actor each: made at the start for every one that is not off or will not stay so by itself, the others when somebody
/// wants something of them. Thread-safe.
class queue_table final : public queue_port, public room_notices {
 public:
  queue_table(caf::actor_system& system, const queue_services& services);
  ~queue_table() override;
  queue_table(const queue_table&) = delete;
  auto operator=(const queue_table&) -> queue_table& = delete;

  /// Makes the rooms that must be there before anybody is served; blocking, until they are loaded. How many those are.
  [[nodiscard]] auto resume() -> tl::expected<std::size_t, journal::failure>;
  /// Something that was scheduled is due.
  void wake(domain::event_id event) noexcept;
  /// Ends every room when what it has under way is durable; who waits is told that it closes. Returns at once.
  void stop();
  /// Rooms that have not ended.
  [[nodiscard]] auto live() const noexcept -> std::size_t { return live_->load(std::memory_order_acquire); }
  [[nodiscard]] auto totals() const -> queue_totals;

  [[nodiscard]] auto room(domain::event_id event) const -> std::shared_ptr<const room_view> override;
  void join(domain::event_id event, domain::subject_id who, std::uint8_t band, const room_meta& meta,
            std::function<void(tl::expected<place_view, room_refusal>)> done) noexcept override;
  [[nodiscard]] auto poll(domain::event_id event, domain::subject_id who, domain::queue::place_number place)
      -> std::optional<place_view> override;
  void leave(domain::event_id event, domain::subject_id who, domain::queue::place_number place, const room_meta& meta,
             std::function<void(tl::expected<void, room_refusal>)> done) noexcept override;
  void
  command(domain::event_id event, domain::queue::command what, const room_meta& meta,
          std::function<void(tl::expected<std::shared_ptr<const room_view>, room_refusal>)> done) noexcept override;
  void
  leaves(domain::event_id event, std::uint32_t from, std::uint32_t limit,
         std::function<void(tl::expected<std::vector<domain::queue::digest>, room_refusal>)> done) noexcept override;
  [[nodiscard]] auto admits(domain::event_id event, domain::subject_id who, domain::queue::place_number place) const
      -> admission override;
  [[nodiscard]] auto rank(domain::event_id event, domain::subject_id who, domain::queue::place_number place) const
      -> std::optional<std::uint32_t> override;

  [[nodiscard]] auto listens(domain::event_id event) const noexcept -> bool override;
  void told(domain::event_id event, room_notice&& what) noexcept override;
  void arrived(domain::event_id event) noexcept override;

 private:
  class slot;
  struct shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<domain::event_id, std::shared_ptr<slot>> slots;
  };
  static constexpr std::size_t shard_count = 64;

  [[nodiscard]] auto shard_of(domain::event_id event) const noexcept -> shard& {
    return shards_[domain::mix64(event.value()) % shard_count];
  }
  [[nodiscard]] auto find(domain::event_id event) const -> std::shared_ptr<slot>;
  /// Null when the table has stopped. `then` is told how a room that was made for it was loaded.
  auto find_or_open(domain::event_id event, std::function<void(bool)> then = {}) const -> std::shared_ptr<slot>;
  /// A room that was off at the start, and that somebody wants to see.
  void open_dormant(domain::event_id event) const;
  template <class Asked>
  void put(slot& to, Asked& what) const;

  caf::actor_system& system_;
  const queue_services& services_;
  mutable std::array<shard, shard_count> shards_;
  mutable std::atomic<std::size_t> rooms_{0};
  std::shared_ptr<std::atomic<std::size_t>> live_;
  std::atomic<bool> stopped_{false};
  mutable std::mutex dormant_mutex_;
  mutable std::unordered_set<domain::event_id> dormant_;
  mutable std::atomic<std::size_t> dormant_left_{0};
  std::shared_ptr<std::atomic<int>> dormant_loading_;
};

} // namespace holdfast::actors

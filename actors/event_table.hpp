#pragma once

#include "actors/event_core.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

namespace caf {
class actor_system;
} // namespace caf

namespace holdfast::actors {

struct event_table_options {
  /// Requests of one event in flight before more are refused with 503. At 50,000 decisions a second this is under 0.1 s of work.
  std::int32_t inflight_per_event_max = 4'096;
  /// An event nobody asked anything of for this long leaves memory.
  domain::millis passivate_after = domain::minutes(2);
};

/// The event directory: finds an event's actor, makes it on demand, forgets it when it has left. Thread-safe.
class event_table {
 public:
  event_table(caf::actor_system& system, const event_services& services, event_table_options options);
  ~event_table();
  event_table(const event_table&) = delete;
  auto operator=(const event_table&) -> event_table& = delete;

  /// Sends a command on its way, or answers at once: 503 without a credit, 404 for an event that has no facts and is not being created.
  void submit(domain::event_id event, event_request&& request) noexcept;
  /// Wakes an event whose deadline has come, loading it if need be.
  void expire(domain::event_id event) noexcept;
  /// Says when everything that was asked of an event so far is durable; at once when it is not in memory, unless `wakes` has it loaded.
  void probe(domain::event_id event, bool wakes, std::function<void()> answered) noexcept;
  /// Asks every event to make its last snapshot and end; returns at once. Nothing may be in flight.
  void passivate_all();
  /// Ends what has not ended by itself; queued requests answer 503.
  void kill_all();

  [[nodiscard]] auto loaded() const noexcept -> std::size_t { return live_.load(std::memory_order_relaxed); }

  [[nodiscard]] auto in_flight() const -> std::size_t;

  /// For actors: this one has closed its credits and ends.
  void left(domain::event_id event, const inflight_limiter* credits);

 private:
  struct slot;

  struct shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<domain::event_id, std::shared_ptr<slot>> slots;
  };

  static constexpr std::size_t shard_count = 64;

  [[nodiscard]] auto shard_of(domain::event_id event) noexcept -> shard& {
    return shards_[domain::mix64(event.value()) % shard_count];
  }

  [[nodiscard]] auto find(domain::event_id event) -> std::shared_ptr<slot>;
  [[nodiscard]] auto find_or_open(domain::event_id event) -> std::shared_ptr<slot>;
  /// Takes a slot out whose actor has closed, so that the next look makes a new one.
  void left_behind(domain::event_id event, const std::shared_ptr<slot>& closed);
  [[nodiscard]] auto exists(domain::event_id event) const -> bool;

  caf::actor_system& system_;
  const event_services& services_;
  event_table_options options_;
  std::array<shard, shard_count> shards_;
  std::atomic<std::size_t> live_{0};
};

} // namespace holdfast::actors

#pragma once

#include "notifications/story.hpp"
#include "notifications/transfers.hpp"
#include "people/durable_map.hpp"
#include "people/personal_data.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <random>

namespace holdfast::notifications {

/// What mail and webhooks share: all of it lives on the outbox's thread.
struct channel_parts {
  people::durable_map& store;
  transfers& wire;
  story_source& stories;
  people::personal_data* people = nullptr; ///< null: nobody's address is known
  /// Has something run on the outbox's thread, soon; from any thread.
  std::function<void(std::function<void()>)> later;
  std::function<std::int64_t()> now_ms; ///< milliseconds since 1970
  std::mt19937_64 dice{std::random_device{}()};

  [[nodiscard]] auto share() -> double { return std::uniform_real_distribution<double>{0.0, 1.0}(dice); }
};

/// Counters and gauges, for /metrics. Written by one thread.
struct outbox_metrics {
  std::atomic<std::uint64_t> mails_sent = 0;
  std::atomic<std::uint64_t> mails_failed = 0;      ///< attempts
  std::atomic<std::uint64_t> mails_pending = 0;     ///< now
  std::atomic<std::uint64_t> mails_dead = 0;        ///< given up, now in the list
  std::atomic<std::uint64_t> mails_unaddressed = 0; ///< nobody had told where to
  std::atomic<std::uint64_t> webhooks_delivered = 0;
  std::atomic<std::uint64_t> webhooks_failed = 0; ///< attempts
  std::atomic<std::uint64_t> webhooks_given_up = 0;
  std::atomic<std::uint64_t> webhooks_pending = 0;  ///< now
  std::atomic<std::uint64_t> webhooks_disabled = 0; ///< endpoints, now
  std::atomic<std::uint64_t> behind = 0;            ///< 1 while there are facts that have not been read
  std::atomic<std::uint64_t> broken = 0; ///< 1 when its store failed: nothing more is told until the next start
};

} // namespace holdfast::notifications

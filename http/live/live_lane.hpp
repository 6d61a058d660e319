#pragma once

#include "domain/strong_id.hpp"
#include "http/deadline_list.hpp"
#include "http/live/live_metrics.hpp"
#include "http/reply_lane.hpp"
#include "projections/live/live_ports.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <variant>
#include <vector>

namespace holdfast::http {

class viewer;

/// The viewers of one I/O thread. News arrive as one task a tick, whatever the number of viewers; then every viewer gets a reference to
/// each frame, and they send some dozens at a time, so that the thread's other connections get their turns.
class live_lane final : public projections::live_listener,
                        private lane_task,
                        public std::enable_shared_from_this<live_lane> {
 public:
  live_lane(std::shared_ptr<reply_lane> thread, std::shared_ptr<live_metrics> metrics);
  ~live_lane() override = default;

  /// Any thread.
  void publish(const std::shared_ptr<const projections::live_batch>& news) noexcept override;
  /// Has `job` run on the I/O thread, after all news that were published before and before all that are published later. Called by whoever
  /// publishes. Dropped when the lane has closed.
  void in_order(std::function<void()> job) noexcept;

  /// Somebody on this thread is about to watch: news are passed on while anybody is interested. Balanced by `lose_interest`. Any thread.
  void take_interest() noexcept { interested_.fetch_add(1, std::memory_order_relaxed); }
  void lose_interest() noexcept { interested_.fetch_sub(1, std::memory_order_relaxed); }

  // On the I/O thread.
  void add(viewer& who);
  void remove(viewer& who) noexcept;

  [[nodiscard]] auto metrics() const noexcept -> live_metrics& { return *metrics_; }

  /// Viewers who send in one go.
  static constexpr std::size_t viewers_a_turn = 64;
  /// Ticks that may wait for the thread; when it is behind further, its viewers are told to fetch the status anew.
  static constexpr std::size_t ticks_waiting_max = 64;

 private:
  using batch = std::shared_ptr<const projections::live_batch>;
  /// In place of dropped batches: the newest seq of each event in them.
  using lost_news = std::unordered_map<domain::event_id, std::uint64_t>;
  using item = std::variant<batch, lost_news, std::function<void()>>;

  void run() noexcept override;
  void discard() noexcept override;
  /// Whether the task is to be posted: it is not yet. Under the lock; to be posted without it, for a closed lane discards at once.
  [[nodiscard]] auto must_post() -> bool;
  void put(item what);
  /// Puts one `lost_news` in place of all batches. Jobs stay, before it: who was there before the loss is told. Under the lock.
  void drop_ticks();
  void hand_out(const projections::live_batch& news);
  void hand_out_lost(const lost_news& lost);
  [[nodiscard]] auto of(domain::event_id event) noexcept -> const std::vector<viewer*>&;

  const std::shared_ptr<reply_lane> thread_;
  const std::shared_ptr<live_metrics> metrics_;
  std::atomic<std::size_t> interested_{0};

  std::mutex mutex_;
  std::vector<item> waiting_;         ///< guarded, in the order of publishing
  std::size_t ticks_waiting_ = 0;     ///< guarded: batches among them
  std::shared_ptr<live_lane> posted_; ///< guarded: this, while the task is posted

  // The I/O thread's.
  std::unordered_map<domain::event_id, std::vector<viewer*>> viewers_;
  deadline_list to_send_;
};

} // namespace holdfast::http

#pragma once

#include "tracing/export_options.hpp"
#include "tracing/otlp_client.hpp"
#include "tracing/otlp_json.hpp"
#include "tracing/span_queue.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>

namespace holdfast::tracing {

/// What an exporter counts. Plain atomics, relaxed.
struct export_counts {
  std::atomic<std::uint64_t> exported{0};        ///< spans that the collector took
  std::atomic<std::uint64_t> queue_full{0};      ///< dropped: the collector is slower than the requests, or away
  std::atomic<std::uint64_t> unreachable{0};     ///< dropped: no collector took them in time
  std::atomic<std::uint64_t> refused{0};         ///< dropped: the collector said that they are wrong
  std::atomic<std::uint64_t> stopped{0};         ///< dropped: not sent by the end of the server
  std::atomic<std::uint64_t> failed_attempts{0}; ///< of sending a batch
};

/// Sends spans to a collector, in batches, on a thread of its own. `record` is thread-safe and costs a lock that nobody holds for long;
/// a collector that is slow, wrong or away costs spans, which are counted, and nothing else.
///
/// A batch is tried again after 429, 502, 503, 504 and when there was no answer: after the collector's Retry-After, otherwise after a
/// pause that doubles; until it is too old. Any other answer but 2xx ends it.
class exporter final : public span_sink {
 public:
  /// Sends to `options.endpoint` once `start`ed. `carrier`: what brings the batches there.
  exporter(const export_options& options, std::unique_ptr<batch_carrier> carrier);
  exporter(const exporter&) = delete;
  auto operator=(const exporter&) -> exporter& = delete;
  ~exporter() override; ///< `stop`s

  void start();
  /// Takes nothing more, sends what waits within `flush_deadline`, drops the rest and ends the thread. Blocking; idempotent.
  void stop();

  void record(span&& what) noexcept override;

  [[nodiscard]] auto counts() const noexcept -> const export_counts& { return counts_; }

  [[nodiscard]] auto queued() const noexcept -> std::size_t { return queue_.size(); }

 private:
  enum class outcome : std::uint8_t { taken, refused, again };

  void run();
  void deliver(std::span<const span> batch);
  [[nodiscard]] auto attempt(std::span<const span> batch) -> outcome;
  void put_off(const post_result& why);
  /// Waits until the next attempt is due; false when that is not before `until`.
  [[nodiscard]] auto await_turn(clock::time_point until) -> bool;
  [[nodiscard]] auto stopping() const noexcept -> bool { return stopping_.load(std::memory_order_acquire); }
  [[nodiscard]] auto out_of_time() const noexcept -> bool;
  void note(bool works, const std::string& why);
  void follow_wall_clock();

  const export_options options_;
  const resource_attributes resource_;
  const std::unique_ptr<batch_carrier> carrier_;
  span_queue queue_;
  export_counts counts_;
  std::mutex mutex_;
  std::condition_variable ending_;
  std::atomic<bool> stopping_{false};
  std::atomic<clock::time_point> stop_by_{clock::time_point::max()};

  // The thread's own.
  std::string body_;
  std::chrono::nanoseconds epoch_{0};
  std::chrono::milliseconds pause_{0}; ///< after the last failure; 0: the last attempt went well
  clock::time_point not_before_;       ///< of the next attempt
  bool works_ = true;

  std::jthread thread_;
};

} // namespace holdfast::tracing

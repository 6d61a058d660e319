#pragma once

#include "http/router.hpp"

#include <prometheus/collectable.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace holdfast::http {

/// Why the edge ended a connection by itself.
enum class close_reason : std::uint8_t {
  malformed,
  idle,
  slow_header,
  slow_body,
  slow_reader,
  too_many,
  too_many_of_address,
};

/// What the edge counts. Every I/O thread writes a slab of its own without locked instructions; collecting adds them up.
///
/// holdfast_http_requests_total{route,method,status}, holdfast_http_request_seconds{route,method}, holdfast_inflight_requests,
/// holdfast_http_connections, holdfast_http_connections_accepted_total, holdfast_http_connections_closed_total{reason}.
class edge_metrics final : public prometheus::Collectable {
 public:
  class slab;

  /// Rows of `table`, plus one for requests that match no row.
  explicit edge_metrics(const router& table);
  ~edge_metrics() override;

  /// The slab of one I/O thread; lives as long as the metrics.
  [[nodiscard]] auto add_slab() -> slab&;

  [[nodiscard]] auto Collect() const -> std::vector<prometheus::MetricFamily> override;

  /// Upper bounds of the latency histogram's buckets.
  static constexpr std::array<std::chrono::microseconds, 14> bounds{
      {std::chrono::microseconds{100}, std::chrono::microseconds{250}, std::chrono::microseconds{500},
       std::chrono::microseconds{1'000}, std::chrono::microseconds{2'500}, std::chrono::microseconds{5'000},
       std::chrono::microseconds{10'000}, std::chrono::microseconds{25'000}, std::chrono::microseconds{50'000},
       std::chrono::microseconds{100'000}, std::chrono::microseconds{250'000}, std::chrono::microseconds{500'000},
       std::chrono::microseconds{1'000'000}, std::chrono::microseconds{2'500'000}}};

 private:
  struct label {
    std::string route;
    std::string method;
  };

  [[nodiscard]] auto collect_requests() const -> prometheus::MetricFamily;
  [[nodiscard]] auto collect_latency() const -> prometheus::MetricFamily;
  [[nodiscard]] auto collect_closed() const -> prometheus::MetricFamily;

  std::vector<label> labels_;
  mutable std::mutex mutex_; ///< guards the list of slabs
  std::vector<std::unique_ptr<slab>> slabs_;
};

/// A counter that one thread writes and others read.
class single_writer_counter {
 public:
  void add(std::uint64_t by) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  [[nodiscard]] auto value() const noexcept -> std::uint64_t { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// The counters of one I/O thread.
class edge_metrics::slab {
 public:
  /// Statuses that are told apart; others count as the last, 0.
  static constexpr std::array<std::uint16_t, 29> statuses{101, 200, 201, 202, 204, 302, 304, 400, 401, 402,
                                                          403, 404, 405, 406, 409, 410, 412, 413, 415, 417,
                                                          422, 425, 429, 500, 501, 502, 503, 504, 0};

  explicit slab(std::size_t rows) : rows_(rows) {}

  /// One finished request of the row with this index (`router` order; the last is "none").
  void count(std::size_t row, unsigned status, std::chrono::nanoseconds took) noexcept;

  void opened() noexcept { opened_.add(1); }

  void closed() noexcept { closed_.add(1); }

  void closed_by(close_reason why) noexcept { closed_by_[static_cast<std::size_t>(why)].add(1); }

  void begun() noexcept { begun_.add(1); }

  void ended() noexcept { ended_.add(1); }

 private:
  friend class edge_metrics;

  struct row {
    std::array<single_writer_counter, statuses.size()> by_status;
    std::array<single_writer_counter, bounds.size() + 1> by_latency;
    single_writer_counter total_us;
  };

  std::vector<row> rows_;
  single_writer_counter opened_;
  single_writer_counter closed_;
  single_writer_counter begun_;
  single_writer_counter ended_;
  std::array<single_writer_counter, 7> closed_by_;
};

/// Everything that `/metrics` shows, from whichever part of the process. Thread-safe.
class metrics_hub {
 public:
  /// Adds a source; sources are asked in the order of adding, and forgotten when they die.
  void add(const std::weak_ptr<prometheus::Collectable>& source);
  /// The Prometheus text format, version 0.0.4.
  [[nodiscard]] auto text() const -> std::string;

 private:
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<prometheus::Collectable>> sources_;
};

} // namespace holdfast::http

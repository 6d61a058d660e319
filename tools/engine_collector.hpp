#pragma once

#include "actors/engine.hpp"
#include "journal/writer_metrics.hpp"
#include "payments/gateway.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace holdfast::tools {

/// A cumulative histogram that one thread writes without locks and any thread reads.
template <std::size_t Buckets>
class atomic_histogram {
 public:
  explicit constexpr atomic_histogram(const std::array<double, Buckets>& upper) noexcept : upper_{upper} {}

  void add(double value) noexcept {
    std::size_t bucket = 0;
    while (bucket < Buckets && value > upper_[bucket]) {
      ++bucket;
    }
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
  [[nodiscard]] auto family_metric() const -> prometheus::ClientMetric;

 private:
  std::array<double, Buckets> upper_;
  std::array<std::atomic<std::uint64_t>, Buckets + 1> counts_{};
  std::atomic<double> sum_{0};
};

/// Histograms of the journal's group commits.
class commit_histograms final : public journal::journal_metrics_port {
 public:
  void committed(const journal::commit_sample& sample) noexcept override;

  static constexpr std::array<double, 9> record_bounds{1, 2, 4, 8, 16, 32, 64, 256, 1024};
  static constexpr std::array<double, 12> second_bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                        0.01,   0.025,   0.05,   0.1,   0.25,   1.0};
  atomic_histogram<record_bounds.size()> records{record_bounds};
  atomic_histogram<second_bounds.size()> sync_seconds{second_bounds};
};

/// What /metrics shows of the selling plane, the journal and the projections. Reads atomics only.
class engine_collector final : public prometheus::Collectable {
 public:
  engine_collector(actors::engine& engine, const journal::journal_metrics& journal,
                   std::shared_ptr<const commit_histograms> commits, const payments::gateway* gateway);
  [[nodiscard]] auto Collect() const -> std::vector<prometheus::MetricFamily> override;

 private:
  void add_engine(std::vector<prometheus::MetricFamily>& to) const;
  void add_rooms(std::vector<prometheus::MetricFamily>& to) const;
  void add_payments(std::vector<prometheus::MetricFamily>& to) const;
  void add_gateway(std::vector<prometheus::MetricFamily>& to) const;
  void add_journal(std::vector<prometheus::MetricFamily>& to) const;
  void add_projections(std::vector<prometheus::MetricFamily>& to) const;

  actors::engine& engine_;
  const journal::journal_metrics& journal_;
  std::shared_ptr<const commit_histograms> commits_;
  const payments::gateway* gateway_; ///< null: nothing is paid by card
};

} // namespace holdfast::tools

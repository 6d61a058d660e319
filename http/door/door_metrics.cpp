#include "http/door/door_metrics.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <string>

namespace holdfast::http::door {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array<std::string_view, 4> verdict_names{"allow", "challenge_required", "to_the_end", "refuse"};

auto counter_of(const char* label, std::string_view name, const std::atomic<std::uint64_t>& value) -> ClientMetric {
  ClientMetric metric;
  metric.label.push_back({label, std::string{name}});
  metric.counter.value = static_cast<double>(value.load(std::memory_order_relaxed));
  return metric;
}

} // namespace

auto door_metrics::Collect() const -> std::vector<MetricFamily> {
  MetricFamily knocks{"holdfast_door_knocks_total",
                      "Those who came to a waiting room's door, by what became of them",
                      MetricType::Counter,
                      {}};
  for (std::size_t i = 0; i < verdicts_.size(); ++i) {
    knocks.metric.push_back(counter_of("verdict", verdict_names[i], verdicts_[i]));
  }
  MetricFamily reasons{"holdfast_door_reasons_total", "Why somebody was not simply let in", MetricType::Counter, {}};
  for (std::size_t i = 1; i < reasons_.size(); ++i) {
    reasons.metric.push_back(counter_of("reason", name_of(static_cast<reason>(i)), reasons_[i]));
  }
  MetricFamily signs{"holdfast_door_signs_total", "What spoke against those who came", MetricType::Counter, {}};
  for (std::size_t i = 0; i < signs_.size(); ++i) {
    signs.metric.push_back(counter_of("sign", name_of(static_cast<sign>(i)), signs_[i]));
  }
  ClientMetric lost;
  lost.counter.value = static_cast<double>(forgotten.load(std::memory_order_relaxed));
  return {std::move(knocks),
          std::move(reasons),
          std::move(signs),
          {"holdfast_door_forgotten_total",
           "Addresses, buyers and fingerprints whose count was given up early for want of room",
           MetricType::Counter,
           {std::move(lost)}}};
}

void door_metrics::decided(const verdict& what) noexcept {
  verdicts_[static_cast<std::size_t>(what.is) - 1].fetch_add(1, std::memory_order_relaxed);
  reasons_[static_cast<std::size_t>(what.why)].fetch_add(1, std::memory_order_relaxed);
}

void door_metrics::scored(const suspect_score& what) noexcept {
  for (std::size_t i = 0; i < sign_count; ++i) {
    if (what.has(static_cast<sign>(i))) {
      signs_[i].fetch_add(1, std::memory_order_relaxed);
    }
  }
}

} // namespace holdfast::http::door

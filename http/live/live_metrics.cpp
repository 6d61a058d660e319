#include "http/live/live_metrics.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <string>
#include <utility>

namespace holdfast::http {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array kind_names{"websocket", "sse"};
constexpr std::array end_names{"refused", "silent", "ended", "draining"};
constexpr double nanoseconds_a_second = 1e9;

auto read(const std::atomic<std::uint64_t>& value) -> double {
  return static_cast<double>(value.load(std::memory_order_relaxed));
}

auto labelled(const char* name, const char* label, double value, bool gauge) -> ClientMetric {
  ClientMetric metric;
  metric.label.push_back({name, label});
  (gauge ? metric.gauge.value : metric.counter.value) = value;
  return metric;
}

} // namespace

auto live_metrics::Collect() const -> std::vector<MetricFamily> {
  MetricFamily connections{"holdfast_live_connections", "Viewers of live seat maps", MetricType::Gauge, {}};
  MetricFamily frames{"holdfast_live_sent_frames_total", "Frames sent to viewers", MetricType::Counter, {}};
  MetricFamily bytes{"holdfast_live_sent_bytes_total", "Bytes sent to viewers", MetricType::Counter, {}};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    connections.metric.push_back(labelled("kind", kind_names[i], read(kinds[i].connections), true));
    frames.metric.push_back(labelled("kind", kind_names[i], read(kinds[i].frames), false));
    bytes.metric.push_back(labelled("kind", kind_names[i], read(kinds[i].bytes), false));
  }
  MetricFamily closed{
      "holdfast_live_closed_total", "Viewers whose connection the server ended", MetricType::Counter, {}};
  for (std::size_t i = 0; i < ends.size(); ++i) {
    closed.metric.push_back(labelled("reason", end_names[i], read(ends[i]), false));
  }
  ClientMetric resets;
  resets.counter.value = read(slow_resets);
  ClientMetric fan_out;
  fan_out.summary.sample_count = fan_outs.load(std::memory_order_relaxed);
  fan_out.summary.sample_sum = read(fan_out_nanoseconds) / nanoseconds_a_second;
  return {std::move(connections),
          std::move(frames),
          std::move(bytes),
          std::move(closed),
          {"holdfast_live_slow_resets_total",
           "Viewers told to fetch the status anew because they were too slow",
           MetricType::Counter,
           {std::move(resets)}},
          {"holdfast_live_fan_out_seconds",
           "Seconds that handing a tick to the viewers of one thread took",
           MetricType::Summary,
           {std::move(fan_out)}}};
}

} // namespace holdfast::http

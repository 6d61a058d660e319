#include "http/metrics.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>

namespace holdfast::http {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array<std::string_view, 7> close_names{"malformed",   "idle",     "slow_header",        "slow_body",
                                                      "slow_reader", "too_many", "too_many_of_address"};

auto status_slot(unsigned status) noexcept -> std::size_t {
  const auto& known = edge_metrics::slab::statuses;
  for (std::size_t i = 0; i + 1 < known.size(); ++i) {
    if (known[i] == status) {
      return i;
    }
  }
  return known.size() - 1;
}

auto single(std::string name, std::string help, MetricType type, double value) -> MetricFamily {
  MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  ClientMetric metric;
  if (type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(std::move(metric));
  return family;
}

} // namespace

void edge_metrics::slab::count(std::size_t at, unsigned status, std::chrono::nanoseconds took) noexcept {
  row& to = rows_[std::min(at, rows_.size() - 1)];
  to.by_status[status_slot(status)].add(1);
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took);
  std::size_t bucket = 0;
  while (bucket < bounds.size() && us > bounds[bucket]) {
    ++bucket;
  }
  to.by_latency[bucket].add(1);
  to.total_us.add(static_cast<std::uint64_t>(us.count()));
}

edge_metrics::edge_metrics(const router& table) {
  for (const route& row : table.routes()) {
    labels_.push_back({row.pattern, std::string{to_string(row.verb)}});
  }
  labels_.push_back({"none", "any"});
}

edge_metrics::~edge_metrics() = default;

auto edge_metrics::add_slab() -> slab& {
  const std::scoped_lock lock{mutex_};
  return *slabs_.emplace_back(std::make_unique<slab>(labels_.size()));
}

auto edge_metrics::collect_requests() const -> MetricFamily {
  MetricFamily family;
  family.name = "holdfast_http_requests_total";
  family.help = "Finished HTTP requests";
  family.type = MetricType::Counter;
  for (std::size_t row = 0; row < labels_.size(); ++row) {
    for (std::size_t status = 0; status < slab::statuses.size(); ++status) {
      std::uint64_t sum = 0;
      for (const auto& each : slabs_) {
        sum += each->rows_[row].by_status[status].value();
      }
      if (sum == 0) {
        continue;
      }
      ClientMetric metric;
      const std::uint16_t code = slab::statuses[status];
      metric.label = {{"route", labels_[row].route},
                      {"method", labels_[row].method},
                      {"status", code == 0 ? "other" : std::to_string(code)}};
      metric.counter.value = static_cast<double>(sum);
      family.metric.push_back(std::move(metric));
    }
  }
  return family;
}

auto edge_metrics::collect_latency() const -> MetricFamily {
  MetricFamily family;
  family.name = "holdfast_http_request_seconds";
  family.help = "From the complete request to the written answer";
  family.type = MetricType::Histogram;
  for (std::size_t row = 0; row < labels_.size(); ++row) {
    ClientMetric metric;
    std::uint64_t so_far = 0;
    for (std::size_t bucket = 0; bucket <= bounds.size(); ++bucket) {
      for (const auto& each : slabs_) {
        so_far += each->rows_[row].by_latency[bucket].value();
      }
      ClientMetric::Bucket out;
      out.cumulative_count = so_far;
      out.upper_bound = bucket < bounds.size() ? std::chrono::duration<double>(bounds[bucket]).count()
                                               : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back(out);
    }
    if (so_far == 0) {
      continue;
    }
    std::uint64_t total_us = 0;
    for (const auto& each : slabs_) {
      total_us += each->rows_[row].total_us.value();
    }
    metric.label = {{"route", labels_[row].route}, {"method", labels_[row].method}};
    metric.histogram.sample_count = so_far;
    metric.histogram.sample_sum = static_cast<double>(total_us) / 1e6;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

auto edge_metrics::collect_closed() const -> MetricFamily {
  MetricFamily family;
  family.name = "holdfast_http_connections_closed_total";
  family.help = "Connections that the server ended, by reason";
  family.type = MetricType::Counter;
  for (std::size_t i = 0; i < close_names.size(); ++i) {
    ClientMetric metric;
    metric.label = {{"reason", std::string{close_names[i]}}};
    for (const auto& each : slabs_) {
      metric.counter.value += static_cast<double>(each->closed_by_[i].value());
    }
    family.metric.push_back(std::move(metric));
  }
  return family;
}

auto edge_metrics::Collect() const -> std::vector<MetricFamily> {
  const std::scoped_lock lock{mutex_};
  double opened = 0;
  double open_now = 0;
  double in_flight = 0;
  for (const auto& each : slabs_) {
    // Ends before beginnings: a reader between the two never sees more ends than beginnings.
    const auto closed = static_cast<double>(each->closed_.value());
    const auto ended = static_cast<double>(each->ended_.value());
    const auto accepted = static_cast<double>(each->opened_.value());
    opened += accepted;
    open_now += std::max(0.0, accepted - closed);
    in_flight += std::max(0.0, static_cast<double>(each->begun_.value()) - ended);
  }
  std::vector<MetricFamily> out;
  out.push_back(collect_requests());
  out.push_back(collect_latency());
  out.push_back(single("holdfast_inflight_requests", "Requests that have no answer yet", MetricType::Gauge, in_flight));
  out.push_back(single("holdfast_http_connections", "Open connections", MetricType::Gauge, open_now));
  out.push_back(
      single("holdfast_http_connections_accepted_total", "Accepted connections", MetricType::Counter, opened));
  out.push_back(collect_closed());
  return out;
}

void metrics_hub::add(const std::weak_ptr<prometheus::Collectable>& source) {
  const std::scoped_lock lock{mutex_};
  sources_.push_back(source);
}

auto metrics_hub::text() const -> std::string {
  std::vector<std::shared_ptr<prometheus::Collectable>> alive;
  {
    const std::scoped_lock lock{mutex_};
    for (const auto& each : sources_) {
      if (auto source = each.lock()) {
        alive.push_back(std::move(source));
      }
    }
  }
  std::vector<MetricFamily> all;
  for (const auto& each : alive) {
    auto some = each->Collect();
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, all);
  return out.str();
}

} // namespace holdfast::http

#include "tools/traces.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

namespace holdfast::tools {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

auto counted(std::string name, std::string help, const std::atomic<std::uint64_t>& value) -> MetricFamily {
  ClientMetric metric;
  metric.counter.value = static_cast<double>(value.load(std::memory_order_relaxed));
  return {std::move(name), std::move(help), MetricType::Counter, {std::move(metric)}};
}

class trace_metrics final : public prometheus::Collectable {
 public:
  trace_metrics(std::shared_ptr<const tracing::exporter> exporter, std::shared_ptr<const tracing::tracer> tracer)
      : exporter_{std::move(exporter)}, tracer_{std::move(tracer)} {}

  [[nodiscard]] auto Collect() const -> std::vector<MetricFamily> override {
    const auto& of = exporter_->counts();
    std::vector<MetricFamily> all;
    ClientMetric requests;
    requests.counter.value = static_cast<double>(tracer_->traced());
    all.push_back(
        {"holdfast_traced_requests_total", "Requests that are traced", MetricType::Counter, {std::move(requests)}});
    all.push_back(counted("holdfast_trace_spans_exported_total", "Spans that the collector took", of.exported));
    all.push_back(counted("holdfast_trace_export_failures_total", "Attempts to send spans that did not go well",
                          of.failed_attempts));
    MetricFamily dropped{"holdfast_trace_spans_dropped_total", "Spans that were not exported", MetricType::Counter, {}};
    const auto add = [&](const char* reason, const std::atomic<std::uint64_t>& value) {
      ClientMetric metric;
      metric.label.push_back({"reason", reason});
      metric.counter.value = static_cast<double>(value.load(std::memory_order_relaxed));
      dropped.metric.push_back(std::move(metric));
    };
    add("queue_full", of.queue_full);
    add("unreachable", of.unreachable);
    add("refused", of.refused);
    add("stopped", of.stopped);
    all.push_back(std::move(dropped));
    ClientMetric queued;
    queued.gauge.value = static_cast<double>(exporter_->queued());
    all.push_back(
        {"holdfast_trace_queue_spans", "Spans that wait to be exported", MetricType::Gauge, {std::move(queued)}});
    return all;
  }

 private:
  std::shared_ptr<const tracing::exporter> exporter_;
  std::shared_ptr<const tracing::tracer> tracer_;
};

} // namespace

traces::traces(const tracing::export_options& options, std::unique_ptr<tracing::batch_carrier> carrier)
    : exporter_{std::make_shared<tracing::exporter>(options, std::move(carrier))},
      tracer_{std::make_shared<tracing::tracer>(exporter_, options.sampling)},
      metrics_{std::make_shared<trace_metrics>(exporter_, tracer_)} {}

auto traces::start(const tracing::export_options& options) -> tl::expected<std::unique_ptr<traces>, std::string> {
  std::vector<std::string> headers;
  if (!options.headers_file.empty()) {
    auto read = tracing::read_headers(options.headers_file);
    if (!read) {
      return tl::unexpected{read.error()};
    }
    headers = std::move(*read);
  }
  auto carrier = tracing::make_otlp_client(options.endpoint, headers, options.authority_file);
  std::unique_ptr<traces> made{new traces{options, std::move(carrier)}};
  made->exporter_->start();
  spdlog::info("traces go to {}", options.endpoint);
  return made;
}

} // namespace holdfast::tools

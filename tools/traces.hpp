#pragma once

#include "tracing/exporter.hpp"
#include "tracing/tracer.hpp"

#include <prometheus/collectable.h>
#include <tl/expected.hpp>

#include <memory>
#include <string>

namespace holdfast::tools {

/// The traces of a server: who decides what is traced, who exports it, and what both count.
///
/// holdfast_traced_requests_total, holdfast_trace_spans_exported_total, holdfast_trace_spans_dropped_total{reason},
/// holdfast_trace_export_failures_total, holdfast_trace_queue_spans.
class traces {
 public:
  /// With an endpoint that was checked. Reads the file of headers; the failure is for people.
  [[nodiscard]] static auto start(const tracing::export_options& options)
      -> tl::expected<std::unique_ptr<traces>, std::string>;

  /// Sends what waits, within the options' bound. Blocking; idempotent.
  void stop() { exporter_->stop(); }

  [[nodiscard]] auto tracer() const noexcept -> const std::shared_ptr<tracing::tracer>& { return tracer_; }

  [[nodiscard]] auto metrics() const noexcept -> const std::shared_ptr<prometheus::Collectable>& { return metrics_; }

 private:
  traces(const tracing::export_options& options, std::unique_ptr<tracing::batch_carrier> carrier);

  std::shared_ptr<tracing::exporter> exporter_;
  std::shared_ptr<tracing::tracer> tracer_;
  std::shared_ptr<prometheus::Collectable> metrics_;
};

} // namespace holdfast::tools

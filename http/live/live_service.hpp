#pragma once

#include "http/census.hpp"
#include "http/exchange.hpp"
#include "http/live/live_lane.hpp"
#include "http/live/live_metrics.hpp"
#include "http/live/live_options.hpp"
#include "http/live/viewer.hpp"
#include "projections/views.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <mutex>
#include <unordered_map>

namespace holdfast::http {

/// What all live seat maps of a server share: who may watch, and the lanes of its I/O threads. Thread-safe. Made by `std::make_shared`.
class live_service : public std::enable_shared_from_this<live_service> {
 public:
  live_service(projections::views& views, const live_options& limits);

  /// Counts the caller of the exchange as a viewer; too many in all, or of their address, is a problem to answer with.
  [[nodiscard]] auto admit(const exchange& of) -> tl::expected<viewer_ticket, problem_kind>;

  /// The lane of the exchange's I/O thread.
  [[nodiscard]] auto lane_of(const exchange& of) -> std::shared_ptr<live_lane>;

  [[nodiscard]] auto views() const noexcept -> projections::views& { return views_; }
  [[nodiscard]] auto metrics() const noexcept -> const std::shared_ptr<live_metrics>& { return metrics_; }

 private:
  projections::views& views_;
  const std::shared_ptr<live_metrics> metrics_;
  connection_census census_;
  std::mutex mutex_;
  std::unordered_map<const reply_lane*, std::shared_ptr<live_lane>> lanes_;
};

} // namespace holdfast::http

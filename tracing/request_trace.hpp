#pragma once

#include "tracing/span.hpp"

#include <atomic>
#include <memory>

namespace holdfast::tracing {

/// The trace of one request that is traced: where its spans go, and what they hang from. Shared by everybody who works for the request,
/// on any thread, also after it has been answered. A request that is not traced has none, and a null pointer is all it costs.
class request_trace {
 public:
  /// `root`: the id of the request's own span, below which all others hang. Not 0, and random: the ids of the others come from it.
  request_trace(std::shared_ptr<span_sink> to, const domain::trace_id& trace, std::uint64_t root) noexcept
      : to_{std::move(to)}, trace_{trace}, root_{root} {}

  [[nodiscard]] auto trace() const noexcept -> const domain::trace_id& { return trace_; }

  [[nodiscard]] auto root() const noexcept -> std::uint64_t { return root_; }

  /// An id for another span of this trace.
  [[nodiscard]] auto next_id() const noexcept -> std::uint64_t;
  /// A span with this id, which may be the root's, of this time; to be filled and recorded.
  [[nodiscard]] auto span_of(std::uint64_t id, std::uint64_t parent, std::string_view name, clock::time_point began,
                             clock::time_point ended) const -> span;

  void record(span&& what) const noexcept { to_->record(std::move(what)); }

 private:
  std::shared_ptr<span_sink> to_;
  domain::trace_id trace_;
  std::uint64_t root_;
  mutable std::atomic<std::uint64_t> ids_made_{0};
};

/// Null: not traced.
using traced_request = std::shared_ptr<const request_trace>;

} // namespace holdfast::tracing

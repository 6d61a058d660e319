#include "actors/request_times.hpp"

#include <string>
#include <utility>

namespace holdfast::actors {

auto request_times::submitted_now(const request_meta& meta) noexcept -> request_times {
  request_times times;
  if (meta.traced) {
    times.submitted_ = tracing::clock::now();
  }
  return times;
}

void request_times::record_decision(const request_meta& meta, const addressee& by) const {
  const auto& traced = *meta.traced;
  const auto record = [&](std::string_view step, tracing::clock::time_point began, tracing::clock::time_point ended) {
    std::string name{by.kind};
    name.append(step);
    auto what = traced.span_of(traced.next_id(), traced.root(), name, began, ended);
    if (!by.id_key.empty()) {
      what.attributes.push_back({by.id_key, std::string{by.id}});
    }
    traced.record(std::move(what));
  };
  record(" wait", submitted_, taken_);
  record(" decide", taken_, tracing::clock::now());
}

auto trace_commit(const request_meta& meta, std::uint64_t first_seq, std::size_t facts)
    -> std::shared_ptr<const tracing::traced_commit> {
  return meta.traced ? std::make_shared<const tracing::traced_commit>(meta.traced, first_seq, facts) : nullptr;
}

} // namespace holdfast::actors

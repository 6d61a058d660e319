#include "tracing/request_trace.hpp"

namespace holdfast::tracing {

auto request_trace::next_id() const noexcept -> std::uint64_t {
  std::uint64_t id = 0;
  do {
    // A bijection: two ids of a trace are never the same, but for the root's, which is skipped.
    id = domain::mix64(root_ + ids_made_.fetch_add(1, std::memory_order_relaxed));
  } while (id == 0 || id == root_);
  return id;
}

auto request_trace::span_of(std::uint64_t id, std::uint64_t parent, std::string_view name, clock::time_point began,
                            clock::time_point ended) const -> span {
  span what;
  what.trace = trace_;
  what.id = id;
  what.parent = parent;
  what.name = name;
  what.began = began;
  what.ended = ended;
  return what;
}

} // namespace holdfast::tracing

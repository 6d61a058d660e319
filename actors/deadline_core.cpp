#include "actors/deadline_core.hpp"

#include <algorithm>
#include <functional>

namespace holdfast::actors {

void deadline_core::schedule(domain::event_id event, domain::instant at) {
  const auto [known, added] = due_.try_emplace(event, at);
  if (!added && known->second <= at) {
    return;
  }
  known->second = at;
  heap_.emplace_back(at, event);
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
}

void deadline_core::drop_superseded() {
  while (!heap_.empty()) {
    const auto known = due_.find(heap_.front().second);
    if (known != due_.end() && known->second == heap_.front().first) {
      return;
    }
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
    heap_.pop_back();
  }
}

auto deadline_core::take_due(domain::instant now) -> std::vector<domain::event_id> {
  std::vector<domain::event_id> events;
  for (drop_superseded(); !heap_.empty() && heap_.front().first <= now; drop_superseded()) {
    events.push_back(heap_.front().second);
    due_.erase(heap_.front().second);
  }
  return events;
}

auto deadline_core::next() -> std::optional<domain::instant> {
  drop_superseded();
  if (heap_.empty()) {
    return std::nullopt;
  }
  return heap_.front().first;
}

} // namespace holdfast::actors

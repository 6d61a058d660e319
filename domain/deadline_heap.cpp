#include "domain/deadline_heap.hpp"

#include <queue>

namespace holdfast::domain {

auto deadline_heap::first(std::size_t count, instant until) const -> std::vector<deadline> {
  std::vector<deadline> found;
  // Walks down from the top, always on from the earliest node seen: the order is that of the deadlines, not of the heap's array,
  // which depends on history.
  const auto later = [this](std::size_t a, std::size_t b) { return heap_[b] < heap_[a]; };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> open{later};
  if (!heap_.empty()) {
    open.push(0);
  }
  while (!open.empty() && found.size() < count && heap_[open.top()].at <= until) {
    const std::size_t node = open.top();
    open.pop();
    found.push_back(heap_[node]);
    for (std::size_t child = node * children + 1; child <= node * children + children && child < heap_.size();
         ++child) {
      open.push(child);
    }
  }
  return found;
}

} // namespace holdfast::domain

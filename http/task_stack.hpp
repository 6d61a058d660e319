#pragma once

#include "http/reply_lane.hpp"

#include <atomic>

namespace holdfast::http {

/// Tasks pushed by any thread and taken all at once by one: a lock-free stack (Treiber, 1986; taking all at once leaves no
/// ABA problem) that is handed out in the order of pushing.
class task_stack {
 public:
  /// Returns whether the stack was empty: then, and only then, the taker has to be woken.
  auto push(lane_task& task) noexcept -> bool {
    lane_task* head = head_.load(std::memory_order_relaxed);
    do {
      task.next_in_lane = head;
    } while (!head_.compare_exchange_weak(head, &task, std::memory_order_seq_cst, std::memory_order_relaxed));
    return head == nullptr;
  }

  /// Everything pushed so far as a list, oldest first; null when there is nothing.
  [[nodiscard]] auto take_all() noexcept -> lane_task* {
    lane_task* newest_first = head_.exchange(nullptr, std::memory_order_seq_cst);
    lane_task* oldest_first = nullptr;
    while (newest_first != nullptr) {
      lane_task* next = newest_first->next_in_lane;
      newest_first->next_in_lane = oldest_first;
      oldest_first = newest_first;
      newest_first = next;
    }
    return oldest_first;
  }

 private:
  std::atomic<lane_task*> head_ = nullptr;
};

} // namespace holdfast::http

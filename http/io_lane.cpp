#include "http/io_lane.hpp"

#include <boost/asio/post.hpp>

#include <thread>

namespace holdfast::http {

namespace {

thread_local const io_lane* lane_of_this_thread = nullptr;

} // namespace

io_lane::~io_lane() {
  while (posting_.load(std::memory_order_acquire) != 0) {
    std::this_thread::yield();
  }
  discard_all();
}

void io_lane::post(lane_task& task) noexcept {
  posting_.fetch_add(1, std::memory_order_relaxed);
  const bool wake = tasks_.push(task);
  // Either this thread sees that the lane has closed, or the closing thread sees the task.
  const bool closed = closed_.load(std::memory_order_seq_cst);
  if (wake && !closed) {
    // Raw: the context dies with this lane, and whatever it has not run with it.
    boost::asio::post(*context_, [this] { run_all(); });
  }
  // Expired only inside the destructor, which then discards.
  const std::shared_ptr<io_lane> keep = closed ? weak_from_this().lock() : nullptr;
  posting_.fetch_sub(1, std::memory_order_release);
  if (keep) {
    keep->discard_all();
  }
}

auto io_lane::is_own_thread() const noexcept -> bool {
  return lane_of_this_thread == this;
}

void io_lane::enter() noexcept {
  lane_of_this_thread = this;
}

void io_lane::leave() noexcept {
  lane_of_this_thread = nullptr;
}

void io_lane::run_all() noexcept {
  for (lane_task* task = tasks_.take_all(); task != nullptr;) {
    // Read first: a task may free itself, or post itself again.
    lane_task* next = task->next_in_lane;
    task->run();
    task = next;
  }
}

void io_lane::close() noexcept {
  closed_.store(true, std::memory_order_seq_cst);
  discard_all();
}

void io_lane::discard_all() noexcept {
  for (lane_task* task = tasks_.take_all(); task != nullptr;) {
    lane_task* next = task->next_in_lane;
    task->discard();
    task = next;
  }
}

} // namespace holdfast::http

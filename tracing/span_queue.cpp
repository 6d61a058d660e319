#include "tracing/span_queue.hpp"

#include <utility>

namespace holdfast::tracing {

span_queue::span_queue(std::size_t spans_max, std::size_t batch_max, std::chrono::milliseconds delay_max)
    : spans_max_{spans_max}, batch_max_{batch_max}, delay_max_{delay_max} {}

auto span_queue::push(span&& what) -> bool {
  bool wake = false;
  {
    const std::scoped_lock lock{mutex_};
    if (closed_ || size_.load(std::memory_order_relaxed) >= spans_max_) {
      return false;
    }
    if (open_.empty()) {
      open_since_ = clock::now();
      wake = true; // whoever waits has to know since when
    }
    open_.push_back(std::move(what));
    size_.fetch_add(1, std::memory_order_relaxed);
    if (open_.size() == batch_max_) {
      full_.push_back(std::exchange(open_, {}));
      wake = true;
    }
  }
  if (wake) {
    changed_.notify_one();
  }
  return true;
}

auto span_queue::take_one() -> std::vector<span> {
  std::vector<span> batch;
  if (!full_.empty()) {
    batch = std::move(full_.front());
    full_.pop_front();
  } else {
    batch = std::exchange(open_, {});
  }
  size_.fetch_sub(batch.size(), std::memory_order_relaxed);
  return batch;
}

auto span_queue::take() -> std::vector<span> {
  std::unique_lock lock{mutex_};
  while (full_.empty() && !closed_) {
    if (open_.empty()) {
      changed_.wait(lock);
    } else if (const auto due = open_since_ + delay_max_; clock::now() < due) {
      changed_.wait_until(lock, due);
    } else {
      break;
    }
  }
  return take_one();
}

auto span_queue::try_take() -> std::vector<span> {
  const std::scoped_lock lock{mutex_};
  return take_one();
}

void span_queue::close() {
  {
    const std::scoped_lock lock{mutex_};
    closed_ = true;
  }
  changed_.notify_all();
}

} // namespace holdfast::tracing

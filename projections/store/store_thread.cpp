#include "projections/store/store_thread.hpp"

#include <pthread.h>

#include <utility>

namespace holdfast::projections {

store_thread::store_thread()
    : thread_{[queue = queue_](const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), "hf-views-store");
        std::unique_lock lock{queue->mutex};
        while (queue->changed.wait(lock, stop, [&] { return !queue->jobs.empty(); }) && !queue->ended) {
          auto job = std::move(queue->jobs.front());
          queue->jobs.pop_front();
          lock.unlock();
          job();
          job = nullptr; // what it holds goes without the lock
          lock.lock();
        }
      }} {}

store_thread::~store_thread() {
  decltype(queue_->jobs) dropped;
  const std::scoped_lock lock{queue_->mutex};
  queue_->ended = true;
  queue_->jobs.swap(dropped);
  thread_.request_stop();
}

auto store_thread::post() const -> post_function {
  return [to = queue_](std::function<void()> job) {
    {
      const std::scoped_lock lock{to->mutex};
      if (to->ended)
        return;
      to->jobs.push_back(std::move(job));
    }
    to->changed.notify_one();
  };
}

} // namespace holdfast::projections

#include "projections/search/search_thread.hpp"

#include <utility>

namespace holdfast::projections {

search_thread::search_thread() : queue_{std::make_shared<queue>()}, thread_{[from = queue_] { run(from); }} {}

search_thread::~search_thread() {
  stop();
}

auto search_thread::post() const -> post_function {
  return [to = queue_](std::function<void()> job) {
    const std::scoped_lock lock{to->mutex};
    if (to->stopped)
      return;
    to->jobs.push_back(std::move(job));
    to->changed.notify_one();
  };
}

auto search_thread::queued() const -> std::size_t {
  const std::scoped_lock lock{queue_->mutex};
  return queue_->jobs.size();
}

void search_thread::stop() {
  std::deque<std::function<void()>> dropped; // freed after the lock
  {
    const std::scoped_lock lock{queue_->mutex};
    queue_->stopped = true;
    dropped.swap(queue_->jobs);
    queue_->changed.notify_one();
  }
  if (thread_.joinable())
    thread_.join();
}

void search_thread::run(const std::shared_ptr<queue>& from) {
  std::unique_lock lock{from->mutex};
  while (true) {
    from->changed.wait(lock, [&] { return from->stopped || !from->jobs.empty(); });
    if (from->stopped)
      return;
    auto job = std::move(from->jobs.front());
    from->jobs.pop_front();
    lock.unlock();
    job();
    job = nullptr; // what it held goes without the lock
    lock.lock();
  }
}

} // namespace holdfast::projections

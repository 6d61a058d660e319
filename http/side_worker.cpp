#include "http/side_worker.hpp"

#include "http/exchange_access.hpp"
#include "http/router.hpp"

#include <exception>
#include <utility>

namespace holdfast::http {

namespace {

using access = exchange_access;

/// Keeps an exchange's memory while its handler runs: once the handler has handed the answer on, somebody else may end the exchange.
class kept {
 public:
  explicit kept(exchange& of) noexcept : of_{of} { access::retain(of_); }
  kept(const kept&) = delete;
  auto operator=(const kept&) -> kept& = delete;
  ~kept() { access::release(of_); }

 private:
  exchange& of_;
};

} // namespace

side_worker::side_worker(access_log log) : log_{std::move(log)}, thread_{[this] { run(); }} {}

side_worker::~side_worker() {
  stop();
}

void side_worker::take(exchange& of) noexcept {
  deferred one = of.defer();
  {
    const std::scoped_lock lock{mutex_};
    if (!ending_ && waiting_.size() < waiting_max) {
      waiting_.push_back(std::move(one));
      changed_.notify_one();
      return;
    }
  }
  one->refuse(problem_kind::overloaded);
  one.complete();
}

void side_worker::stop() noexcept {
  std::deque<deferred> not_run;
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
    not_run.swap(waiting_);
  }
  changed_.notify_one();
  not_run.clear(); // each answers that no answer was possible
  if (thread_.joinable()) {
    thread_.join();
  }
}

void side_worker::run() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) {
      return;
    }
    deferred next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    run_handler(std::move(next));
    lock.lock();
  }
}

/// The border to handlers: nothing they throw goes further.
void side_worker::run_handler(deferred one) {
  exchange& of = *one;
  const kept while_it_runs{of};
  access::lend(of, std::move(one));
  const auto give_up = [&](const char* why) {
    if (deferred own = access::take_back(of)) {
      log_.failed(of, why);
      own->answer().clear();
      own->refuse(problem_kind::internal_error);
      own.complete();
    }
  };
  try {
    of.matched_route()->run(of);
  } catch (const std::exception& error) {
    give_up(error.what());
  } catch (...) {
    give_up("something that is no std::exception was thrown");
  }
  if (deferred own = access::take_back(of)) {
    own.complete();
  }
}

} // namespace holdfast::http

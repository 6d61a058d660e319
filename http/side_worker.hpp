#pragma once

#include "http/access_log.hpp"
#include "http/exchange.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>

namespace holdfast::http {

/// One thread beside the I/O threads, for handlers that take longer than those may: large layouts are parsed and checked for tens of milliseconds.
/// Thread-safe.
class side_worker {
 public:
  /// Requests that wait, each with a body of up to some MiB; one more is refused.
  static constexpr std::size_t waiting_max = 8;

  explicit side_worker(access_log log);
  side_worker(const side_worker&) = delete;
  auto operator=(const side_worker&) -> side_worker& = delete;
  ~side_worker(); ///< `stop`s

  /// Runs the handler of the exchange's route later, on the thread; inside it the exchange may be answered or deferred as on its own. On the exchange's I/O
  /// thread, in place of its handler. Answers 503 `overloaded` at once when too many wait.
  void take(exchange& of) noexcept;
  /// Ends the thread once the handler that it runs has returned; those that wait are answered with 503 `unavailable`. The routes must still be there.
  void stop() noexcept;

 private:
  void run();
  void run_handler(deferred one);

  access_log log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<deferred> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

} // namespace holdfast::http

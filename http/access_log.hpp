#pragma once

#include "http/exchange.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace spdlog {
class logger;
namespace details {
class thread_pool;
} // namespace details
namespace sinks {
class sink;
} // namespace sinks
} // namespace spdlog

namespace holdfast::http {

/// When a request gets a line.
struct access_log_options {
  /// Of the requests that went well, one in this many; 1: every one, 0: none. Errors of the server and slow requests always get a line.
  std::uint32_t sample_one_in = 100;
  /// Of the requests that a client got wrong (4xx, and bytes that the gate refuses), one in this many: whoever sends nonsense
  /// must not fill the disk with it.
  std::uint32_t sample_client_errors_one_in = 10;
  /// Slower than this is always logged.
  std::chrono::milliseconds slow{500};
};

/// One JSON line a request: level, request id, trace id, route, method, status, latency. The route is the pattern and never the
/// path; no query, body, address, token or name ever gets in. One object a thread; the logger is shared and asynchronous.
class access_log {
 public:
  /// `logger` may be null: no lines.
  access_log(std::shared_ptr<spdlog::logger> logger, const access_log_options& options)
      : logger_{std::move(logger)}, options_{options} {}

  void finished(const exchange& what, unsigned status, std::chrono::nanoseconds took);
  /// The gate refused bytes; `why` is the server's own text.
  void refused(std::string_view request_id, std::string_view why);
  /// A handler threw.
  void failed(const exchange& what, std::string_view why);
  /// A connection could not go on for want of memory or descriptors.
  void gave_up();

 private:
  std::shared_ptr<spdlog::logger> logger_;
  access_log_options options_;
  std::uint32_t well_ = 0;
  std::uint32_t wrong_ = 0;
};

/// A logger with a thread of its own, writing finished JSON lines to standard error. Its queue is bounded: when it is full the
/// oldest line is dropped, and no I/O thread ever waits. What is queued is written before the destructor returns.
class json_log {
 public:
  /// `to`: where lines go instead of standard error.
  explicit json_log(std::string_view name, std::shared_ptr<spdlog::sinks::sink> to = nullptr);
  json_log(const json_log&) = delete;
  auto operator=(const json_log&) -> json_log& = delete;
  ~json_log();

  [[nodiscard]] auto logger() const noexcept -> const std::shared_ptr<spdlog::logger>& { return logger_; }

 private:
  // The pool ends after the logger: a queued line holds its logger, so the logger cannot own the pool.
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::logger> logger_;
};

} // namespace holdfast::http

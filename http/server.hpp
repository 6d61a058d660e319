#pragma once

#include "http/authenticator.hpp"
#include "http/failure.hpp"
#include "http/metrics.hpp"
#include "http/router.hpp"
#include "http/server_options.hpp"
#include "tracing/tracer.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace spdlog {
class logger;
} // namespace spdlog

namespace holdfast::http {

/// What a server is made of. Everything may be shared with others; the routes' handlers run until `stop` returns.
struct server_parts {
  router table; ///< filled; `start` seals it, and fails when it is not sound
  std::shared_ptr<authenticator> callers;
  std::shared_ptr<metrics_hub> metrics;
  std::shared_ptr<spdlog::logger> logger;            ///< null: no log
  std::shared_ptr<tracing::tracer> traces = nullptr; ///< null: nothing is traced
};

/// The HTTP server: I/O threads, their sockets, and the rules in front of the routes. Boost stays behind this header.
class server {
 public:
  /// Binds, listens and serves. A sound table, readable certificates and a free port, or a failure that says what to do.
  [[nodiscard]] static auto start(const server_options& options, server_parts parts)
      -> tl::expected<std::unique_ptr<server>, failure>;

  server(const server&) = delete;
  auto operator=(const server&) -> server& = delete;
  ~server(); ///< `stop`s

  [[nodiscard]] auto port() const noexcept -> std::uint16_t;
  [[nodiscard]] auto table() const noexcept -> const router&;
  [[nodiscard]] auto connections() const -> std::size_t;

  /// Stops accepting, closes idle connections, and says `Connection: close` on every answer from now on. Returns at once.
  void begin_drain() noexcept;
  [[nodiscard]] auto is_draining() const noexcept -> bool;
  /// Waits until every connection has ended; false when that took longer than `limit`.
  [[nodiscard]] auto await_drained(std::chrono::milliseconds limit) const -> bool;
  /// Closes what is left and ends the server's threads. Requests that are still being handled get no answer; completing them later is
  /// safe and goes nowhere.
  void stop() noexcept;

 private:
  struct parts;
  explicit server(std::unique_ptr<parts> own) noexcept;
  [[nodiscard]] static auto start_unguarded(const server_options& options, server_parts from)
      -> tl::expected<std::unique_ptr<server>, failure>;

  std::unique_ptr<parts> parts_;
};

} // namespace holdfast::http

#pragma once

#include "http/authenticator.hpp"
#include "http/exchange.hpp"
#include "http/gate.hpp"
#include "http/proxies.hpp"
#include "http/rate_limit.hpp"
#include "http/router.hpp"
#include "http/server_options.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace holdfast::http {

/// What a connection knows beyond one request.
struct connection_facts {
  client_address peer;
  bool secure = false; ///< TLS
  authenticator::memory remembered;
  // Of the request in hand:
  rate_verdict rate;
  bool allow_any_origin = false;
  std::string_view allow_origin; ///< the Origin that is allowed, or empty
};

/// The rules between the gate and a handler: route, caller, limits, origins, media types, keys. In this order, so that the
/// same request always gets the same problem: path, expectation, query, credentials, rate, permission, origin, media types,
/// size, idempotency key. Immutable but for the limiter; shared by all I/O threads.
class edge {
 public:
  edge(std::shared_ptr<const router> table, std::shared_ptr<const authenticator> callers, const server_options& options,
       trusted_proxies proxies);

  /// Decides whether the request whose header is in `of` goes on to its handler. False: `of` holds the answer.
  [[nodiscard]] auto admit(exchange& of, const accepted_header& header, connection_facts& connection,
                           std::chrono::steady_clock::time_point now) const -> bool;

  /// Appends the answer's status line and headers.
  void append_head(std::string& out, const exchange& of, const connection_facts& connection, std::string_view date,
                   bool closing) const;

  [[nodiscard]] auto table() const noexcept -> const router& { return *table_; }
  [[nodiscard]] auto proxies() const noexcept -> const trusted_proxies& { return proxies_; }

 private:
  [[nodiscard]] auto find_route(exchange& of, const accepted_header& header, connection_facts& connection,
                                std::chrono::steady_clock::time_point now) const -> bool;
  void answer_options(exchange& of, method_set allowed, connection_facts& connection) const;
  [[nodiscard]] auto find_caller(exchange& of, connection_facts& connection,
                                 std::chrono::steady_clock::time_point now) const -> bool;
  [[nodiscard]] auto within_rate(exchange& of, connection_facts& connection, rate_class what,
                                 std::chrono::steady_clock::time_point now) const -> bool;
  [[nodiscard]] auto is_permitted(exchange& of) const -> bool;
  [[nodiscard]] auto origin_may(exchange& of, connection_facts& connection) const -> bool;
  [[nodiscard]] auto media_fit(exchange& of, const accepted_header& header) const -> bool;
  [[nodiscard]] auto key_fits(exchange& of) const -> bool;
  [[nodiscard]] auto is_allowed_origin(const exchange& of, std::string_view origin) const noexcept -> bool;
  static void append_cross_origin(std::string& out, const exchange& of, const connection_facts& connection);

  std::shared_ptr<const router> table_;
  std::shared_ptr<const authenticator> callers_;
  trusted_proxies proxies_;
  std::vector<std::string> origins_;
  std::unique_ptr<rate_limiter> limiter_;
};

} // namespace holdfast::http

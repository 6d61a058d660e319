#pragma once

#include "http/access_log.hpp"
#include "http/rate_limit.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::http {

/// How long each phase of a connection may take. Every limit is absolute from the phase's beginning: sending one byte more
/// does not extend it. All connections of a phase share the same limit, so that deadlines stay in order without a heap.
struct phase_limits {
  std::chrono::milliseconds header{5'000}; ///< from a request's first byte to its empty line; also a TLS handshake
  std::chrono::milliseconds body{10'000};  ///< from the empty line to the last byte
  std::chrono::milliseconds write{10'000}; ///< from the answer's first byte to its last
  std::chrono::milliseconds idle{15'000};  ///< between requests
  std::chrono::milliseconds linger{2'000}; ///< after an answer that ends the connection, for the client to read it
  /// How often a stream is looked at: it says something, so that nobody in between takes it for dead, and it is dropped when the
  /// client has shown no life since the last time.
  std::chrono::milliseconds stream{20'000};
  std::chrono::milliseconds tick{250}; ///< how late a deadline may be noticed
};

/// Where certificates are; empty `certificate_file`: no TLS.
struct tls_options {
  std::string certificate_file = {}; ///< PEM, the chain from the leaf on
  std::string key_file = {};         ///< PEM; read once, at start
  /// PEM of the authorities of client certificates. Given, a client without a certificate of theirs is refused.
  std::string client_authority_file = {};
};

/// Everything the edge can be told. Plain values; the file format is somebody else's.
struct server_options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080; ///< 0: any free one
  unsigned io_threads = 1;   ///< each with its own sockets; 1 or 2 on two cores
  int listen_backlog = 1024;
  std::size_t connections_max = 10'000;          ///< in all
  std::size_t connections_per_address_max = 256; ///< proxies are exempt
  phase_limits phases;
  rate_limits rates;
  tls_options tls;
  access_log_options log;
  /// Networks of proxies whose X-Forwarded-For is believed: `10.0.0.0/8`, `2001:db8::1`.
  std::vector<std::string> trusted_proxies;
  /// Origins (`https://tickets.example`) that may write from pages of theirs. Reads are open to all, without credentials.
  std::vector<std::string> allowed_origins;
};

} // namespace holdfast::http

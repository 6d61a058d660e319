#pragma once

#include "http/exchange.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace holdfast::http {

struct request_times {
  std::chrono::steady_clock::time_point began; ///< the request was whole
  std::chrono::steady_clock::time_point ended;
  bool secure = false; ///< came over TLS
};

/// Records the span of a request whose answer is written; nothing when it is not traced. I/O thread.
void record_request(const exchange& of, unsigned status, const request_times& times);
/// The same when the connection ended before that. What the answer would have been is not looked at: it may be on its way.
void record_abandoned(const exchange& of, const request_times& times);

/// A path as a span may show it: that of the route, with the values of an event's id only. Everything else in a path is a name of the
/// route's, whatever the client wrote there.
[[nodiscard]] auto shown_path(std::string_view pattern, std::string_view path) -> std::string;

} // namespace holdfast::http

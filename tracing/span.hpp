#pragma once

#include "domain/strong_id.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace holdfast::tracing {

/// Spans are timed by the machine's steady clock: a step of the wall clock never makes a child longer than its parent.
using clock = std::chrono::steady_clock;

/// With the numbers that OTLP gives them.
enum class span_kind : std::uint8_t {
  internal = 1,
  server = 2,
  producer = 4, ///< hands work over that goes on after it has ended
  consumer = 5, ///< does such work
};

struct attribute {
  std::string_view key;                          ///< static text
  std::variant<std::int64_t, std::string> value; ///< text is UTF-8
};

/// One piece of work of one request, ended. Never holds what a client wrote: no path, query, header, body or address.
struct span {
  domain::trace_id trace;
  std::uint64_t id = 0;
  std::uint64_t parent = 0;      ///< 0: the trace begins here
  bool parent_is_remote = false; ///< the parent is the client's
  bool failed = false;           ///< by a fault of the server's
  span_kind kind = span_kind::internal;
  std::string name;
  clock::time_point began;
  clock::time_point ended;
  std::vector<attribute> attributes;
};

/// Takes spans that have ended. Thread-safe; never waits and never fails: what it has no room for is dropped, and counted.
class span_sink {
 public:
  virtual ~span_sink() = default;
  virtual void record(span&& what) noexcept = 0;
};

} // namespace holdfast::tracing

#pragma once

#include "tools/bench/failure.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/response_reader.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace holdfast::tools::bench {

/// What an answer means to whoever sent the request.
enum class outcome : std::uint8_t {
  success,   ///< it did what was asked
  rejection, ///< a well-formed refusal: the seat is gone, a limit is reached
  failure,   ///< anything that should not happen under load: 5xx, 429, garbage
  aside,     ///< belongs to the work but not to what is measured (a confirmation between holds)
};

/// What is sent on each connection, and what the answers mean. Called on the generator's one thread.
class traffic {
 public:
  traffic() = default;
  traffic(const traffic&) = delete;
  auto operator=(const traffic&) -> traffic& = delete;
  virtual ~traffic() = default;

  /// The next request of a connection as bytes that stay put until it is answered. Empty: this connection has nothing more
  /// to send, now or later.
  [[nodiscard]] virtual auto next(std::size_t connection) -> std::string_view = 0;
  [[nodiscard]] virtual auto answered(std::size_t connection, const response& what) -> outcome = 0;
  /// The connection broke, or its answer took too long; a new one takes its place. Nothing is known about the last request.
  virtual void lost(std::size_t connection) = 0;
};

enum class pacing : std::uint8_t {
  closed,  ///< a connection sends as soon as it has its answer
  fixed,   ///< arrivals at equal distances, whatever the server does
  poisson, ///< arrivals with exponential distances
};

struct load_options {
  std::uint16_t port = 0; ///< on 127.0.0.1
  std::size_t connections = 64;
  std::chrono::nanoseconds warm_up{0};  ///< sent, but not measured
  std::chrono::nanoseconds duration{0}; ///< measured; zero: until every connection has nothing more to send
  pacing pace = pacing::closed;
  double rate_per_s = 0; ///< of an open loop
  std::uint64_t seed = 1;
  std::chrono::nanoseconds answer_timeout = std::chrono::seconds{10};
  std::chrono::nanoseconds slice{0}; ///< zero: no time line
};

/// What happened in one slice of time, by the moment of the answer.
struct load_slice {
  std::uint64_t successes = 0;
  std::uint64_t rejections = 0;
};

struct load_result {
  histogram success_latency;   ///< nanoseconds
  histogram rejection_latency; ///< nanoseconds
  std::uint64_t successes = 0;
  std::uint64_t rejections = 0;
  std::uint64_t failures = 0; ///< answers that count as failures, broken connections, time-outs
  std::uint64_t asides = 0;
  double seconds = 0;               ///< of the measured time
  double generator_cpu_seconds = 0; ///< this thread's, warm-up included
  std::size_t backlog_max = 0;      ///< open loop: arrivals that waited for a free connection, at the worst moment
  std::vector<load_slice> slices;

  [[nodiscard]] auto decisions() const noexcept -> std::uint64_t { return successes + rejections; }
  /// Successes and rejections a second.
  [[nodiscard]] auto rate() const noexcept -> double {
    return seconds > 0 ? static_cast<double>(decisions()) / seconds : 0.0;
  }
};

/// Sends `what` on the calling thread and measures the answers. In a closed loop latency counts from the moment of sending; in
/// an open one from the moment at which the arrival was due, whether or not a connection was free: a stall of the server (or of
/// the generator) is charged to every request that should have been sent in it, not only to the few that were.
///
/// Requests due in the measured time are counted, and waited for after its end up to `answer_timeout`.
/// Fails when the server cannot be reached, when more than a hundred times the number of connections broke, or when the user
/// interrupted.
[[nodiscard]] auto run_load(const load_options& options, traffic& what) -> tl::expected<load_result, failure>;

} // namespace holdfast::tools::bench

#pragma once

#include "tools/bench/failure.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace holdfast::tools::bench {

/// How a peer keeps its seats. One a worker thread; may block.
class booking_backend {
 public:
  enum class verdict : std::uint8_t { done, refused, broken };

  booking_backend() = default;
  booking_backend(const booking_backend&) = delete;
  auto operator=(const booking_backend&) -> booking_backend& = delete;
  virtual ~booking_backend() = default;

  [[nodiscard]] virtual auto hold(std::uint64_t hold, std::span<const std::uint32_t> seats) -> verdict = 0;
  [[nodiscard]] virtual auto release(std::uint64_t hold, std::span<const std::uint32_t> seats) -> verdict = 0;
};

struct peer_front_options {
  std::uint16_t port = 0;
  std::size_t io_threads = 2;
  std::size_t workers = 48;
  std::uint32_t seats = 60'000;
  std::string body; ///< what a hold, or a read, is answered with when there is no backend
  /// Makes one worker's backend. Absent: every hold and every read is answered with `body`, every release with 204, and who says
  /// If-None-Match with 304.
  std::function<tl::expected<std::unique_ptr<booking_backend>, failure>()> make_backend;
};

/// The HTTP front that all peers share: the smallest Beast server that reads `POST /v1/events/{id}/holds` and
/// `DELETE /v1/holds/{id}` on 127.0.0.1, with connections dealt out to the I/O threads in turn. It checks no token, keeps no
/// idempotency key and enforces no limit: peers do less than Holdfast, never more. Returns when the process is asked to end.
[[nodiscard]] auto run_peer_front(const peer_front_options& options) -> tl::expected<void, failure>;

} // namespace holdfast::tools::bench

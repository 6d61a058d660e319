#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace holdfast::projections {

/// One message of the live seat map, encoded once for all who watch: what servers send over WebSocket is not masked, so that every
/// viewer gets the same bytes. Immutable, thread-safe.
class live_frame {
 public:
  /// `payload` is a frame of docs/wire-formats.md, of state `seq`.
  live_frame(std::uint64_t seq, std::string_view payload);
  live_frame(const live_frame&) = delete;
  auto operator=(const live_frame&) -> live_frame& = delete;

  [[nodiscard]] auto seq() const noexcept -> std::uint64_t { return seq_; }
  [[nodiscard]] auto payload() const noexcept -> std::string_view {
    return std::string_view{message_}.substr(header_bytes_);
  }
  /// The payload as one binary WebSocket message (RFC 6455 §5.2).
  [[nodiscard]] auto websocket() const noexcept -> std::string_view { return message_; }
  /// The payload as one server-sent event: the seq as its id, the bytes in base64 (RFC 4648 §4) as its data. Made when it is first
  /// asked for: few watch this way.
  [[nodiscard]] auto server_sent() const -> std::string_view;

  /// Memory it takes, but for the server-sent form.
  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return sizeof *this + message_.size(); }

 private:
  std::uint64_t seq_;
  std::size_t header_bytes_;
  std::string message_;
  mutable std::once_flag events_made_;
  mutable std::string event_;
};

using live_frame_ptr = std::shared_ptr<const live_frame>;

/// Asks for the seat status anew, at `seq` or later.
[[nodiscard]] auto reset_frame(std::uint64_t seq) -> live_frame_ptr;

} // namespace holdfast::projections

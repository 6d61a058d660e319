#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The server's side of RFC 6455 for connections on which only the server has something to say: what a client sends is looked at just
/// so far that it can be answered or refused. No extensions, no fragments.
namespace holdfast::http {

/// Why a connection is closed (RFC 6455 §7.4.1).
enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  invalid_payload = 1007,
  policy_violation = 1008,
  try_again_later = 1013,
};

/// `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`.
[[nodiscard]] auto websocket_accept(std::string_view key) -> std::string;

/// Whether the text is 16 bytes in base64: what a `Sec-WebSocket-Key` has to be.
[[nodiscard]] auto is_websocket_key(std::string_view text) noexcept -> bool;

void append_ping(std::string& to);
void append_pong(std::string& to, std::string_view payload);
void append_close(std::string& to, close_code why);

/// Reads what a client sends. One thread.
class websocket_reader {
 public:
  enum class found : std::uint8_t {
    nothing, ///< more bytes are needed
    ping,    ///< `payload` is to be sent back
    pong,
    close,  ///< it wants to end; `payload` is what it said
    refused ///< `why` says what it did; nothing is read any more
  };

  static constexpr std::size_t control_bytes_max = 125;

  /// Takes bytes off the front of `bytes` until it has found something.
  [[nodiscard]] auto next(std::string_view& bytes) -> found;

  /// Of the last ping, pong or close; until the next call.
  [[nodiscard]] auto payload() const noexcept -> std::string_view { return payload_; }
  [[nodiscard]] auto why() const noexcept -> close_code { return why_; }

 private:
  [[nodiscard]] auto refuse(close_code why) noexcept -> found;
  /// What the first two bytes say; `nothing` when they are sound.
  [[nodiscard]] auto judge_header() noexcept -> found;
  [[nodiscard]] auto finish() -> found;

  static constexpr std::size_t header_bytes = 6; ///< two, and the mask

  std::array<std::uint8_t, header_bytes> header_{};
  std::size_t header_have_ = 0;
  std::string payload_;
  bool done_ = false; ///< `payload_` belongs to a frame that was handed out
  bool refused_ = false;
  close_code why_ = close_code::normal;
};

} // namespace holdfast::http

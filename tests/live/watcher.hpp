#pragma once

#include "tests/live/frame_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// A viewer over a blocking socket with a time limit, byte by byte as RFC 6455 and the event stream format have it: nothing is taken from the
/// server's own code.
namespace holdfast::live_test {

/// What a WebSocket brought.
struct message {
  unsigned opcode = 0;
  std::string payload;
};

class watcher {
 public:
  explicit watcher(std::uint16_t port);
  watcher(const watcher&) = delete;
  auto operator=(const watcher&) -> watcher& = delete;
  ~watcher();

  auto send(std::string_view bytes) -> bool;
  /// The answer's head, without its empty line.
  [[nodiscard]] auto head() -> std::string;
  /// A handshake for `path`, and the answer's head.
  auto shake_hands(const std::string& path, const std::string& headers = {}) -> std::string;
  /// The next message; nothing when the connection ends.
  [[nodiscard]] auto next() -> std::optional<message>;
  /// The frame in the next binary message; passes over pings. Fails the test when there is none.
  [[nodiscard]] auto frame() -> read_frame;
  /// The next event's lines; passes over comments and `retry`.
  [[nodiscard]] auto event() -> std::string;
  /// The same up to the next empty line, whatever it is. Empty when the connection ends.
  [[nodiscard]] auto lines() -> std::string;
  /// The close code of the message that ends the connection; passes over everything before. 0 when there is none.
  [[nodiscard]] auto close_code() -> unsigned;
  /// A byte; nothing when the connection ends.
  [[nodiscard]] auto next_byte() -> std::optional<char>;
  /// Whether nothing follows but the connection's end.
  [[nodiscard]] auto is_over() -> bool;
  /// A masked client frame.
  static auto client_frame(unsigned first_byte, const std::string& payload) -> std::string;

 private:
  [[nodiscard]] auto more() -> bool;

  int socket_ = -1;
  std::string unread_;
};

[[nodiscard]] auto from_base64(std::string_view text) -> std::string;

} // namespace holdfast::live_test

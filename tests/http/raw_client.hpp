#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// A client that sends exactly the bytes it is told to, over a blocking socket with a time limit.
namespace holdfast::http::test {

struct raw_answer {
  unsigned status = 0;
  std::map<std::string, std::string> headers; ///< names in lower case; repeated ones joined by ", "
  std::string body;

  [[nodiscard]] auto header(const std::string& name) const -> std::string {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string{} : at->second;
  }
};

class raw_client {
 public:
  explicit raw_client(std::uint16_t port, const char* address = "127.0.0.1");
  raw_client(const raw_client&) = delete;
  auto operator=(const raw_client&) -> raw_client& = delete;
  ~raw_client();

  [[nodiscard]] auto is_connected() const noexcept -> bool { return socket_ >= 0; }
  /// False when the connection is broken.
  auto send(std::string_view bytes) -> bool;
  /// The next answer on the connection; nothing when it ends first. `head_only`: to a HEAD request.
  [[nodiscard]] auto receive(bool head_only = false) -> std::optional<raw_answer>;
  /// `send` and `receive`.
  [[nodiscard]] auto ask(std::string_view bytes, bool head_only = false) -> std::optional<raw_answer>;
  /// Whether the server ends the connection within the time limit, without another byte.
  [[nodiscard]] auto is_closed_by_server() -> bool;
  /// Everything until the server ends the connection.
  [[nodiscard]] auto receive_all() -> std::string;
  /// No more is sent; what comes can still be received.
  void end_sending();
  /// Receives nothing from now on: a small window, never read.
  void stop_reading();

  static constexpr std::chrono::seconds time_limit{10};

 private:
  [[nodiscard]] auto more() -> bool;

  int socket_ = -1;
  std::string unread_;
};

/// `GET path` with a Host and the given header lines.
[[nodiscard]] auto get(std::string_view path, std::string_view headers = {}) -> std::string;
/// `POST path` with a JSON body.
[[nodiscard]] auto post(std::string_view path, std::string_view body, std::string_view headers = {}) -> std::string;

} // namespace holdfast::http::test

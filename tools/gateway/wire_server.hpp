#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <tl/expected.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace holdfast::gateway {

/// What goes back on a connection: bytes, and then perhaps its end. So that a gateway can also answer as none should.
struct wire_answer {
  std::string bytes;
  bool ends = false;   ///< the connection closes after the bytes
  bool resets = false; ///< and that by a reset
};

/// A small HTTP server with a thread a connection, for loopback.
class wire_server {
 public:
  using http_request = boost::beast::http::request<boost::beast::http::string_body>;
  /// Called on many threads at once; may take its time.
  using handler = std::function<wire_answer(const http_request&)>;

  /// Binds to a loopback address and serves; port 0: any. The failure is for people.
  [[nodiscard]] static auto start(const std::string& address, std::uint16_t port, handler answer)
      -> tl::expected<std::unique_ptr<wire_server>, std::string>;

  wire_server(const wire_server&) = delete;
  auto operator=(const wire_server&) -> wire_server& = delete;
  ~wire_server(); ///< `stop`s

  [[nodiscard]] auto port() const noexcept -> std::uint16_t { return port_; }
  /// Ends every connection and waits for the handlers.
  void stop();

 private:
  using tcp = boost::asio::ip::tcp;

  struct connection {
    explicit connection(tcp::socket&& from) : socket{std::move(from)} {}
    tcp::socket socket;
    std::atomic<bool> is_over{false};
    std::jthread thread;
  };

  explicit wire_server(handler answer) : answer_{std::move(answer)}, acceptor_{context_} {}
  [[nodiscard]] auto listen(const std::string& address, std::uint16_t port) -> tl::expected<void, std::string>;
  void accept_all();
  void accept_one();
  void serve(connection& of);
  [[nodiscard]] static auto send(tcp::socket& to, const wire_answer& what) -> bool;

  handler answer_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::list<connection> connections_;
  std::jthread accepting_; ///< last: it uses everything above
};

} // namespace holdfast::gateway

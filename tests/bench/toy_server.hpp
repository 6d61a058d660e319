#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace holdfast::tests {

/// A server for tests of the load generator: answers requests without a body as it is told to, on a thread of its own.
class toy_server {
 public:
  struct reply {
    std::string bytes;  ///< empty: no answer, ever
    bool close = false; ///< afterwards, without having said so
  };
  /// What to answer to the n-th request (from 1) of all connections together.
  using script = std::function<reply(std::uint64_t)>;

  explicit toy_server(script what)
      : script_{std::move(what)}, acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}} {
    accept();
    thread_ = std::jthread{[this] { io_.run(); }};
  }
  toy_server(const toy_server&) = delete;
  auto operator=(const toy_server&) -> toy_server& = delete;
  ~toy_server() { io_.stop(); }

  [[nodiscard]] auto port() const -> std::uint16_t { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] auto requests() const noexcept -> std::uint64_t { return requests_.load(); }
  [[nodiscard]] auto connections() const noexcept -> std::uint64_t { return connections_.load(); }

  /// When the n-th request arrives, all answers are held back for this long.
  void stall_at(std::uint64_t request, std::chrono::milliseconds how_long) {
    stall_at_ = request;
    stall_ = how_long;
  }

  [[nodiscard]] static auto answer(unsigned status, const std::string& body, const std::string& more = {})
      -> std::string {
    return "HTTP/1.1 " + std::to_string(status) + " Toy\r\nServer: toy\r\n" + more +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

 private:
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;
  using clock = std::chrono::steady_clock;

  struct session {
    explicit session(tcp::socket connected) : socket{std::move(connected)}, timer{socket.get_executor()} {}
    tcp::socket socket;
    boost::asio::steady_timer timer;
    std::string in;
    reply out;
  };

  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (!error) {
        ++connections_;
        socket.set_option(tcp::no_delay{true}, error);
        read(std::make_shared<session>(std::move(socket)));
        accept();
      }
    });
  }

  void read(const std::shared_ptr<session>& with) {
    boost::asio::async_read_until(with->socket, boost::asio::dynamic_buffer(with->in), "\r\n\r\n",
                                  [this, with](error_code error, std::size_t bytes) {
                                    if (!error) {
                                      with->in.erase(0, bytes);
                                      handle(with);
                                    }
                                  });
  }

  void handle(const std::shared_ptr<session>& with) {
    const auto number = ++requests_;
    if (number == stall_at_) {
      stalled_until_ = clock::now() + stall_;
    }
    with->out = script_(number);
    if (with->out.bytes.empty()) {
      if (!with->out.close) {
        read(with);
      }
      return;
    }
    with->timer.expires_at(stalled_until_);
    with->timer.async_wait([this, with](error_code) {
      boost::asio::async_write(with->socket, boost::asio::buffer(with->out.bytes),
                               [this, with](error_code error, std::size_t) {
                                 if (!error && !with->out.close) {
                                   read(with);
                                 }
                               });
    });
  }

  script script_;
  boost::asio::io_context io_{1};
  tcp::acceptor acceptor_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> connections_{0};
  std::atomic<std::uint64_t> stall_at_{0};
  std::chrono::milliseconds stall_{0};
  clock::time_point stalled_until_{};
  std::jthread thread_;
};

} // namespace holdfast::tests

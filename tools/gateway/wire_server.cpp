#include "tools/gateway/wire_server.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <utility>

namespace holdfast::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::uint32_t header_bytes_max = 16 * 1024;
constexpr std::uint64_t body_bytes_max = 256 * 1024;
constexpr std::size_t connections_max = 12'000;
constexpr int look_every_ms = 50;

} // namespace

auto wire_server::start(const std::string& address, std::uint16_t port, handler answer)
    -> tl::expected<std::unique_ptr<wire_server>, std::string> {
  std::unique_ptr<wire_server> made{new wire_server{std::move(answer)}};
  if (auto listening = made->listen(address, port); !listening) {
    return tl::unexpected{listening.error()};
  }
  made->accepting_ = std::jthread{[self = made.get()] { self->accept_all(); }};
  return made;
}

auto wire_server::listen(const std::string& address, std::uint16_t port) -> tl::expected<void, std::string> {
  boost::system::error_code failed;
  const auto ip = asio::ip::make_address(address, failed);
  if (failed || !ip.is_loopback()) {
    return tl::unexpected{address + " is no loopback address: the simulator serves this machine only"};
  }
  const tcp::endpoint at{ip, port};
  acceptor_.open(at.protocol(), failed);
  if (!failed) {
    acceptor_.set_option(tcp::acceptor::reuse_address{true}, failed);
  }
  if (!failed) {
    acceptor_.bind(at, failed);
  }
  if (!failed) {
    acceptor_.listen(asio::socket_base::max_listen_connections, failed);
  }
  if (failed) {
    return tl::unexpected{"cannot listen on " + address + ":" + std::to_string(port) + ": " + failed.message()};
  }
  port_ = acceptor_.local_endpoint(failed).port();
  return {};
}

wire_server::~wire_server() {
  stop();
}

void wire_server::stop() {
  stopping_.store(true, std::memory_order_release);
  if (accepting_.joinable()) {
    accepting_.join();
  }
  std::list<connection> last;
  {
    const std::scoped_lock lock{mutex_};
    for (auto& each : connections_) {
      if (each.socket.is_open()) {
        ::shutdown(each.socket.native_handle(), SHUT_RDWR); // wakes its thread
      }
    }
    last.swap(connections_);
  }
  last.clear(); // joins
}

void wire_server::accept_all() {
  while (!stopping_.load(std::memory_order_acquire)) {
    pollfd waiting{acceptor_.native_handle(), POLLIN, 0};
    if (::poll(&waiting, 1, look_every_ms) > 0) {
      accept_one();
    }
    const std::scoped_lock lock{mutex_};
    connections_.remove_if([](const connection& each) { return each.is_over.load(std::memory_order_acquire); });
  }
}

void wire_server::accept_one() {
  boost::system::error_code failed;
  auto socket = acceptor_.accept(failed);
  if (failed) {
    return;
  }
  socket.set_option(tcp::no_delay{true}, failed);
  const std::scoped_lock lock{mutex_};
  if (connections_.size() >= connections_max) {
    return; // closes it
  }
  auto& made = connections_.emplace_back(std::move(socket));
  made.thread = std::jthread{[this, &made] { serve(made); }};
}

void wire_server::serve(connection& of) {
  beast::flat_buffer buffer;
  boost::system::error_code failed;
  bool goes_on = true;
  while (goes_on && !stopping_.load(std::memory_order_acquire)) {
    beast::http::request_parser<beast::http::string_body> parser;
    parser.header_limit(header_bytes_max);
    parser.body_limit(body_bytes_max);
    beast::http::read(of.socket, buffer, parser, failed);
    if (failed) {
      break;
    }
    goes_on = send(of.socket, answer_(parser.get())) && parser.get().keep_alive();
  }
  {
    const std::scoped_lock lock{mutex_}; // whoever stops the server looks at the socket too
    of.socket.close(failed);
  }
  of.is_over.store(true, std::memory_order_release);
}

auto wire_server::send(tcp::socket& to, const wire_answer& what) -> bool {
  boost::system::error_code failed;
  asio::write(to, asio::buffer(what.bytes), failed);
  if (what.resets) {
    to.set_option(asio::socket_base::linger{true, 0}, failed); // closing it then is a reset
    return false;
  }
  return !failed && !what.ends;
}

} // namespace holdfast::gateway

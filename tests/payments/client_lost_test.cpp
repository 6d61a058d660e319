#include "payments/stripe/client.hpp"
#include "tests/payments/room.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace holdfast;
using namespace holdfast::payments;
using namespace holdfast::payments_test;

/// A gateway that answers the first request, and ends the connection with the second one in its hands. On the connection after that it says that
/// there are too many requests.
class forgetful_gateway {
 public:
  forgetful_gateway() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* const name =
        reinterpret_cast<sockaddr*>(&at); // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): as bind has it
    REQUIRE(listener_ >= 0);
    REQUIRE(::bind(listener_, name, size) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    REQUIRE(::getsockname(listener_, name, &size) == 0);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  forgetful_gateway(const forgetful_gateway&) = delete;
  auto operator=(const forgetful_gateway&) -> forgetful_gateway& = delete;
  ~forgetful_gateway() {
    ::shutdown(listener_, SHUT_RDWR); // a client that never came again does not keep the test
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] auto url() const -> std::string { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() const {
    const int connection = ::accept(listener_, nullptr, nullptr);
    take_request(connection);
    constexpr std::string_view not_there =
        "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 48\r\n\r\n"
        R"({"error":{"type":"invalid_request_error","m":1}})";
    [[maybe_unused]] const auto sent = ::send(connection, not_there.data(), not_there.size(), MSG_NOSIGNAL);
    take_request(connection);
    ::close(connection);
    const int another = ::accept(listener_, nullptr, nullptr);
    take_request(another);
    constexpr std::string_view too_many = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}";
    [[maybe_unused]] const auto said = ::send(another, too_many.data(), too_many.size(), MSG_NOSIGNAL);
    ::close(another);
  }

  /// Reads to the end of a request without a body.
  static void take_request(int connection) {
    std::string got;
    char byte = 0;
    while (!got.ends_with("\r\n\r\n") && ::recv(connection, &byte, 1, 0) == 1) {
      got += byte;
    }
  }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::thread thread_;
};

} // namespace

TEST_CASE(
    "a request that the gateway had read on a connection which died was sent, whatever libcurl is told on the next one") {
  const forgetful_gateway there;
  const room keys; // for the key's file
  auto options = keys.options();
  options.url = there.url();
  options.attempts_max = 1;
  const auto at = stripe::make_client(options);
  REQUIRE(at.has_value());
  CHECK(words(retrieve(**at, "pi_1")) == "rejected not_found");
  CHECK(words(retrieve(**at, "pi_2")) == "unknown connection_lost");
}

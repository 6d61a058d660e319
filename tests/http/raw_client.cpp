#include "tests/http/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace holdfast::http::test {

raw_client::raw_client(std::uint16_t port, const char* address)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  inet_pton(AF_INET, address, &to.sin_addr);
  const timeval limit{.tv_sec = time_limit.count(), .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

raw_client::~raw_client() {
  if (socket_ >= 0) {
    ::close(socket_);
  }
}

auto raw_client::send(std::string_view bytes) -> bool {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

auto raw_client::more() -> bool {
  std::array<char, 16384> buffer;
  const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (got <= 0) {
    return false;
  }
  unread_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

auto raw_client::receive(bool head_only) -> std::optional<raw_answer> {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) {
      return std::nullopt;
    }
  }
  raw_answer out;
  std::string_view head = std::string_view{unread_}.substr(0, end + 2);
  out.status = static_cast<unsigned>(std::atoi(unread_.c_str() + 9));
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    std::string name{line.substr(0, line.find(':'))};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string& value = out.headers[name];
    value.append(value.empty() ? "" : ", ").append(line.substr(std::min(line.size(), line.find(':') + 2)));
  }
  const std::string length = out.header("content-length");
  const std::size_t body = head_only || length.empty() ? 0 : static_cast<std::size_t>(std::atoll(length.c_str()));
  while (unread_.size() < end + 4 + body) {
    if (!more()) {
      return std::nullopt;
    }
  }
  out.body = unread_.substr(end + 4, body);
  unread_.erase(0, end + 4 + body);
  return out;
}

auto raw_client::ask(std::string_view bytes, bool head_only) -> std::optional<raw_answer> {
  return send(bytes) ? receive(head_only) : receive(head_only);
}

auto raw_client::is_closed_by_server() -> bool {
  if (!unread_.empty()) {
    return false;
  }
  char byte = 0;
  return ::recv(socket_, &byte, 1, 0) == 0 || errno == ECONNRESET;
}

auto raw_client::receive_all() -> std::string {
  while (more()) {
  }
  return std::exchange(unread_, {});
}

void raw_client::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

void raw_client::stop_reading() {
  const int smallest = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
}

auto get(std::string_view path, std::string_view headers) -> std::string {
  return std::string{"GET "}.append(path).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers).append("\r\n");
}

auto post(std::string_view path, std::string_view body, std::string_view headers) -> std::string {
  return std::string{"POST "}
      .append(path)
      .append(" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n")
      .append(headers)
      .append("\r\n")
      .append(body);
}

} // namespace holdfast::http::test

#include "tools/chaos/connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <charconv>

namespace holdfast::tools::chaos {

namespace {

constexpr timeval patience{.tv_sec = 10, .tv_usec = 0};

/// The value of a header, whose name is given in the case in which the server writes it.
auto header(std::string_view head, std::string_view name) -> std::string_view {
  const auto at = head.find(std::string{"\r\n"}.append(name).append(": "));
  if (at == std::string_view::npos) {
    return {};
  }
  const auto from = at + 2 + name.size() + 2;
  return head.substr(from, head.find("\r\n", from) - from);
}

auto number(std::string_view text) -> std::uint64_t {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

connection::~connection() {
  close();
}

void connection::close() noexcept {
  if (socket_ >= 0) {
    ::close(socket_);
    socket_ = -1;
  }
  buffer_.clear();
}

auto connection::open() -> bool {
  if (socket_ >= 0) {
    return true;
  }
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port_);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    close();
    return false;
  }
  return true;
}

auto connection::send_all(std::string_view bytes) -> bool {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

auto connection::read_reply() -> std::optional<chaos_reply> {
  std::array<char, 16'384> chunk{};
  const auto more = [&] {
    const auto got = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (got > 0) {
      buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return got > 0;
  };
  auto end = buffer_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!more()) {
      return std::nullopt;
    }
    end = buffer_.find("\r\n\r\n");
  }
  chaos_reply reply;
  const auto head = buffer_.substr(0, end + 2);
  reply.status = static_cast<unsigned>(number(std::string_view{head}.substr(9, 3)));
  reply.seq = number(header(head, "Event-Seq"));
  reply.replayed = header(head, "Idempotency-Replayed") == "true";
  const bool last = header(head, "Connection") == "close";
  const auto body = end + 4;
  const auto size = number(header(head, "Content-Length"));
  while (buffer_.size() < body + size) {
    if (!more()) {
      return std::nullopt;
    }
  }
  reply.body = buffer_.substr(body, size);
  buffer_.erase(0, body + size);
  if (last) {
    close();
  }
  return reply;
}

auto connection::ask(const chaos_request& what) -> std::optional<chaos_reply> {
  if (!open()) {
    return std::nullopt;
  }
  std::string bytes;
  bytes.append(what.method).append(" ").append(what.target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  if (!what.bearer.empty()) {
    bytes.append("Authorization: Bearer ").append(what.bearer).append("\r\n");
  }
  if (!what.idempotency_key.empty()) {
    bytes.append("Idempotency-Key: ").append(what.idempotency_key).append("\r\n");
  }
  if (!what.body.empty()) {
    bytes.append("Content-Type: application/json\r\nContent-Length: ")
        .append(std::to_string(what.body.size()))
        .append("\r\n");
  }
  bytes.append("\r\n").append(what.body);
  auto reply = send_all(bytes) ? read_reply() : std::nullopt;
  if (!reply) {
    close();
  }
  return reply;
}

} // namespace holdfast::tools::chaos

#include "tests/live/watcher.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

namespace holdfast::live_test {

watcher::watcher(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  const timeval limit{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int small = 4096;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
}

watcher::~watcher() {
  ::close(socket_);
}

auto watcher::send(std::string_view bytes) -> bool {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

auto watcher::more() -> bool {
  std::array<char, 4096> buffer{};
  const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (got > 0) {
    unread_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return got > 0;
}

auto watcher::head() -> std::string {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) {
      return {};
    }
  }
  auto text = unread_.substr(0, end + 2);
  unread_.erase(0, end + 4);
  return text;
}

auto watcher::shake_hands(const std::string& path, const std::string& headers) -> std::string {
  CHECK(send("GET " + path +
             " HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
             headers + "\r\n"));
  return head();
}

auto watcher::next() -> std::optional<message> {
  const auto have = [this](std::size_t count) {
    while (unread_.size() < count) {
      if (!more()) {
        return false;
      }
    }
    return true;
  };
  if (!have(2)) {
    return std::nullopt;
  }
  const auto byte = [this](std::size_t at) { return static_cast<std::uint8_t>(unread_[at]); };
  CHECK((byte(0) & 0xf0U) == 0x80U); // whole messages without extensions
  CHECK((byte(1) & 0x80U) == 0);     // never masked
  std::size_t length = byte(1);
  std::size_t header = 2;
  if (length >= 126) {
    const std::size_t bytes = length == 126 ? 2 : 8;
    if (!have(header + bytes)) {
      return std::nullopt;
    }
    length = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      length = length << 8U | byte(header + i);
    }
    header += bytes;
  }
  if (!have(header + length)) {
    return std::nullopt;
  }
  message found{byte(0) & 0x0fU, unread_.substr(header, length)};
  unread_.erase(0, header + length);
  return found;
}

auto watcher::frame() -> read_frame {
  while (true) {
    const auto found = next();
    REQUIRE(found);
    if (found->opcode != 9) {
      REQUIRE(found->opcode == 2);
      return read_frame_of(found->payload);
    }
  }
}

auto watcher::lines() -> std::string {
  std::size_t end = 0;
  while ((end = unread_.find("\n\n")) == std::string::npos) {
    if (!more()) {
      return {};
    }
  }
  auto text = unread_.substr(0, end + 1);
  unread_.erase(0, end + 2);
  return text;
}

auto watcher::event() -> std::string {
  while (true) {
    auto text = lines();
    if (text.empty() || text.starts_with("id:")) {
      return text;
    }
  }
}

auto watcher::close_code() -> unsigned {
  while (const auto found = next()) {
    if (found->opcode == 8) {
      REQUIRE(found->payload.size() >= 2);
      return static_cast<unsigned>(static_cast<std::uint8_t>(found->payload[0])) << 8U |
             static_cast<std::uint8_t>(found->payload[1]);
    }
  }
  return 0;
}

auto watcher::next_byte() -> std::optional<char> {
  if (unread_.empty() && !more()) {
    return std::nullopt;
  }
  const char first = unread_.front();
  unread_.erase(0, 1);
  return first;
}

auto watcher::is_over() -> bool {
  return unread_.empty() && !more() && unread_.empty();
}

auto watcher::client_frame(unsigned first_byte, const std::string& payload) -> std::string {
  constexpr std::array<std::uint8_t, 4> mask{0x37, 0xfa, 0x21, 0x3d};
  std::string bytes;
  bytes.push_back(static_cast<char>(first_byte));
  if (payload.size() < 126) {
    bytes.push_back(static_cast<char>(0x80U | payload.size()));
  } else {
    bytes.push_back(static_cast<char>(0xfe));
    bytes.push_back(static_cast<char>(payload.size() >> 8U));
    bytes.push_back(static_cast<char>(payload.size() & 0xffU));
  }
  bytes.append(mask.begin(), mask.end());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ mask[i % 4]));
  }
  return bytes;
}

auto from_base64(std::string_view text) -> std::string {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : text) {
    if (c == '=') {
      break;
    }
    const auto value = digits.find(c);
    REQUIRE(value != std::string_view::npos);
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      bytes.push_back(static_cast<char>(bits >> have & 0xffU));
    }
  }
  return bytes;
}

} // namespace holdfast::live_test

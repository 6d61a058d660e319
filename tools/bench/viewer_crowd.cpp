#include "tools/bench/viewer_crowd.hpp"

#include "tools/bench/interrupt.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace holdfast::tools::bench {

namespace {

constexpr int events_a_turn = 512;
constexpr int turn_ms_max = 10;
/// Between two looks while frames come. A thread that waits is woken by every frame, which the sender pays for on loopback: a third of what
/// it costs to send, and what no viewer on a machine of its own would make it pay. It counts against the server, as latency.
constexpr auto look_period = std::chrono::milliseconds{1};
constexpr auto poll_period = std::chrono::milliseconds{2};
/// The kernel gives at least some two kilobytes.
constexpr int slow_receive_bytes = 2'048;
constexpr std::size_t answer_bytes_quoted = 300;

[[nodiscard]] auto errno_text() -> std::string {
  return std::generic_category().message(errno);
}

[[nodiscard]] auto handshake_of(const std::string& event) -> std::string {
  return "GET /v1/events/" + event +
         "/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: aG9sZGZhc3QgYmVuY2ggdg==\r\n\r\n";
}

[[nodiscard]] auto ipv4(std::uint32_t address, std::uint16_t port) -> sockaddr_in {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(address);
  return out;
}

} // namespace

auto allow_descriptors(std::size_t count) -> tl::expected<void, failure> {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) {
    return {};
  }
  limit.rlim_max = std::max<rlim_t>(limit.rlim_max, count); // raised by root alone
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return tl::unexpected{failure{"cannot open " + std::to_string(count) + " sockets (ulimit -n): " + errno_text()}};
  }
  return {};
}

viewer_crowd::viewer_crowd(const crowd_options& options)
    : options_{options}, epoll_{::epoll_create1(EPOLL_CLOEXEC)}, viewers_(options.viewers) {
  // Spread over the crowd, as slow viewers are.
  for (std::size_t i = 0; i < std::min(options.slow, options.viewers); ++i) {
    viewers_[i * options.viewers / options.slow].slow = true;
  }
}

viewer_crowd::~viewer_crowd() {
  over_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
  for (const auto& each : viewers_) {
    if (each.socket >= 0) {
      ::close(each.socket);
    }
  }
  ::close(epoll_);
}

auto viewer_crowd::gather(const crowd_options& options) -> tl::expected<std::unique_ptr<viewer_crowd>, failure> {
  std::unique_ptr<viewer_crowd> crowd{new viewer_crowd{options}};
  crowd->thread_ = std::jthread{[to = crowd.get()] { to->run(); }};
  const auto deadline = clock::now() + options.patience;
  while (crowd->greeted_ < options.viewers) {
    if (crowd->failed_) {
      return tl::unexpected{failure{"viewers: " + crowd->trouble_}};
    }
    if (interrupted() || clock::now() >= deadline) {
      return tl::unexpected{failure{interrupted()
                                        ? std::string{"interrupted"}
                                        : std::to_string(crowd->greeted_) + " of " + std::to_string(options.viewers) +
                                              " viewers were greeted in time"}};
    }
    std::this_thread::sleep_for(poll_period);
  }
  return crowd;
}

auto viewer_crowd::leave() -> crowd_result {
  over_ = true;
  thread_.join();
  return std::move(result_);
}

void viewer_crowd::give_up(std::string why) {
  if (!failed_) {
    trouble_ = std::move(why);
    failed_ = true;
  }
}

void viewer_crowd::run() {
  std::array<epoll_event, events_a_turn> events{};
  while (!over_ && !failed_) {
    connect_some();
    wake();
    const int count = ::epoll_wait(epoll_, events.data(), events_a_turn, turn_ms_max);
    for (int i = 0; i < count; ++i) {
      readable(viewers_[events[static_cast<std::size_t>(i)].data.u64]);
    }
    if (count > 0 && count < events_a_turn) {
      std::this_thread::sleep_for(look_period);
    }
  }
}

void viewer_crowd::connect_some() {
  while (connected_ < viewers_.size() && connected_ - greeted_ < handshakes_max) {
    if (!connect(connected_)) {
      give_up("cannot connect to 127.0.0.1:" + std::to_string(options_.port) + ": " + errno_text());
      return;
    }
    ++connected_;
  }
}

/// Waits for the connection, which on one machine is there at once unless the server's backlog is full.
auto viewer_crowd::connect(std::size_t index) -> bool {
  auto& who = viewers_[index];
  who.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (who.socket < 0) {
    return false;
  }
  const int on = 1;
  ::setsockopt(who.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // The port is chosen when the other end is known, so that each address has all of them.
  ::setsockopt(who.socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (who.slow) {
    ::setsockopt(who.socket, SOL_SOCKET, SO_RCVBUF, &slow_receive_bytes, sizeof slow_receive_bytes);
  }
  const auto from = ipv4(INADDR_LOOPBACK + static_cast<std::uint32_t>(index % addresses), 0);
  const auto to = ipv4(INADDR_LOOPBACK, options_.port);
  const auto hello = handshake_of(options_.event);
  epoll_event interest{};
  interest.events = EPOLLIN;
  interest.data.u64 = index;
  return ::bind(who.socket, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0 &&
         ::connect(who.socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
         ::send(who.socket, hello.data(), hello.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(hello.size()) &&
         ::fcntl(who.socket, F_SETFL, O_NONBLOCK) == 0 &&
         ::epoll_ctl(epoll_, EPOLL_CTL_ADD, who.socket, &interest) == 0;
}

void viewer_crowd::readable(viewer& who) {
  const auto got = ::recv(who.socket, in_.data(), in_.size(), 0);
  const auto at = clock::now();
  if (got <= 0) {
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      end(who);
    }
    return;
  }
  std::string_view bytes{in_.data(), static_cast<std::size_t>(got)};
  result_.bytes += who.greeted ? bytes.size() : 0;
  if (who.unread.empty()) {
    take(who, bytes, at);
    who.unread.assign(bytes);
    return;
  }
  who.unread.append(bytes);
  std::string_view all{who.unread};
  take(who, all, at);
  who.unread.erase(0, who.unread.size() - all.size());
}

void viewer_crowd::take(viewer& who, std::string_view& bytes, clock::time_point at) {
  if (!who.upgraded && !take_head(who, bytes)) {
    return;
  }
  while (!bytes.empty() && who.socket >= 0) {
    const auto got = read_message(bytes);
    if (got.state == read_state::incomplete) {
      return;
    }
    if (got.state == read_state::malformed) {
      give_up("a viewer got bytes that are no message");
      return;
    }
    bytes.remove_prefix(got.what.bytes);
    switch (got.what.what) {
    case socket_message::opcode::binary: take_frame(who, got.what.payload, at); break;
    case socket_message::opcode::ping: pong(who, got.what.payload); break;
    case socket_message::opcode::pong: break;
    case socket_message::opcode::close:
      end(who);
      bytes = {};
      break;
    }
  }
}

auto viewer_crowd::take_head(viewer& who, std::string_view& bytes) -> bool {
  const auto end_at = bytes.find("\r\n\r\n");
  if (end_at == std::string_view::npos) {
    return false;
  }
  if (!bytes.starts_with("HTTP/1.1 101 ")) {
    give_up("the handshake was answered " + std::string{bytes.substr(0, answer_bytes_quoted)});
    return false;
  }
  who.upgraded = true;
  bytes.remove_prefix(end_at + 4);
  return true;
}

void viewer_crowd::take_frame(viewer& who, std::string_view frame, clock::time_point at) {
  const auto head = read_live_head(frame);
  if (!head || (head->what == live_head::kind::hello) == who.greeted) {
    give_up("a viewer got a message that is no frame, or not in its place");
    return;
  }
  if (head->what == live_head::kind::hello) {
    greet(who, head->seq);
    return;
  }
  if (who.slow) {
    if (head->what == live_head::kind::reset) {
      tell(who, result_.slow_resets);
    }
    return;
  }
  if (head->what == live_head::kind::reset) {
    ++result_.resets;
    result_.log.start(who.place, head->seq);
    return;
  }
  ++result_.frames;
  result_.gaps += result_.log.take(who.place, head->seq, at) == frame_log::verdict::in_order ? 0U : 1U;
  if (measuring_ && who.last != clock::time_point{}) {
    result_.intervals.record(static_cast<std::uint64_t>(std::chrono::nanoseconds{at - who.last}.count()));
  }
  who.last = at;
}

void viewer_crowd::greet(viewer& who, std::uint64_t seq) {
  who.greeted = true;
  result_.log.start(who.place, seq);
  if (who.slow) {
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, who.socket, nullptr);
  }
  ++greeted_;
}

void viewer_crowd::tell(viewer& who, std::uint64_t& counter) {
  if (!std::exchange(who.told, true)) {
    ++counter;
    ++slow_told_;
  }
}

/// A client's frames are masked (RFC 6455 §5.3); with zeros the payload stays what it is.
void viewer_crowd::pong(const viewer& who, std::string_view payload) {
  constexpr std::size_t payload_bytes_max = 125;
  constexpr unsigned char whole_pong = 0x8a;
  constexpr unsigned char masked = 0x80;
  const auto size = std::min(payload.size(), payload_bytes_max);
  std::string out{static_cast<char>(whole_pong), static_cast<char>(masked | size), 0, 0, 0, 0};
  out.append(payload.substr(0, size));
  result_.pings += ::send(who.socket, out.data(), out.size(), MSG_NOSIGNAL) > 0 ? 1U : 0U;
}

void viewer_crowd::end(viewer& who) {
  if (!who.greeted) {
    give_up("a connection ended before its hello");
  }
  if (who.slow) {
    tell(who, result_.slow_closed);
  } else {
    ++result_.closed;
  }
  ::close(who.socket);
  who.socket = -1;
  who.unread.clear();
  ++ended_;
}

void viewer_crowd::wake() {
  if (!awake_ || std::exchange(woken_, true)) {
    return;
  }
  for (std::size_t i = 0; i < viewers_.size(); ++i) {
    if (viewers_[i].slow && viewers_[i].socket >= 0) {
      epoll_event interest{};
      interest.events = EPOLLIN;
      interest.data.u64 = i;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, viewers_[i].socket, &interest);
    }
  }
}

} // namespace holdfast::tools::bench

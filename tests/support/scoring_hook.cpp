#include "tests/support/scoring_hook.hpp"

#include "domain/check.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace holdfast::testing {

scoring_hook::scoring_hook() : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* const name =
      reinterpret_cast<sockaddr*>(&at); // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): as bind has it
  constexpr int backlog = 64;
  HF_CHECK(listener_ >= 0 && ::bind(listener_, name, size) == 0 && ::listen(listener_, backlog) == 0 &&
               ::getsockname(listener_, name, &size) == 0,
           "a test may listen on loopback");
  port_ = ntohs(at.sin_port);
  say("allow");
  thread_ = std::thread{[this] { serve(); }};
}

scoring_hook::~scoring_hook() {
  {
    const std::lock_guard lock{mutex_};
    ended_ = true;
  }
  changed_.notify_all();
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  for (auto& one : connections_) {
    one.join();
  }
  ::close(listener_);
}

void scoring_hook::answer(int status, std::string body) {
  auto whole = "HTTP/1.1 " + std::to_string(status) +
               " Said\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\nConnection: close\r\n\r\n" + std::move(body);
  {
    const std::lock_guard lock{mutex_};
    answer_ = std::move(whole);
  }
  changed_.notify_all();
}

void scoring_hook::say(const std::string& verdict, const std::string& reason) {
  answer(200, nlohmann::json{{"verdict", verdict}, {"reason", reason}}.dump());
}

void scoring_hook::say_nothing() {
  const std::lock_guard lock{mutex_};
  answer_.clear();
}

auto scoring_hook::asked() const -> std::vector<question> {
  const std::lock_guard lock{mutex_};
  return asked_;
}

void scoring_hook::serve() {
  while (true) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) {
      return; // the end of the test
    }
    connections_.emplace_back([this, connection] { serve_one(connection); });
  }
}

void scoring_hook::serve_one(int connection) {
  auto what = read_question(connection);
  std::string said;
  {
    std::unique_lock lock{mutex_};
    asked_.push_back(std::move(what));
    changed_.wait(lock, [this] { return ended_ || !answer_.empty(); });
    said = answer_;
  }
  std::size_t sent = 0;
  while (sent < said.size()) {
    const auto more = ::send(connection, said.data() + sent, said.size() - sent, MSG_NOSIGNAL);
    if (more <= 0) {
      break; // whoever asked does not wait any more
    }
    sent += static_cast<std::size_t>(more);
  }
  ::close(connection);
}

auto scoring_hook::read_question(int connection) -> question {
  question what;
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && ::recv(connection, &byte, 1, 0) == 1) {
    head += byte;
  }
  std::string_view rest{head};
  const auto line_of = [&rest] {
    const auto end = std::min(rest.find("\r\n"), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    return line;
  };
  const auto first = line_of();
  const auto target = first.find(' ');
  if (target != std::string_view::npos) {
    what.target = first.substr(target + 1, first.find(' ', target + 1) - target - 1);
  }
  for (auto line = line_of(); !line.empty(); line = line_of()) {
    const auto colon = line.find(": ");
    std::string name{line.substr(0, colon)};
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    what.headers[name] = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 2);
  }
  const auto length = std::strtoul(what.headers["content-length"].c_str(), nullptr, 10);
  while (what.body.size() < length && ::recv(connection, &byte, 1, 0) == 1) {
    what.body += byte;
  }
  return what;
}

} // namespace holdfast::testing

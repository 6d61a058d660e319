#include "payments/stripe/multi_loop.hpp"

#include "domain/check.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

namespace holdfast::payments::stripe {

namespace {

constexpr std::size_t events_at_once = 64;

void watch(int epoll, int socket, std::uint32_t for_what) {
  epoll_event wanted{};
  wanted.events = for_what;
  wanted.data.fd = socket;
  if (::epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &wanted) != 0 && errno == ENOENT) {
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &wanted);
  }
}

} // namespace

multi_loop::multi_loop(std::size_t connections)
    : epoll_{::epoll_create1(EPOLL_CLOEXEC)},
      wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
      multi_{curl_multi_init()} {
  HF_CHECK(epoll_ >= 0 && wake_ >= 0 && multi_ != nullptr, "the system has descriptors for a client of the gateway");
  watch(epoll_, wake_, EPOLLIN);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(connections));
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &multi_loop::on_socket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &multi_loop::on_timer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
}

multi_loop::~multi_loop() {
  multi_.reset(); // closes connections, and says so
  ::close(wake_);
  ::close(epoll_);
}

auto multi_loop::on_socket(CURL* /*of*/, curl_socket_t socket, int what, void* self, void* /*of_socket*/) -> int {
  const auto& loop = *static_cast<multi_loop*>(self);
  if (what == CURL_POLL_REMOVE) {
    epoll_event none{};
    ::epoll_ctl(loop.epoll_, EPOLL_CTL_DEL, socket, &none);
    return 0;
  }
  const std::uint32_t reading = what == CURL_POLL_OUT ? 0U : std::uint32_t{EPOLLIN};
  const std::uint32_t writing = what == CURL_POLL_IN ? 0U : std::uint32_t{EPOLLOUT};
  watch(loop.epoll_, socket, reading | writing);
  return 0;
}

auto multi_loop::on_timer(CURLM* /*of*/, long ms, void* self) -> int {
  auto& loop = *static_cast<multi_loop*>(self);
  loop.due_ = ms < 0 ? std::nullopt : std::optional{clock::now() + std::chrono::milliseconds{ms}};
  return 0;
}

auto multi_loop::wait_ms(std::chrono::milliseconds longest) const -> int {
  auto wait = longest;
  if (due_) {
    wait = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(*due_ - clock::now()), std::chrono::milliseconds{0},
                      longest);
  }
  return static_cast<int>(wait.count());
}

void multi_loop::turn(std::chrono::milliseconds longest) {
  std::array<epoll_event, events_at_once> happened{};
  const int count = ::epoll_wait(epoll_, happened.data(), static_cast<int>(happened.size()), wait_ms(longest));
  int running = 0;
  for (int at = 0; at < count; ++at) {
    const auto& one = happened[static_cast<std::size_t>(at)];
    if (one.data.fd == wake_) {
      std::uint64_t times = 0;
      [[maybe_unused]] const auto taken = ::read(wake_, &times, sizeof times);
      continue;
    }
    const int in = (one.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0;
    const int out = (one.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0;
    // Of a socket that broke libcurl finds out itself.
    curl_multi_socket_action(multi_.get(), one.data.fd, in | out, &running);
  }
  if (due_ && *due_ <= clock::now()) {
    due_.reset(); // the call may ask for another one
    curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

void multi_loop::wake() noexcept {
  const std::uint64_t once = 1;
  [[maybe_unused]] const auto said = ::write(wake_, &once, sizeof once);
}

} // namespace holdfast::payments::stripe

#pragma once

#include "payments/stripe/transfer.hpp"

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

namespace holdfast::payments::stripe {

/// libcurl's transfers, whose sockets are watched by epoll: what happens on one costs nothing for the thousands that wait for a gateway which does not
/// answer. One thread at a time, but for `wake`.
class multi_loop {
 public:
  /// At most `connections` at once, as many of them kept open. Stops the process when the system gives no descriptors.
  explicit multi_loop(std::size_t connections);
  multi_loop(const multi_loop&) = delete;
  auto operator=(const multi_loop&) -> multi_loop& = delete;
  ~multi_loop();

  [[nodiscard]] auto handle() const noexcept -> CURLM* { return multi_.get(); }
  /// Waits until something happens, `wake` is called or `longest` is over, and lets libcurl do what there is to do.
  void turn(std::chrono::milliseconds longest);
  /// Ends the wait, also one that has not begun. Thread-safe.
  void wake() noexcept;

 private:
  using clock = std::chrono::steady_clock;

  static auto on_socket(CURL* of, curl_socket_t socket, int what, void* self, void* of_socket) -> int;
  static auto on_timer(CURLM* of, long ms, void* self) -> int;
  [[nodiscard]] auto wait_ms(std::chrono::milliseconds longest) const -> int;

  int epoll_ = -1;
  int wake_ = -1;
  std::optional<clock::time_point> due_; ///< libcurl wants to be called
  std::unique_ptr<CURLM, freed_by<curl_multi_cleanup>> multi_;
};

} // namespace holdfast::payments::stripe

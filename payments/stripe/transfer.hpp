#pragma once

#include "payments/circuit_breaker.hpp"
#include "payments/stripe/call.hpp"

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace holdfast::payments::stripe {

struct client_options;

template <auto Free>
struct freed_by {
  template <class Handle>
  void operator()(Handle* of) const noexcept {
    Free(of);
  }
};

/// What every request of a client has in common.
struct connection_parts {
  std::string url;
  std::string api_key;
  const client_options& options;
};

/// One attempt of a call, on the wire.
class transfer {
 public:
  /// How it ended.
  enum class end : std::uint8_t { answered, not_sent, timed_out, lost, unreadable };

  transfer(std::shared_ptr<call> of, const connection_parts& parts, std::chrono::milliseconds timeout,
           circuit_breaker::permit leave);
  transfer(const transfer&) = delete;
  auto operator=(const transfer&) -> transfer& = delete;

  [[nodiscard]] auto handle() const noexcept -> CURL* { return easy_.get(); }
  [[nodiscard]] auto of() const noexcept -> const std::shared_ptr<call>& { return call_; }
  [[nodiscard]] auto leave() const noexcept -> circuit_breaker::permit { return leave_; }
  /// Whether any byte of the request may have left, also on a connection that libcurl gave up for another one.
  [[nodiscard]] auto is_sent() const noexcept -> bool { return sendings_ > 0; }
  /// Whether libcurl has sent it again by itself: what became of the first sending nobody knows, whatever the second is answered.
  [[nodiscard]] auto is_sent_again() const noexcept -> bool { return sendings_ > 1; }

  [[nodiscard]] auto ended(CURLcode how) const -> end;
  /// When it was answered.
  [[nodiscard]] auto answer() -> http_answer;

 private:
  static auto about_to_send(void* self, char* to, char* from, int to_port, int from_port) -> int;
  static auto append(char* data, std::size_t size, std::size_t count, void* to) -> std::size_t;
  void add_header(const std::string& line);
  void set_body();
  [[nodiscard]] auto header(const char* name) const -> std::string;

  std::shared_ptr<call> call_;
  circuit_breaker::permit leave_;
  std::size_t bytes_max_;
  std::string url_;
  std::string body_;
  bool is_too_long_ = false;
  std::uint32_t sendings_ = 0;
  std::unique_ptr<curl_slist, freed_by<curl_slist_free_all>> headers_;
  std::unique_ptr<CURL, freed_by<curl_easy_cleanup>> easy_{curl_easy_init()};
};

} // namespace holdfast::payments::stripe

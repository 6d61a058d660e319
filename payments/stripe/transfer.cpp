#include "payments/stripe/transfer.hpp"

#include "payments/stripe/options.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::payments::stripe {

namespace {

/// The longest pause that a gateway may ask for.
constexpr std::chrono::seconds retry_after_max{300};

auto whole_ms(std::chrono::milliseconds of) -> long {
  return std::max(1L, static_cast<long>(of.count()));
}

} // namespace

transfer::transfer(std::shared_ptr<call> of, const connection_parts& parts, std::chrono::milliseconds timeout,
                   circuit_breaker::permit leave)
    : call_{std::move(of)},
      leave_{leave},
      bytes_max_{parts.options.answer_bytes_max},
      url_{parts.url + call_->what().path} {
  auto* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, parts.url.starts_with("https:") ? "https" : "http");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!parts.options.authority_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, parts.options.authority_file.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, whole_ms(std::min(parts.options.connect_timeout, timeout)));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, whole_ms(timeout));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "holdfast");
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &transfer::about_to_send);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &transfer::append);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  add_header("Authorization: Bearer " + parts.api_key);
  add_header("Stripe-Version: " + parts.options.api_version);
  add_header("Accept: application/json");
  set_body();
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
}

void transfer::set_body() {
  const auto& what = call_->what();
  if (!what.body) {
    curl_easy_setopt(easy_.get(), CURLOPT_HTTPGET, 1L);
    return;
  }
  add_header("Content-Type: application/x-www-form-urlencoded");
  add_header("Idempotency-Key: " + what.key);
  add_header("Expect:"); // no round trip before the body
  curl_easy_setopt(easy_.get(), CURLOPT_POST, 1L);
  curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body->size()));
  curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDS, what.body->c_str());
}

void transfer::add_header(const std::string& line) {
  if (auto* longer = curl_slist_append(headers_.get(), line.c_str())) {
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  }
}

/// libcurl sends a request again by itself when a connection that it had kept dies under it, and what it knows of the request's size is of the last try
/// alone. This it calls before each.
auto transfer::about_to_send(void* self, char* /*to*/, char* /*from*/, int /*to_port*/, int /*from_port*/) -> int {
  ++static_cast<transfer*>(self)->sendings_;
  return CURL_PREREQFUNC_OK;
}

auto transfer::append(char* data, std::size_t size, std::size_t count, void* to) -> std::size_t {
  auto& self = *static_cast<transfer*>(to);
  if (size * count > self.bytes_max_ - self.body_.size()) {
    self.is_too_long_ = true;
    return 0; // ends the transfer
  }
  self.body_.append(data, size * count);
  return size * count;
}

auto transfer::ended(CURLcode how) const -> end {
  if (how == CURLE_OK) {
    // A gateway that names the key which it answers must name ours: an answer of another call, left over on the connection, is none.
    const auto named = header("Idempotency-Key");
    const bool is_ours = named.empty() || named == call_->what().key;
    return is_ours ? end::answered : end::unreadable;
  }
  if (!is_sent()) {
    return end::not_sent;
  }
  if (how == CURLE_OPERATION_TIMEDOUT) {
    return end::timed_out;
  }
  return is_too_long_ || how == CURLE_WEIRD_SERVER_REPLY || how == CURLE_BAD_CONTENT_ENCODING ? end::unreadable
                                                                                              : end::lost;
}

auto transfer::header(const char* name) const -> std::string {
  curl_header* found = nullptr;
  if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) {
    return {};
  }
  return found->value;
}

auto transfer::answer() -> http_answer {
  http_answer got;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &got.status);
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
    got.retry_after = std::min(std::chrono::seconds{seconds}, retry_after_max);
  }
  const auto should_retry = header("Stripe-Should-Retry");
  if (should_retry == "true" || should_retry == "false") {
    got.should_retry = should_retry == "true";
  }
  got.replayed = header("Idempotent-Replayed") == "true";
  got.body = std::move(body_);
  return got;
}

} // namespace holdfast::payments::stripe

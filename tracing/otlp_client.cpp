#include "tracing/otlp_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

namespace holdfast::tracing {

namespace {

constexpr std::size_t answer_bytes_max = 64 * 1024;
constexpr int look_every_ms = 20;

template <auto Free>
struct freed_by {
  template <class Handle>
  void operator()(Handle* of) const noexcept {
    Free(of);
  }
};

auto append_answer(char* data, std::size_t size, std::size_t count, void* to) -> std::size_t {
  auto& body = *static_cast<std::string*>(to);
  body.append(data, std::min(size * count, answer_bytes_max - body.size()));
  return size * count; // what is more is read and forgotten, so that the connection can be kept
}

class curl_client final : public batch_carrier {
 public:
  curl_client(std::string url, const std::vector<std::string>& headers, std::string authority_file)
      : url_{std::move(url)}, authority_file_{std::move(authority_file)} {
    add_header("Content-Type: application/json");
    add_header("Expect:"); // no round trip before a large body
    for (const auto& each : headers) {
      add_header(each);
    }
  }

  auto post(const std::string& body, clock::time_point deadline, const std::function<bool()>& give_up)
      -> post_result override {
    post_result result;
    set_options(body, deadline, result);
    curl_multi_add_handle(multi_.get(), easy_.get());
    const auto ended = run(give_up);
    if (!ended) {
      result.failure = "given up";
    } else if (*ended != CURLE_OK) {
      result.failure = curl_easy_strerror(*ended);
    } else {
      read_answer(result);
    }
    curl_multi_remove_handle(multi_.get(), easy_.get());
    return result;
  }

 private:
  void add_header(const std::string& line) {
    if (auto* longer = curl_slist_append(headers_.get(), line.c_str())) {
      static_cast<void>(headers_.release());
      headers_.reset(longer);
    }
  }

  void set_options(const std::string& body, clock::time_point deadline, post_result& to) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
    const long timeout_ms = std::max(1L, static_cast<long>(left));
    auto* easy = easy_.get();
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &to.body);
    if (!authority_file_.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, authority_file_.c_str());
    }
  }

  /// How the transfer ended; nothing when it was given up.
  auto run(const std::function<bool()>& give_up) -> std::optional<CURLcode> {
    int running = 1;
    while (true) {
      if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) {
        return CURLE_FAILED_INIT;
      }
      if (running == 0) {
        break;
      }
      if (give_up()) {
        return std::nullopt;
      }
      curl_multi_poll(multi_.get(), nullptr, 0, look_every_ms, nullptr);
    }
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg == CURLMSG_DONE) {
        return message->data.result;
      }
    }
    return CURLE_FAILED_INIT;
  }

  void read_answer(post_result& to) {
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &to.status);
    curl_off_t seconds = 0;
    if (curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
      to.retry_after = std::chrono::seconds{seconds};
    }
  }

  std::string url_;
  std::string authority_file_;
  std::unique_ptr<curl_slist, freed_by<curl_slist_free_all>> headers_;
  std::unique_ptr<CURLM, freed_by<curl_multi_cleanup>> multi_{curl_multi_init()};
  std::unique_ptr<CURL, freed_by<curl_easy_cleanup>> easy_{curl_easy_init()}; ///< ends before the multi handle
};

} // namespace

auto make_otlp_client(std::string url, const std::vector<std::string>& headers, std::string authority_file)
    -> std::unique_ptr<batch_carrier> {
  return std::make_unique<curl_client>(std::move(url), headers, std::move(authority_file));
}

} // namespace holdfast::tracing

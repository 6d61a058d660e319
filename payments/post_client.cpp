#include "payments/post_client.hpp"

#include "payments/stripe/multi_loop.hpp"
#include "payments/stripe/options.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace holdfast::payments {

namespace {

using stripe::freed_by;

constexpr std::chrono::milliseconds longest_turn{1'000};

/// One question on the wire.
class post_request {
 public:
  post_request(const post_options& options, const std::vector<std::string>& headers, std::string body, on_post done)
      : bytes_max_{options.answer_bytes_max}, body_{std::move(body)}, done_{std::move(done)} {
    auto* easy = easy_.get();
    for (const auto& line : headers) {
      add_header(line);
    }
    add_header("Content-Type: " + options.content_type);
    add_header("Accept: application/json");
    add_header("Expect:"); // no round trip before the body
    const auto timeout_ms = std::max(1L, static_cast<long>(options.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_URL, options.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, options.url.starts_with("https:") ? "https" : "http");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options.authority_file.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, options.authority_file.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "holdfast");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body_.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &post_request::append);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  }
  post_request(const post_request&) = delete;
  auto operator=(const post_request&) -> post_request& = delete;
  ~post_request() = default;

  [[nodiscard]] auto handle() const noexcept -> CURL* { return easy_.get(); }

  void conclude(CURLcode how) {
    if (is_too_long_) {
      return tell("unreadable");
    }
    if (how == CURLE_OPERATION_TIMEDOUT) {
      return tell("timed_out");
    }
    if (how != CURLE_OK) {
      return tell("unreachable");
    }
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    done_({{}, status, std::move(answer_)});
  }

  void tell(std::string_view why_not) { done_({why_not, 0, {}}); }

 private:
  static auto append(char* data, std::size_t size, std::size_t count, void* to) -> std::size_t {
    auto& self = *static_cast<post_request*>(to);
    if (size * count > self.bytes_max_ - self.answer_.size()) {
      self.is_too_long_ = true;
      return 0; // ends the transfer
    }
    self.answer_.append(data, size * count);
    return size * count;
  }

  void add_header(const std::string& line) {
    if (auto* longer = curl_slist_append(headers_.get(), line.c_str())) {
      static_cast<void>(headers_.release());
      headers_.reset(longer);
    }
  }

  std::size_t bytes_max_;
  std::string body_;
  on_post done_;
  std::string answer_;
  bool is_too_long_ = false;
  std::unique_ptr<curl_slist, freed_by<curl_slist_free_all>> headers_;
  std::unique_ptr<CURL, freed_by<curl_easy_cleanup>> easy_{curl_easy_init()};
};

} // namespace

class post_client::worker {
 public:
  explicit worker(const post_options& options)
      : options_{options}, loop_{options_.in_flight_max}, thread_{[this] { run(); }} {}
  worker(const worker&) = delete;
  auto operator=(const worker&) -> worker& = delete;

  ~worker() {
    stopping_.store(true, std::memory_order_release);
    loop_.wake();
    thread_.join();
    for (auto& each : inbox_) {
      each->tell("stopping");
    }
  }

  void post(const std::vector<std::string>& headers, std::string body, on_post done) {
    if (in_flight_.fetch_add(1, std::memory_order_acq_rel) >= options_.in_flight_max) {
      in_flight_.fetch_sub(1, std::memory_order_acq_rel);
      done({"busy", 0, {}});
      return;
    }
    auto made = std::make_unique<post_request>(options_, headers, std::move(body), std::move(done));
    {
      const std::scoped_lock lock{mutex_};
      inbox_.push_back(std::move(made));
    }
    loop_.wake();
  }

 private:
  void run() {
    while (!stopping_.load(std::memory_order_acquire)) {
      take_new();
      loop_.turn(longest_turn);
      collect();
    }
    take_new();
    for (auto& [handle, each] : running_) {
      curl_multi_remove_handle(loop_.handle(), handle);
      each->tell("stopping");
    }
    running_.clear();
  }

  void take_new() {
    std::vector<std::unique_ptr<post_request>> taken;
    {
      const std::scoped_lock lock{mutex_};
      taken.swap(inbox_);
    }
    for (auto& each : taken) {
      auto* handle = each->handle();
      running_.emplace(handle, std::move(each));
      curl_multi_add_handle(loop_.handle(), handle);
    }
  }

  void collect() {
    int left = 0;
    while (const auto* message = curl_multi_info_read(loop_.handle(), &left)) {
      if (message->msg != CURLMSG_DONE) {
        continue;
      }
      const auto how = message->data.result;
      auto* handle = message->easy_handle;
      const auto ended = std::move(running_.extract(handle).mapped());
      curl_multi_remove_handle(loop_.handle(), handle);
      in_flight_.fetch_sub(1, std::memory_order_acq_rel);
      ended->conclude(how);
    }
  }

  const post_options options_;
  std::atomic<std::size_t> in_flight_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_; ///< of the inbox
  std::vector<std::unique_ptr<post_request>> inbox_;
  stripe::multi_loop loop_;
  std::map<CURL*, std::unique_ptr<post_request>> running_; ///< the thread's own; end before the loop
  std::jthread thread_;                                    ///< last: it uses everything above
};

post_client::post_client(const post_options& options) : worker_{std::make_unique<worker>(options)} {}

post_client::~post_client() = default;

auto post_client::open(const post_options& options) -> tl::expected<std::unique_ptr<post_client>, std::string> {
  // Not thread-safe in every libcurl, and done once at any rate.
  static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) {
    return tl::unexpected{std::string{"libcurl cannot be used"}};
  }
  auto checked = options;
  if (auto url = stripe::check_hook_url(options.url)) {
    checked.url = std::move(*url);
  } else {
    return tl::unexpected{url.error()};
  }
  if (options.in_flight_max == 0 || options.timeout <= std::chrono::milliseconds{0}) {
    return tl::unexpected{std::string{"the hook's limits must let something through"}};
  }
  return std::unique_ptr<post_client>{new post_client{checked}};
}

void post_client::post(const std::vector<std::string>& headers, std::string body, on_post done) {
  worker_->post(headers, std::move(body), std::move(done));
}

} // namespace holdfast::payments

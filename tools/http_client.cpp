#include "tools/http_client.hpp"

#include <curl/curl.h>

#include <fstream>
#include <utility>

namespace holdfast::tools {

namespace {

constexpr long connect_timeout_ms = 5'000;
/// Layouts of 60,000 seats and copies of large journals take their time.
constexpr long whole_timeout_ms = 120'000;

auto append_body(char* data, std::size_t size, std::size_t count, void* to) -> std::size_t {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

class header_list {
 public:
  header_list() = default;
  header_list(const header_list&) = delete;
  auto operator=(const header_list&) -> header_list& = delete;
  ~header_list() { curl_slist_free_all(list_); }
  void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  [[nodiscard]] auto get() const noexcept -> curl_slist* { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

} // namespace

struct http_client::handle {
  CURL* curl = curl_easy_init();
};

http_client::http_client(server_address server, std::string bearer)
    : handle_{std::make_unique<handle>()}, server_{std::move(server)}, bearer_{std::move(bearer)} {
  while (server_.url.ends_with('/')) {
    server_.url.pop_back();
  }
}

http_client::~http_client() {
  curl_easy_cleanup(handle_->curl);
}

void http_client::use_certificates() {
  auto* curl = handle_->curl;
  if (!server_.authority_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, server_.authority_file.c_str());
  }
  if (!server_.certificate_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_SSLCERT, server_.certificate_file.c_str());
    curl_easy_setopt(curl, CURLOPT_SSLKEY, server_.certificate_key_file.c_str());
  }
}

auto http_client::post(const std::string& path, const std::string& body, const std::string& idempotency_key)
    -> tl::expected<http_reply, std::string> {
  auto* curl = handle_->curl;
  curl_easy_reset(curl);
  header_list headers;
  if (!bearer_.empty()) {
    headers.add("Authorization: Bearer " + bearer_);
  }
  if (!idempotency_key.empty()) {
    headers.add("Idempotency-Key: " + idempotency_key);
  }
  headers.add("Content-Type: application/json");
  headers.add("Expect:"); // no round trip before a large body
  const std::string sent = body.empty() ? "{}" : body;
  http_reply reply;
  const auto url = server_.url + path;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  use_certificates();
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, whole_timeout_ms);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(sent.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, sent.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  if (const auto code = curl_easy_perform(curl); code != CURLE_OK) {
    return tl::unexpected{url + ": " + curl_easy_strerror(code)};
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
  return reply;
}

auto read_key_file(const std::string& file) -> tl::expected<std::string, std::string> {
  std::ifstream stream{file};
  std::string key;
  if (!std::getline(stream, key) || key.empty()) {
    return tl::unexpected{"cannot read an API key from " + file};
  }
  return key;
}

} // namespace holdfast::tools

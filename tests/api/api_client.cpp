#include "tests/api/api_client.hpp"

#include "tests/api/description.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <optional>

namespace holdfast::api_test {

auto reply::json() const -> const nlohmann::json& {
  INFO(status << " " << body);
  REQUIRE_FALSE(parsed.is_null());
  return parsed;
}

auto reply::code() const -> std::string {
  constexpr unsigned failures_from = 400;
  return status < failures_from || body.empty() ? std::string{} : json().value("code", "");
}

auto reply::text(const std::string& member) const -> std::string {
  const auto& all = json();
  INFO(body);
  REQUIRE(all.contains(member));
  return all.at(member).get<std::string>();
}

auto new_key() -> std::string {
  static std::atomic<int> count{0};
  return "test-key-" + std::to_string(count.fetch_add(1));
}

auto api_client::exchange(const std::string& bytes, bool head) -> http::test::raw_answer {
  // The server may have ended a connection that it was done with.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!connection_) {
      connection_ = std::make_unique<http::test::raw_client>(port_);
      REQUIRE(connection_->is_connected());
    }
    auto answer = connection_->ask(bytes, head);
    const bool ends = answer && answer->header("connection") == "close";
    if (!answer || ends) {
      connection_.reset();
    }
    if (answer) {
      return *std::move(answer);
    }
  }
  FAIL("no answer to " << bytes.substr(0, bytes.find('\r')));
  return {};
}

auto api_client::ask(const std::string& method, const std::string& path, const std::string& body, const ask_with& with)
    -> reply {
  std::string bytes = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n";
  if (!bearer_.empty()) {
    bytes += "Authorization: Bearer " + bearer_ + "\r\n";
  }
  if (!with.without_key && (method == "POST" || !with.key.empty())) {
    bytes += "Idempotency-Key: " + (with.key.empty() ? new_key() : with.key) + "\r\n";
  }
  if (!with.if_match.empty()) {
    bytes += "If-Match: " + with.if_match + "\r\n";
  }
  bytes += with.headers;
  const bool takes_body = method == "POST" || method == "PUT" || method == "PATCH";
  if (takes_body || !body.empty()) {
    const bool typed = with.headers.find("Content-Type") != std::string::npos;
    bytes += (typed ? "" : "Content-Type: application/json\r\n");
    bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  bytes += "\r\n" + body;
  reply got;
  got.raw = exchange(bytes, method == "HEAD");
  got.status = got.raw.status;
  got.body = got.raw.body;
  if (const auto value = nlohmann::json::parse(got.body, nullptr, false); !value.is_discarded()) {
    got.parsed = value;
  }
  const auto type = got.header("content-type");
  const auto faults = description_faults({.method = method,
                                          .path = path,
                                          .request = body,
                                          .status = got.status,
                                          .media_type = type.substr(0, type.find(';')),
                                          .body = got.body});
  for (const auto& fault : faults) {
    FAIL_CHECK(method << " " << path << " -> " << got.status << " differs from the description: " << fault << "\n"
                      << got.body.substr(0, 200));
  }
  return got;
}

} // namespace holdfast::api_test

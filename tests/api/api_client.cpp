#include "tests/api/api_client.hpp"

#include "tests/api/description.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <algorithm>
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

auto last_writes::event_of(std::string_view id) const -> std::optional<domain::event_id> {
  if (const auto event = domain::public_ids::parse_event(id)) {
    return event;
  }
  if (const auto hold = ids_.parse_hold(id)) {
    return hold->event;
  }
  if (const auto order = ids_.parse_order(id)) {
    return order->event;
  }
  const auto ticket = ids_.parse_ticket(id);
  return ticket ? std::optional{ticket->event} : std::nullopt;
}

auto last_writes::event_named_in(std::string_view path) const -> std::optional<domain::event_id> {
  path = path.substr(0, path.find('?'));
  while (!path.empty()) {
    const auto part = path.substr(0, path.find('/'));
    if (const auto event = event_of(part)) {
      return event;
    }
    path.remove_prefix(std::min(part.size() + 1, path.size()));
  }
  return std::nullopt;
}

void last_writes::note(const std::string& path, const reply& answer) {
  if (answer.event_seq().empty()) {
    return;
  }
  auto event = event_named_in(path);
  for (const char* member : {"event_id", "order_id", "hold_id", "ticket_id"}) {
    if (!event && answer.parsed.is_object() && answer.parsed.contains(member)) {
      event = event_of(answer.parsed.at(member).get<std::string>());
    }
  }
  if (event) {
    const std::lock_guard lock{mutex_};
    auto& newest = seqs_[*event];
    newest = std::max<std::uint64_t>(newest, std::stoull(answer.event_seq()));
  }
}

auto last_writes::of(const std::string& path) const -> std::uint64_t {
  const auto event = event_named_in(path);
  const std::lock_guard lock{mutex_};
  const auto found = event ? seqs_.find(*event) : seqs_.end();
  return found == seqs_.end() ? 0 : found->second;
}

void last_writes::wait_for_lists() const {
  const auto written = [this] {
    const std::lock_guard lock{mutex_};
    return seqs_;
  }();
  for (const auto& [event, seq] : written) {
    wait_(event, seq);
  }
}

namespace {

/// Lists that are read from what is known of orders, and do not say `min_seq`.
auto lists_orders(std::string_view path) -> bool {
  const auto resource = path.substr(0, path.find('?'));
  return resource == "/v1/orders" || resource == "/v1/tickets" || resource.ends_with("/resale") ||
         resource.ends_with("/revocations");
}

} // namespace

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
  const bool says_when = path.find("_seq=") != std::string::npos || path.find("?at=") != std::string::npos ||
                         path.find("&at=") != std::string::npos;
  const auto written =
      method == "GET" && !with.whatever_is_at_hand && !says_when && takes_min_seq(path) ? writes_->of(path) : 0;
  if (method == "GET" && !with.whatever_is_at_hand && lists_orders(path)) {
    writes_->wait_for_lists();
  }
  if (written == 0) {
    auto got = ask_once(method, path, body, with);
    // The search of a server that has only just started says so.
    const bool searches = path.starts_with("/v1/search") || path.starts_with("/v1/suggest");
    if (searches && !with.whatever_is_at_hand && got.code() == "projection_behind") {
      static_cast<void>(testing::eventually([&] {
        got = ask_once(method, path, body, with);
        return got.code() != "projection_behind";
      }));
    }
    writes_->note(path, got);
    return got;
  }
  const auto waiting = path + (path.find('?') == std::string::npos ? '?' : '&') + "min_seq=" + std::to_string(written);
  // The server waits for a second; a machine that is busy with other tests may need more.
  constexpr int attempts = 30;
  for (int attempt = 1;; ++attempt) {
    auto got = ask_once(method, waiting, body, with);
    if (got.code() != "projection_behind" || attempt == attempts) {
      return got;
    }
  }
}

auto api_client::ask_once(const std::string& method, const std::string& path, const std::string& body,
                          const ask_with& with) -> reply {
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

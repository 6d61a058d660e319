#include "tools/gateway/answers.hpp"

#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <openssl/crypto.h>

#include <atomic>
#include <cctype>
#include <sstream>
#include <string_view>
#include <utility>

namespace holdfast::gateway {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

auto view(beast::string_view text) -> std::string_view {
  return {text.data(), text.size()};
}

auto is_same(std::string_view one, std::string_view other) -> bool {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

auto decoded_base64(std::string_view text) -> std::string {
  std::string plain(beast::detail::base64::decoded_size(text.size()), '\0');
  plain.resize(beast::detail::base64::decode(plain.data(), text.data(), text.size()).first);
  return plain;
}

auto request_id() -> std::string {
  static std::atomic<std::uint64_t> made{0};
  return "req_" + std::to_string(made.fetch_add(1, std::memory_order_relaxed) + 1);
}

auto bytes_of(const wire_server::http_request& to, unsigned status, std::string body, const reply& what,
              std::optional<std::int64_t> retry_after_s) -> std::string {
  constexpr unsigned server_errors = 500;
  http::response<http::string_body> made{static_cast<http::status>(status), to.version()};
  made.set(http::field::server, "holdfast-gateway");
  made.set(http::field::content_type, "application/json");
  made.set("Request-Id", request_id());
  if (const auto key = to.find("Idempotency-Key"); key != to.end()) {
    made.set("Idempotency-Key", key->value());
  }
  if (const auto version = to.find("Stripe-Version"); version != to.end()) {
    made.set("Stripe-Version", version->value());
  }
  if (what.replayed) {
    made.set("Idempotent-Replayed", "true");
    if (status >= server_errors) {
      made.set("Stripe-Should-Retry", "false");
    }
  }
  if (retry_after_s) {
    made.set(http::field::retry_after, std::to_string(*retry_after_s));
  }
  made.keep_alive(to.keep_alive());
  made.body() = std::move(body);
  made.prepare_payload();
  std::ostringstream text;
  text << made;
  return text.str();
}

/// Another amount or currency in the answer, everywhere that it stands.
void misstate(nlohmann::json& body, const strike& how) {
  for (const auto* name : {"amount", "amount_capturable", "amount_received"}) {
    if (body.contains(name) && body.at(name).is_number_integer() && body.at(name).get<std::int64_t>() > 0) {
      body[name] = body.at(name).get<std::int64_t>() + how.amount_off;
    }
  }
  if (!how.currency.empty() && body.contains("currency")) {
    body["currency"] = how.currency;
  }
}

} // namespace

auto is_authorised(const wire_server::http_request& from, const std::string& key) -> bool {
  constexpr std::string_view bearer = "Bearer ";
  constexpr std::string_view basic = "Basic ";
  const auto given = view(from[http::field::authorization]);
  if (given.starts_with(bearer)) {
    return is_same(given.substr(bearer.size()), key);
  }
  return given.starts_with(basic) && is_same(decoded_base64(given.substr(basic.size())), key + ":");
}

auto read_request(const wire_server::http_request& from) -> std::optional<request> {
  const auto target = view(from.target());
  const auto question = std::min(target.find('?'), target.size());
  request made;
  made.method = std::string{view(from.method_string())};
  made.path = std::string{target.substr(0, question)};
  if (made.path.size() > 1 && made.path.ends_with('/')) {
    made.path.pop_back();
  }
  auto text = std::string{target.substr(std::min(question + 1, target.size()))};
  if (from.method() == http::verb::post) {
    text += (text.empty() || from.body().empty() ? "" : "&") + from.body();
    made.key = std::string{view(from["Idempotency-Key"])};
  }
  auto with = form::parse(text);
  if (!with) {
    return std::nullopt;
  }
  made.with = std::move(*with);
  return made;
}

auto send(const wire_server::http_request& to, const reply& what, std::optional<std::int64_t> retry_after_s)
    -> wire_answer {
  return {bytes_of(to, what.status, what.body.dump(2) + "\n", what, retry_after_s), false, false};
}

auto spoiled(const wire_server::http_request& to, reply what, const strike& how) -> wire_answer {
  if (how.fail_after != 0) {
    auto failed = server_error(how.fail_after);
    failed.replayed = what.replayed;
    return send(to, failed);
  }
  misstate(what.body, how);
  if (how.garbage) {
    return {bytes_of(to, 200, "<html><body>It works!</body></html>\n", what, std::nullopt), false, false};
  }
  auto made = send(to, what);
  if (how.truncate) {
    made.bytes.resize(made.bytes.size() / 2);
    made.ends = true;
  }
  if (how.twice) {
    made.bytes += made.bytes;
  }
  return made;
}

} // namespace holdfast::gateway

#include "http/edge.hpp"

#include "http/exchange_access.hpp"

#include <algorithm>

namespace holdfast::http {

namespace {

using access = exchange_access;
using clock_point = std::chrono::steady_clock::time_point;

constexpr std::size_t key_bytes_min = 8;
constexpr std::size_t key_bytes_max = 128;
constexpr std::string_view preflight_seconds = "600";
constexpr std::string_view allowed_headers =
    "Authorization, Content-Type, Idempotency-Key, Admission-Token, Queue-Ticket, If-Match, If-None-Match, traceparent, X-Fingerprint-Hash, X-Request-Id";

auto trimmed(std::string_view text) noexcept -> std::string_view {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The media type of a header value, without parameters.
auto bare_type(std::string_view value) noexcept -> std::string_view {
  return trimmed(value.substr(0, value.find(';')));
}

/// Whether one of the ranges of an `Accept` value admits JSON (RFC 9110 §12.5.1); a weight of 0 takes a range out.
auto accepts_json(std::string_view value) noexcept -> bool {
  while (true) {
    const std::size_t comma = value.find(',');
    const std::string_view range = trimmed(value.substr(0, comma));
    const std::string_view type = bare_type(range);
    const bool fits = type == "*/*" || equal_ignoring_case(type, "application/*") ||
                      equal_ignoring_case(type, media::json) || equal_ignoring_case(type, media::problem_json);
    const bool refused = range.ends_with(";q=0") || range.ends_with("; q=0");
    if (fits && !refused) {
      return true;
    }
    if (comma == std::string_view::npos) {
      return false;
    }
    value.remove_prefix(comma + 1);
  }
}

auto is_write(method verb) noexcept -> bool {
  return verb != method::get && verb != method::head && verb != method::options;
}

auto address_lane(rate_class what) noexcept -> rate_lane {
  switch (what) {
  case rate_class::act: return rate_lane::address_act;
  case rate_class::session: return rate_lane::address_session;
  default: return rate_lane::address_view;
  }
}

/// The host of an origin, `https://tickets.example:8443` → `tickets.example:8443`.
auto origin_host(std::string_view origin) noexcept -> std::string_view {
  const std::size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view{} : origin.substr(scheme + 3);
}

} // namespace

edge::edge(std::shared_ptr<const router> table, std::shared_ptr<const authenticator> callers,
           const server_options& options, trusted_proxies proxies)
    : table_{std::move(table)},
      callers_{std::move(callers)},
      proxies_{std::move(proxies)},
      origins_{options.allowed_origins},
      limiter_{std::make_unique<rate_limiter>(options.rates)} {}

auto edge::admit(exchange& of, const accepted_header& header, connection_facts& connection, clock_point now) const
    -> bool {
  connection.rate = {};
  connection.allow_any_origin = false;
  connection.allow_origin = {};
  access::set_ids(of);
  access::set_client(of, proxies_.client_behind(connection.peer, access::headers(of)));
  return find_route(of, header, connection, now) && find_caller(of, connection, now) && is_permitted(of) &&
         origin_may(of, connection) && media_fit(of, header) && key_fits(of);
}

auto edge::find_route(exchange& of, const accepted_header& header, connection_facts& connection, clock_point now) const
    -> bool {
  const router::found found = table_->find(header.verb, header.path);
  if (header.verb == method::options && !found.allowed.empty()) {
    if (within_rate(of, connection, rate_class::view, now)) {
      answer_options(of, found.allowed, connection);
    }
    return false;
  }
  if (found.row == nullptr) {
    connection.allow_any_origin = true;
    // Guessing paths costs as much as reading.
    if (!within_rate(of, connection, rate_class::view, now)) {
      return false;
    }
    if (found.allowed.empty()) {
      of.refuse(problem_kind::not_found);
    } else {
      of.refuse(problem_kind::method_not_allowed);
      of.answer().header("Allow", found.allowed.text());
    }
    return false;
  }
  access::set_route(of, found.row);
  access::set_path_values(of, table_->names(*found.row), std::span{found.values.values}.first(found.values.count));
  if (header.upgrades && !found.row->streams) {
    of.refuse(problem_kind::malformed_request, {.detail = "there is no WebSocket here"});
    return false;
  }
  if (header.expects_other) {
    of.refuse(problem_kind::expectation_failed);
    return false;
  }
  if (const auto unsound = access::set_query(of, header.query)) {
    of.refuse(*unsound);
    return false;
  }
  return true;
}

/// `OPTIONS`: what the path knows and, to a page of another site, what it may do (Fetch standard, CORS preflight).
void edge::answer_options(exchange& of, method_set allowed, connection_facts& connection) const {
  of.empty(204);
  http::answer& out = of.answer();
  out.header("Allow", allowed.text());
  const auto origin = of.header(header_id::origin);
  const auto wanted = of.header(header_id::access_control_request_method);
  if (!origin || !wanted) {
    return;
  }
  const bool read = *wanted == "GET" || *wanted == "HEAD";
  if (read) {
    connection.allow_any_origin = true;
  } else if (is_allowed_origin(of, *origin)) {
    connection.allow_origin = *origin;
  } else {
    return;
  }
  out.header("Access-Control-Allow-Methods", read ? std::string{"GET, HEAD"} : allowed.text());
  out.header("Access-Control-Allow-Headers", allowed_headers);
  out.header("Access-Control-Max-Age", preflight_seconds);
}

auto edge::find_caller(exchange& of, connection_facts& connection, clock_point now) const -> bool {
  const route& row = *of.matched_route();
  const auto authorization = of.header(header_id::authorization);
  const bool look = row.who.what() != permission::rule::credential_free && authorization;
  const principal* caller = look ? callers_->check(*authorization, of.at().unix_ms, connection.remembered) : nullptr;
  if (caller != nullptr) {
    access::set_who(of, *caller);
  }
  // Before anything is said about the credentials: guessing them is limited too.
  if (!within_rate(of, connection, row.rate, now)) {
    return false;
  }
  if (look && caller == nullptr && callers_->may_be_valid(*authorization)) {
    of.refuse(problem_kind::unavailable, {.detail = "which API keys there are cannot be known at the moment"});
    return false;
  }
  if (look && caller == nullptr) {
    of.refuse(problem_kind::credentials_invalid);
    of.answer().header("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    return false;
  }
  return true;
}

/// An API key draws from its own lane only. Everybody else draws from their address's bucket, and a buyer from their own too.
auto edge::within_rate(exchange& of, connection_facts& connection, rate_class what, clock_point now) const -> bool {
  if (what == rate_class::exempt) {
    return true;
  }
  if (of.who().is == principal::kind::key) {
    connection.rate = limiter_->take(of.who().key, now);
  } else {
    connection.rate = limiter_->take(address_lane(what), of.client(), now);
    if (connection.rate.allowed && of.who().is_buyer()) {
      const rate_verdict buyer = limiter_->take(of.who().subject, now);
      connection.rate = buyer.limited ? buyer : connection.rate;
    }
  }
  if (!connection.rate.allowed) {
    of.refuse(problem_kind::rate_limited, {.retry_after = connection.rate.retry_after});
  }
  return connection.rate.allowed;
}

auto edge::is_permitted(exchange& of) const -> bool {
  const permission& who = of.matched_route()->who;
  const principal& caller = of.who();
  using rule = permission::rule;
  if (who.what() == rule::open || who.what() == rule::credential_free) {
    return true;
  }
  if (caller.is == principal::kind::anonymous && who.is_by_link() && of.query("access")) {
    return true;
  }
  if (caller.is == principal::kind::anonymous) {
    of.refuse(problem_kind::credentials_required);
    of.answer().header("WWW-Authenticate", "Bearer");
    return false;
  }
  const bool takes_buyer = who.what() == rule::buyer || who.what() == rule::buyer_or_key;
  const bool takes_key = who.what() == rule::key || who.what() == rule::buyer_or_key;
  if ((takes_buyer && caller.is_buyer()) || (takes_key && caller.may(who.scopes()))) {
    return true;
  }
  of.refuse(who.what() == rule::buyer ? problem_kind::buyer_required : problem_kind::scope_missing);
  return false;
}

auto edge::is_allowed_origin(const exchange& of, std::string_view origin) const noexcept -> bool {
  // A page of this very server: browsers send Origin on its writes too.
  const bool own = !origin_host(origin).empty() &&
                   equal_ignoring_case(origin_host(origin), of.header(header_id::host).value_or(std::string_view{}));
  return own || std::ranges::find(origins_, origin) != origins_.end();
}

auto edge::origin_may(exchange& of, connection_facts& connection) const -> bool {
  const auto origin = of.header(header_id::origin);
  if (!is_write(of.verb()) && !of.matched_route()->streams) {
    // Said to everybody, because caches keep what they were told for others.
    connection.allow_any_origin = true;
    return true;
  }
  if (!origin) {
    return true;
  }
  if (is_allowed_origin(of, *origin)) {
    connection.allow_origin = *origin;
    return true;
  }
  of.refuse(problem_kind::origin_not_allowed);
  return false;
}

auto edge::media_fit(exchange& of, const accepted_header& header) const -> bool {
  const route& row = *of.matched_route();
  const auto accept = of.header(header_id::accept);
  if (accept && !row.negotiates && *accept != "*/*" && !accepts_json(*accept)) {
    of.refuse(problem_kind::not_acceptable);
    return false;
  }
  if (header.body == framing::none) {
    return true;
  }
  const auto encoding = of.header(header_id::content_encoding);
  const std::string_view type = bare_type(of.header(header_id::content_type).value_or(std::string_view{}));
  const bool merge_patch = row.verb == method::patch && equal_ignoring_case(type, "application/merge-patch+json");
  if ((encoding && !equal_ignoring_case(*encoding, "identity")) ||
      (!row.any_media && !merge_patch && !equal_ignoring_case(type, media::json))) {
    of.refuse(problem_kind::unsupported_media_type);
    return false;
  }
  if (header.body == framing::length && header.content_length > row.body_bytes_max) {
    of.refuse(problem_kind::body_too_large);
    of.answer().close_connection();
    return false;
  }
  return true;
}

auto edge::key_fits(exchange& of) const -> bool {
  if (of.matched_route()->keyed == idempotency::none) {
    return true;
  }
  const auto key = of.header(header_id::idempotency_key);
  if (!key) {
    of.refuse(problem_kind::idempotency_key_required);
    return false;
  }
  // The gate lets through visible ASCII and blanks only.
  if (key->size() < key_bytes_min || key->size() > key_bytes_max || key->find(' ') != std::string_view::npos) {
    of.refuse(problem_kind::idempotency_key_invalid);
    return false;
  }
  access::set_idempotency_key(of, *key);
  return true;
}

} // namespace holdfast::http

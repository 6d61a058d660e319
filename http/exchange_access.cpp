#include "http/exchange_access.hpp"

#include "http/unique_bits.hpp"

#include <algorithm>

namespace holdfast::http {

namespace {

constexpr std::size_t queries_max = 32;
constexpr std::size_t body_capacity_kept = 64 * 1024;
constexpr std::size_t request_id_bytes_max = 128;

/// Names by which other APIs take secrets in URLs. Accepting one would teach people to put it there.
constexpr std::array<std::string_view, 6> secret_names{"access_token",  "api_key", "apikey",
                                                       "authorization", "bearer",  "token"};

auto hex_digit(char c) noexcept -> unsigned {
  if (c >= '0' && c <= '9') {
    return static_cast<unsigned>(c - '0');
  }
  return static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

/// Decodes into `store`, whose capacity suffices, and returns the view; text without escapes is returned as it is. The gate has
/// checked every `%xx`.
auto decoded(std::string_view text, std::string& store, bool plus_is_blank) -> std::string_view {
  const bool plain =
      text.find('%') == std::string_view::npos && (!plus_is_blank || text.find('+') == std::string_view::npos);
  if (plain) {
    return text;
  }
  const std::size_t from = store.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      store.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
      i += 2;
    } else {
      store.push_back(plus_is_blank && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return std::string_view{store}.substr(from);
}

auto is_request_id(std::string_view text) noexcept -> bool {
  return !text.empty() && text.size() <= request_id_bytes_max && text.find(' ') == std::string_view::npos;
}

void make_request_id(std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, 20> text{'r', 'e', 'q', '_'};
  std::uint64_t bits = unique_bits();
  for (auto at = text.rbegin(); at != text.rend() - 4; ++at, bits >>= 4U) {
    *at = digits[bits & 0xfU];
  }
  out.assign(text.data(), text.size());
}

} // namespace

void exchange_access::set_header(exchange& of, method verb, std::string_view path, std::vector<header_field>& fields) {
  of.headers_.swap(fields);
  of.header_at_.fill(0);
  for (std::size_t i = 0; i < of.headers_.size(); ++i) {
    const header_id id = of.headers_[i].id;
    // Of a header that may repeat, the first; the others are found in the list.
    if (id != header_id::other && of.header_at_[static_cast<std::size_t>(id)] == 0) {
      of.header_at_[static_cast<std::size_t>(id)] = static_cast<std::uint8_t>(i + 1);
    }
  }
  of.head_ = verb == method::head;
  of.verb_ = of.head_ ? method::get : verb;
  of.path_ = path;
  of.decoded_.clear();
}

void exchange_access::set_path_values(exchange& of, std::span<const std::string> names,
                                      std::span<const std::string_view> values) {
  // Reserved for path and query at once, so that no view moves.
  of.decoded_.reserve(of.buffer_.size());
  of.parameter_count_ = std::min({names.size(), values.size(), of.parameters_.size()});
  for (std::size_t i = 0; i < of.parameter_count_; ++i) {
    of.parameters_[i] = {names[i], decoded(values[i], of.decoded_, false)};
  }
}

auto exchange_access::set_query(exchange& of, std::string_view query) -> std::optional<problem_kind> {
  of.queries_.clear();
  if (query.empty()) {
    return std::nullopt;
  }
  of.decoded_.reserve(of.buffer_.size());
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) {
      continue;
    }
    const std::size_t equals = pair.find('=');
    const std::string_view name = decoded(pair.substr(0, equals), of.decoded_, true);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : decoded(pair.substr(equals + 1), of.decoded_, true);
    if (std::ranges::any_of(secret_names, [&](std::string_view secret) { return equal_ignoring_case(secret, name); })) {
      return problem_kind::credentials_in_url;
    }
    if (of.queries_.size() == queries_max || of.query(name)) {
      return problem_kind::invalid_query;
    }
    of.queries_.push_back({name, value});
  }
  return std::nullopt;
}

void exchange_access::set_ids(exchange& of) {
  const auto given = of.header(header_id::x_request_id);
  if (given && is_request_id(*given)) {
    of.request_id_.assign(*given);
  } else {
    make_request_id(of.request_id_);
  }
  of.trace_ = trace_context::of(of.header(header_id::traceparent).value_or(std::string_view{}));
}

void exchange_access::clear(exchange& of) noexcept {
  of.stage_ = stage::idle;
  of.head_ = false;
  of.verb_ = method::get;
  of.route_ = nullptr;
  of.path_ = {};
  of.body_ = {};
  of.idempotency_key_ = {};
  of.headers_.clear();
  of.header_at_.fill(0);
  of.parameter_count_ = 0;
  of.queries_.clear();
  of.decoded_.clear();
  of.who_ = {};
  of.traced_.reset();
  of.answer_.clear();
  if (of.body_text_.capacity() > body_capacity_kept) {
    std::string{}.swap(of.body_text_);
  } else {
    of.body_text_.clear();
  }
}

void exchange_access::give_back_memory(exchange& of) noexcept {
  std::vector<header_field>{}.swap(of.headers_);
  std::vector<http::parameter>{}.swap(of.queries_);
  std::string{}.swap(of.decoded_);
  std::string{}.swap(of.request_id_);
  std::string{}.swap(of.body_text_);
  of.answer_ = http::answer{};
}

} // namespace holdfast::http

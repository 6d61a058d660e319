#include "http/request.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace holdfast::http {

namespace {

constexpr auto lower(char c) noexcept -> char {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

struct named {
  std::string_view name;
  header_id id;
};

/// By length, so that a lookup compares at most a few names; `first_of_length` points into it.
constexpr std::array<named, static_cast<std::size_t>(header_id::other)> known{{
    {"host", header_id::host},
    {"accept", header_id::accept},
    {"expect", header_id::expect},
    {"origin", header_id::origin},
    {"upgrade", header_id::upgrade},
    {"if-match", header_id::if_match},
    {"connection", header_id::connection},
    {"traceparent", header_id::traceparent},
    {"content-type", header_id::content_type},
    {"queue-ticket", header_id::queue_ticket},
    {"x-request-id", header_id::x_request_id},
    {"authorization", header_id::authorization},
    {"if-none-match", header_id::if_none_match},
    {"last-event-id", header_id::last_event_id},
    {"content-length", header_id::content_length},
    {"accept-encoding", header_id::accept_encoding},
    {"admission-token", header_id::admission_token},
    {"idempotency-key", header_id::idempotency_key},
    {"x-forwarded-for", header_id::x_forwarded_for},
    {"content-encoding", header_id::content_encoding},
    {"stripe-signature", header_id::stripe_signature},
    {"transfer-encoding", header_id::transfer_encoding},
    {"access-control-request-method", header_id::access_control_request_method},
    {"access-control-request-headers", header_id::access_control_request_headers},
}};

constexpr std::size_t longest_known = 30;

constexpr auto first_of_length = [] {
  std::array<std::uint8_t, longest_known + 2> first{};
  std::size_t next = 0;
  for (std::size_t length = 0; length < first.size(); ++length) {
    while (next < known.size() && known[next].name.size() < length) {
      ++next;
    }
    first[length] = static_cast<std::uint8_t>(next);
  }
  return first;
}();

static_assert(std::is_sorted(known.begin(), known.end(),
                             [](const named& a, const named& b) { return a.name.size() < b.name.size(); }));
static_assert(known.back().name.size() == longest_known);

} // namespace

auto to_string(method verb) noexcept -> std::string_view {
  constexpr std::array<std::string_view, 7> names{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return names[static_cast<std::size_t>(verb)];
}

auto equal_ignoring_case(std::string_view a, std::string_view b) noexcept -> bool {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) {
      return false;
    }
  }
  return true;
}

auto header_id_of(std::string_view name) noexcept -> header_id {
  if (name.size() > longest_known) {
    return header_id::other;
  }
  for (std::size_t i = first_of_length[name.size()]; i < first_of_length[name.size() + 1]; ++i) {
    if (equal_ignoring_case(known[i].name, name)) {
      return known[i].id;
    }
  }
  return header_id::other;
}

auto client_address::is_v4() const noexcept -> bool {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(mapped.begin(), mapped.end(), bytes.begin());
}

auto client_address::subscriber() const noexcept -> client_address {
  constexpr std::size_t prefix_bytes = 8;
  client_address one = *this;
  if (!is_v4()) {
    std::fill(one.bytes.begin() + prefix_bytes, one.bytes.end(), std::uint8_t{0});
  }
  return one;
}

auto client_address::text() const -> std::string {
  std::array<char, INET6_ADDRSTRLEN> out{};
  const char* text = is_v4() ? inet_ntop(AF_INET, bytes.data() + 12, out.data(), out.size())
                             : inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
  return text == nullptr ? std::string{} : std::string{text};
}

auto parse_address(std::string_view text) -> std::optional<client_address> {
  const std::string zero_ended{text};
  client_address out;
  if (inet_pton(AF_INET, zero_ended.c_str(), out.bytes.data() + 12) == 1) {
    out.bytes[10] = out.bytes[11] = 0xff;
    return out;
  }
  if (inet_pton(AF_INET6, zero_ended.c_str(), out.bytes.data()) == 1) {
    return out;
  }
  return std::nullopt;
}

} // namespace holdfast::http

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::http {

/// The methods that exist here; every other one is refused before it is looked up.
enum class method : std::uint8_t { get, head, post, put, patch, delete_, options };

[[nodiscard]] auto to_string(method verb) noexcept -> std::string_view;

/// The headers that the server itself or a route reads, each found in constant time. Others are found by name.
enum class header_id : std::uint8_t {
  accept,
  accept_encoding,
  access_control_request_headers,
  access_control_request_method,
  admission_token,
  authorization,
  connection,
  content_encoding,
  content_length,
  content_type,
  expect,
  host,
  idempotency_key,
  if_match,
  if_none_match,
  last_event_id,
  origin,
  queue_ticket,
  stripe_signature,
  traceparent,
  transfer_encoding,
  upgrade,
  x_forwarded_for,
  x_request_id,
  other,
};

/// The id of a header's name in any case; `other` when the server has no use for it.
[[nodiscard]] auto header_id_of(std::string_view name) noexcept -> header_id;

/// Whether two names are equal but for the case of ASCII letters.
[[nodiscard]] auto equal_ignoring_case(std::string_view a, std::string_view b) noexcept -> bool;

struct header_field {
  std::string_view name;
  std::string_view value; ///< without surrounding blanks
  header_id id = header_id::other;
};

/// A client's address as 16 bytes; IPv4 as its mapped IPv6 form (::ffff:a.b.c.d).
struct client_address {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] auto is_v4() const noexcept -> bool;
  /// Who counts as one where callers are limited: an IPv4 address, or a subscriber's /64 of IPv6, who has all of its addresses to choose from.
  [[nodiscard]] auto subscriber() const noexcept -> client_address;
  [[nodiscard]] auto text() const -> std::string;
  friend auto operator==(const client_address&, const client_address&) noexcept -> bool = default;
};

/// Reads `192.0.2.7` or `2001:db8::1`; nothing else, no port, no brackets.
[[nodiscard]] auto parse_address(std::string_view text) -> std::optional<client_address>;

/// W3C trace context of a request: taken from `traceparent`, or made.
struct trace_context {
  std::uint64_t trace_high = 0;
  std::uint64_t trace_low = 0;
  std::uint64_t parent = 0; ///< the caller's span; 0 when the trace began here
  std::uint64_t span = 0;   ///< this request's span
  bool sampled = false;     ///< what the caller says; what is done is in exchange::traced

  /// The context of one request: the caller's when `traceparent` is present and sound, otherwise a new one.
  [[nodiscard]] static auto of(std::string_view traceparent) noexcept -> trace_context;
  /// The trace id as 32 lower-case hexadecimal digits.
  [[nodiscard]] auto trace_text() const -> std::string;
  void append_trace_to(std::string& out) const;
};

/// One name and value of a path or query, percent-decoded.
struct parameter {
  std::string_view name;
  std::string_view value;
};

} // namespace holdfast::http

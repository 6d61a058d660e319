#include "http/ticket_claim.hpp"

#include <array>
#include <span>

namespace holdfast::http {

namespace {

/// Format (1), event (8), order (4), index (4), serial (2), until (8); big-endian.
constexpr std::size_t claim_bytes = 27;
constexpr std::uint8_t format_1 = 1;

void put_number(std::array<std::uint8_t, claim_bytes>& to, std::size_t& at, std::uint64_t value, std::size_t bytes) {
  for (auto left = bytes; left > 0; --left) {
    to[at++] = static_cast<std::uint8_t>(value >> 8 * (left - 1));
  }
}

auto take(std::span<const std::uint8_t> from, std::size_t& at, std::size_t bytes) -> std::uint64_t {
  std::uint64_t value = 0;
  for (const auto end = at + bytes; at < end; ++at) {
    value = value << 8U | from[at];
  }
  return value;
}

} // namespace

auto sign_claim(const key_ring& by, const ticket_claim& what) -> std::string {
  std::array<std::uint8_t, claim_bytes> bytes{};
  std::size_t at = 0;
  put_number(bytes, at, format_1, 1);
  put_number(bytes, at, what.ticket.event.value(), 8);
  put_number(bytes, at, what.ticket.order.value(), 4);
  put_number(bytes, at, what.ticket.index, 4);
  put_number(bytes, at, what.serial, 2);
  put_number(bytes, at, static_cast<std::uint64_t>(what.until.unix_ms), 8);
  return by.sign(token_purpose::ticket_claim, bytes);
}

auto read_claim(const key_ring& by, std::string_view token) -> std::optional<ticket_claim> {
  const auto bytes = by.verify(token_purpose::ticket_claim, token);
  if (!bytes || bytes->size() != claim_bytes || *bytes->begin() != format_1) {
    return std::nullopt;
  }
  std::size_t at = 1;
  ticket_claim what;
  what.ticket.event = domain::event_id{take(*bytes, at, 8)};
  what.ticket.order = domain::hold_number{static_cast<std::uint32_t>(take(*bytes, at, 4))};
  what.ticket.index = static_cast<std::uint32_t>(take(*bytes, at, 4));
  what.serial = static_cast<std::uint16_t>(take(*bytes, at, 2));
  what.until.unix_ms = static_cast<std::int64_t>(take(*bytes, at, 8));
  return what;
}

} // namespace holdfast::http

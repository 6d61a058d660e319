#include "http/order_link.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace holdfast::http {

namespace {

constexpr std::size_t number_bytes = 8;
constexpr std::size_t payload_bytes = 3 * number_bytes;

void append(std::vector<std::uint8_t>& to, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    to.push_back(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift)));
  }
}

auto number(std::span<const std::uint8_t> from) -> std::uint64_t {
  std::uint64_t value = 0;
  for (const auto byte : from.first(number_bytes)) {
    value = (value << 8U) | byte;
  }
  return value;
}

} // namespace

auto sign_order_link(const key_ring& ring, const people::order_ref& order, std::int64_t ends_unix_ms) -> std::string {
  std::vector<std::uint8_t> payload;
  append(payload, order.event.value());
  append(payload, order.order.value());
  append(payload, static_cast<std::uint64_t>(ends_unix_ms));
  return ring.sign(token_purpose::order_link, payload);
}

auto open_order_link(const key_ring& ring, std::string_view token, std::int64_t now_unix_ms)
    -> std::optional<people::order_ref> {
  const auto payload = ring.verify(token_purpose::order_link, token);
  if (!payload || payload->size() != payload_bytes) {
    return std::nullopt;
  }
  const std::span<const std::uint8_t> bytes{*payload};
  const auto order = number(bytes.subspan(number_bytes));
  const auto ends = static_cast<std::int64_t>(number(bytes.subspan(2 * number_bytes)));
  if (now_unix_ms >= ends || order > UINT32_MAX) {
    return std::nullopt;
  }
  return people::order_ref{domain::event_id{number(bytes)}, domain::hold_number{static_cast<std::uint32_t>(order)}};
}

} // namespace holdfast::http

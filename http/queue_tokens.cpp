#include "http/queue_tokens.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace holdfast::http {

namespace {

/// Format (1), event (8), subject (8 and 8), place (4), issued (8); big-endian.
constexpr std::size_t queue_ticket_bytes = 37;
/// The same, and expires (8).
constexpr std::size_t admission_bytes = queue_ticket_bytes + 8;
constexpr std::uint8_t queue_format = 1;

class packer {
 public:
  explicit packer(std::span<std::uint8_t> to) noexcept : to_{to} {}

  auto put(std::uint64_t value, std::size_t bytes) noexcept -> packer& {
    for (auto left = bytes; left > 0; --left) {
      to_[at_++] = static_cast<std::uint8_t>(value >> 8 * (left - 1));
    }
    return *this;
  }

 private:
  std::span<std::uint8_t> to_;
  std::size_t at_ = 0;
};

class unpacker {
 public:
  explicit unpacker(std::span<const std::uint8_t> from) noexcept : from_{from} {}

  auto take(std::size_t bytes) noexcept -> std::uint64_t {
    std::uint64_t value = 0;
    for (const auto end = at_ + bytes; at_ < end; ++at_) {
      value = value << 8U | from_[at_];
    }
    return value;
  }

 private:
  std::span<const std::uint8_t> from_;
  std::size_t at_ = 0;
};

/// What both kinds begin with.
template <class Token>
auto pack_place(packer& to, const Token& what) noexcept -> packer& {
  return to.put(queue_format, 1)
      .put(what.event.value(), 8)
      .put(what.who.high, 8)
      .put(what.who.low, 8)
      .put(what.place.value(), 4)
      .put(static_cast<std::uint64_t>(what.issued_at.unix_ms), 8);
}

/// False for another format, and for nobody's or no place.
template <class Token>
auto unpack_place(unpacker& from, Token& what) noexcept -> bool {
  const auto format = from.take(1);
  what.event = domain::event_id{from.take(8)};
  what.who.high = from.take(8);
  what.who.low = from.take(8);
  what.place = domain::queue::place_number{static_cast<std::uint32_t>(from.take(4))};
  what.issued_at.unix_ms = static_cast<std::int64_t>(from.take(8));
  return format == queue_format && what.who != domain::subject_id{} && what.place;
}

} // namespace

auto sign_queue_ticket(const key_ring& by, const queue_ticket& what) -> std::string {
  std::array<std::uint8_t, queue_ticket_bytes> bytes{};
  packer to{bytes};
  pack_place(to, what);
  return by.sign(token_purpose::queue_ticket, bytes);
}

auto read_queue_ticket(const key_ring& by, std::string_view token) -> std::optional<queue_ticket> {
  const auto bytes = by.verify(token_purpose::queue_ticket, token);
  if (!bytes || bytes->size() != queue_ticket_bytes) {
    return std::nullopt;
  }
  unpacker from{*bytes};
  queue_ticket what;
  return unpack_place(from, what) ? std::optional{what} : std::nullopt;
}

auto sign_admission(const key_ring& by, const admission_pass& what) -> std::string {
  std::array<std::uint8_t, admission_bytes> bytes{};
  packer to{bytes};
  pack_place(to, what).put(static_cast<std::uint64_t>(what.expires_at.unix_ms), 8);
  return by.sign(token_purpose::admission, bytes);
}

auto read_admission(const key_ring& by, std::string_view token) -> std::optional<admission_pass> {
  const auto bytes = by.verify(token_purpose::admission, token);
  if (!bytes || bytes->size() != admission_bytes) {
    return std::nullopt;
  }
  unpacker from{*bytes};
  admission_pass what;
  if (!unpack_place(from, what)) {
    return std::nullopt;
  }
  what.expires_at.unix_ms = static_cast<std::int64_t>(from.take(8));
  return what;
}

} // namespace holdfast::http

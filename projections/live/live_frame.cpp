#include "projections/live/live_frame.hpp"

#include "projections/wire/bytes.hpp"
#include "projections/wire/frame_wire.hpp"

#include <utility>

namespace holdfast::projections {

namespace {

constexpr std::uint8_t final_binary = 0x82;
constexpr std::size_t short_length_max = 125;
constexpr std::size_t medium_length_max = 0xffff;
constexpr std::uint8_t medium_length_follows = 126;
constexpr std::uint8_t long_length_follows = 127;

void put_big_endian(std::string& to, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;)
    wire::put_byte(to, static_cast<std::uint8_t>(value >> (8U * i)));
}

auto message_header(std::size_t length) -> std::string {
  std::string header;
  wire::put_byte(header, final_binary);
  if (length <= short_length_max) {
    wire::put_byte(header, static_cast<std::uint8_t>(length));
  } else if (length <= medium_length_max) {
    wire::put_byte(header, medium_length_follows);
    put_big_endian(header, length, 2);
  } else {
    wire::put_byte(header, long_length_follows);
    put_big_endian(header, length, 8);
  }
  return header;
}

void append_base64(std::string_view bytes, std::string& to) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto left = bytes.size() - at;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = (group << 8U) | (i < left ? static_cast<std::uint8_t>(bytes[at + i]) : 0U);
    to.push_back(digits[group >> 18U]);
    to.push_back(digits[(group >> 12U) & 63U]);
    to.push_back(left > 1 ? digits[(group >> 6U) & 63U] : '=');
    to.push_back(left > 2 ? digits[group & 63U] : '=');
  }
}

} // namespace

live_frame::live_frame(std::uint64_t seq, std::string_view payload)
    : seq_{seq}, message_{message_header(payload.size())} {
  header_bytes_ = message_.size();
  message_.reserve(header_bytes_ + payload.size());
  message_.append(payload);
}

auto live_frame::server_sent() const -> std::string_view {
  std::call_once(events_made_, [this] {
    std::string text{"id: "};
    text.append(std::to_string(seq_)).append("\ndata: ");
    append_base64(payload(), text);
    text.append("\n\n");
    event_ = std::move(text);
  });
  return event_;
}

auto reset_frame(std::uint64_t seq) -> live_frame_ptr {
  std::string payload;
  wire::append_reset(seq, payload);
  return std::make_shared<const live_frame>(seq, payload);
}

} // namespace holdfast::projections

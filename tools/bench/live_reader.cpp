#include "tools/bench/live_reader.hpp"

namespace holdfast::tools::bench {

namespace {

constexpr std::uint8_t whole = 0x80;
constexpr std::uint8_t opcode_bits = 0x0f;
constexpr std::uint8_t masked = 0x80;
constexpr std::size_t length_16 = 126;
constexpr std::size_t length_64 = 127;
/// Far above any frame of a tick.
constexpr std::size_t payload_bytes_max = 16 * 1024 * 1024;
constexpr std::uint8_t frames_version = 1;

[[nodiscard]] auto byte_at(std::string_view bytes, std::size_t index) noexcept -> std::uint8_t {
  return static_cast<std::uint8_t>(bytes[index]);
}

[[nodiscard]] auto is_known(std::uint8_t opcode) noexcept -> bool {
  using enum socket_message::opcode;
  for (const auto known : {binary, close, ping, pong}) {
    if (opcode == static_cast<std::uint8_t>(known)) {
      return true;
    }
  }
  return false;
}

[[nodiscard]] auto read_leb128(std::string_view bytes) noexcept -> std::optional<std::uint64_t> {
  constexpr unsigned shift_max = 63;
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (const char each : bytes) {
    const auto byte = static_cast<std::uint8_t>(each);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80U) {
      return value;
    }
    shift += 7;
    if (shift > shift_max) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

} // namespace

auto read_message(std::string_view bytes) noexcept -> message_result {
  message_result result;
  if (bytes.size() < 2) {
    return result;
  }
  const auto first = byte_at(bytes, 0);
  const auto second = byte_at(bytes, 1);
  const std::uint8_t opcode = first & opcode_bits;
  if ((first & static_cast<std::uint8_t>(~opcode_bits)) != whole || !is_known(opcode) || (second & masked) != 0) {
    result.state = read_state::malformed;
    return result;
  }
  std::size_t length = second;
  std::size_t header = 2;
  if (length >= length_16) {
    const std::size_t digits = length == length_64 ? 8 : 2;
    header += digits;
    if (bytes.size() < header) {
      return result;
    }
    length = 0;
    for (std::size_t i = 2; i < header; ++i) {
      length = length << 8U | byte_at(bytes, i);
    }
  }
  if (length > payload_bytes_max) {
    result.state = read_state::malformed;
    return result;
  }
  if (bytes.size() - header < length) {
    return result;
  }
  result.state = read_state::complete;
  result.what = {static_cast<socket_message::opcode>(opcode), bytes.substr(header, length), header + length};
  return result;
}

auto read_live_head(std::string_view frame) noexcept -> std::optional<live_head> {
  using enum live_head::kind;
  if (frame.size() < 2 || byte_at(frame, 0) > static_cast<std::uint8_t>(reset)) {
    return std::nullopt;
  }
  const auto what = static_cast<live_head::kind>(byte_at(frame, 0));
  if (what == hello && byte_at(frame, 1) != frames_version) {
    return std::nullopt;
  }
  const auto seq = read_leb128(frame.substr(what == hello ? 2 : 1));
  return seq ? std::optional{live_head{what, *seq}} : std::nullopt;
}

} // namespace holdfast::tools::bench

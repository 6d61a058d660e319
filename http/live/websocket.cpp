#include "http/live/websocket.hpp"

#include "domain/check.hpp"
#include "domain/text.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace holdfast::http {

namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t opcode_bits = 0x0f;
constexpr std::uint8_t masked_bit = 0x80;
constexpr std::uint8_t length_bits = 0x7f;

constexpr std::uint8_t text_opcode = 0x1;
constexpr std::uint8_t binary_opcode = 0x2;
constexpr std::uint8_t close_opcode = 0x8;
constexpr std::uint8_t ping_opcode = 0x9;
constexpr std::uint8_t pong_opcode = 0xa;

void append_control(std::string& to, std::uint8_t opcode, std::string_view payload) {
  HF_CHECK(payload.size() <= websocket_reader::control_bytes_max, "a control frame is short");
  to.push_back(static_cast<char>(final_bit | opcode));
  to.push_back(static_cast<char>(payload.size()));
  to.append(payload);
}

auto is_base64_digit(char c) noexcept -> bool {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

} // namespace

auto is_websocket_key(std::string_view text) noexcept -> bool {
  constexpr std::size_t digits = 22;
  // The last digit holds two bits of the sixteenth byte and four zeros.
  return text.size() == digits + 2 && text.ends_with("==") &&
         std::all_of(text.begin(), text.begin() + digits, is_base64_digit) &&
         std::string_view{"AQgw"}.find(text[digits - 1]) != std::string_view::npos;
}

auto websocket_accept(std::string_view key) -> std::string {
  constexpr std::size_t sha1_bytes = 20;
  constexpr std::size_t base64_bytes = 28;
  const auto text = std::string{key}.append("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HF_CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1 && size == sha1_bytes,
           "SHA-1 is there");
  std::array<unsigned char, base64_bytes + 1> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), sha1_bytes);
  return {encoded.begin(), encoded.begin() + length};
}

void append_ping(std::string& to) {
  append_control(to, ping_opcode, {});
}

void append_pong(std::string& to, std::string_view payload) {
  append_control(to, pong_opcode, payload);
}

void append_close(std::string& to, close_code why) {
  const auto code = static_cast<std::uint16_t>(why);
  const std::array<char, 2> bytes{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)};
  append_control(to, close_opcode, {bytes.data(), bytes.size()});
}

auto websocket_reader::refuse(close_code why) noexcept -> found {
  refused_ = true;
  why_ = why;
  return found::refused;
}

auto websocket_reader::judge_header() noexcept -> found {
  const std::uint8_t opcode = header_[0] & opcode_bits;
  const bool control = opcode == close_opcode || opcode == ping_opcode || opcode == pong_opcode;
  if ((header_[0] & reserved_bits) != 0 || (header_[1] & masked_bit) == 0) {
    return refuse(close_code::protocol_error);
  }
  if (opcode == text_opcode || opcode == binary_opcode) {
    return refuse(close_code::unsupported_data);
  }
  const bool sound = control && (header_[0] & final_bit) != 0 && (header_[1] & length_bits) <= control_bytes_max;
  return sound ? found::nothing : refuse(close_code::protocol_error);
}

auto websocket_reader::next(std::string_view& bytes) -> found {
  if (refused_) {
    bytes = {};
    return found::nothing;
  }
  if (done_) {
    done_ = false;
    header_have_ = 0;
    payload_.clear();
  }
  while (header_have_ < header_bytes) {
    if (bytes.empty()) {
      return found::nothing;
    }
    header_[header_have_++] = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    if (header_have_ == 2 && judge_header() == found::refused) {
      return found::refused;
    }
  }
  const std::size_t length = header_[1] & length_bits;
  const auto taken = bytes.substr(0, length - payload_.size());
  for (const char c : taken) {
    const auto mask = header_[2 + payload_.size() % 4];
    payload_.push_back(static_cast<char>(static_cast<std::uint8_t>(c) ^ mask));
  }
  bytes.remove_prefix(taken.size());
  return payload_.size() == length ? finish() : found::nothing;
}

auto websocket_reader::finish() -> found {
  done_ = true;
  switch (header_[0] & opcode_bits) {
  case ping_opcode: return found::ping;
  case pong_opcode: return found::pong;
  default: break;
  }
  if (payload_.empty()) {
    return found::close;
  }
  if (payload_.size() == 1) {
    return refuse(close_code::protocol_error);
  }
  const auto code =
      static_cast<unsigned>(static_cast<std::uint8_t>(payload_[0])) << 8U | static_cast<std::uint8_t>(payload_[1]);
  // §7.4: what may be sent at all. 1004 to 1006 and 1015 never are.
  const bool defined = (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
  if (!defined) {
    return refuse(close_code::protocol_error);
  }
  // §5.5.1: what follows the code is text.
  return domain::is_utf8(payload().substr(2)) ? found::close : refuse(close_code::invalid_payload);
}

} // namespace holdfast::http

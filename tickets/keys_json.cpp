#include "tickets/ticket_code.hpp"

#include <nlohmann/json.hpp>

namespace holdfast::tickets {

namespace {

/// RFC 4648 §5, without padding.
auto base64url(std::span<const std::uint8_t> bytes) -> std::string {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8U) | byte;
    for (count += 8; count >= 6; count -= 6) {
      text.push_back(alphabet[(bits >> (count - 6)) & 63U]);
    }
  }
  if (count > 0) {
    text.push_back(alphabet[(bits << (6 - count)) & 63U]);
  }
  return text;
}

} // namespace

auto keys_json(std::span<const ticket_public_key> keys) -> std::string {
  auto list = nlohmann::ordered_json::array();
  for (const ticket_public_key& each : keys) {
    list.push_back({{"kty", "OKP"},
                    {"crv", "Ed25519"},
                    {"use", "sig"},
                    {"kid", std::to_string(each.id)},
                    {"x", base64url(each.point)}});
  }
  return nlohmann::ordered_json{{"keys", std::move(list)}}.dump();
}

} // namespace holdfast::tickets

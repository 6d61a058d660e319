#include "payments/webhook_signature.hpp"

#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace holdfast::payments {

namespace {

constexpr std::size_t header_bytes_max = 4'096;
constexpr std::size_t signatures_max = 16;
constexpr std::size_t text_bytes_max = 255;
constexpr std::size_t mac_bytes = 32;

using hex_mac = std::array<char, 2 * mac_bytes>;

auto mac_of(std::string_view stamp, std::string_view raw_body, const std::string& secret) -> hex_mac {
  std::string signed_text;
  signed_text.reserve(stamp.size() + 1 + raw_body.size());
  signed_text.append(stamp).append(1, '.').append(raw_body);
  std::array<unsigned char, mac_bytes> mac{};
  unsigned int size = 0;
  // The data pointer of a string is an unsigned one to OpenSSL.
  const auto* data = reinterpret_cast<const unsigned char*>(signed_text.data());
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), data, signed_text.size(), mac.data(), &size);
  constexpr std::string_view digits = "0123456789abcdef";
  hex_mac hex{};
  for (std::size_t i = 0; i < mac.size(); ++i) {
    hex[2 * i] = digits[mac[i] >> 4U];
    hex[2 * i + 1] = digits[mac[i] & 0xfU];
  }
  return hex;
}

auto number_in(std::string_view text) -> std::optional<std::int64_t> {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failed != std::errc{} || end != text.data() + text.size() || value < 0) {
    return std::nullopt;
  }
  return value;
}

struct signature_parts {
  std::string_view stamp;
  std::int64_t at_s = 0;
  std::vector<std::string_view> signatures;
};

auto parts_of(std::string_view header) -> std::optional<signature_parts> {
  if (header.size() > header_bytes_max) {
    return std::nullopt;
  }
  signature_parts parts;
  while (!header.empty()) {
    const auto comma = header.find(',');
    const auto part = header.substr(0, comma);
    header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
    if (part.starts_with("t=")) {
      if (!parts.stamp.empty()) {
        return std::nullopt; // two times: which of them was signed?
      }
      parts.stamp = part.substr(2);
    } else if (part.starts_with("v1=")) {
      parts.signatures.push_back(part.substr(3));
    }
  }
  const auto at = number_in(parts.stamp);
  if (!at || parts.signatures.empty() || parts.signatures.size() > signatures_max) {
    return std::nullopt;
  }
  parts.at_s = *at;
  return parts;
}

auto text_at(const nlohmann::json& object, const char* name) -> std::optional<std::string> {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) {
    return std::nullopt;
  }
  auto text = found->get<std::string>();
  return text.empty() || text.size() > text_bytes_max ? std::nullopt : std::optional{std::move(text)};
}

/// A reference to an object: its id, or the object itself.
auto reference_at(const nlohmann::json& object, const char* name) -> std::string {
  const auto found = object.find(name);
  if (found != object.end() && found->is_object()) {
    return text_at(*found, "id").value_or("");
  }
  return text_at(object, name).value_or("");
}

} // namespace

auto name_of(signature_fault fault) noexcept -> std::string_view {
  switch (fault) {
  case signature_fault::malformed: return "malformed";
  case signature_fault::too_old: return "too_old";
  case signature_fault::forged: return "forged";
  }
  return "?";
}

auto verify_signature(std::string_view header, std::string_view raw_body, std::span<const std::string> secrets,
                      std::int64_t now_s) -> tl::expected<void, signature_fault> {
  const auto parts = parts_of(header);
  if (!parts) {
    return tl::unexpected{signature_fault::malformed};
  }
  bool is_right = false;
  for (const auto& secret : secrets) {
    const auto expected = mac_of(parts->stamp, raw_body, secret);
    for (const auto& given : parts->signatures) {
      const bool same = !secret.empty() && given.size() == expected.size() &&
                        CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0;
      is_right = is_right || same;
    }
  }
  if (!is_right) {
    return tl::unexpected{signature_fault::forged};
  }
  // Compared without a difference that could overflow.
  const auto tolerance = signature_tolerance.count();
  if (parts->at_s < now_s - tolerance || parts->at_s > now_s + tolerance) {
    return tl::unexpected{signature_fault::too_old};
  }
  return {};
}

auto sign(std::string_view raw_body, const std::string& secret, std::int64_t now_s) -> std::string {
  const auto stamp = std::to_string(now_s);
  const auto mac = mac_of(stamp, raw_body, secret);
  return "t=" + stamp + ",v1=" + std::string{mac.data(), mac.size()};
}

auto read_webhook_event(std::string_view raw_body) -> tl::expected<webhook_event, std::string> {
  const auto document = nlohmann::json::parse(raw_body, nullptr, false);
  if (!document.is_object() || text_at(document, "object") != "event") {
    return tl::unexpected{std::string{"the notification is no event"}};
  }
  const auto data = document.find("data");
  const auto created = document.find("created");
  auto id = text_at(document, "id");
  auto type = text_at(document, "type");
  if (!id || !type || data == document.end() || !data->is_object() || !data->contains("object") ||
      created == document.end() || !created->is_number_integer()) {
    return tl::unexpected{std::string{"the event has no id, type, time or object"}};
  }
  const auto& object = data->at("object");
  auto object_type = object.is_object() ? text_at(object, "object") : std::nullopt;
  auto object_id = object.is_object() ? text_at(object, "id") : std::nullopt;
  if (!object_type || !object_id) {
    return tl::unexpected{std::string{"the event's object has no id or type"}};
  }
  webhook_event event{std::move(*id),
                      std::move(*type),
                      std::move(*object_type),
                      std::move(*object_id),
                      {},
                      created->get<std::int64_t>()};
  event.payment_id = event.object_type == "payment_intent" ? event.object_id : reference_at(object, "payment_intent");
  return event;
}

} // namespace holdfast::payments

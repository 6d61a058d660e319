#include "notifications/webhook_signature.hpp"

#include "notifications/encoding.hpp"

namespace holdfast::notifications {

auto webhook_headers(std::string_view secret, std::string_view id, std::int64_t now_s, std::string_view body)
    -> std::vector<std::string> {
  const auto time = std::to_string(now_s);
  std::string signed_text{id};
  signed_text.append(".").append(time).append(".").append(body);
  return {"webhook-id: " + std::string{id}, "webhook-timestamp: " + time,
          "webhook-signature: v1," + base64(hmac_sha256(secret, signed_text))};
}

auto secret_text(std::string_view secret) -> std::string {
  return "whsec_" + base64(secret);
}

} // namespace holdfast::notifications

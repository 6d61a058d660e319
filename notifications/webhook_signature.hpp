#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::notifications {

/// The header lines of a webhook by Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<base64>`, the HMAC-SHA256 of
/// `<id>.<timestamp>.<body>` under the endpoint's secret. `secret`: its bytes. Pure.
[[nodiscard]] auto webhook_headers(std::string_view secret, std::string_view id, std::int64_t now_s,
                                   std::string_view body) -> std::vector<std::string>;
/// A secret as people keep it: "whsec_" and its bytes in base64.
[[nodiscard]] auto secret_text(std::string_view secret) -> std::string;
inline constexpr std::size_t secret_bytes = 32;

} // namespace holdfast::notifications

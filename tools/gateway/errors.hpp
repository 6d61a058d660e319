#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace holdfast::gateway {

inline constexpr unsigned bad_request = 400;

/// What a request is answered with.
struct reply {
  unsigned status = 200;
  nlohmann::json body;
  bool is_kept =
      true; ///< under the request's key. What failed before anything was looked at is not: it may be corrected and sent again
  bool replayed = false; ///< kept from an earlier request
};

/// Stripe's errors. `type`: "invalid_request_error", "idempotency_error", "card_error", "api_error".
[[nodiscard]] auto error_reply(unsigned status, const std::string& type, const std::string& code,
                               const std::string& message, const std::string& param = "") -> reply;

/// 400 for a parameter; not kept.
[[nodiscard]] auto bad_parameter(const std::string& code, const std::string& message, const std::string& param)
    -> reply;
/// 404 for an object of the path, or 400 for one that a parameter names.
[[nodiscard]] auto missing(const std::string& kind, const std::string& id, const std::string& param,
                           bool in_path = true) -> reply;
/// 500, as the gateway says when it has failed.
[[nodiscard]] auto server_error(unsigned status) -> reply;

} // namespace holdfast::gateway

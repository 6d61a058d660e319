#pragma once

#include "payments/gateway.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>

/// Stripe's objects as ours. Nothing when a field that counts is missing, is of another type, or has a value that nobody knows here.
namespace holdfast::payments::stripe {

[[nodiscard]] auto payment_of(const nlohmann::json& object) -> std::optional<payment>;
[[nodiscard]] auto refund_of(const nlohmann::json& object) -> std::optional<refund>;
/// From an error or a `last_payment_error`.
[[nodiscard]] auto declined_of(const nlohmann::json& error, const std::string& payment_id) -> declined;
/// A text that may be missing or null; cut to 500 bytes.
[[nodiscard]] auto text_in(const nlohmann::json& object, const char* name) -> std::string;

} // namespace holdfast::payments::stripe

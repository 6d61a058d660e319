#pragma once

#include "journal/audit/books.hpp"
#include "payments/gateway.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

/// The gateway's book in the auditor's words, and how differences are shown.
namespace holdfast::tools {

/// Every payment with the sum of its refunds. What Holdfast wrote into a payment's metadata says whose it is.
[[nodiscard]] auto gateway_book(const std::vector<payments::payment>& payments,
                                const std::vector<payments::refund>& refunds)
    -> std::vector<journal::audit::gateway_payment>;

/// One line for people: kind, event, payment and what differs.
[[nodiscard]] auto text_of(const journal::audit::difference& one) -> std::string;
[[nodiscard]] auto json_of(const journal::audit::difference& one) -> nlohmann::ordered_json;

} // namespace holdfast::tools

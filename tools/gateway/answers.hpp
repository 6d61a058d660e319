#pragma once

#include "tools/gateway/books.hpp"
#include "tools/gateway/errors.hpp"
#include "tools/gateway/faults.hpp"
#include "tools/gateway/wire_server.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// Between HTTP and the books.
namespace holdfast::gateway {

/// Whether a request brings the key, as a bearer or as the name of basic authentication.
[[nodiscard]] auto is_authorised(const wire_server::http_request& from, const std::string& key) -> bool;

/// Nothing when its parameters are no form.
[[nodiscard]] auto read_request(const wire_server::http_request& from) -> std::optional<request>;

/// An answer as Stripe sends it.
[[nodiscard]] auto send(const wire_server::http_request& to, const reply& what,
                        std::optional<std::int64_t> retry_after_s = std::nullopt) -> wire_answer;

/// An answer after its effect, spoiled as a script says.
[[nodiscard]] auto spoiled(const wire_server::http_request& to, reply what, const strike& how) -> wire_answer;

} // namespace holdfast::gateway

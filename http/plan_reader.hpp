#pragma once

#include "domain/event_config.hpp"
#include "http/access_code.hpp"
#include "http/json_reader.hpp"

#include <optional>
#include <vector>

namespace holdfast::http {

/// The presales of `sale`, with the hashes of their codes; one without `access_code` has none. Nothing when the member is not
/// there; null and an empty list take them away. Faults of shape go to the document.
[[nodiscard]] auto read_phases(const json_object& sale, const access_code_hasher& codes)
    -> std::optional<std::vector<domain::sale_phase>>;

/// `price_rules`, likewise.
[[nodiscard]] auto read_price_rules(const json_object& from) -> std::optional<std::vector<domain::price_rule>>;

} // namespace holdfast::http

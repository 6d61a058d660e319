#pragma once

#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/strong_id.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <vector>

namespace holdfast::projections_test {

/// What the report must say after these facts of one event, by going through all of them for every figure. The minutes of the time line
/// are not added up to hours: for short pasts.
[[nodiscard]] auto naive_report(domain::event_id event, const std::vector<domain::fact>& facts, domain::instant now)
    -> nlohmann::json;

} // namespace holdfast::projections_test

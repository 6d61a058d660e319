#pragma once

#include "tools/bench/chart.hpp"
#include "tools/onsale/simulation.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace holdfast::onsale {

/// Everything of an outcome but its series; times in seconds. What cannot be known is null.
[[nodiscard]] auto outcome_json(const outcome& of) -> nlohmann::ordered_json;
/// A table for people.
[[nodiscard]] auto outcome_text(const outcome& of) -> std::string;
/// The series, a line a moment under a header.
[[nodiscard]] auto series_csv(const outcome& of) -> std::string;
/// Writes series.csv, and people.svg and places.svg drawn of it. Nothing, or why not.
[[nodiscard]] auto write_series(const outcome& of, const std::filesystem::path& directory)
    -> std::optional<std::string>;

} // namespace holdfast::onsale

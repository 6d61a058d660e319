#pragma once

#include "domain/hold_wish.hpp"
#include "http/json_reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What bodies that ask for places have in common. Faults are the document's.
namespace holdfast::http {

/// The texts of an array that may be absent.
[[nodiscard]] auto read_names(const json_object& from, std::string_view name, std::size_t bytes_max)
    -> std::vector<std::string>;
/// `areas`: standing places by the names of their areas, one entry at least; nothing when it is absent.
[[nodiscard]] auto read_wished_areas(const json_object& from) -> std::optional<std::vector<domain::hold_wish::area>>;

} // namespace holdfast::http

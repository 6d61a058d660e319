#pragma once

#include "domain/layout.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace holdfast::projections {

/// Appends a layout in the form in which the API takes and gives it: sections with rows, areas, focal point; `attributes` maps
/// a seat's number to the names of its attributes. Coordinates, pitch and angle are decimals of at most two places. Everything
/// is written out, defaults too, but for an absent focal point and rows without attributes. Thread-safe.
void append_layout_json(const domain::layout_spec& layout, std::string& to);

/// Appends hundredths as the shortest decimal: 1050 → `10.5`, -25 → `-0.25`.
void append_hundredths(std::int32_t hundredths, std::string& to);

/// The content address of a layout: 64 hex digits, of the bytes that the journal keeps. Costs up to 1 ms for the largest layout, once
/// an object. Never null. Thread-safe.
[[nodiscard]] auto layout_hash(const std::shared_ptr<const domain::layout>& of) -> std::string;

} // namespace holdfast::projections

#pragma once

#include "domain/layout.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::projections::wire {

inline constexpr std::string_view layout_magic = "HFLY";
inline constexpr std::uint8_t layout_version = 1;

/// Appends `application/vnd.holdfast.layout` (docs/wire-formats.md): everything that the JSON form says, with rows as what they are made
/// of instead of their seats. Some 14 bytes a row. Thread-safe.
void append_layout(const domain::layout& of, std::string_view layout_hash, std::string& to);

} // namespace holdfast::projections::wire

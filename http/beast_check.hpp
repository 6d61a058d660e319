#pragma once

#include "http/gate.hpp"

#include <span>
#include <string_view>

namespace holdfast::http {

/// Parses a header that the gate accepted a second time, with Beast, and says whether Beast reads the same request: method,
/// target, every field and the body's framing. Two independent readers that agree leave no room for a third meaning.
/// `block` is the header's bytes, the empty line included.
[[nodiscard]] auto beast_agrees(std::string_view block, const accepted_header& header,
                                std::span<const header_field> fields) -> bool;

} // namespace holdfast::http

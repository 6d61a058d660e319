#pragma once

#include "tests/model/naive_event.hpp"

#include <cstdint>

namespace holdfast::model {

/// The hash of a state from scratch, as docs/state-hash.md defines it.
[[nodiscard]] auto hash_from_scratch(const naive_event& twin) -> std::uint64_t;

} // namespace holdfast::model

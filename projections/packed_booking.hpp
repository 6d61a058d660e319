#pragma once

#include "domain/event_state.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace holdfast::projections {

/// A booking in as few bytes as it takes (a hold of two seats: some 55, its order some 85), instead of the 300 that its plain
/// form and its vectors take. In memory and in checkpoints, whose state version changes with the form (`bookings_state_version`).
void pack_booking(const domain::booking& what, std::string& to);

/// What `pack_booking` wrote; the bytes are trusted.
[[nodiscard]] auto unpack_booking(const char* from) -> domain::booking;

/// A copy of packed bytes in memory of exactly their size.
[[nodiscard]] auto own_bytes(const std::string& packed) -> std::unique_ptr<char[]>;

} // namespace holdfast::projections

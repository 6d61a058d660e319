#pragma once

#include "projections/seat_ledger.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::projections::wire {

inline constexpr std::string_view seats_magic = "HFSS";
inline constexpr std::uint8_t seats_version = 1;
inline constexpr std::size_t seats_header_bytes = 28;

/// Appends `application/vnd.holdfast.seats` (docs/wire-formats.md): a header, 2 bits a seat, what is left of each area. 60,000
/// seats are 15,028 bytes. Thread-safe.
void append_seats(std::uint64_t seq, std::string_view layout_hash, const packed_statuses& statuses,
                  std::span<const area_line> areas, std::string& to);

} // namespace holdfast::projections::wire

#pragma once

#include "projections/seat_ledger.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections::wire {

/// The first byte of a frame of the live seat map (docs/wire-formats.md).
enum class frame_type : std::uint8_t {
  hello = 0,            ///< the first of every connection: from which seq on changes follow
  delta = 1,            ///< seats that changed
  delta_with_areas = 2, ///< areas and seats that changed
  reset = 3             ///< something was lost: fetch the seat status at this seq or later
};

inline constexpr std::uint8_t frame_version = 1;

/// What changed between two seqs, in the order of the indices.
struct seat_changes {
  struct seat {
    domain::seat_index index = 0;
    domain::seat_status status = domain::seat_status::available;
  };
  struct area {
    std::uint32_t index = 0;
    std::uint32_t available = 0;
  };
  std::vector<seat> seats;
  std::vector<area> areas;
};

/// Every seat and area that is another than before. Both sides are of one layout. 32 seats a step: some 2 µs for 60,000 seats
/// of which few changed. Thread-safe.
[[nodiscard]] auto changes_between(const packed_statuses& before, const std::vector<std::uint32_t>& areas_before,
                                   const packed_statuses& after, const std::vector<area_line>& areas_after)
    -> seat_changes;

void append_hello(std::uint64_t seq, std::uint32_t seats, std::uint32_t areas, std::string_view layout_hash,
                  std::string& to);
/// Without changes too: the seq is news by itself.
void append_delta(std::uint64_t seq, const seat_changes& changes, std::string& to);
void append_reset(std::uint64_t seq, std::string& to);

} // namespace holdfast::projections::wire

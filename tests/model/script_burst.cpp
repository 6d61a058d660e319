#include "tests/model/script_bodies.hpp"

namespace holdfast::model {

using namespace domain;

auto burst_of_holds(const naive_event& twin) -> std::vector<hold_seats> {
  std::vector<hold_seats> all;
  if (!twin.seats) {
    return all;
  }
  for (seat_index seat = 0; seat < twin.seats->seat_count() && all.size() < 90; ++seat) {
    if (twin.seat(seat) == seat_status::available) {
      all.emplace_back().seats = {seat};
    }
  }
  for (std::uint32_t which = 0; which < twin.seats->area_count() && all.size() < 90; ++which) {
    const auto area = static_cast<area_index>(which);
    const auto taken = twin.area(area);
    const auto free = twin.seats->spec().areas[area].capacity - taken.held - taken.sold - taken.blocked;
    for (std::uint32_t i = 0; i < free && all.size() < 90; ++i) {
      all.emplace_back().areas = {{area, 1}};
    }
  }
  return all;
}

} // namespace holdfast::model

#include "tests/model/script_allocations.hpp"

#include "tests/model/naive_allocations.hpp"
#include "tests/model/script_bodies.hpp"

#include <algorithm>

namespace holdfast::model {
namespace {

using namespace domain;

/// Places of an allocation, mostly as many as it has of them.
auto places_of(const allocation& from, const step& next, dice& random) -> std::vector<area_quantity> {
  const auto& part = random.pick(from.areas);
  return {
      {part.area, random.chance(15) ? next.quantity : static_cast<std::uint32_t>(random.between(1, part.quantity))}};
}

/// Another allocation than that one, as long as there are two.
auto another_allocation(const naive_event& twin, allocation_number than, dice& random) -> allocation_number {
  auto number = some_allocation(twin, random);
  for (auto more = 4; more > 0 && number == than; --more) {
    number = some_allocation(twin, random);
  }
  return number;
}

/// What the giver has and may give: seats that nobody holds, mostly, or places.
void take_from(const allocation& giver, const naive_event& twin, dice& random, change_allocation& body) {
  if (random.chance(75)) {
    const bool only_free = random.chance(85);
    for (const auto& [seat, number] : twin.pools) {
      if (number == giver.number && random.chance(30) && !(only_free && twin.owners.contains(seat))) {
        body.add.push_back(seat);
      }
    }
  }
  if (!giver.areas.empty() && (body.add.empty() || random.chance(40))) {
    const auto& part = random.pick(giver.areas);
    const auto more = random.between(1, part.quantity);
    body.areas = {{part.area, twin.apart(body.allocation, part.area) + static_cast<std::uint32_t>(more)}};
  }
}

} // namespace

auto some_allocation(const naive_event& twin, dice& random) -> allocation_number {
  if (twin.allocations.empty() || random.chance(10)) {
    return allocation_number{static_cast<std::uint16_t>(random.below(twin.last_allocation.value() + 3U))};
  }
  return std::next(twin.allocations.begin(), static_cast<std::ptrdiff_t>(random.index(twin.allocations.size())))->first;
}

auto seats_apart(const step& next, const naive_event& twin, dice& random) -> allocate_seats {
  allocate_seats body;
  body.name = random.chance(96) ? "Box" : "";
  body.reason = random.chance(96) ? "guests" : "";
  body.kind = static_cast<allocation_kind>(random.between(1, 4));
  const bool coded = (body.kind == allocation_kind::presale) != random.chance(4);
  if (coded) {
    body.code = code_hash(static_cast<std::uint8_t>(random.below(6)));
  }
  auto more = next;
  more.quantity = static_cast<std::uint8_t>(std::min(next.quantity * 2, 60));
  const bool areas_only = twin.seats && twin.seats->seat_count() == 0;
  const bool seats_only = twin.seats && twin.seats->area_count() == 0;
  if (random.chance(areas_only ? 3 : 75)) {
    body.seats = some_seats(more, twin, random).seats;
  }
  if (random.chance(seats_only ? 3 : 50)) {
    body.areas = standing_places(next, twin, random).areas;
  }
  if (random.chance(3)) {
    body.seats.push_back(body.seats.empty() ? 100'000 : body.seats.front());
  }
  if (random.chance(3) && !body.areas.empty()) {
    random.chance(50) ? body.areas.push_back(body.areas.front()) : static_cast<void>(body.areas.front().quantity = 0);
  }
  return body;
}

auto moved_seats(const step& next, const naive_event& twin, dice& random) -> change_allocation {
  change_allocation body{some_allocation(twin, random), {}, {}};
  if (random.chance(twin.allocations.size() > 1 ? 70 : 5)) {
    body.from = another_allocation(twin, body.allocation, random);
  }
  if (random.chance(body.from ? 10 : 60)) {
    body.add = some_seats(next, twin, random).seats;
  }
  if (random.chance(body.from ? 5 : 40)) {
    body.areas = standing_places(next, twin, random).areas;
    for (auto& part : body.areas) {
      part.quantity = random.chance(20) ? 0 : part.quantity;
    }
  }
  const auto giver = twin.allocations.find(body.from);
  if (giver != twin.allocations.end() && body.add.empty() && body.areas.empty()) {
    take_from(giver->second, twin, random, body);
  }
  for (const auto& [seat, number] : twin.pools) {
    if (number == body.allocation && random.chance(body.from ? 3 : 15)) {
      body.remove.push_back(seat);
    }
  }
  if (random.chance(8)) {
    body.remove.push_back(static_cast<seat_index>(random.below(twin.seats ? twin.seats->seat_count() + 1 : 3)));
  }
  return body;
}

void claim_right(hold_seats& to, const step& next, const caller& by, const naive_event& twin, dice& random) {
  if (!twin.config.phases.empty() && random.chance(30)) {
    to.access_code = random.pick(twin.config.phases).code;
    return;
  }
  if (twin.allocations.empty() || !random.chance(55)) {
    return;
  }
  const auto number = some_allocation(twin, random);
  const auto found = twin.allocations.find(number);
  if ((by.as == caller::kind::box_office) != random.chance(5)) {
    to.allocation = number;
  }
  if (!to.allocation || random.chance(5)) {
    const bool known = found != twin.allocations.end() && found->second.code;
    to.access_code =
        known && random.chance(70) ? found->second.code : code_hash(static_cast<std::uint8_t>(random.below(8)));
  }
  if (found != twin.allocations.end() && !found->second.areas.empty() && !to.areas.empty() && random.chance(80)) {
    to.areas = places_of(found->second, next, random);
  }
  if (to.seats.empty() || random.chance(25)) {
    return;
  }
  std::vector<seat_index> own;
  for (const auto& [seat, pool] : twin.pools) {
    if (pool == number && own.size() < to.seats.size()) {
      own.push_back(seat);
    }
  }
  if (!own.empty()) {
    to.seats = own;
  }
}

} // namespace holdfast::model

#include "projections/places_apart.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::projections {

void places_apart::add(domain::allocation_number allocation, const std::vector<domain::seat_index>& seats,
                       const watcher& to) {
  for (const auto seat : seats) {
    seats_[seat] = {allocation, false};
    to.seat(seat, 1);
  }
}

void places_apart::remove(const std::vector<domain::seat_index>& seats, const watcher& to) {
  for (const auto seat : seats) {
    const auto gone = seats_.extract(seat);
    if (!gone.empty() && !gone.mapped().taken)
      to.seat(seat, -1);
  }
}

auto places_apart::find(domain::allocation_number allocation, domain::area_index area) -> domain::allocated_area* {
  const auto its = areas_.find(allocation);
  if (its == areas_.end())
    return nullptr;
  const auto found = std::ranges::find(its->second, area, &domain::allocated_area::area);
  return found == its->second.end() ? nullptr : &*found;
}

void places_apart::fold(const domain::seats_allocated& what, const watcher& to) {
  add(what.what.number, what.seats, to);
  areas_[what.what.number] = what.what.areas;
  for (const auto& one : what.what.areas)
    to.area(one.area, one.quantity);
}

void places_apart::fold(const domain::allocation_changed& what, const watcher& to) {
  remove(what.removed, to);
  if (what.from) {
    // Kept from the public before and after.
    for (const auto seat : what.added)
      seats_[seat].allocation = what.allocation;
  } else {
    add(what.allocation, what.added, to);
  }
  for (const auto& wanted : what.areas)
    resize(what, wanted, to);
}

void places_apart::resize(const domain::allocation_changed& what, const domain::area_quantity& wanted,
                          const watcher& to) {
  const auto* const part = find(what.allocation, wanted.area);
  const auto before = part == nullptr ? 0 : part->quantity;
  const auto more = wanted.quantity - std::min(wanted.quantity, before);
  if (what.from && more > 0) {
    if (auto* const given = find(what.from, wanted.area))
      set_quantity(what.from, {wanted.area, given->quantity - more});
  } else {
    to.area(wanted.area, std::int64_t{wanted.quantity} - before);
  }
  set_quantity(what.allocation, wanted);
}

void places_apart::set_quantity(domain::allocation_number allocation, const domain::area_quantity& now) {
  auto& its = areas_[allocation];
  const auto at = std::ranges::find(its, now.area, &domain::allocated_area::area);
  if (at == its.end())
    its.push_back({now.area, now.quantity, 0});
  else
    at->quantity = now.quantity;
  std::erase_if(its, [](const domain::allocated_area& one) { return one.quantity == 0; });
}

void places_apart::fold(const domain::allocation_released& what, const watcher& to) {
  std::vector<domain::seat_index> its;
  for (const auto& [seat, one] : seats_)
    if (one.allocation == what.allocation)
      its.push_back(seat);
  remove(its, to);
  const auto gone = areas_.extract(what.allocation);
  if (gone.empty())
    return;
  for (const auto& one : gone.mapped())
    to.area(one.area, -static_cast<std::int64_t>(one.quantity - one.used));
}

auto places_apart::take(const domain::hold_created& what, const watcher& to) -> share {
  share taken;
  taken.allocation = what.allocation;
  if (what.allocation == domain::allocation_number{})
    return taken;
  for (const auto seat : what.seats) {
    const auto found = seats_.find(seat);
    if (found == seats_.end())
      continue;
    found->second.taken = true;
    taken.seats.push_back(seat);
    to.seat(seat, -1);
  }
  for (const auto& one : what.areas) {
    auto* const its = find(what.allocation, one.area);
    if (its == nullptr)
      continue;
    its->used += one.quantity;
    taken.areas.push_back({one.area, one.quantity});
    to.area(one.area, -static_cast<std::int64_t>(one.quantity));
  }
  return taken;
}

void places_apart::give_back(const share& what, const watcher& to) {
  for (const auto seat : what.seats) {
    const auto found = seats_.find(seat);
    if (found == seats_.end())
      continue; // taken out of its allocation meanwhile: the public's
    found->second.taken = false;
    to.seat(seat, 1);
  }
  for (const auto& one : what.areas) {
    auto* const its = find(what.allocation, one.area);
    if (its == nullptr)
      continue;
    its->used -= one.quantity;
    to.area(one.area, one.quantity);
  }
}

void places_apart::give_back(const domain::order_returned& what, const watcher& to) {
  share its;
  its.allocation = what.allocation;
  for (const auto seat : what.seats) {
    const auto found = seats_.find(seat);
    if (found != seats_.end() && found->second.taken)
      its.seats.push_back(seat);
  }
  for (const auto& one : what.areas)
    its.areas.push_back({one.area, one.quantity});
  give_back(its, to);
}

void places_apart::clear() {
  seats_.clear();
  areas_.clear();
}

auto places_apart::places() const noexcept -> std::uint64_t {
  std::uint64_t all = seats_.size();
  for (const auto& [allocation, areas] : areas_)
    for (const auto& one : areas)
      all += one.quantity;
  return all;
}

void places_apart::put(row_writer& to) const {
  to.number32(static_cast<std::uint32_t>(seats_.size()));
  for (const auto& [seat, one] : seats_)
    to.number32(seat).number32(one.allocation.value()).byte(one.taken ? 1 : 0);
  to.number32(static_cast<std::uint32_t>(areas_.size()));
  for (const auto& [allocation, areas] : areas_) {
    to.number32(allocation.value()).number32(static_cast<std::uint32_t>(areas.size()));
    for (const auto& one : areas)
      to.number32(one.area).number32(one.quantity).number32(one.used);
  }
}

void places_apart::put(const share& what, row_writer& to) {
  to.number32(what.allocation.value()).number32(static_cast<std::uint32_t>(what.seats.size()));
  for (const auto seat : what.seats)
    to.number32(seat);
  to.number32(static_cast<std::uint32_t>(what.areas.size()));
  for (const auto& part : what.areas)
    to.number32(part.area).number32(part.quantity);
}

auto places_apart::take_share(row_reader& in) -> share {
  share its;
  its.allocation = domain::allocation_number{static_cast<std::uint16_t>(in.number32())};
  for (auto left = in.number32(); left > 0 && in.sound(); --left)
    its.seats.push_back(in.number32());
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    const auto area = static_cast<domain::area_index>(in.number32());
    its.areas.push_back({area, in.number32()});
  }
  return its;
}

void places_apart::take_back(row_reader& in) {
  const auto number = [&in] { return domain::allocation_number{static_cast<std::uint16_t>(in.number32())}; };
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    const auto seat = in.number32();
    const auto allocation = number();
    seats_[seat] = {allocation, in.byte() != 0};
  }
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    auto& its = areas_[number()];
    for (auto areas = in.number32(); areas > 0 && in.sound(); --areas) {
      domain::allocated_area one;
      one.area = static_cast<domain::area_index>(in.number32());
      one.quantity = in.number32();
      one.used = in.number32();
      its.push_back(one);
    }
  }
}

} // namespace holdfast::projections

#include "projections/seat_ledger.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace holdfast::projections {

namespace {

using domain::seat_status;

constexpr std::uint64_t low_bits = 0x5555'5555'5555'5555ULL; ///< the lower bit of each pair

void report(std::uint32_t& counter, ledger_findings& to, std::string what) {
  ++counter;
  if (to.first.empty())
    to.first = std::move(what);
}

auto hold_text(domain::hold_number hold) -> std::string {
  return "hold " + std::to_string(hold.value());
}

} // namespace

void packed_statuses::resize(std::uint32_t seats) {
  words_.resize((seats + per_word - 1) / per_word);
  size_ = seats;
}

auto packed_statuses::count(seat_status status, domain::seat_index first, std::uint32_t count) const noexcept
    -> std::uint32_t {
  // A pair of bits equals the status where both differences are zero.
  const auto pattern = low_bits * static_cast<std::uint64_t>(status);
  std::uint32_t found = 0;
  for (const auto end = first + count; first < end;) {
    const auto in_word = std::min(per_word - first % per_word, end - first);
    const auto difference = (words_[first / per_word] ^ pattern) >> shift(first);
    auto equal = ~(difference | (difference >> 1U)) & low_bits;
    if (in_word < per_word)
      equal &= (std::uint64_t{1} << (in_word * 2)) - 1;
    found += static_cast<std::uint32_t>(std::popcount(equal));
    first += in_word;
  }
  return found;
}

seat_ledger::seat_ledger(const domain::state_image& state) : complete_{true} {
  statuses_.resize(static_cast<std::uint32_t>(state.statuses.size()));
  for (std::uint32_t seat = 0; seat < statuses_.size(); ++seat)
    statuses_.set(seat, state.statuses[seat]);
  held_seats_ = statuses_.count(seat_status::held, 0, statuses_.size());
  sold_seats_ = statuses_.count(seat_status::sold, 0, statuses_.size());
  blocked_seats_ = statuses_.count(seat_status::blocked, 0, statuses_.size());
  for (std::size_t i = 0; i < state.areas.size(); ++i)
    areas_.push_back(
        {state.seats->spec().areas[i].capacity, state.areas[i].held, state.areas[i].sold, state.areas[i].blocked});
  allocations_ = state.allocations;
  pools_ = state.pools;
  ledger_findings none;
  for (const auto& booking : state.bookings) {
    if (booking.status != domain::booking_status::held)
      continue;
    if (booking.bought_from && !booking.bought_from->is_swapped)
      remember(booking.number, {}, {}, {}, none);
    else
      remember(booking.number, booking.allocation, booking.seats, booking.areas, none);
  }
}

void seat_ledger::start(const domain::layout& seats) {
  complete_ = true;
  statuses_ = {};
  statuses_.resize(seats.seat_count());
  areas_.clear();
  for (const auto& area : seats.spec().areas)
    areas_.push_back({area.capacity, 0, 0, 0});
  live_.clear();
  pools_.clear();
  allocations_.clear();
  held_seats_ = sold_seats_ = blocked_seats_ = 0;
}

void seat_ledger::remember(domain::hold_number hold, domain::allocation_number allocation,
                           const std::vector<domain::seat_index>& seats, const std::vector<domain::held_area>& areas,
                           ledger_findings& to) {
  places its;
  its.allocation = allocation;
  its.seats = static_cast<std::uint32_t>(seats.size());
  its.all.reserve(seats.size() + areas.size() * 2);
  its.all.assign(seats.begin(), seats.end());
  for (const auto& each : areas) {
    its.all.push_back(each.area);
    its.all.push_back(each.quantity);
  }
  if (!live_.emplace(hold.value(), std::move(its)).second)
    report(to.contradictions, to, hold_text(hold) + " was created twice");
}

auto seat_ledger::reach(domain::seat_index seat, const std::string& who, ledger_findings& to) -> bool {
  if (seat < statuses_.size())
    return true;
  if (complete_) {
    report(to.contradictions, to, who + " has a seat that the layout does not have");
    return false;
  }
  statuses_.resize(std::max(seat + 1, statuses_.size() * 2));
  return true;
}

auto seat_ledger::find(domain::allocation_number number) -> domain::allocation* {
  const auto found = std::ranges::find(allocations_, number, &domain::allocation::number);
  return found == allocations_.end() ? nullptr : &*found;
}

auto seat_ledger::find(domain::allocation_number number, std::uint32_t area) -> domain::allocated_area* {
  auto* const its = find(number);
  if (its == nullptr)
    return nullptr;
  const auto found = std::ranges::find(its->areas, area, &domain::allocated_area::area);
  return found == its->areas.end() ? nullptr : &*found;
}

void seat_ledger::draw(domain::allocation_number number, std::uint32_t which, std::uint32_t quantity, bool take) {
  auto* const its = find(number, which);
  if (its == nullptr)
    return;
  // What is taken beyond it was reported, and what was taken before a partial ledger began is not known.
  const auto drawn = std::min(quantity, take ? its->quantity - its->used : its->used);
  its->used += take ? drawn : 0 - drawn;
  area(which).blocked -= take ? drawn : 0 - drawn;
}

void seat_ledger::set_apart(domain::allocation_number number, const std::vector<domain::seat_index>& seats,
                            ledger_findings& to) {
  const auto who = "allocation " + std::to_string(number.value());
  for (const auto seat : seats) {
    if (!reach(seat, who, to))
      return;
    if (statuses_.get(seat) != seat_status::available) {
      report(to.double_sales, to, who + " was given seat " + std::to_string(seat) + ", which is taken");
      continue;
    }
    if (seat >= pools_.size())
      pools_.resize(statuses_.size());
    pools_[seat] = number.value();
    statuses_.set(seat, seat_status::blocked);
    ++blocked_seats_;
  }
}

void seat_ledger::give_back(domain::seat_index seat) {
  pools_[seat] = 0;
  if (statuses_.get(seat) == seat_status::blocked) {
    statuses_.set(seat, seat_status::available);
    --blocked_seats_;
  }
}

void seat_ledger::allocate(const domain::seats_allocated& what, ledger_findings& to) {
  for (const auto& part : what.what.areas) {
    if (complete_ && part.area >= areas_.size()) {
      report(to.contradictions, to, "places were set apart of an area that the layout does not have");
      return;
    }
    auto& its = area(part.area);
    if (part.quantity > its.available())
      report(to.double_sales, to, "places of area " + std::to_string(part.area) + " were set apart that are taken");
    its.blocked += part.quantity;
  }
  allocations_.push_back(what.what);
  set_apart(what.what.number, what.seats, to);
}

void seat_ledger::change(const domain::allocation_changed& what, ledger_findings& to) {
  for (const auto seat : what.removed) {
    if (pool_of(seat) == what.allocation.value())
      give_back(seat);
    else if (complete_)
      report(to.contradictions, to, "seat " + std::to_string(seat) + " was given back and was not set apart");
  }
  if (what.from)
    take_over(what, to);
  else
    set_apart(what.allocation, what.added, to);
  for (const auto& wanted : what.areas)
    resize(what, wanted, to);
}

void seat_ledger::take_over(const domain::allocation_changed& what, ledger_findings& to) {
  const auto who = "allocation " + std::to_string(what.allocation.value());
  for (const auto seat : what.added) {
    if (!reach(seat, who, to))
      return;
    const auto status = statuses_.get(seat);
    if (status == seat_status::blocked && pool_of(seat) == what.from.value())
      pools_[seat] = what.allocation.value();
    else if (status == seat_status::available && !complete_)
      set_apart(what.allocation, {seat}, to); // set apart before this ledger began
    else
      report(to.double_sales, to,
             who + " was given seat " + std::to_string(seat) + " of another, which has it not free");
  }
}

void seat_ledger::resize(const domain::allocation_changed& what, const domain::area_quantity& wanted,
                         ledger_findings& to) {
  auto* const its = find(what.allocation);
  if (its == nullptr || (complete_ && wanted.area >= areas_.size())) {
    if (complete_)
      report(to.contradictions, to, "places were moved of an allocation or an area that is not there");
    return;
  }
  const auto name = "places of area " + std::to_string(wanted.area);
  const auto* const part = its->find(wanted.area);
  const domain::allocated_area before = part == nullptr ? domain::allocated_area{wanted.area, 0, 0} : *part;
  const auto more = wanted.quantity - std::min(wanted.quantity, before.quantity);
  auto* const giver = what.from ? find(what.from) : nullptr;
  if (complete_ && what.from && giver == nullptr)
    report(to.contradictions, to, name + " were moved from an allocation that is not there");
  const auto* const given = giver == nullptr ? nullptr : giver->find(wanted.area);
  const auto own = given == nullptr ? 0 : given->quantity - given->used;
  if (more > (giver == nullptr ? area(wanted.area).available() : own))
    report(to.double_sales, to, name + " were set apart that are taken");
  if (wanted.quantity < before.used)
    report(to.contradictions, to, name + " were given back that are taken");
  const auto put = [](domain::allocation& of, domain::allocated_area now) {
    std::erase_if(of.areas,
                  [&](const domain::allocated_area& one) { return one.area == now.area && now.quantity == 0; });
    const auto at = std::ranges::find(of.areas, now.area, &domain::allocated_area::area);
    if (at != of.areas.end())
      *at = now;
    else if (now.quantity > 0)
      of.areas.push_back(now);
  };
  const auto moved = std::min(more, own);
  area(wanted.area).blocked += wanted.quantity - before.quantity - moved;
  if (moved > 0)
    put(*giver, {wanted.area, given->quantity - moved, given->used});
  put(*its, {wanted.area, wanted.quantity, before.used});
}

void seat_ledger::release(domain::allocation_number number, ledger_findings& to) {
  for (domain::seat_index seat = 0; seat < pools_.size(); ++seat) {
    if (pools_[seat] == number.value())
      give_back(seat);
  }
  const auto* const gone = find(number);
  if (gone == nullptr) {
    if (complete_)
      report(to.contradictions, to, "allocation " + std::to_string(number.value()) + " was released and was not there");
    return;
  }
  for (const auto& part : gone->areas)
    area(part.area).blocked -= part.quantity - part.used;
  allocations_.erase(allocations_.begin() + (gone - allocations_.data()));
}

auto seat_ledger::area(std::uint32_t index) -> area_line& {
  if (index >= areas_.size())
    areas_.resize(index + std::size_t{1}, {UINT32_MAX, 0, 0, 0}); // partial: the capacity is not known
  return areas_[index];
}

void seat_ledger::hold(const domain::hold_created& what, ledger_findings& to) {
  for (const auto seat : what.seats) {
    if (!reach(seat, hold_text(what.hold), to))
      return;
    const auto status = statuses_.get(seat);
    const bool own = status == seat_status::blocked && pool_of(seat) == what.allocation.value();
    blocked_seats_ -= own ? 1 : 0;
    if (status != seat_status::available && !own) {
      report(to.double_sales, to,
             hold_text(what.hold) + " was given seat " + std::to_string(seat) + ", which is taken");
      continue;
    }
    statuses_.set(seat, seat_status::held);
    ++held_seats_;
  }
  for (const auto& each : what.areas) {
    if (complete_ && each.area >= areas_.size()) {
      report(to.contradictions, to, hold_text(what.hold) + " has an area that the layout does not have");
      return;
    }
    auto& its = area(each.area);
    const auto* const pool = find(what.allocation, each.area);
    if (each.quantity > (pool == nullptr ? its.available() : pool->quantity - pool->used))
      report(to.double_sales, to,
             hold_text(what.hold) + " fills area " + std::to_string(each.area) + " beyond its capacity");
    its.held += each.quantity;
    draw(what.allocation, each.area, each.quantity, true);
  }
  remember(what.hold, what.allocation, what.seats, what.areas, to);
}

void seat_ledger::hold(const domain::resale_held& what, ledger_findings& to) {
  remember(what.hold, {}, {}, {}, to);
}

void seat_ledger::resell(const domain::ticket_resold& what, ledger_findings& to) {
  if (!complete_)
    return;
  const auto index = what.place.index;
  const bool sold = what.place.standing ? index < areas_.size() && areas_[index].sold > 0
                                        : index < statuses_.size() && statuses_.get(index) == seat_status::sold;
  if (!sold || !live_.contains(what.hold.value()))
    report(to.double_sales, to, hold_text(what.hold) + " was given a ticket of another, whose place was not sold");
}

template <class Move>
auto seat_ledger::end(domain::hold_number hold, seat_status to_status, bool selling, ledger_findings& to, Move move)
    -> bool {
  const auto found = live_.find(hold.value());
  if (found == live_.end())
    return false;
  const auto its = std::move(found->second);
  live_.erase(found);
  for (std::uint32_t i = 0; i < its.seats; ++i) {
    const auto seat = its.all[i];
    if (statuses_.get(seat) != seat_status::held) {
      report(selling ? to.double_sales : to.contradictions, to,
             hold_text(hold) + " ended with seat " + std::to_string(seat) + ", which was not its own");
      continue;
    }
    const auto apart = !selling && pool_of(seat) != 0;
    statuses_.set(seat, apart ? seat_status::blocked : to_status);
    --held_seats_;
    sold_seats_ += selling ? 1 : 0;
    blocked_seats_ += apart ? 1 : 0;
  }
  for (std::size_t i = its.seats; i < its.all.size(); i += 2) {
    move(area(its.all[i]), its.all[i + 1]);
    if (!selling)
      draw(its.allocation, its.all[i], its.all[i + 1], false);
  }
  return true;
}

void seat_ledger::free(domain::hold_number hold, ledger_findings& to) {
  const auto give_back = [](area_line& its, std::uint32_t quantity) { its.held -= std::min(its.held, quantity); };
  if (!end(hold, seat_status::available, false, to, give_back) && complete_)
    report(to.contradictions, to, hold_text(hold) + " ended and was not live");
}

void seat_ledger::sell(domain::hold_number hold, ledger_findings& to) {
  const auto sell_places = [](area_line& its, std::uint32_t quantity) {
    its.held -= std::min(its.held, quantity);
    its.sold += quantity;
  };
  if (!end(hold, seat_status::sold, true, to, sell_places) && complete_)
    report(to.double_sales, to, hold_text(hold) + " was confirmed and was not live");
}

void seat_ledger::take_back(const domain::order_returned& what, ledger_findings& to) {
  for (const auto seat : what.seats) {
    if (!reach(seat, hold_text(what.hold), to))
      return;
    if (statuses_.get(seat) != seat_status::sold) {
      // A partial ledger may not have seen it sold.
      if (complete_)
        report(to.contradictions, to,
               hold_text(what.hold) + " gave back seat " + std::to_string(seat) + ", which was not sold");
      continue;
    }
    const auto apart = pool_of(seat) != 0;
    statuses_.set(seat, apart ? seat_status::blocked : seat_status::available);
    --sold_seats_;
    blocked_seats_ += apart ? 1 : 0;
  }
  for (const auto& part : what.areas) {
    auto& its = area(part.area);
    if (complete_ && its.sold < part.quantity)
      report(to.contradictions, to, hold_text(what.hold) + " gave back places that were not sold");
    its.sold -= std::min(its.sold, part.quantity);
    draw(what.allocation, part.area, part.quantity, false);
  }
}

auto seat_ledger::counts() const noexcept -> domain::event_counts {
  domain::event_counts sum{statuses_.size() - held_seats_ - sold_seats_ - blocked_seats_, held_seats_, sold_seats_,
                           blocked_seats_};
  for (const auto& its : areas_) {
    sum.available += its.available();
    sum.held += its.held;
    sum.sold += its.sold;
    sum.blocked += its.blocked;
  }
  return sum;
}

auto seat_ledger::bytes() const noexcept -> std::size_t {
  // A hash node, its bucket and the block of places come to some 100 bytes with two seats.
  return sizeof *this + statuses_.bytes() + areas_.capacity() * sizeof(area_line) + live_.size() * 100 +
         pools_.capacity() * sizeof(std::uint16_t) + allocations_.capacity() * (sizeof(domain::allocation) + 128);
}

} // namespace holdfast::projections

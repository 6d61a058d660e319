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
    areas_.push_back({state.seats->spec().areas[i].capacity, state.areas[i].held, state.areas[i].sold});
  ledger_findings none;
  for (const auto& booking : state.bookings) {
    if (booking.status == domain::booking_status::held)
      remember(booking.number, booking.seats, booking.areas, none);
  }
}

void seat_ledger::start(const domain::layout& seats) {
  complete_ = true;
  statuses_ = {};
  statuses_.resize(seats.seat_count());
  areas_.clear();
  for (const auto& area : seats.spec().areas)
    areas_.push_back({area.capacity, 0, 0});
  live_.clear();
  held_seats_ = sold_seats_ = blocked_seats_ = 0;
}

void seat_ledger::remember(domain::hold_number hold, const std::vector<domain::seat_index>& seats,
                           const std::vector<domain::held_area>& areas, ledger_findings& to) {
  places its;
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

auto seat_ledger::area(std::uint32_t index) -> area_line& {
  if (index >= areas_.size())
    areas_.resize(index + std::size_t{1}, {UINT32_MAX, 0, 0}); // partial: the capacity is not known
  return areas_[index];
}

void seat_ledger::hold(const domain::hold_created& what, ledger_findings& to) {
  for (const auto seat : what.seats) {
    if (seat >= statuses_.size()) {
      if (complete_) {
        report(to.contradictions, to, hold_text(what.hold) + " has a seat that the layout does not have");
        return;
      }
      statuses_.resize(std::max(seat + 1, statuses_.size() * 2));
    }
    if (statuses_.get(seat) != seat_status::available) {
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
    if (each.quantity > its.available())
      report(to.double_sales, to,
             hold_text(what.hold) + " fills area " + std::to_string(each.area) + " beyond its capacity");
    its.held += each.quantity;
  }
  remember(what.hold, what.seats, what.areas, to);
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
    statuses_.set(seat, to_status);
    --held_seats_;
    sold_seats_ += selling ? 1 : 0;
  }
  for (std::size_t i = its.seats; i < its.all.size(); i += 2)
    move(area(its.all[i]), its.all[i + 1]);
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

auto seat_ledger::counts() const noexcept -> domain::event_counts {
  domain::event_counts sum{statuses_.size() - held_seats_ - sold_seats_ - blocked_seats_, held_seats_, sold_seats_,
                           blocked_seats_};
  for (const auto& its : areas_) {
    sum.available += its.available();
    sum.held += its.held;
    sum.sold += its.sold;
  }
  return sum;
}

auto seat_ledger::bytes() const noexcept -> std::size_t {
  // A hash node, its bucket and the block of places come to some 100 bytes with two seats.
  return sizeof *this + statuses_.bytes() + areas_.capacity() * sizeof(area_line) + live_.size() * 100;
}

} // namespace holdfast::projections

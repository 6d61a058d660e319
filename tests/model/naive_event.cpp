#include "tests/model/naive_event.hpp"

#include "tests/model/naive_plan.hpp"

#include <algorithm>

namespace holdfast::model {

using domain::area_counts;
using domain::area_index;
using domain::booking;
using domain::booking_status;
using domain::ended_hold;
using domain::event_counts;
using domain::hold_number;
using domain::instant;
using domain::minor_units;
using domain::owner;
using domain::seat_index;
using domain::seat_status;
using domain::tier_index;

auto total_of(const booking& what) -> minor_units {
  minor_units sum = 0;
  for (const auto price : what.prices) {
    sum += price;
  }
  for (const auto& area : what.areas) {
    sum += area.price * static_cast<minor_units>(area.quantity);
  }
  return sum + fees_of(what) + taxes_of(what);
}

auto tax_on(const booking& what, minor_units cost) -> minor_units {
  if (!what.tax || what.tax->rate.mode == domain::tax_mode::inclusive) {
    return 0;
  }
  // In hundredths of hundredths of a minor unit, of which half a whole is rounded up.
  const auto exact = cost * static_cast<minor_units>(what.tax->rate.basis_points);
  return exact / 10'000 + (exact % 10'000 < 5'000 ? 0 : 1);
}

auto taxes_of(const booking& what) -> minor_units {
  minor_units sum = 0;
  for (std::size_t i = 0; i < what.prices.size(); ++i) {
    sum += tax_on(what, what.prices[i] + (what.fees.empty() ? 0 : what.fees[i]));
  }
  for (const auto& area : what.areas) {
    for (std::uint32_t place = 0; place < area.quantity; ++place) {
      sum += tax_on(what, area.price + area.fee);
    }
  }
  return sum;
}

auto fees_of(const booking& what) -> minor_units {
  minor_units sum = 0;
  for (const auto fee : what.fees) {
    sum += fee;
  }
  for (const auto& area : what.areas) {
    sum += area.fee * static_cast<minor_units>(area.quantity);
  }
  return sum;
}

auto is_borrowed(const booking& what) -> bool {
  return what.bought_from && !what.bought_from->is_swapped;
}

auto places_in(const booking& what) -> std::uint64_t {
  std::uint64_t sum = what.seats.size();
  for (const auto& area : what.areas) {
    sum += area.quantity;
  }
  return sum;
}

auto naive_event::price(tier_index tier) const -> minor_units {
  const auto& wanted = seats->tier_ids()[tier];
  const auto found =
      std::find_if(config.tiers.begin(), config.tiers.end(), [&](const auto& t) { return t.id == wanted; });
  return found == config.tiers.end() ? -1 : found->price;
}

auto naive_event::fee(tier_index tier) const -> minor_units {
  const auto& wanted = seats->tier_ids()[tier];
  const auto found =
      std::find_if(config.tiers.begin(), config.tiers.end(), [&](const auto& t) { return t.id == wanted; });
  return found == config.tiers.end() ? -1 : found->fee;
}

auto naive_event::fees_of_seats(const std::vector<seat_index>& which) const -> std::vector<minor_units> {
  std::vector<minor_units> all;
  for (const auto seat : which) {
    all.push_back(fee(seats->tier_of_seat(seat)));
  }
  return std::all_of(all.begin(), all.end(), [](auto amount) { return amount == 0; }) ? std::vector<minor_units>{}
                                                                                      : all;
}

auto naive_event::seat(seat_index seat) const -> seat_status {
  const auto owned = owners.find(seat);
  if (owned == owners.end()) {
    return pools.contains(seat) ? seat_status::blocked : seat_status::available;
  }
  return bookings.at(owned->second).status == booking_status::held ? seat_status::held : seat_status::sold;
}

auto naive_event::area(area_index area) const -> area_counts {
  area_counts sum;
  for (const auto& [number, what] : bookings) {
    for (const auto& part : what.areas) {
      if (part.area == area && !is_borrowed(what)) {
        (what.status == booking_status::held ? sum.held : sum.sold) += part.quantity;
      }
    }
  }
  for (const auto& [number, one] : allocations) {
    sum.blocked += apart(number, area) - used(number, area);
  }
  return sum;
}

auto naive_event::apart(domain::allocation_number number, area_index area) const -> std::uint32_t {
  std::uint32_t sum = 0;
  if (const auto found = allocations.find(number); found != allocations.end()) {
    for (const auto& part : found->second.areas) {
      sum += part.area == area ? part.quantity : 0;
    }
  }
  return sum;
}

auto naive_event::used(domain::allocation_number number, area_index area) const -> std::uint32_t {
  std::uint32_t sum = 0;
  for (const auto& [hold, what] : bookings) {
    for (const auto& part : what.areas) {
      sum += part.area == area && !is_borrowed(what) && source_of(what, area) == number ? part.quantity : 0;
    }
  }
  return sum;
}

auto naive_event::source_of(const booking& what, area_index area) const -> domain::allocation_number {
  return apart(what.allocation, area) > 0 ? what.allocation : domain::allocation_number{};
}

auto naive_event::open_to(seat_index seat, domain::allocation_number grant) const -> bool {
  const auto pool = pools.find(seat);
  return pool == pools.end() || pool->second == grant;
}

auto naive_event::counts() const -> event_counts {
  event_counts sum;
  if (!seats) {
    return sum;
  }
  for (seat_index i = 0; i < seats->seat_count(); ++i) {
    switch (seat(i)) {
    case seat_status::available: ++sum.available; break;
    case seat_status::held: ++sum.held; break;
    case seat_status::sold: ++sum.sold; break;
    case seat_status::blocked: ++sum.blocked; break;
    }
  }
  for (std::uint32_t i = 0; i < seats->area_count(); ++i) {
    const auto taken = area(static_cast<area_index>(i));
    sum.held += taken.held;
    sum.sold += taken.sold;
    sum.blocked += taken.blocked;
    sum.available += seats->spec().areas[i].capacity - taken.held - taken.sold - taken.blocked;
  }
  return sum;
}

auto naive_event::places_of(const owner& who) const -> std::uint64_t {
  std::uint64_t sum = 0;
  for (const auto& [number, what] : bookings) {
    if (what.by == who) {
      sum += places_in(what);
    }
  }
  return sum;
}

auto naive_event::on_sale(instant now) const -> bool {
  return status == domain::event_status::published && (!config.sale_opens_at || *config.sale_opens_at <= now) &&
         (!config.sale_closes_at || now < *config.sale_closes_at);
}

auto naive_event::live_holds() const -> std::size_t {
  return static_cast<std::size_t>(std::count_if(
      bookings.begin(), bookings.end(), [](const auto& entry) { return entry.second.status == booking_status::held; }));
}

auto naive_event::next_deadline() const -> std::optional<instant> {
  std::optional<instant> next;
  for (const auto& [number, what] : bookings) {
    const bool returns = what.status == booking_status::confirmed && status == domain::event_status::cancelled;
    if (returns || (what.status == booking_status::held && (!next || what.expires_at < *next))) {
      next = what.expires_at;
    }
  }
  if (next && status == domain::event_status::cancelled) {
    next = time;
  }
  const auto price = next_reprice(*this);
  return price && (!next || *price < *next) ? price : next;
}

auto naive_event::remembered(std::uint64_t key, instant at) const -> const key_entry* {
  const auto hour = [](instant when) { return when.unix_ms / domain::hours(1).count; };
  const auto found = keys.find(key);
  return found != keys.end() && hour(at) - hour(found->second.at) <= 24 ? &found->second : nullptr;
}

auto naive_event::ended_at(hold_number number, instant at) const -> const ended_hold* {
  const auto found = ended.find(number);
  return found != ended.end() && at - found->second.at < domain::limits::ended_holds_kept ? &found->second : nullptr;
}

auto naive_event::overdue(instant now) const -> std::vector<hold_number> {
  std::vector<hold_number> due;
  for (const auto& [number, what] : bookings) {
    if (what.status == booking_status::held && what.expires_at <= now) {
      due.push_back(number);
    }
  }
  std::stable_sort(due.begin(), due.end(),
                   [&](auto a, auto b) { return bookings.at(a).expires_at < bookings.at(b).expires_at; });
  return due;
}

auto naive_event::endable(instant now) const -> std::vector<hold_number> {
  auto due = overdue(now);
  due.resize(std::min(due.size(), domain::limits::facts_per_command_max - 1));
  return due;
}

} // namespace holdfast::model

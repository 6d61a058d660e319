#include "domain/alternatives.hpp"
#include "domain/check.hpp"
#include "domain/decide_parts.hpp"
#include "domain/limits.hpp"
#include "domain/seat_choice.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::domain {
namespace {

/// Holds that are past their deadline and stand in the way: they are ended first, in the same decision, as far as its facts go.
class ended_first {
 public:
  explicit ended_first(const question& ask) : ask_{ask} {}

  [[nodiscard]] auto has(std::uint32_t hold) const -> bool { return std::ranges::find(holds_, hold) != holds_.end(); }

  /// Adds a hold that is due; false when no more fit.
  auto add(std::uint32_t hold) -> bool {
    if (has(hold)) {
      return true;
    }
    if (holds_.size() + 1 == limits::facts_per_command_max) {
      return false;
    }
    holds_.push_back(hold);
    return true;
  }

  /// The first holds that are due, in the order in which they end; no more than one decision can end.
  [[nodiscard]] auto due() -> const std::vector<deadline>& {
    if (!due_) {
      due_ = ask_.data.bookings.deadlines().first(limits::facts_per_command_max - 1, ask_.now);
    }
    return *due_;
  }

  /// The holds to be ended, which are among the first that are due, and those others.
  [[nodiscard]] auto endable() -> std::vector<std::uint32_t> {
    auto all = holds_;
    for (const auto& one : due()) {
      if (!has(one.hold)) {
        all.push_back(one.hold);
      }
    }
    return all;
  }

  [[nodiscard]] auto places_in(area_index area) const -> std::uint32_t {
    std::uint32_t places = 0;
    for (const auto hold : holds_) {
      places += ask_.data.bookings.find(hold_number{hold})->places_in(area);
    }
    return places;
  }

  /// The facts that end them, by number.
  [[nodiscard]] auto as_facts() -> facts {
    std::ranges::sort(holds_);
    facts made;
    made.reserve(holds_.size() + 1);
    for (const auto hold : holds_) {
      made.push_back({ask_.now, ask_.id, hold_expired{hold_number{hold}}});
    }
    return made;
  }

 private:
  const question& ask_;
  std::vector<std::uint32_t> holds_;
  std::optional<std::vector<deadline>> due_;
};

template <class Values>
auto has_repeats(Values values) -> bool {
  std::ranges::sort(values);
  return std::ranges::adjacent_find(values) != values.end();
}

void append_best_faults(const layout& seats, const best_available& best, std::vector<config_fault>& to) {
  const std::string at = "/best_available";
  if (best.quantity == 0 || best.quantity > limits::best_available_quantity_max) {
    to.push_back({at + "/quantity", "1 to 100"});
  }
  if (best.accessible > best.quantity) {
    to.push_back({at + "/accessible", "at most the quantity"});
  }
  if (std::ranges::any_of(best.tiers, [&](tier_index tier) { return tier >= seats.tier_ids().size(); })) {
    to.push_back({at + "/tiers", "no such tier"});
  }
  if (std::ranges::any_of(best.sections,
                          [&](std::uint32_t section) { return section >= seats.spec().sections.size(); })) {
    to.push_back({at + "/sections", "no such section"});
  }
  if (has_repeats(best.tiers)) {
    to.push_back({at + "/tiers", "a tier is named twice"});
  }
  if (has_repeats(best.sections)) {
    to.push_back({at + "/sections", "a section is named twice"});
  }
}

void append_area_faults(const layout& seats, const std::vector<area_quantity>& wanted, std::vector<config_fault>& to) {
  std::vector<area_index> areas;
  for (const auto& [area, quantity] : wanted) {
    areas.push_back(area);
    if (area >= seats.area_count()) {
      to.push_back({"/areas", "no such area"});
    }
    if (quantity == 0) {
      to.push_back({"/areas", "a quantity is at least 1"});
    }
  }
  if (has_repeats(std::move(areas))) {
    to.push_back({"/areas", "an area is named twice"});
  }
}

auto faults_of(const layout& seats, const hold_seats& what) -> std::vector<config_fault> {
  std::vector<config_fault> faults;
  const int kinds = (what.seats.empty() ? 0 : 1) + (what.best ? 1 : 0) + (what.areas.empty() ? 0 : 1);
  if (kinds != 1) {
    faults.push_back({"", "exactly one of seats, best_available and areas"});
  }
  if (std::ranges::any_of(what.seats, [&](seat_index seat) { return seat >= seats.seat_count(); })) {
    faults.push_back({"/seats", "no such seat"});
  }
  if (has_repeats(what.seats)) {
    faults.push_back({"/seats", "a seat is named twice"});
  }
  if (what.best) {
    append_best_faults(seats, *what.best, faults);
  }
  append_area_faults(seats, what.areas, faults);
  return faults;
}

auto over_limit(reason why, std::uint64_t limit, std::uint64_t current) -> rejection {
  rejection no;
  no.why = why;
  no.limit = limit;
  no.current = current;
  return no;
}

/// Whether the places asked for exceed a limit, holds that are due left out of what a buyer has.
auto limit_exceeded(const question& ask, std::uint64_t places, ended_first& ends) -> std::optional<rejection> {
  const auto& config = ask.data.config;
  const auto order_max = std::min(config.max_per_order, limits::places_per_hold_max);
  if (places > order_max) {
    return over_limit(reason::order_limit_exceeded, order_max, 0);
  }
  if (ask.is_box_office()) {
    return std::nullopt;
  }
  auto has = ask.data.bookings.places_of(ask.as_owner());
  if (has + places > config.max_per_buyer) {
    for (const auto& due : ends.due()) {
      const auto& slot = *ask.data.bookings.find(hold_number{due.hold});
      if (slot.by() == ask.as_owner()) {
        ends.add(due.hold);
        has -= slot.places();
      }
    }
  }
  if (has + places > config.max_per_buyer) {
    return over_limit(reason::buyer_limit_exceeded, config.max_per_buyer, has);
  }
  return std::nullopt;
}

/// The seats that cannot be had, as a rejection.
auto seat_conflicts(const question& ask, const std::vector<seat_index>& seats, ended_first& ends)
    -> std::optional<rejection> {
  const auto& data = ask.data;
  rejection no;
  for (const auto seat : seats) {
    const auto status = data.statuses[seat];
    if (status == seat_status::available) {
      continue;
    }
    const auto holder = data.holders[seat];
    if (!data.bookings.find(hold_number{holder})->is_due(ask.now) || !ends.add(holder)) {
      no.conflicts.push_back({seat, status});
    }
  }
  if (no.conflicts.empty()) {
    return std::nullopt;
  }
  no.why = reason::seat_unavailable;
  no.alternatives = find_alternatives(data, seats);
  return no;
}

/// Places of an area that are free once the holds to be ended are; ends more of those that are due while too few are.
auto places_free(const question& ask, const area_quantity& wanted, ended_first& ends) -> std::uint32_t {
  std::uint32_t places = ask.data.free_places(wanted.area) + ends.places_in(wanted.area);
  if (places >= wanted.quantity) {
    return places;
  }
  for (const auto& due : ends.due()) {
    const auto more = ask.data.bookings.find(hold_number{due.hold})->places_in(wanted.area);
    if (more > 0 && !ends.has(due.hold)) {
      const bool fits = ends.add(due.hold);
      HF_CHECK(fits, "what is ended for an area or a limit is among the first holds that are due");
      places += more;
      if (places >= wanted.quantity) {
        break;
      }
    }
  }
  return places;
}

auto area_conflicts(const question& ask, const std::vector<area_quantity>& areas, ended_first& ends)
    -> std::optional<rejection> {
  rejection no;
  for (const auto& wanted : areas) {
    const auto places = places_free(ask, wanted, ends);
    if (places < wanted.quantity) {
      no.area_conflicts.push_back({wanted.area, places});
    }
  }
  if (no.area_conflicts.empty()) {
    return std::nullopt;
  }
  no.why = reason::area_full;
  return no;
}

/// The best seats as they are once holds past their deadline have ended; ends those of them that had any. Of more such holds than one
/// decision can end, the first count as ended.
auto chosen(const question& ask, const best_available& wanted, ended_first& ends)
    -> std::optional<std::vector<seat_index>> {
  const auto& data = ask.data;
  const auto endable = ends.endable();
  if (endable.empty()) {
    return choose_best(data.view(), wanted);
  }
  // Copies, some microseconds: only while holds are due that the deadline actor has not ended yet, which it does within a second.
  auto statuses = data.statuses;
  auto runs = data.runs;
  for (const auto hold : endable) {
    for (const auto seat : data.bookings.find(hold_number{hold})->seats()) {
      const auto row = data.seats->row_of(seat);
      statuses[seat] = seat_status::available;
      runs.set(*data.seats, seat, row, true);
      runs.refresh(*data.seats, row);
    }
  }
  auto seats = choose_best({*data.seats, runs, statuses}, wanted);
  if (seats) {
    for (const auto seat : *seats) {
      if (data.statuses[seat] != seat_status::available) {
        ends.add(data.holders[seat]);
      }
    }
  }
  return seats;
}

auto created(const question& ask, std::vector<seat_index> seats, const std::vector<area_quantity>& areas)
    -> hold_created {
  const auto& data = ask.data;
  hold_created hold;
  hold.hold = hold_number{data.last_hold + 1};
  hold.by = ask.as_owner();
  hold.sold_by = ask.key();
  hold.seats = std::move(seats);
  hold.prices.reserve(hold.seats.size());
  for (const auto seat : hold.seats) {
    hold.prices.push_back(data.tier_prices[data.seats->tier_of_seat(seat)]);
  }
  hold.areas.reserve(areas.size());
  for (const auto& [area, quantity] : areas) {
    hold.areas.push_back({area, quantity, data.tier_prices[data.seats->tier_of_area(area)]});
  }
  hold.expires_at = ask.now + data.config.hold_time;
  hold.cap_at = ask.now + data.config.hold_cap;
  return hold;
}

} // namespace

auto decide_hold(const question& ask, const hold_seats& what) -> decision {
  const auto& data = ask.data;
  if (auto faults = faults_of(*data.seats, what); !faults.empty()) {
    return invalid(std::move(faults));
  }
  if (sale_status_at(data.status, data.config, ask.now) != sale_status::on_sale) {
    return rejected(reason::sale_not_open);
  }
  ended_first ends{ask};
  if (auto no = limit_exceeded(ask, what.places(), ends)) {
    return tl::unexpected{*std::move(no)};
  }
  if (data.last_hold == limits::hold_number_max) {
    return rejected(reason::holds_exhausted);
  }
  if (auto no = seat_conflicts(ask, what.seats, ends)) {
    return tl::unexpected{*std::move(no)};
  }
  if (auto no = area_conflicts(ask, what.areas, ends)) {
    return tl::unexpected{*std::move(no)};
  }
  auto seats = what.seats;
  if (what.best) {
    auto best = chosen(ask, *what.best, ends);
    if (!best) {
      return rejected(reason::no_such_seats);
    }
    seats = *std::move(best);
  }
  auto made = ends.as_facts();
  made.push_back({ask.now, ask.id, created(ask, std::move(seats), what.areas)});
  return made;
}

} // namespace holdfast::domain

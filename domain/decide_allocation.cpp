#include "domain/card_number.hpp"
#include "domain/decide_parts.hpp"
#include "domain/limits.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::domain {
namespace {

class checker {
 public:
  void operator()(bool sound, const char* pointer, const char* message) {
    if (!sound) {
      faults_.push_back({pointer, message});
    }
  }

  [[nodiscard]] auto taken() && -> std::vector<config_fault> { return std::move(faults_); }

 private:
  std::vector<config_fault> faults_;
};

auto is_in(const event_data& data, const std::vector<seat_index>& seats) -> bool {
  return std::ranges::all_of(seats, [&](seat_index seat) { return seat < data.statuses.size(); });
}

auto areas_of(const std::vector<area_quantity>& areas) -> std::vector<area_index> {
  std::vector<area_index> all;
  std::ranges::transform(areas, std::back_inserter(all), &area_quantity::area);
  return all;
}

auto is_clear_text(const std::string& text, std::size_t bytes_max) -> bool {
  return text.size() <= bytes_max && is_clear_name(text);
}

auto has_code(const event_data& data, const access_code_hash& code) -> bool {
  return std::ranges::any_of(data.allocations, [&](const allocation& one) { return one.code == code; });
}

/// Faults of areas wherever they are named.
void check_areas(const event_data& data, const std::vector<area_quantity>& areas, checker& check) {
  check(std::ranges::all_of(areas, [&](const area_quantity& one) { return one.area < data.areas.size(); }), "/areas",
        "no such area");
  check(!has_repeats(areas_of(areas)), "/areas", "an area is named twice");
}

auto faults_of(const event_data& data, const allocate_seats& what) -> std::vector<config_fault> {
  checker check;
  check(is_clear_text(what.name, limits::name_bytes_max), "/name",
        "1 to 200 bytes of UTF-8 without control, invisible and direction characters, no blank at an end");
  check(is_clear_text(what.reason, limits::allocation_reason_bytes_max), "/reason",
        "1 to 200 bytes of UTF-8 without control, invisible and direction characters, no blank at an end");
  check(!has_card_number(what.name), "/name", "this looks like the number of a payment card");
  check(!has_card_number(what.reason), "/reason", "this looks like the number of a payment card");
  check(what.code.has_value() == (what.kind == allocation_kind::presale), "/access_code",
        "a presale has an access code, and nothing else has");
  check(!what.code || !has_code(data, *what.code), "/access_code", "another presale of the event has this code");
  check(what.seats.size() + what.areas.size() > 0, "/seats", "seats or areas are needed");
  check(what.seats.size() <= limits::allocated_at_once_max, "/seats", "at most 10,000 seats at once");
  check(is_in(data, what.seats), "/seats", "no such seat");
  check(!has_repeats(what.seats), "/seats", "a seat is named twice");
  check_areas(data, what.areas, check);
  check(std::ranges::all_of(what.areas, [](const area_quantity& one) { return one.quantity > 0; }), "/areas",
        "a quantity is at least 1");
  check(data.allocations.size() < limits::allocations_max, "", "an event has at most 200 allocations at a time");
  check(data.last_allocation < limits::allocation_number_max, "",
        "an event has at most 60,000 allocations in its life");
  return std::move(check).taken();
}

auto faults_of(const event_data& data, const change_allocation& what) -> std::vector<config_fault> {
  checker check;
  auto both = what.add;
  both.insert(both.end(), what.remove.begin(), what.remove.end());
  check(both.size() <= limits::allocated_at_once_max, "", "at most 10,000 seats at once");
  check(is_in(data, what.add), "/add_seats", "no such seat");
  check(is_in(data, what.remove), "/remove_seats", "no such seat");
  check(!has_repeats(std::move(both)), "", "a seat is named twice");
  check_areas(data, what.areas, check);
  check(what.from != what.allocation, "/from", "places come from another allocation, or from the public");
  check(!what.from || data.find_allocation(what.from.value()) != nullptr, "/from", "no such allocation");
  return std::move(check).taken();
}

/// The seats that nobody could get now, as a rejection.
auto not_available(const event_data& data, const std::vector<seat_index>& seats) -> std::optional<rejection> {
  rejection no;
  no.why = reason::seat_unavailable;
  for (const auto seat : seats) {
    if (data.statuses[seat] != seat_status::available) {
      no.conflicts.push_back({seat, data.statuses[seat]});
    }
  }
  return no.conflicts.empty() ? std::nullopt : std::optional{std::move(no)};
}

auto not_available(const event_data& data, const std::vector<area_quantity>& areas) -> std::optional<rejection> {
  rejection no;
  no.why = reason::area_full;
  for (const auto& [area, quantity] : areas) {
    if (data.free_places(area) < quantity) {
      no.area_conflicts.push_back({area, data.free_places(area)});
    }
  }
  return no.area_conflicts.empty() ? std::nullopt : std::optional{std::move(no)};
}

/// Seats that a change adds: the public's, or another allocation's, that nobody has.
auto not_available(const event_data& data, const std::vector<seat_index>& seats, allocation_number from)
    -> std::optional<rejection> {
  if (!from) {
    return not_available(data, seats);
  }
  rejection no;
  no.why = reason::seat_unavailable;
  for (const auto seat : seats) {
    if (data.pool_of(seat) != from.value() || data.statuses[seat] != seat_status::blocked) {
      no.conflicts.push_back({seat, data.statuses[seat]});
    }
  }
  return no.conflicts.empty() ? std::nullopt : std::optional{std::move(no)};
}

auto quantity_of(const allocated_area* part) noexcept -> std::uint32_t {
  return part == nullptr ? 0 : part->quantity;
}

auto unused_of(const allocated_area* part) noexcept -> std::uint32_t {
  return part == nullptr ? 0 : part->quantity - part->used;
}

/// Areas of which there are too few places that nobody has, where they would come from or, for fewer, in the allocation itself.
auto not_available(const event_data& data, const allocation& of, const allocation_changed& change)
    -> std::optional<rejection> {
  rejection no;
  no.why = reason::area_full;
  const auto* const from = data.find_allocation(change.from.value());
  for (const auto& [area, quantity] : change.areas) {
    const auto* const part = of.find(area);
    const auto before = quantity_of(part);
    const auto source = from == nullptr ? data.free_places(area) : unused_of(from->find(area));
    const auto free = quantity > before ? source : unused_of(part);
    if ((quantity > before ? quantity - before : before - quantity) > free) {
      no.area_conflicts.push_back({area, free});
    }
  }
  return no.area_conflicts.empty() ? std::nullopt : std::optional{std::move(no)};
}

auto is_over(const event_data& data) -> bool {
  return data.status > event_status::paused;
}

} // namespace

auto decide_allocation(const question& ask, const allocate_seats& what) -> decision {
  const auto& data = ask.data;
  if (auto faults = faults_of(data, what); !faults.empty()) {
    return invalid(std::move(faults));
  }
  if (is_over(data)) {
    return rejected(reason::wrong_status);
  }
  if (auto no = not_available(data, what.seats)) {
    return tl::unexpected{*std::move(no)};
  }
  if (auto no = not_available(data, what.areas)) {
    return tl::unexpected{*std::move(no)};
  }
  allocation made;
  made.number = allocation_number{static_cast<std::uint16_t>(data.last_allocation + 1)};
  made.kind = what.kind;
  made.name = what.name;
  made.reason = what.reason;
  made.code = what.code;
  for (const auto& [area, quantity] : what.areas) {
    made.areas.push_back({area, quantity, 0});
  }
  return decided(ask, seats_allocated{std::move(made), what.seats, ask.by.key});
}

auto decide_allocation(const question& ask, const change_allocation& what) -> decision {
  const auto& data = ask.data;
  const auto number = what.allocation.value();
  const auto* const its = data.find_allocation(number);
  if (its == nullptr) {
    return rejected(reason::not_found);
  }
  if (auto faults = faults_of(data, what); !faults.empty()) {
    return invalid(std::move(faults));
  }
  if (is_over(data)) {
    return rejected(reason::wrong_status);
  }
  allocation_changed change{what.allocation, {}, {}, ask.by.key, what.from};
  std::ranges::copy_if(what.add, std::back_inserter(change.added),
                       [&](seat_index seat) { return data.pool_of(seat) != number; });
  std::ranges::copy_if(what.remove, std::back_inserter(change.removed),
                       [&](seat_index seat) { return data.pool_of(seat) == number; });
  std::ranges::copy_if(what.areas, std::back_inserter(change.areas),
                       [&](const area_quantity& one) { return quantity_of(its->find(one.area)) != one.quantity; });
  if (auto no = not_available(data, change.added, what.from)) {
    return tl::unexpected{*std::move(no)};
  }
  if (auto no = not_available(data, *its, change)) {
    return tl::unexpected{*std::move(no)};
  }
  if (change.added.empty() && change.removed.empty() && change.areas.empty()) {
    return facts{};
  }
  return decided(ask, std::move(change));
}

auto decide_allocation(const question& ask, const release_allocation& what) -> decision {
  const auto number = what.allocation.value();
  if (number == 0 || number > ask.data.last_allocation) {
    return rejected(reason::not_found);
  }
  if (ask.data.find_allocation(number) == nullptr) {
    return facts{};
  }
  return decided(ask, allocation_released{what.allocation, ask.by.key});
}

} // namespace holdfast::domain

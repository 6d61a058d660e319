#include "tests/search/naive_events.hpp"

#include <iterator>

// What happens to one event, and what that makes of its plain values.

namespace holdfast::search_test {

using domain::fact_body;

namespace {

/// To the allocation that it had them of, if there still is one.
void give_back(naive_event& to, std::uint32_t hold) {
  if (const auto of = to.of_pool.extract(hold); !of.empty() && to.pools.contains(of.mapped()))
    to.pools.at(of.mapped()).used -= to.live.at(hold);
  to.live.erase(hold);
}

} // namespace

void naive_events::apply(naive_event& to, const fact_body& what) {
  using domain::event_status;
  ++to.seq;
  if (const auto* created = std::get_if<domain::event_created>(&what)) {
    to.config = created->config;
    to.capacity = created->seats->spec().areas.front().capacity;
  } else if (const auto* amended = std::get_if<domain::event_amended>(&what)) {
    to.config = amended->config;
  } else if (const auto* layout = std::get_if<domain::layout_replaced>(&what)) {
    to.capacity = layout->seats->spec().areas.front().capacity;
    to.pools.clear();
  } else if (const auto* apart = std::get_if<domain::seats_allocated>(&what)) {
    to.pools[apart->what.number.value()].places = apart->what.areas.front().quantity;
  } else if (const auto* freed = std::get_if<domain::allocation_released>(&what)) {
    to.pools.erase(freed->allocation.value());
  } else if (std::holds_alternative<domain::event_published>(what)) {
    to.status = event_status::published;
    to.listed = true;
  } else if (std::holds_alternative<domain::event_resumed>(what)) {
    to.status = event_status::published;
  } else if (std::holds_alternative<domain::event_paused>(what)) {
    to.status = event_status::paused;
  } else if (std::holds_alternative<domain::event_closed>(what)) {
    to.status = event_status::closed;
  } else if (std::holds_alternative<domain::event_cancelled>(what)) {
    to.status = event_status::cancelled;
  } else if (const auto* held = std::get_if<domain::hold_created>(&what)) {
    to.live[held->hold.value()] = held->areas.front().quantity;
    to.holds.push_back(now_);
    if (held->allocation != domain::allocation_number{}) {
      to.pools.at(held->allocation.value()).used += held->areas.front().quantity;
      to.of_pool[held->hold.value()] = held->allocation.value();
    }
  } else if (const auto* released = std::get_if<domain::hold_released>(&what)) {
    give_back(to, released->hold.value());
  } else if (const auto* expired = std::get_if<domain::hold_expired>(&what)) {
    give_back(to, expired->hold.value());
  } else if (const auto* confirmed = std::get_if<domain::order_confirmed>(&what)) {
    to.sold += to.live.at(confirmed->hold.value());
    to.live.erase(confirmed->hold.value());
    to.of_pool.erase(confirmed->hold.value());
  }
}

auto naive_events::change(naive_event& event) -> std::vector<fact_body> {
  using domain::event_status;
  switch (event.status) {
  case event_status::draft:
    if (dice_.chance(20))
      return {domain::layout_replaced{floor_of(static_cast<std::uint32_t>(dice_.between(1, 50)))}};
    if (dice_.chance(30))
      return {domain::event_amended{random_config()}};
    return {dice_.chance(90) ? fact_body{domain::event_published{}} : fact_body{domain::event_cancelled{}}};
  case event_status::paused: return {domain::event_resumed{}};
  case event_status::published:
    if (dice_.chance(60))
      return {domain::event_amended{random_config()}};
    return {dice_.chance(50)
                ? fact_body{domain::event_paused{}}
                : (dice_.chance(50) ? fact_body{domain::event_closed{}} : fact_body{domain::event_cancelled{}})};
  default: return {domain::event_amended{random_config()}};
  }
}

auto naive_events::sell(naive_event& event) -> std::vector<fact_body> {
  if (!event.live.empty() && dice_.chance(50)) {
    const auto which =
        std::next(event.live.begin(), static_cast<std::ptrdiff_t>(dice_.index(event.live.size())))->first;
    const domain::hold_number number{which};
    switch (dice_.below(3)) {
    case 0: return {domain::hold_released{number, {}}};
    case 1: return {domain::hold_expired{number}};
    default: return {domain::order_confirmed{number, {}, {}, 0}};
    }
  }
  if (dice_.chance(25))
    return set_apart(event);
  if (event.available() == 0)
    return {};
  domain::hold_created held;
  held.hold = domain::hold_number{++event.last_hold};
  held.areas.push_back({0, static_cast<std::uint32_t>(dice_.between(1, event.available())), 100});
  return {held};
}

/// An allocation is made, sold from, or released.
auto naive_events::set_apart(naive_event& event) -> std::vector<fact_body> {
  if (event.pools.empty() || dice_.chance(30)) {
    if (event.available() == 0)
      return {};
    domain::seats_allocated made;
    made.what.number = domain::allocation_number{static_cast<std::uint16_t>(++event.last_allocation)};
    made.what.areas.push_back({0, static_cast<std::uint32_t>(dice_.between(1, event.available())), 0});
    return {made};
  }
  const auto& [number, pool] =
      *std::next(event.pools.begin(), static_cast<std::ptrdiff_t>(dice_.index(event.pools.size())));
  const domain::allocation_number allocation{static_cast<std::uint16_t>(number)};
  if (pool.used == pool.places || dice_.chance(30))
    return {domain::allocation_released{allocation, {}}};
  domain::hold_created held;
  held.hold = domain::hold_number{++event.last_hold};
  held.areas.push_back({0, static_cast<std::uint32_t>(dice_.between(1, pool.places - pool.used)), 100});
  held.allocation = allocation;
  return {held};
}

} // namespace holdfast::search_test

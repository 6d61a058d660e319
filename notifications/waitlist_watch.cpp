#include "notifications/waitlist_watch.hpp"

#include "people/contact.hpp"

#include <string_view>
#include <variant>

namespace holdfast::notifications {

namespace {

using people::append_number;
using people::number_at;

constexpr std::string_view row_prefix = "q"; ///< event order → who, attempt, hold
constexpr std::size_t number_bytes = sizeof(std::uint64_t);

auto row_key(domain::event_id event, domain::waitlist_number number) -> std::string {
  std::string key{row_prefix};
  append_number(key, event.value());
  append_number(key, number.value());
  return key;
}

} // namespace

auto waitlist_watch::load(const people::durable_map& from) -> tl::expected<void, std::string> {
  return from.scan(row_prefix, {}, [&](std::string_view key, std::string_view value) {
    const domain::event_id event{number_at(key, row_prefix.size())};
    const domain::waitlist_number number{static_cast<std::uint32_t>(number_at(key, row_prefix.size() + number_bytes))};
    order its;
    its.who = {number_at(value, 0), number_at(value, number_bytes)};
    its.attempt = number_at(value, 2 * number_bytes);
    its.hold = domain::hold_number{static_cast<std::uint32_t>(number_at(value, 3 * number_bytes))};
    if (its.hold) {
      offered_[{event, its.hold}] = number;
    }
    orders_[{event, number}] = its;
    return true;
  });
}

auto waitlist_watch::clear(const people::durable_map& from, people::map_changes& to)
    -> tl::expected<void, std::string> {
  orders_.clear();
  offered_.clear();
  return from.scan(row_prefix, {}, [&](std::string_view key, std::string_view) {
    to.remove(std::string{key});
    return true;
  });
}

auto waitlist_watch::watches(domain::event_id event) const -> bool {
  const auto first = orders_.lower_bound({event, {}});
  return first != orders_.end() && first->first.first == event;
}

auto waitlist_watch::told_with(domain::event_id event, domain::waitlist_number number) const -> std::uint64_t {
  const auto found = orders_.find({event, number});
  return found == orders_.end() ? 0 : found->second.attempt;
}

void waitlist_watch::see(domain::event_id event, const domain::command_id& by, const domain::fact_body& what,
                         people::map_changes& to, std::vector<told_waiting>& over) {
  if (const auto* joined = std::get_if<domain::waitlist_joined>(&what)) {
    keep({event, joined->order}, {joined->who, people::attempt_of(by), {}}, to);
  } else if (const auto* left = std::get_if<domain::waitlist_left>(&what)) {
    end({event, left->order}, to, over);
  } else if (const auto* held = std::get_if<domain::hold_created>(&what)) {
    if (const auto found = orders_.find({event, held->waitlist}); held->waitlist && found != orders_.end()) {
      auto its = found->second;
      its.hold = held->hold;
      keep(found->first, its, to);
    }
  } else if (const auto* released = std::get_if<domain::hold_released>(&what)) {
    end_hold(event, released->hold, to, over);
  } else if (const auto* expired = std::get_if<domain::hold_expired>(&what)) {
    end_hold(event, expired->hold, to, over);
  } else if (const auto* sold = std::get_if<domain::order_confirmed>(&what)) {
    end_hold(event, sold->hold, to, over);
  } else if (std::holds_alternative<domain::event_closed>(what) ||
             std::holds_alternative<domain::event_cancelled>(what)) {
    end_all(event, to, over);
  }
}

void waitlist_watch::keep(const order_key& which, const order& what, people::map_changes& to) {
  std::string row;
  append_number(row, what.who.high);
  append_number(row, what.who.low);
  append_number(row, what.attempt);
  append_number(row, what.hold.value());
  to.put(row_key(which.first, which.second), std::move(row));
  orders_[which] = what;
  if (what.hold) {
    offered_[{which.first, what.hold}] = which.second;
  }
}

// The key by value: the callers' may stand in the node that goes.
void waitlist_watch::end(order_key which, people::map_changes& to, std::vector<told_waiting>& over) {
  const auto found = orders_.find(which);
  if (found == orders_.end()) {
    return;
  }
  over.push_back({which.first, found->second.who, found->second.attempt});
  offered_.erase({which.first, found->second.hold});
  orders_.erase(found);
  to.remove(row_key(which.first, which.second));
}

void waitlist_watch::end_hold(domain::event_id event, domain::hold_number hold, people::map_changes& to,
                              std::vector<told_waiting>& over) {
  if (const auto found = offered_.find({event, hold}); found != offered_.end()) {
    end({event, found->second}, to, over);
  }
}

void waitlist_watch::end_all(domain::event_id event, people::map_changes& to, std::vector<told_waiting>& over) {
  while (watches(event)) {
    end(orders_.lower_bound({event, {}})->first, to, over);
  }
}

} // namespace holdfast::notifications

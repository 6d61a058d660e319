#include "projections/waitlist_store.hpp"

#include "projections/store/row_codec.hpp"

#include <algorithm>

namespace holdfast::projections {

namespace {

auto pack_choices(const std::vector<domain::waitlist_choice>& choices) -> std::string {
  row_writer to;
  to.byte(static_cast<std::uint8_t>(choices.size()));
  for (const auto& choice : choices) {
    to.byte(static_cast<std::uint8_t>(choice.groups.size()));
    for (const auto seats : choice.groups)
      to.number32(seats);
    to.number32(static_cast<std::uint32_t>(choice.tiers.size()));
    for (const auto tier : choice.tiers)
      to.number32(tier);
    to.number32(choice.accessible).number32(static_cast<std::uint32_t>(choice.areas.size()));
    for (const auto& area : choice.areas)
      to.number32(area.area).number32(area.quantity);
    to.number(static_cast<std::uint64_t>(choice.each_max));
  }
  return to.take();
}

auto unpack_choice(row_reader& in) -> domain::waitlist_choice {
  domain::waitlist_choice made;
  for (auto left = in.byte(); left > 0 && in.sound(); --left)
    made.groups.push_back(in.number32());
  for (auto left = in.number32(); left > 0 && in.sound(); --left)
    made.tiers.push_back(static_cast<domain::tier_index>(in.number32()));
  made.accessible = in.number32();
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    auto& area = made.areas.emplace_back();
    area.area = static_cast<domain::area_index>(in.number32());
    area.quantity = in.number32();
  }
  made.each_max = static_cast<domain::minor_units>(in.number());
  return made;
}

/// Nothing for what is cut short, or too long, or has no choice.
auto unpack_choices(std::string_view bytes) -> std::optional<std::vector<domain::waitlist_choice>> {
  row_reader in{bytes};
  std::vector<domain::waitlist_choice> made;
  for (auto left = in.byte(); left > 0 && in.sound(); --left)
    made.push_back(unpack_choice(in));
  const bool whole = in.sound() && in.rest().empty() && !made.empty();
  return whole ? std::optional{std::move(made)} : std::nullopt;
}

/// That an order waits for the most; the bytes are this store's own.
auto first_choice(std::string_view packed) -> domain::waitlist_choice {
  row_reader in{packed};
  static_cast<void>(in.byte());
  return unpack_choice(in);
}

void add(waitlist_demand& to, std::uint64_t places, int sign) {
  to.orders += static_cast<std::uint64_t>(sign);
  to.places += static_cast<std::uint64_t>(sign) * places;
}

void add(waitlist_demand& to, const waitlist_demand& more) {
  to.orders += more.orders;
  to.places += more.places;
}

} // namespace

auto waitlist_store::ended_counts::of(waitlist_status how) noexcept -> std::uint64_t& {
  switch (how) {
  case waitlist_status::bought: return bought;
  case waitlist_status::lapsed: return lapsed;
  case waitlist_status::left: return left;
  default: return over;
  }
}

void waitlist_store::count(event_list& in, const order& what, int sign) {
  const auto first = first_choice(what.choices);
  add(in.wanted, first.places(), sign);
  for (const auto tier : first.tiers)
    add(in.by_tier[tier], first.places(), sign);
  for (const auto& area : first.areas)
    add(in.by_area[area.area], area.quantity, sign);
  if (first.areas.empty() && first.tiers.empty())
    add(in.any_tier, first.places(), sign);
}

void waitlist_store::enter_line(event_list& in, std::uint32_t number, const order& what) {
  const place its{what.rank, number};
  in.line.insert(std::ranges::upper_bound(in.line, its), its);
  count(in, what, 1);
}

void waitlist_store::leave_line(event_list& in, std::uint32_t number, const order& what) {
  in.line.erase(std::ranges::lower_bound(in.line, place{what.rank, number}));
  count(in, what, -1);
}

auto waitlist_store::join(domain::event_id event, const domain::waitlist_joined& what, domain::instant at) -> bool {
  auto& in = events_[event];
  const auto number = what.order.value();
  if (in.orders.contains(number))
    return false;
  if (const auto before = in.by_buyer.find(what.who); before != in.by_buyer.end()) {
    const auto its = in.orders.find(before->second);
    if (its->second.status == waitlist_status::waiting || its->second.status == waitlist_status::offered)
      return false;
    in.orders.erase(its);
    changed_.insert({event, before->second});
  }
  const order made{what.who, what.rank, 0, waitlist_status::waiting, at, pack_choices(what.choices)};
  enter_line(in, number, made);
  in.orders.emplace(number, made);
  in.by_buyer[what.who] = number;
  changed_.insert({event, number});
  return true;
}

auto waitlist_store::leave(domain::event_id event, const domain::waitlist_left& what) -> bool {
  auto& in = events_[event];
  const auto found = in.orders.find(what.order.value());
  if (found == in.orders.end() || found->second.status != waitlist_status::waiting)
    return false;
  finish(event, in, found->first, waitlist_status::left);
  return true;
}

auto waitlist_store::offer(domain::event_id event, const domain::hold_created& what) -> bool {
  if (!what.waitlist)
    return true;
  auto& in = events_[event];
  const auto found = in.orders.find(what.waitlist.value());
  if (found == in.orders.end() || found->second.status != waitlist_status::waiting ||
      found->second.who != what.by.subject)
    return false;
  leave_line(in, found->first, found->second);
  found->second.status = waitlist_status::offered;
  found->second.hold = what.hold.value();
  in.offers.emplace(what.hold.value(), found->first);
  changed_.insert({event, found->first});
  return true;
}

void waitlist_store::end(domain::event_id event, domain::hold_number hold, waitlist_status how) {
  const auto its = events_.find(event);
  if (its == events_.end())
    return;
  if (const auto found = its->second.offers.find(hold.value()); found != its->second.offers.end())
    finish(event, its->second, found->second, how);
}

void waitlist_store::finish(domain::event_id event, event_list& in, std::uint32_t number, waitlist_status how) {
  auto& its = in.orders.at(number);
  if (its.status == waitlist_status::waiting)
    leave_line(in, number, its);
  else
    in.offers.erase(its.hold);
  its.status = how;
  ++in.ended.of(how);
  changed_.insert({event, number});
  ended_changed_.insert(event);
}

void waitlist_store::empty_line(domain::event_id event, event_list& in) {
  while (!in.line.empty())
    finish(event, in, in.line.back().number, waitlist_status::over);
}

void waitlist_store::close(domain::event_id event) {
  if (const auto its = events_.find(event); its != events_.end())
    empty_line(event, its->second);
}

void waitlist_store::cancel(domain::event_id event) {
  const auto its = events_.find(event);
  if (its == events_.end())
    return;
  empty_line(event, its->second);
  while (!its->second.offers.empty())
    finish(event, its->second, its->second.offers.begin()->second, waitlist_status::over);
}

auto waitlist_store::find(domain::event_id event, const domain::subject_id& who) const -> std::optional<waitlist_line> {
  const auto its = events_.find(event);
  if (its == events_.end())
    return std::nullopt;
  const auto& in = its->second;
  const auto number = in.by_buyer.find(who);
  if (number == in.by_buyer.end())
    return std::nullopt;
  const auto& found = in.orders.at(number->second);
  waitlist_line line;
  line.event = event;
  line.number = domain::waitlist_number{number->second};
  line.status = found.status;
  line.joined_at = found.joined_at;
  line.choices = unpack_choices(found.choices).value();
  line.hold = domain::hold_number{found.hold};
  if (found.status == waitlist_status::waiting) {
    const auto at = std::ranges::lower_bound(in.line, place{found.rank, number->second});
    line.ahead = static_cast<std::uint32_t>(at - in.line.begin());
  }
  return line;
}

auto waitlist_store::offered_as(domain::event_id event, domain::hold_number hold) const -> domain::waitlist_number {
  const auto its = events_.find(event);
  if (its == events_.end())
    return {};
  const auto found = its->second.offers.find(hold.value());
  return found == its->second.offers.end() ? domain::waitlist_number{} : domain::waitlist_number{found->second};
}

auto waitlist_store::summary(domain::event_id event, const domain::layout& seats) const -> waitlist_summary {
  waitlist_summary made;
  made.by_tier.resize(seats.tier_ids().size());
  const auto its = events_.find(event);
  if (its == events_.end())
    return made;
  const auto& in = its->second;
  made.waiting = in.line.size();
  made.offered = in.offers.size();
  made.bought = in.ended.bought;
  made.lapsed = in.ended.lapsed;
  made.left = in.ended.left;
  made.over = in.ended.over;
  made.wanted = in.wanted;
  made.any_tier = in.any_tier;
  for (const auto& [tier, demand] : in.by_tier)
    add(made.by_tier[tier], demand);
  for (const auto& [area, demand] : in.by_area)
    add(made.by_tier[seats.tier_of_area(area)], demand);
  return made;
}

auto waitlist_store::key_bytes(const order_key& key) -> std::string {
  return row_writer{}.byte(order_row).number(key.first.value()).number32(key.second).take();
}

auto waitlist_store::value_bytes(const order& what) -> std::string {
  return row_writer{}
      .number(what.who.high)
      .number(what.who.low)
      .number32(what.rank)
      .number32(what.hold)
      .byte(static_cast<std::uint8_t>(what.status))
      .number(static_cast<std::uint64_t>(what.joined_at.unix_ms))
      .rest(what.choices)
      .take();
}

auto waitlist_store::ended_key(domain::event_id event) -> std::string {
  return row_writer{}.byte(ended_row).number(event.value()).take();
}

auto waitlist_store::ended_value(const ended_counts& what) -> std::string {
  return row_writer{}.number(what.bought).number(what.lapsed).number(what.left).number(what.over).take();
}

void waitlist_store::take_changes(store_changes& to) {
  for (const auto& key : std::exchange(changed_, {})) {
    const auto& orders = events_.at(key.first).orders;
    if (const auto found = orders.find(key.second); found != orders.end())
      to.put(key_bytes(key), value_bytes(found->second));
    else
      to.erase(key_bytes(key));
  }
  for (const auto event : std::exchange(ended_changed_, {}))
    to.put(ended_key(event), ended_value(events_.at(event).ended));
}

void waitlist_store::visit_rows(const row_visitor& visit) const {
  for (const auto& [event, in] : events_) {
    for (const auto& [number, its] : in.orders)
      visit(key_bytes({event, number}), value_bytes(its));
    const auto& ended = in.ended;
    if (ended.bought + ended.lapsed + ended.left + ended.over != 0)
      visit(ended_key(event), ended_value(ended));
  }
}

auto waitlist_store::restore_order(event_list& in, std::uint32_t number, std::string_view value) -> bool {
  row_reader from{value};
  order its;
  its.who = {from.number(), from.number()};
  its.rank = from.number32();
  its.hold = from.number32();
  const auto status = from.byte();
  its.status = static_cast<waitlist_status>(status);
  its.joined_at.unix_ms = static_cast<std::int64_t>(from.number());
  its.choices = from.rest();
  const bool known = status >= static_cast<std::uint8_t>(waitlist_status::waiting) &&
                     status <= static_cast<std::uint8_t>(waitlist_status::over);
  if (!from.sound() || !known || !unpack_choices(its.choices) || in.orders.contains(number) ||
      !in.by_buyer.emplace(its.who, number).second)
    return false;
  if (its.status == waitlist_status::waiting)
    enter_line(in, number, its);
  else if (its.status == waitlist_status::offered)
    in.offers.emplace(its.hold, number);
  in.orders.emplace(number, std::move(its));
  return true;
}

auto waitlist_store::restore(std::string_view key, std::string_view value) -> bool {
  row_reader name{key};
  const auto kind = name.byte();
  const domain::event_id event{name.number()};
  if (kind == order_row) {
    const auto number = name.number32();
    return name.sound() && restore_order(events_[event], number, value);
  }
  row_reader from{value};
  const ended_counts ended{from.number(), from.number(), from.number(), from.number()};
  if (!name.sound() || !from.sound() || !from.rest().empty())
    return false;
  events_[event].ended = ended;
  return true;
}

auto waitlist_store::bytes() const noexcept -> std::size_t {
  constexpr std::size_t node_bytes = 48; // links, colour and the allocator's header
  std::size_t sum = 0;
  for (const auto& [event, in] : events_) {
    const auto of_one = sizeof(order) + sizeof(std::uint32_t) + sizeof(domain::subject_id) + 2 * node_bytes;
    sum += sizeof(event_list) + node_bytes + in.line.capacity() * sizeof(place) + in.orders.size() * of_one;
    for (const auto& [number, its] : in.orders)
      sum += its.choices.capacity() > sizeof(std::string) / 2 ? its.choices.capacity() : 0;
  }
  return sum;
}

} // namespace holdfast::projections

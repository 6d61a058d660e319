#include "domain/limits.hpp"
#include "journal/codec_parts.hpp"
#include "journal/facts.pb.h"
#include "journal/message_codec.hpp"

#include <algorithm>

namespace holdfast::journal::codec {
namespace {

namespace limits = domain::limits;

/// Whether each is greater than the one before.
template <class Items, class Key>
[[nodiscard]] auto ascends(const Items& items, Key key) -> bool {
  const auto no_more = [&](const auto& a, const auto& b) { return key(a) >= key(b); };
  return std::adjacent_find(items.begin(), items.end(), no_more) == items.end();
}

[[nodiscard]] auto read_groups(const wire::WaitlistChoice& from, domain::waitlist_choice& to) -> bool {
  to.groups.assign(from.groups().begin(), from.groups().end());
  to.accessible = from.accessible();
  const auto is_group = [](std::uint32_t seats) { return seats >= 1 && seats <= limits::best_available_quantity_max; };
  for (const auto tier : from.tiers()) {
    if (tier >= limits::tiers_per_event_max)
      return false;
    to.tiers.push_back(static_cast<domain::tier_index>(tier));
  }
  return to.groups.size() <= limits::waitlist_groups_max && std::all_of(to.groups.begin(), to.groups.end(), is_group) &&
         to.accessible <= (to.groups.empty() ? 0 : to.groups.front()) &&
         ascends(to.tiers, [](domain::tier_index tier) { return tier; });
}

[[nodiscard]] auto read_areas(const wire::WaitlistChoice& from, domain::waitlist_choice& to) -> bool {
  std::uint64_t places = 0;
  for (const auto& one : from.areas()) {
    if (one.area() >= limits::areas_per_event_max || one.quantity() == 0 ||
        !one.GetReflection()->GetUnknownFields(one).empty())
      return false;
    to.areas.push_back({static_cast<domain::area_index>(one.area()), one.quantity()});
    places += one.quantity();
  }
  return places <= limits::places_per_hold_max &&
         ascends(to.areas, [](const domain::area_quantity& one) { return one.area; });
}

/// Seats or standing places, not both; tiers are those of seats.
[[nodiscard]] auto read_choice(const wire::WaitlistChoice& from, domain::waitlist_choice& to) -> bool {
  to.each_max = from.each_max();
  return from.GetReflection()->GetUnknownFields(from).empty() && read_groups(from, to) && read_areas(from, to) &&
         to.groups.empty() != to.areas.empty() && (to.areas.empty() || to.tiers.empty()) && to.each_max >= 0 &&
         to.each_max <= limits::price_max;
}

[[nodiscard]] auto read(const wire::WaitlistJoined& from, domain::waitlist_joined& to) -> bool {
  to.order = domain::waitlist_number{from.order()};
  to.who = {from.who_high(), from.who_low()};
  to.rank = from.rank();
  const auto is_choice = [&](const wire::WaitlistChoice& one) { return read_choice(one, to.choices.emplace_back()); };
  const auto choices = static_cast<std::size_t>(from.choices_size());
  return from.order() != 0 && to.who != domain::subject_id{} && choices >= 1 &&
         choices <= limits::waitlist_choices_max &&
         std::all_of(from.choices().begin(), from.choices().end(), is_choice);
}

[[nodiscard]] auto read(const wire::WaitlistLeft& from, domain::waitlist_left& to) -> bool {
  to.order = domain::waitlist_number{from.order()};
  return from.order() != 0;
}

template <class Message, class Fact>
[[nodiscard]] auto decode_as(std::string_view payload, domain::fact_body& body) -> bool {
  Message message;
  return parse(payload, message) && read(message, body.emplace<Fact>());
}

} // namespace

void encode(const domain::waitlist_joined& fact, std::string& to) {
  wire::WaitlistJoined message;
  message.set_order(fact.order.value());
  message.set_who_high(fact.who.high);
  message.set_who_low(fact.who.low);
  message.set_rank(fact.rank);
  for (const auto& one : fact.choices) {
    auto& out = *message.add_choices();
    for (const auto seats : one.groups)
      out.add_groups(seats);
    for (const auto tier : one.tiers)
      out.add_tiers(tier);
    out.set_accessible(one.accessible);
    for (const auto& part : one.areas) {
      auto& its = *out.add_areas();
      its.set_area(part.area);
      its.set_quantity(part.quantity);
    }
    out.set_each_max(one.each_max);
  }
  append(message, to);
}

void encode(const domain::waitlist_left& fact, std::string& to) {
  wire::WaitlistLeft message;
  message.set_order(fact.order.value());
  append(message, to);
}

auto decode_waitlist(number type, std::string_view payload, domain::fact_body& body) -> bool {
  switch (type) {
  case number::waitlist_joined: return decode_as<wire::WaitlistJoined, domain::waitlist_joined>(payload, body);
  case number::waitlist_left: return decode_as<wire::WaitlistLeft, domain::waitlist_left>(payload, body);
  default: return false;
  }
}

} // namespace holdfast::journal::codec

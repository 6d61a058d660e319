#include "journal/audit/facts.hpp"

#include "journal/audit/facts_parts.hpp"
#include "journal/audit/message.hpp"
#include "journal/audit/payment_facts.hpp"
#include "journal/audit/queue_facts.hpp"

#include <algorithm>

namespace holdfast::journal::audit {
namespace {

using shape = message::shape;

constexpr std::uint64_t seats_in_all_max = 100'000;

/// The numbers of `Fact.fact`.
enum : std::uint16_t {
  type_event_created = 1,
  type_event_amended = 2,
  type_layout_replaced = 3,
  type_event_published = 4,
  type_event_cancelled = 8,
  type_seats_allocated = 9,
  type_allocation_changed = 10,
  type_allocation_released = 11,
  type_hold_created = 16,
  type_hold_extended = 17,
  type_hold_released = 18,
  type_hold_expired = 19,
  type_ticket_transferred = 24,
  type_scan_turned_away = 31,
  type_waitlist_joined = 32,
  type_waitlist_left = 33,
  type_organisation_created = 64,
  type_venue_created = 65,
  type_venue_amended = 66,
  type_key_created = 67,
  type_key_revoked = 68,
  type_slug_reserved = 69,
  type_payment_requested = 128,
  type_resale_owed = 143,
  type_review_closed = 145,
};

auto has_row_shape(const message& row) -> bool {
  const auto point = [](std::string_view bytes) { return message{bytes}.is({{1, shape::varint}, {2, shape::varint}}); };
  const auto seats = row.texts(7);
  return row.is({{1, shape::bytes},
                 {2, shape::varint},
                 {3, shape::varint},
                 {4, shape::bytes},
                 {5, shape::varint},
                 {6, shape::varint},
                 {7, shape::bytes}}) &&
         point(row.text(4)) && std::all_of(seats.begin(), seats.end(), point);
}

auto tier_number(seating& seats, std::string_view id) -> std::uint32_t {
  const auto found = std::find(seats.tiers.begin(), seats.tiers.end(), id);
  const auto number = static_cast<std::uint32_t>(found - seats.tiers.begin());
  if (found == seats.tiers.end())
    seats.tiers.emplace_back(id);
  return number;
}

auto read_section(std::string_view bytes, seating& to) -> bool {
  const message section{bytes};
  if (!section.is({{1, shape::bytes}, {2, shape::bytes}, {3, shape::bytes}}))
    return false;
  const auto tier = tier_number(to, section.text(2));
  for (const auto row_bytes : section.texts(3)) {
    const message row{row_bytes};
    if (!has_row_shape(row) || row.value(3) > seats_in_all_max - std::min(seats_in_all_max, to.seat_tier.size()))
      return false;
    const auto seats = static_cast<std::size_t>(row.value(3));
    to.seat_row.insert(to.seat_row.end(), seats, to.seat_row.empty() ? 0 : to.seat_row.back() + 1);
    to.seat_bits.insert(to.seat_bits.end(), seats, 0);
    for (const auto bytes_of_one : row.texts(7)) {
      const message one{bytes_of_one};
      const auto after_first = one.value(1) - row.value(2);
      if (one.value(1) < row.value(2) || after_first >= seats)
        return false;
      to.seat_bits[to.seat_tier.size() + static_cast<std::size_t>(after_first)] =
          static_cast<std::uint8_t>(one.value(2));
    }
    to.seat_tier.insert(to.seat_tier.end(), seats, tier);
  }
  return true;
}

auto read_seating(std::string_view bytes) -> std::optional<seating> {
  const message layout{bytes};
  if (!layout.is({{1, shape::bytes}, {2, shape::bytes}, {3, shape::bytes}}))
    return std::nullopt;
  seating seats;
  for (const auto section : layout.texts(1)) {
    if (!read_section(section, seats))
      return std::nullopt;
  }
  for (const auto area_bytes : layout.texts(2)) {
    const message area{area_bytes};
    if (!area.is({{1, shape::bytes}, {2, shape::bytes}, {3, shape::varint}}))
      return std::nullopt;
    tier_number(seats, area.text(2));
    seats.areas.push_back({std::string{area.text(2)}, area.value(3)});
  }
  return seats;
}

auto read_event_created(const message& from) -> std::optional<fact> {
  auto config = read_configuration(from.text(3));
  auto seats = read_seating(from.text(4));
  if (!from.is({{1, shape::fixed64}, {2, shape::fixed64}, {3, shape::bytes}, {4, shape::bytes}}) || !config || !seats)
    return std::nullopt;
  return event_created{from.value(1), from.value(2), *std::move(config), *std::move(seats)};
}

auto read_event_amended(const message& from) -> std::optional<fact> {
  auto config = read_configuration(from.text(1));
  if (!from.is({{1, shape::bytes}}) || !config)
    return std::nullopt;
  return event_amended{*std::move(config)};
}

auto read_layout_replaced(const message& from) -> std::optional<fact> {
  auto seats = read_seating(from.text(1));
  if (!from.is({{1, shape::bytes}}) || !seats)
    return std::nullopt;
  return layout_replaced{*std::move(seats)};
}

auto read_hold_created(const message& from) -> std::optional<fact> {
  const message by{from.text(2)};
  if (!from.is({{1, shape::varint},
                {2, shape::bytes},
                {3, shape::fixed64},
                {4, shape::bytes},
                {4, shape::varint},
                {5, shape::bytes},
                {5, shape::varint},
                {6, shape::bytes},
                {7, shape::varint},
                {8, shape::varint},
                {9, shape::bytes},
                {9, shape::varint},
                {10, shape::varint},
                {11, shape::bytes},
                {12, shape::bytes},
                {13, shape::varint}}) ||
      !by.is({{1, shape::fixed64}, {2, shape::fixed64}, {3, shape::fixed64}}))
    return std::nullopt;
  auto seats = from.list(4);
  auto prices = from.list(5);
  auto fees = from.list(9);
  if (!seats || !prices || !fees || seats->size() != prices->size() ||
      (!fees->empty() && fees->size() != seats->size()))
    return std::nullopt;
  hold_created to{from.value(1),
                  {by.value(1), by.value(2), by.value(3)},
                  from.value(3),
                  *std::move(seats),
                  *std::move(prices),
                  {},
                  signed_of(from.value(7)),
                  signed_of(from.value(8)),
                  *std::move(fees),
                  from.value(10),
                  std::string{from.text(11)}};
  to.waitlist = from.value(13);
  if (!read_tax(from, 12, to.tax))
    return std::nullopt;
  for (const auto area_bytes : from.texts(6)) {
    const message area{area_bytes};
    if (!area.is({{1, shape::varint}, {2, shape::varint}, {3, shape::varint}, {4, shape::varint}}))
      return std::nullopt;
    to.areas.push_back({area.value(1), area.value(2), signed_of(area.value(3)), signed_of(area.value(4))});
  }
  return to;
}

/// Areas of an allocation; false when one has another shape.
auto read_allocated(const std::vector<std::string_view>& texts, std::vector<area_places>& to) -> bool {
  for (const auto bytes : texts) {
    const message area{bytes};
    if (!area.is({{1, shape::varint}, {2, shape::varint}}))
      return false;
    to.push_back({area.value(1), area.value(2), 0, 0});
  }
  return true;
}

auto read_seats_allocated(const message& from) -> std::optional<fact> {
  auto seats = from.list(6);
  if (!from.is({{1, shape::varint},
                {2, shape::bytes},
                {3, shape::varint},
                {4, shape::bytes},
                {5, shape::bytes},
                {6, shape::bytes},
                {6, shape::varint},
                {7, shape::bytes},
                {8, shape::fixed64}}) ||
      !seats)
    return std::nullopt;
  seats_allocated to{from.value(1), from.value(3), std::string{from.text(5)}, *std::move(seats), {}};
  return read_allocated(from.texts(7), to.areas) ? std::optional<fact>{std::move(to)} : std::nullopt;
}

auto read_allocation_changed(const message& from) -> std::optional<fact> {
  auto added = from.list(2);
  auto removed = from.list(3);
  if (!from.is({{1, shape::varint},
                {2, shape::bytes},
                {2, shape::varint},
                {3, shape::bytes},
                {3, shape::varint},
                {4, shape::fixed64},
                {5, shape::varint},
                {6, shape::bytes}}) ||
      !added || !removed)
    return std::nullopt;
  allocation_changed to{from.value(1), *std::move(added), *std::move(removed), from.value(5), {}};
  return read_allocated(from.texts(6), to.areas) ? std::optional<fact>{std::move(to)} : std::nullopt;
}

auto read_venue(const message& from, bool created) -> std::optional<fact> {
  const message venue{from.text(1)};
  const message summary{venue.text(1)};
  auto seats = read_seating(venue.text(2));
  if (!from.is({{1, shape::bytes}}) || !venue.is({{1, shape::bytes}, {2, shape::bytes}}) || !seats ||
      !summary.is({{1, shape::fixed64},
                   {2, shape::bytes},
                   {3, shape::bytes},
                   {4, shape::bytes},
                   {5, shape::bytes},
                   {6, shape::varint},
                   {7, shape::varint}}))
    return std::nullopt;
  return venue_changed{summary.value(1), created, *std::move(seats)};
}

auto read_sale(std::uint16_t type, const message& from) -> std::optional<fact> {
  switch (type) {
  case type_hold_created: return read_hold_created(from);
  case type_hold_extended:
    if (from.is({{1, shape::varint}, {2, shape::varint}}))
      return hold_extended{from.value(1), signed_of(from.value(2))};
    break;
  case type_hold_released:
    if (from.is({{1, shape::varint}, {2, shape::fixed64}}))
      return hold_released{from.value(1), from.value(2)};
    break;
  case type_hold_expired:
    if (from.is({{1, shape::varint}}))
      return hold_expired{from.value(1)};
    break;
  case type_seats_allocated: return read_seats_allocated(from);
  case type_allocation_changed: return read_allocation_changed(from);
  case type_allocation_released:
    if (from.is({{1, shape::varint}, {2, shape::fixed64}}))
      return allocation_released{from.value(1)};
    break;
  case type_waitlist_joined:
  case type_waitlist_left: return read_waitlist_fact(type, from);
  default: return read_of_payments(type, from);
  }
  return std::nullopt;
}

auto read_of_organisation(std::uint16_t type, const message& from) -> std::optional<fact> {
  switch (type) {
  case type_organisation_created:
    if (from.is({{1, shape::fixed64}, {2, shape::bytes}}))
      return organisation_created{from.value(1)};
    break;
  case type_venue_created: return read_venue(from, true);
  case type_venue_amended: return read_venue(from, false);
  case type_key_created:
    if (from.is({{1, shape::fixed64}, {2, shape::bytes}, {3, shape::varint}, {4, shape::bytes}}) &&
        from.text(4).size() == 32)
      return key_created{from.value(1), from.value(3)};
    break;
  case type_key_revoked:
    if (from.is({{1, shape::fixed64}}))
      return key_revoked{from.value(1)};
    break;
  case type_slug_reserved:
    if (from.is({{1, shape::bytes}, {2, shape::fixed64}}))
      return slug_reserved{std::string{from.text(1)}, from.value(2)};
    break;
  default: break;
  }
  return std::nullopt;
}

} // namespace

auto operator==(const standing_area& a, const standing_area& b) -> bool {
  return a.tier == b.tier && a.capacity == b.capacity;
}

auto is_known(std::uint16_t type, std::uint16_t version) -> bool {
  const bool known = (type >= type_event_created && type <= type_allocation_released) ||
                     (type >= type_hold_created && type <= type_waitlist_left) ||
                     (type >= type_organisation_created && type <= type_slug_reserved) ||
                     (type >= type_payment_requested && type <= type_review_closed) || is_queue_type(type);
  return known && version == 1;
}

auto belongs(std::uint16_t type, std::uint8_t stream_kind) -> bool {
  const auto kind = type < type_organisation_created ? 1
                    : type < type_payment_requested  ? 4
                    : is_queue_type(type)            ? 2
                                                     : 3;
  return stream_kind == kind;
}

auto read_fact(std::uint16_t type, std::string_view payload) -> std::optional<fact> {
  const message from{payload};
  if (type >= type_event_published && type <= type_event_cancelled) {
    if (!payload.empty())
      return std::nullopt;
    return life_changed{static_cast<life_changed::to>(type - type_event_published)};
  }
  if ((type >= type_ticket_transferred && type <= type_scan_turned_away) || type == type_resale_owed)
    return read_ticket_fact(type, payload);
  if (type >= type_payment_requested)
    return read_of_payments(type, from);
  if (type >= type_organisation_created)
    return read_of_organisation(type, from);
  switch (type) {
  case type_event_created: return read_event_created(from);
  case type_event_amended: return read_event_amended(from);
  case type_layout_replaced: return read_layout_replaced(from);
  default: return read_sale(type, from);
  }
}

} // namespace holdfast::journal::audit

#include "journal/audit/facts_parts.hpp"
#include "journal/audit/message.hpp"

#include <string>

namespace holdfast::journal::audit {
namespace {

using shape = message::shape;

/// The numbers of `Fact.fact`.
enum : std::uint16_t {
  type_ticket_transferred = 24,
  type_ticket_admitted = 25,
  type_admission_undone = 26,
  type_ticket_offered = 27,
  type_offer_withdrawn = 28,
  type_resale_held = 29,
  type_ticket_resold = 30,
  type_scan_turned_away = 31,
  type_resale_owed = 143,
};

auto is_ticket(const message& from) -> bool {
  return from.is({{1, shape::varint}, {2, shape::varint}});
}

auto is_owner(const message& from) -> bool {
  return from.is({{1, shape::fixed64}, {2, shape::fixed64}, {3, shape::fixed64}});
}

auto owner_in(const message& from) -> owner {
  return {from.value(1), from.value(2), from.value(3)};
}

auto read_transferred(const message& from) -> std::optional<fact> {
  const message ticket{from.text(1)};
  const message giver{from.text(3)};
  const message taker{from.text(4)};
  if (!from.is({{1, shape::bytes}, {2, shape::varint}, {3, shape::bytes}, {4, shape::bytes}, {5, shape::fixed64}}) ||
      !is_ticket(ticket) || !is_owner(giver) || !is_owner(taker))
    return std::nullopt;
  return ticket_transferred{
      {ticket.value(1), ticket.value(2)}, from.value(2), owner_in(giver), owner_in(taker), from.value(5)};
}

auto read_admitted(const message& from) -> std::optional<fact> {
  const message ticket{from.text(1)};
  if (!from.is({{1, shape::bytes},
                {2, shape::varint},
                {3, shape::bytes},
                {4, shape::fixed64},
                {5, shape::varint},
                {6, shape::fixed64}}) ||
      !is_ticket(ticket))
    return std::nullopt;
  return ticket_admitted{{ticket.value(1), ticket.value(2)}, from.value(2), std::string{from.text(3)}, from.value(4),
                         signed_of(from.value(5)),           from.value(6)};
}

/// That a scan was turned away, and that one was undone, say the same of it.
template <class Fact>
auto read_scan(const message& from) -> std::optional<fact> {
  const message ticket{from.text(1)};
  if (!from.is({{1, shape::bytes}, {2, shape::fixed64}, {3, shape::fixed64}}) || !is_ticket(ticket))
    return std::nullopt;
  return Fact{{ticket.value(1), ticket.value(2)}, from.value(2), from.value(3)};
}

auto read_offered(const message& from) -> std::optional<fact> {
  const message ticket{from.text(1)};
  const message by{from.text(4)};
  if (!from.is({{1, shape::bytes}, {2, shape::varint}, {3, shape::varint}, {4, shape::bytes}}) || !is_ticket(ticket) ||
      !is_owner(by))
    return std::nullopt;
  return ticket_offered{{ticket.value(1), ticket.value(2)}, from.value(2), signed_of(from.value(3)), owner_in(by)};
}

auto read_withdrawn(const message& from) -> std::optional<fact> {
  const message ticket{from.text(1)};
  if (!from.is({{1, shape::bytes}}) || !is_ticket(ticket))
    return std::nullopt;
  return offer_withdrawn{{ticket.value(1), ticket.value(2)}};
}

auto is_place(const message& from) -> bool {
  return from.is({{1, shape::varint}, {2, shape::varint}});
}

auto read_resale_held(const message& from) -> std::optional<fact> {
  const message ticket{from.text(2)};
  const message place{from.text(3)};
  const message by{from.text(4)};
  if (!from.is({{1, shape::varint},
                {2, shape::bytes},
                {3, shape::bytes},
                {4, shape::bytes},
                {5, shape::varint},
                {6, shape::varint},
                {7, shape::varint},
                {8, shape::bytes}}) ||
      !is_ticket(ticket) || !is_place(place) || !is_owner(by))
    return std::nullopt;
  resale_held to{from.value(1),
                 {ticket.value(1), ticket.value(2)},
                 {place.value(1) != 0, place.value(2)},
                 owner_in(by),
                 signed_of(from.value(5)),
                 signed_of(from.value(6)),
                 signed_of(from.value(7)),
                 std::nullopt};
  return read_tax(from, 8, to.tax) ? std::optional<fact>{std::move(to)} : std::nullopt;
}

auto read_resold(const message& from) -> std::optional<fact> {
  const message ticket{from.text(1)};
  const message place{from.text(3)};
  if (!from.is({{1, shape::bytes},
                {2, shape::varint},
                {3, shape::bytes},
                {4, shape::varint},
                {5, shape::varint},
                {6, shape::varint},
                {7, shape::varint},
                {8, shape::varint},
                {9, shape::varint},
                {10, shape::varint}}) ||
      !is_ticket(ticket) || !is_place(place))
    return std::nullopt;
  return ticket_resold{{ticket.value(1), ticket.value(2)},
                       from.value(2),
                       {place.value(1) != 0, place.value(2)},
                       signed_of(from.value(4)),
                       signed_of(from.value(5)),
                       signed_of(from.value(6)),
                       from.value(7),
                       from.value(8),
                       from.value(9) != 0,
                       signed_of(from.value(10))};
}

auto read_owed(const message& from) -> std::optional<fact> {
  const message ticket{from.text(3)};
  if (!from.is({{1, shape::varint}, {2, shape::varint}, {3, shape::bytes}, {4, shape::varint}, {5, shape::varint}}) ||
      !is_ticket(ticket))
    return std::nullopt;
  return resale_owed{from.value(1),
                     from.value(2),
                     {ticket.value(1), ticket.value(2)},
                     signed_of(from.value(4)),
                     signed_of(from.value(5))};
}

} // namespace

auto read_ticket_fact(std::uint16_t type, std::string_view payload) -> std::optional<fact> {
  const message from{payload};
  switch (type) {
  case type_ticket_transferred: return read_transferred(from);
  case type_ticket_admitted: return read_admitted(from);
  case type_admission_undone: return read_scan<admission_undone>(from);
  case type_scan_turned_away: return read_scan<scan_turned_away>(from);
  case type_ticket_offered: return read_offered(from);
  case type_offer_withdrawn: return read_withdrawn(from);
  case type_resale_held: return read_resale_held(from);
  case type_ticket_resold: return read_resold(from);
  case type_resale_owed: return read_owed(from);
  default: return std::nullopt;
  }
}

} // namespace holdfast::journal::audit

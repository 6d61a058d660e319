#include "journal/audit/payment_facts.hpp"

#include "journal/audit/facts_parts.hpp"

#include <string>
#include <utility>

namespace holdfast::journal::audit {
namespace {

using shape = message::shape;

/// The numbers of `Fact.fact`.
enum : std::uint16_t {
  type_order_confirmed = 20,
  type_hold_frozen = 21,
  type_hold_thawed = 22,
  type_order_returned = 23,
  type_payment_requested = 128,
  type_payment_intended = 129,
  type_payment_prepared = 130,
  type_payment_authorised = 131,
  type_payment_booked = 132,
  type_payment_captured = 133,
  type_payment_turned = 134,
  type_payment_voided = 135,
  type_payment_freed = 136,
  type_payment_restored = 137,
  type_payment_hinted = 138,
  type_refund_requested = 139,
  type_refund_owed = 140,
  type_refund_refused = 141,
  type_refund_paid = 142,
  type_payment_scored = 144,
  type_review_closed = 145,
};

auto read_order_confirmed(const message& from) -> std::optional<fact> {
  const message payment{from.text(2)};
  if (!from.is({{1, shape::varint},
                {2, shape::bytes},
                {3, shape::fixed64},
                {4, shape::varint},
                {5, shape::varint},
                {6, shape::fixed64}}) ||
      !payment.is({{1, shape::varint}, {2, shape::bytes}, {3, shape::bytes}}))
    return std::nullopt;
  return order_confirmed{from.value(1),
                         payment.value(1),
                         std::string{payment.text(2)},
                         std::string{payment.text(3)},
                         from.value(3),
                         signed_of(from.value(4)),
                         from.value(5),
                         from.value(6)};
}

auto read_order_returned(const message& from) -> std::optional<fact> {
  auto seats = from.list(4);
  auto prices = from.list(5);
  auto fees = from.list(6);
  auto tickets = from.list(10);
  if (!from.is({{1, shape::varint},
                {2, shape::varint},
                {3, shape::fixed64},
                {4, shape::bytes},
                {4, shape::varint},
                {5, shape::bytes},
                {5, shape::varint},
                {6, shape::bytes},
                {6, shape::varint},
                {7, shape::bytes},
                {8, shape::varint},
                {9, shape::varint},
                {10, shape::bytes},
                {10, shape::varint},
                {11, shape::varint},
                {12, shape::varint},
                {13, shape::varint}}) ||
      !seats || !prices || !fees || !tickets || seats->size() != prices->size() ||
      (!fees->empty() && fees->size() != seats->size()))
    return std::nullopt;
  order_returned to{from.value(1),
                    from.value(2),
                    from.value(3),
                    *std::move(seats),
                    *std::move(prices),
                    *std::move(fees),
                    {},
                    from.value(8),
                    signed_of(from.value(9)),
                    *std::move(tickets),
                    from.value(11) != 0,
                    from.value(12),
                    signed_of(from.value(13))};
  for (const auto area_bytes : from.texts(7)) {
    const message area{area_bytes};
    if (!area.is({{1, shape::varint}, {2, shape::varint}, {3, shape::varint}, {4, shape::varint}}))
      return std::nullopt;
    to.areas.push_back({area.value(1), area.value(2), signed_of(area.value(3)), signed_of(area.value(4))});
  }
  return to;
}

auto read_of_event(std::uint16_t type, const message& from) -> std::optional<fact> {
  switch (type) {
  case type_order_confirmed: return read_order_confirmed(from);
  case type_hold_frozen:
    if (from.is({{1, shape::varint}, {2, shape::varint}, {3, shape::varint}}))
      return hold_frozen{from.value(1), from.value(2), signed_of(from.value(3))};
    break;
  case type_hold_thawed:
    if (from.is({{1, shape::varint}, {2, shape::varint}, {3, shape::varint}, {4, shape::varint}}))
      return hold_thawed{from.value(1), from.value(2), signed_of(from.value(3)), from.value(4)};
    break;
  case type_order_returned: return read_order_returned(from);
  default: break;
  }
  return std::nullopt;
}

/// A fact that says no more than which payment.
template <class Fact>
auto read_bare(const message& from) -> std::optional<fact> {
  return from.is({{1, shape::varint}}) ? std::optional<fact>{Fact{from.value(1)}} : std::nullopt;
}

auto read_risk(std::uint16_t type, const message& from) -> std::optional<fact> {
  if (type == type_payment_scored &&
      from.is({{1, shape::varint}, {2, shape::varint}, {3, shape::varint}, {4, shape::bytes}}))
    return payment_scored{from.value(1), from.value(2), from.value(3), std::string{from.text(4)}};
  if (type == type_review_closed &&
      from.is({{1, shape::varint}, {2, shape::varint}, {3, shape::fixed64}, {4, shape::fixed64}}))
    return review_closed{from.value(1), from.value(2), from.value(3), from.value(4)};
  return std::nullopt;
}

auto read_refund(std::uint16_t type, const message& from) -> std::optional<fact> {
  switch (type) {
  case type_refund_requested:
    if (auto tickets = from.list(2); tickets && from.is({{1, shape::varint},
                                                         {2, shape::bytes},
                                                         {2, shape::varint},
                                                         {3, shape::varint},
                                                         {4, shape::fixed64},
                                                         {5, shape::fixed64}}))
      return refund_requested{from.value(1), *std::move(tickets), from.value(3), from.value(4), from.value(5)};
    break;
  case type_refund_owed:
    if (from.is({{1, shape::varint}, {2, shape::varint}}))
      return refund_owed{from.value(1), signed_of(from.value(2))};
    break;
  case type_refund_refused:
    if (from.is({{1, shape::varint}, {2, shape::varint}}))
      return refund_refused{from.value(1), from.value(2)};
    break;
  case type_refund_paid: return read_bare<refund_paid>(from);
  default: break;
  }
  return std::nullopt;
}

auto read_intended(const message& from) -> std::optional<fact> {
  if (!from.is({{1, shape::varint},
                {2, shape::varint},
                {3, shape::bytes},
                {4, shape::varint},
                {5, shape::varint},
                {6, shape::varint},
                {7, shape::varint},
                {8, shape::varint}}))
    return std::nullopt;
  return payment_intended{from.value(1),
                          signed_of(from.value(2)),
                          std::string{from.text(3)},
                          signed_of(from.value(4)),
                          from.value(5),
                          from.value(6),
                          from.value(7),
                          from.value(8)};
}

} // namespace

auto read_of_payments(std::uint16_t type, const message& from) -> std::optional<fact> {
  switch (type) {
  case type_payment_requested:
    if (from.is({{1, shape::varint}, {2, shape::varint}, {3, shape::fixed64}, {4, shape::fixed64}, {5, shape::bytes}}))
      return payment_requested{
          from.value(1), from.value(2), {from.value(3), from.value(4), 0}, std::string{from.text(5)}};
    break;
  case type_payment_intended: return read_intended(from);
  case type_payment_prepared:
    if (from.is({{1, shape::varint}, {2, shape::bytes}}))
      return payment_prepared{from.value(1), std::string{from.text(2)}};
    break;
  case type_payment_authorised:
    if (from.is({{1, shape::varint}, {2, shape::fixed64}}))
      return payment_authorised{from.value(1), from.value(2)};
    break;
  case type_payment_booked: return read_bare<payment_booked>(from);
  case type_payment_captured:
    if (from.is({{1, shape::varint}, {2, shape::varint}}))
      return payment_captured{from.value(1), signed_of(from.value(2))};
    break;
  case type_payment_turned:
    if (from.is({{1, shape::varint},
                 {2, shape::varint},
                 {3, shape::varint},
                 {4, shape::bytes},
                 {5, shape::fixed64},
                 {6, shape::fixed64},
                 {7, shape::varint}}))
      return payment_turned{from.value(1), from.value(2), from.value(3), std::string{from.text(4)},
                            from.value(5), from.value(6), from.value(7)};
    break;
  case type_payment_restored:
    if (from.is({{1, shape::varint}, {2, shape::varint}}))
      return payment_restored{from.value(1), from.value(2)};
    break;
  case type_payment_hinted:
    if (from.is({{1, shape::varint}, {2, shape::bytes}}))
      return payment_hinted{from.value(1), std::string{from.text(2)}};
    break;
  case type_payment_voided: return read_bare<payment_voided>(from);
  case type_payment_freed: return read_bare<payment_freed>(from);
  case type_payment_scored:
  case type_review_closed: return read_risk(type, from);
  case type_refund_requested:
  case type_refund_owed:
  case type_refund_refused:
  case type_refund_paid: return read_refund(type, from);
  default: return read_of_event(type, from);
  }
  return std::nullopt;
}

} // namespace holdfast::journal::audit

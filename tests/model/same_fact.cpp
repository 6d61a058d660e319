#include "tests/model/same_fact.hpp"

#include <algorithm>
#include <tuple>

namespace holdfast::model {
namespace {

using namespace domain;

auto same_layout(const std::shared_ptr<const layout>& a, const std::shared_ptr<const layout>& b) -> bool {
  return a == b || (a && b && a->spec() == b->spec());
}

auto same_venue(const venue& a, const venue& b) -> bool {
  return a.summary == b.summary && same_layout(a.seats, b.seats);
}

// One overload for each fact that says something; those without members are equal when they are of one type.
auto equal(const event_created& a, const event_created& b) -> bool {
  return std::tie(a.event, a.organisation, a.config) == std::tie(b.event, b.organisation, b.config) &&
         same_layout(a.seats, b.seats);
}
auto equal(const event_amended& a, const event_amended& b) -> bool {
  return a.config == b.config;
}
auto equal(const layout_replaced& a, const layout_replaced& b) -> bool {
  return same_layout(a.seats, b.seats);
}
auto equal(const hold_created& a, const hold_created& b) -> bool {
  return std::tie(a.hold, a.by, a.sold_by, a.seats, a.prices, a.areas, a.expires_at, a.cap_at, a.fees, a.allocation,
                  a.phase, a.tax, a.waitlist) == std::tie(b.hold, b.by, b.sold_by, b.seats, b.prices, b.areas,
                                                          b.expires_at, b.cap_at, b.fees, b.allocation, b.phase, b.tax,
                                                          b.waitlist);
}
auto equal(const hold_extended& a, const hold_extended& b) -> bool {
  return std::tie(a.hold, a.expires_at) == std::tie(b.hold, b.expires_at);
}
auto equal(const hold_released& a, const hold_released& b) -> bool {
  return std::tie(a.hold, a.by) == std::tie(b.hold, b.by);
}
auto equal(const hold_expired& a, const hold_expired& b) -> bool {
  return a.hold == b.hold;
}
auto equal(const order_confirmed& a, const order_confirmed& b) -> bool {
  return std::tie(a.hold, a.payment, a.confirmed_by, a.total, a.by_payment, a.card) ==
         std::tie(b.hold, b.payment, b.confirmed_by, b.total, b.by_payment, b.card);
}
auto equal(const hold_frozen& a, const hold_frozen& b) -> bool {
  return std::tie(a.hold, a.payment, a.until) == std::tie(b.hold, b.payment, b.until);
}
auto equal(const hold_thawed& a, const hold_thawed& b) -> bool {
  return std::tie(a.hold, a.payment, a.expires_at, a.why) == std::tie(b.hold, b.payment, b.expires_at, b.why);
}
auto equal(const order_returned& a, const order_returned& b) -> bool {
  return std::tie(a.hold, a.why, a.by, a.seats, a.prices, a.fees, a.areas, a.allocation, a.total, a.tickets, a.goes_on,
                  a.method, a.tax) == std::tie(b.hold, b.why, b.by, b.seats, b.prices, b.fees, b.areas, b.allocation,
                                               b.total, b.tickets, b.goes_on, b.method, b.tax);
}
auto equal(const seats_allocated& a, const seats_allocated& b) -> bool {
  return std::tie(a.what, a.seats, a.by) == std::tie(b.what, b.seats, b.by);
}
auto equal(const allocation_changed& a, const allocation_changed& b) -> bool {
  return std::tie(a.allocation, a.added, a.removed, a.by, a.from, a.areas) ==
         std::tie(b.allocation, b.added, b.removed, b.by, b.from, b.areas);
}
auto equal(const allocation_released& a, const allocation_released& b) -> bool {
  return std::tie(a.allocation, a.by) == std::tie(b.allocation, b.by);
}
auto equal(const organisation_created& a, const organisation_created& b) -> bool {
  return std::tie(a.organisation, a.name) == std::tie(b.organisation, b.name);
}
auto equal(const venue_created& a, const venue_created& b) -> bool {
  return same_venue(a.what, b.what);
}
auto equal(const venue_amended& a, const venue_amended& b) -> bool {
  return same_venue(a.what, b.what);
}
auto equal(const key_created& a, const key_created& b) -> bool {
  return std::tie(a.key, a.name, a.scopes, a.secret_hash) == std::tie(b.key, b.name, b.scopes, b.secret_hash);
}
auto equal(const key_revoked& a, const key_revoked& b) -> bool {
  return a.key == b.key;
}
auto equal(const slug_reserved& a, const slug_reserved& b) -> bool {
  return std::tie(a.slug, a.event) == std::tie(b.slug, b.event);
}
auto equal(const payment_requested& a, const payment_requested& b) -> bool {
  return std::tie(a.payment, a.hold, a.buyer, a.method) == std::tie(b.payment, b.hold, b.buyer, b.method);
}
auto equal(const payment_intended& a, const payment_intended& b) -> bool {
  return std::tie(a.payment, a.amount, a.currency, a.pinned_until, a.seller, a.risk) ==
         std::tie(b.payment, b.amount, b.currency, b.pinned_until, b.seller, b.risk);
}
auto equal(const payment_scored& a, const payment_scored& b) -> bool {
  return std::tie(a.payment, a.verdict, a.by, a.reason) == std::tie(b.payment, b.verdict, b.by, b.reason);
}
auto equal(const review_closed& a, const review_closed& b) -> bool {
  return std::tie(a.payment, a.decision, a.organisation, a.by) == std::tie(b.payment, b.decision, b.organisation, b.by);
}
auto equal(const payment_prepared& a, const payment_prepared& b) -> bool {
  return std::tie(a.payment, a.gateway_payment) == std::tie(b.payment, b.gateway_payment);
}
auto equal(const payment_captured& a, const payment_captured& b) -> bool {
  return std::tie(a.payment, a.amount) == std::tie(b.payment, b.amount);
}
auto equal(const payment_turned& a, const payment_turned& b) -> bool {
  return std::tie(a.payment, a.why, a.event, a.code, a.organisation, a.by, a.cause) ==
         std::tie(b.payment, b.why, b.event, b.code, b.organisation, b.by, b.cause);
}
auto equal(const payment_restored& a, const payment_restored& b) -> bool {
  return std::tie(a.payment, a.event) == std::tie(b.payment, b.event);
}
auto equal(const payment_hinted& a, const payment_hinted& b) -> bool {
  return std::tie(a.payment, a.hint) == std::tie(b.payment, b.hint);
}
auto equal(const ticket_transferred& a, const ticket_transferred& b) -> bool {
  return std::tie(a.ticket, a.serial, a.from, a.to, a.by) == std::tie(b.ticket, b.serial, b.from, b.to, b.by);
}
auto equal(const ticket_admitted& a, const ticket_admitted& b) -> bool {
  return std::tie(a.ticket, a.serial, a.gate, a.nonce, a.at, a.by) ==
         std::tie(b.ticket, b.serial, b.gate, b.nonce, b.at, b.by);
}
auto equal(const scan_turned_away& a, const scan_turned_away& b) -> bool {
  return std::tie(a.ticket, a.nonce, a.by) == std::tie(b.ticket, b.nonce, b.by);
}
auto equal(const admission_undone& a, const admission_undone& b) -> bool {
  return std::tie(a.ticket, a.nonce, a.by) == std::tie(b.ticket, b.nonce, b.by);
}
auto equal(const ticket_offered& a, const ticket_offered& b) -> bool {
  return std::tie(a.ticket, a.serial, a.price, a.by) == std::tie(b.ticket, b.serial, b.price, b.by);
}
auto equal(const offer_withdrawn& a, const offer_withdrawn& b) -> bool {
  return a.ticket == b.ticket;
}
auto equal(const resale_held& a, const resale_held& b) -> bool {
  return std::tie(a.hold, a.ticket, a.place, a.by, a.price, a.expires_at, a.cap_at) ==
         std::tie(b.hold, b.ticket, b.place, b.by, b.price, b.expires_at, b.cap_at);
}
auto equal(const ticket_resold& a, const ticket_resold& b) -> bool {
  return std::tie(a.ticket, a.hold, a.place, a.price_paid, a.fee_paid, a.price, a.allocation, a.payment, a.goes_on,
                  a.tax_paid) == std::tie(b.ticket, b.hold, b.place, b.price_paid, b.fee_paid, b.price, b.allocation,
                                          b.payment, b.goes_on, b.tax_paid);
}
auto equal(const waitlist_joined& a, const waitlist_joined& b) -> bool {
  return std::tie(a.order, a.who, a.rank, a.choices) == std::tie(b.order, b.who, b.rank, b.choices);
}
auto equal(const waitlist_left& a, const waitlist_left& b) -> bool {
  return a.order == b.order;
}
auto equal(const resale_owed& a, const resale_owed& b) -> bool {
  return std::tie(a.payment, a.by, a.ticket, a.amount, a.kept) == std::tie(b.payment, b.by, b.ticket, b.amount, b.kept);
}
auto equal(const payment_authorised& a, const payment_authorised& b) -> bool {
  return std::tie(a.payment, a.card) == std::tie(b.payment, b.card);
}
auto equal(const refund_requested& a, const refund_requested& b) -> bool {
  return std::tie(a.payment, a.tickets, a.cause, a.organisation, a.by) ==
         std::tie(b.payment, b.tickets, b.cause, b.organisation, b.by);
}
auto equal(const refund_owed& a, const refund_owed& b) -> bool {
  return std::tie(a.payment, a.amount) == std::tie(b.payment, b.amount);
}
auto equal(const refund_refused& a, const refund_refused& b) -> bool {
  return std::tie(a.payment, a.event) == std::tie(b.payment, b.event);
}
/// Steps that say no more than which payment.
template <class Step>
requires(std::is_same_v<Step, payment_booked> || std::is_same_v<Step, payment_voided> ||
         std::is_same_v<Step, payment_freed> || std::is_same_v<Step, refund_paid>) //
    auto equal(const Step& a, const Step& b) -> bool {
  return a.payment == b.payment;
}
template <class Empty>
requires std::is_empty_v<Empty>
auto equal(const Empty&, const Empty&) -> bool {
  return true;
}

/// Those of waiting rooms are in no stream that is compared.
template <class Other>
auto equal(const Other&, const Other&) -> bool {
  return false;
}

} // namespace

auto same(const fact_body& a, const fact_body& b) -> bool {
  return a.index() == b.index() &&
         std::visit([&](const auto& one) { return equal(one, std::get<std::decay_t<decltype(one)>>(b)); }, a);
}

auto same(const fact& a, const fact& b) -> bool {
  return a.time == b.time && a.command == b.command && same(a.body, b.body);
}

auto same(const facts& a, const facts& b) -> bool {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const fact& x, const fact& y) { return same(x, y); });
}

auto same(const rejection& a, const rejection& b) -> bool {
  const auto same_faults =
      std::equal(a.faults.begin(), a.faults.end(), b.faults.begin(), b.faults.end(),
                 [](const auto& x, const auto& y) { return x.pointer == y.pointer && x.message == y.message; });
  return same_faults &&
         std::tie(a.why, a.remembered_seq, a.limit, a.current, a.conflicts, a.area_conflicts, a.alternatives) ==
             std::tie(b.why, b.remembered_seq, b.limit, b.current, b.conflicts, b.area_conflicts, b.alternatives);
}

auto same(const booking& a, const booking& b) -> bool {
  return std::tie(a.number, a.status, a.extended, a.by, a.sold_by, a.confirmed_by, a.created_at, a.expires_at,
                  a.cap_at) == std::tie(b.number, b.status, b.extended, b.by, b.sold_by, b.confirmed_by, b.created_at,
                                        b.expires_at, b.cap_at) &&
         std::tie(a.confirmed_at, a.seats, a.prices, a.fees, a.areas, a.paid, a.payment, a.allocation) ==
             std::tie(b.confirmed_at, b.seats, b.prices, b.fees, b.areas, b.paid, b.payment, b.allocation) &&
         std::tie(a.paid_by, a.frozen, a.ends_unpaid_at, a.bought_from, a.tax) ==
             std::tie(b.paid_by, b.frozen, b.ends_unpaid_at, b.bought_from, b.tax);
}

} // namespace holdfast::model

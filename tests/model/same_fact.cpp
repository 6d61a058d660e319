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
  return std::tie(a.hold, a.by, a.sold_by, a.seats, a.prices, a.areas, a.expires_at, a.cap_at) ==
         std::tie(b.hold, b.by, b.sold_by, b.seats, b.prices, b.areas, b.expires_at, b.cap_at);
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
  return std::tie(a.hold, a.payment, a.confirmed_by, a.total) == std::tie(b.hold, b.payment, b.confirmed_by, b.total);
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
template <class Empty>
requires std::is_empty_v<Empty>
auto equal(const Empty&, const Empty&) -> bool {
  return true;
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
         std::tie(a.confirmed_at, a.seats, a.prices, a.areas, a.paid, a.payment) ==
             std::tie(b.confirmed_at, b.seats, b.prices, b.areas, b.paid, b.payment);
}

} // namespace holdfast::model

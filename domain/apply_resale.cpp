#include "domain/apply_booking.hpp"
#include "domain/check.hpp"
#include "domain/limits.hpp"
#include "domain/order_part.hpp"
#include "domain/state_hash.hpp"

#include <algorithm>

namespace holdfast::domain {
namespace {

/// Its element of the state's hash (docs/state-hash.md).
auto hash_of(const offer& what) noexcept -> std::uint64_t {
  constexpr unsigned order_bits = 32;
  hash_fold fold{hash_kind::offer};
  return fold.add(what.ticket.order.value() | std::uint64_t{what.ticket.index} << order_bits)
      .add(static_cast<std::uint64_t>(what.price))
      .add(what.held_by.value())
      .value();
}

/// The order that a ticket is of.
auto order_of(const event_data& data, const ticket_number& number) noexcept -> const booking_slot& {
  const auto* const order = data.bookings.find(number.order);
  HF_CHECK(order != nullptr && order->is_order(), "a ticket is one of an order's");
  return *order;
}

/// A hold of one place, as holds are that are made of the event's own places.
auto as_hold(const resale_held& what) -> hold_created {
  hold_created hold;
  hold.hold = what.hold;
  hold.by = what.by;
  hold.expires_at = what.expires_at;
  hold.cap_at = what.cap_at;
  hold.tax = what.tax;
  if (what.place.standing) {
    hold.areas.push_back({static_cast<area_index>(what.place.index), 1, what.price, 0});
  } else {
    hold.seats.push_back(what.place.index);
    hold.prices.push_back(what.price);
  }
  return hold;
}

/// What the seller's order gives away, as if it were given back.
auto given_away(const ticket_resold& what, order_part part) -> order_returned {
  return {what.ticket.order,
          return_cause::refunded,
          {},
          std::move(part.seats),
          std::move(part.prices),
          std::move(part.fees),
          std::move(part.areas),
          what.allocation,
          part.value,
          {what.ticket.index},
          what.goes_on,
          payment_record::method::card,
          part.tax};
}

void check_resold(const event_data& data, const ticket_resold& what, const booking& order, const order_part& part) {
  const auto* const offered = data.find_offer(what.ticket);
  HF_CHECK(offered != nullptr && offered->held_by == what.hold, "what is resold is offered, and in that hold");
  HF_CHECK(offered->price == what.price, "a ticket is resold at the price of its offer");
  HF_CHECK(part.value == what.paid() && part.tax == what.tax_paid && what.kept() >= 0,
           "a ticket is resold for no more than was paid for it");
  HF_CHECK(order.paid_by == what.payment && what.payment, "what is resold was paid for by card");
  HF_CHECK(order.allocation == what.allocation, "a place keeps its allocation");
  HF_CHECK(what.goes_on == (order.places() > 1), "an order goes on while it has tickets");
  HF_CHECK(data.status != event_status::cancelled, "nothing is sold of a cancelled event");
}

/// The place is the buyer's, who still has to pay: it is never free in between.
void hand_over(event_data& data, const ticket_resold& what) {
  if (what.place.standing) {
    auto& counts = data.areas[what.place.index];
    data.hash -= area_hash(static_cast<area_index>(what.place.index), counts);
    --counts.sold;
    ++counts.held;
    data.hash += area_hash(static_cast<area_index>(what.place.index), counts);
  } else {
    const seat_index seat = what.place.index;
    data.hash -= seat_hash(seat, data.statuses[seat], data.holders[seat]);
    data.statuses[seat] = seat_status::held;
    data.holders[seat] = what.hold.value();
    data.hash += seat_hash(seat, data.statuses[seat], data.holders[seat]);
  }
  --data.places_sold;
  ++data.places_held;
}

} // namespace

auto event_data::find_offer(const ticket_number& number) const noexcept -> const offer* {
  const auto its = offers.find(number);
  return its == offers.end() ? nullptr : &its->second;
}

void event_data::put_offer(const offer& what) {
  drop_offer(what.ticket);
  hash += hash_of(what);
  offers.insert_or_assign(what.ticket, what);
}

void event_data::drop_offer(const ticket_number& number) noexcept {
  const auto its = offers.find(number);
  if (its != offers.end()) {
    hash -= hash_of(its->second);
    offers.erase(its);
  }
}

void fold(event_data& data, const ticket_offered& what, instant) {
  const auto its = data.ticket_of(what.ticket);
  HF_CHECK(its.has_value(), "a ticket is one of an order's");
  const auto& order = order_of(data, what.ticket);
  HF_CHECK(its->holder == what.by && order.by() == what.by && what.by.subject != subject_id{},
           "whoever bought a ticket offers it, and has it still");
  HF_CHECK(its->serial == what.serial && !its->is_admitted(),
           "a ticket is offered that somebody may still come in with");
  HF_CHECK(static_cast<bool>(order.payment()), "what is offered was paid for by card");
  const auto* const before = data.find_offer(what.ticket);
  HF_CHECK(before == nullptr || !before->held_by, "a price stays while a buyer has the ticket in a hold");
  HF_CHECK(what.price >= 0 && what.price <= limits::price_max, "a price is within its range");
  data.put_offer({what.ticket, what.price, {}});
}

void fold(event_data& data, const offer_withdrawn& what, instant) {
  const auto* const before = data.find_offer(what.ticket);
  HF_CHECK(before != nullptr && !before->held_by, "what is withdrawn is offered, and in nobody's hold");
  data.drop_offer(what.ticket);
}

void fold(event_data& data, const resale_held& what, instant at) {
  const auto* const offered = data.find_offer(what.ticket);
  HF_CHECK(offered != nullptr && !offered->held_by, "one buyer at a time has an offered ticket in a hold");
  HF_CHECK(offered->price == what.price, "an offer is held at its price");
  HF_CHECK(what.hold.value() == data.last_hold + 1, "holds are numbered without gaps");
  HF_CHECK(what.hold.value() <= limits::hold_number_max, "hold numbers are limited");
  HF_CHECK(what.by.subject != subject_id{} && !what.by.organisation, "buyers buy of buyers");
  HF_CHECK(what.expires_at > at && what.cap_at >= what.expires_at, "a hold lives, and ends at its cap");
  HF_CHECK(!what.tax || what.tax->rate.mode == tax_mode::inclusive, "a tax is in the price of what is offered");
  const auto& order = order_of(data, what.ticket);
  const auto part = part_of(order.as_booking(), std::vector{what.ticket.index});
  HF_CHECK(part.has_value() && place_of(*part) == what.place, "an offered ticket is one that its order has");
  const resale of{what.ticket, order.payment(), part->value - what.price, false};
  const auto& slot = data.bookings.add(as_hold(what), at, &of);
  data.last_hold = what.hold.value();
  data.hash += slot.hash();
  data.put_offer({what.ticket, what.price, what.hold});
}

void fold(event_data& data, const ticket_resold& what, instant at) {
  const auto& seller = order_of(data, what.ticket);
  const auto* const buyer = data.bookings.find(what.hold);
  HF_CHECK(buyer != nullptr && buyer->is_frozen() && buyer->borrows() && buyer->bought_from()->ticket == what.ticket,
           "a ticket is resold to the hold that is being paid for it");
  const auto order = seller.as_booking();
  const auto part = part_of(order, std::vector{what.ticket.index});
  HF_CHECK(part.has_value() && place_of(*part) == what.place, "a resold ticket is one that its order has");
  check_resold(data, what, order, *part);
  // Who sells on has bought all the same: otherwise buying and selling on would be free of what is allowed within a time.
  data.given_back.add({order.confirmed_at, order.by.subject, order.card, 1}, at);
  data.hash -= seller.hash() + buyer->hash();
  hand_over(data, what);
  data.count_card(seller.card(), 1, false);
  data.hash -= data.tickets.forget(what.ticket);
  data.drop_offer(what.ticket);
  const booking_slot gone{hold_created{.hold = what.ticket.order,
                                       .by = order.by,
                                       .sold_by = {},
                                       .seats = part->seats,
                                       .prices = part->prices,
                                       .areas = part->areas,
                                       .expires_at = order.expires_at,
                                       .cap_at = order.cap_at},
                          order.created_at};
  data.count_sold(gone, false);
  if (what.goes_on) {
    data.bookings.narrow(what.ticket.order, given_away(what, *part));
    data.hash += seller.hash();
  } else {
    data.bookings.end(what.ticket.order, ended_hold::how::returned, at);
  }
  data.bookings.swap(what.hold, what.allocation);
  data.hash += data.bookings.find(what.hold)->hash();
}

} // namespace holdfast::domain

#include "domain/apply_booking.hpp"

#include "domain/check.hpp"
#include "domain/limits.hpp"
#include "domain/order_part.hpp"
#include "domain/state_hash.hpp"

#include <algorithm>

namespace holdfast::domain {
namespace {

auto element(const event_data& data, seat_index seat) noexcept -> std::uint64_t {
  // A seat that nobody has got has no element; the factor keeps this free of a branch.
  const auto holder = data.holders[seat];
  return seat_hash(seat, data.statuses[seat], holder) * static_cast<std::uint64_t>(holder != 0);
}

auto held_slot(const event_data& data, hold_number hold) noexcept -> const booking_slot& {
  const auto* const slot = data.bookings.find(hold);
  HF_CHECK(slot != nullptr, "the hold is live");
  HF_CHECK(!slot->is_order(), "the hold is no order yet");
  return *slot;
}

void check_owner(const hold_created& what) noexcept {
  const bool buyer = what.by.subject != subject_id{};
  const bool box_office = static_cast<bool>(what.by.organisation);
  HF_CHECK(buyer != box_office, "a hold has one owner");
}

void check_new_hold(const event_data& data, const hold_created& what, instant at) noexcept {
  HF_CHECK(data.status == event_status::published, "holds are made while the event is published");
  HF_CHECK(what.hold.value() == data.last_hold + 1, "holds are numbered without gaps");
  HF_CHECK(what.hold.value() <= limits::hold_number_max, "hold numbers are limited");
  HF_CHECK(what.seats.size() == what.prices.size(), "each seat has a price");
  HF_CHECK(what.fees.empty() || what.fees.size() == what.seats.size(), "each seat has a fee, or none has");
  HF_CHECK(what.seats.size() + what.areas.size() > 0, "a hold holds something");
  HF_CHECK(what.seats.size() <= limits::places_per_hold_max, "a hold's seats are limited");
  HF_CHECK(what.areas.size() <= data.areas.size(), "each area is held once");
  HF_CHECK(what.expires_at > at, "a hold lives");
  HF_CHECK(what.cap_at >= what.expires_at, "a hold ends at its cap");
  check_owner(what);
}

void check_places(const event_data& data, const hold_created& what) noexcept {
  const auto* const pool = data.find_allocation(what.allocation.value());
  HF_CHECK(!what.allocation || pool != nullptr, "a hold's allocation is there");
  HF_CHECK(pool == nullptr || pool->kind != allocation_kind::kill, "nobody has what cannot be used");
  for (const auto seat : what.seats) {
    HF_CHECK(seat < data.statuses.size(), "a held seat is in the layout");
  }
  for (const auto& held : what.areas) {
    HF_CHECK(held.area < data.areas.size(), "a held area is in the layout");
    HF_CHECK(held.quantity > 0, "places are held in a held area");
    HF_CHECK(pool == nullptr || pool->find(held.area) != nullptr, "a hold's areas are its allocation's");
  }
}

/// The places of an allocation that a booking's of an area are; null: they are the public's.
auto own_pool(event_data& data, const booking_slot& slot, area_index area) noexcept -> allocated_area* {
  // Found as what cannot be changed, of data that can.
  const auto* const pool = data.pool_behind(slot, area);
  return pool == nullptr ? nullptr : const_cast<allocated_area*>(pool->find(area));
}

/// Uses places of an allocation, or gives them back (modulo 2^32).
void draw(event_data& data, const booking_slot& slot, allocated_area& from, std::uint32_t places) noexcept {
  const auto& pool = *data.find_allocation(slot.allocation().value());
  data.hash -= hash_of(pool);
  from.used += places;
  data.hash += hash_of(pool);
  data.areas[from.area].blocked -= places;
  data.places_blocked -= places;
}

/// Whoever had an offered ticket in a hold has it no longer: others may, if it is still offered.
void reopen_offer(event_data& data, const booking_slot& hold) {
  const auto* const offered = data.find_offer(hold.bought_from()->ticket);
  if (offered != nullptr && offered->held_by == hold_number{hold.number()}) {
    data.put_offer({offered->ticket, offered->price, {}});
  }
}

/// Ends a live hold, or takes an order back: its places are free again.
void end(event_data& data, const booking_slot& slot, ended_hold::how how, instant at) {
  const auto status = slot.is_order() ? seat_status::sold : seat_status::held;
  data.hash -= slot.hash();
  data.take_off_waitlist(data.waitlist.find(hold_number{slot.number()}));
  if (slot.borrows()) {
    reopen_offer(data, slot);
    data.bookings.end(hold_number{slot.number()}, how, at);
    return;
  }
  move_seats(data, slot, status, seat_status::available);
  count_areas(data, slot, status, false);
  if (slot.is_order()) {
    data.count_sold(slot, false);
    data.count_card(slot.card(), static_cast<std::uint32_t>(slot.places()), false);
  }
  (slot.is_order() ? data.places_sold : data.places_held) -= static_cast<std::uint32_t>(slot.places());
  data.bookings.end(hold_number{slot.number()}, how, at);
}

} // namespace

void move_seats(event_data& data, const booking_slot& slot, seat_status from, seat_status to) {
  const auto& seats = *data.seats;
  const bool was_free = from == seat_status::available;
  const auto holder_before = was_free ? 0 : slot.number();
  const auto holder = to == seat_status::available ? 0 : slot.number();
  constexpr std::uint32_t no_row = 0xffff'ffff;
  std::uint32_t row = no_row;
  for (const auto seat : slot.seats()) {
    const auto free = data.free_status(seat);
    HF_CHECK(data.statuses[seat] == (was_free ? free : from), "a seat's status is its booking's");
    HF_CHECK(!was_free || free == seat_status::available || data.pool_of(seat) == slot.allocation().value(),
             "a seat that is set apart goes to who may have it");
    HF_CHECK(data.holders[seat] == holder_before, "a seat's holder is its booking");
    data.hash -= element(data, seat);
    const auto now = to == seat_status::available ? free : to;
    data.places_blocked -= static_cast<std::uint32_t>(data.statuses[seat] == seat_status::blocked);
    data.places_blocked += static_cast<std::uint32_t>(now == seat_status::blocked);
    data.statuses[seat] = now;
    data.holders[seat] = holder;
    data.hash += element(data, seat);
    const auto in = seats.row_of(seat);
    if (in != row && row != no_row) {
      data.runs.refresh(seats, row);
    }
    row = in;
    data.runs.set(seats, seat, row, now == seat_status::available);
  }
  if (row != no_row) {
    data.runs.refresh(seats, row);
  }
}

void count_areas(event_data& data, const booking_slot& slot, seat_status status, bool add) {
  for (std::size_t i = 0; i < slot.area_count(); ++i) {
    const auto held = slot.area(i);
    auto& counts = data.areas[held.area];
    auto& count = status == seat_status::held ? counts.held : counts.sold;
    auto* const pool = own_pool(data, slot, held.area);
    const auto free = pool == nullptr ? data.free_places(held.area) : pool->quantity - pool->used;
    data.hash -= area_hash(held.area, counts);
    HF_CHECK(held.quantity <= (add ? free : count), "an area's counts stay within its capacity");
    count = add ? count + held.quantity : count - held.quantity;
    data.hash += area_hash(held.area, counts);
    if (pool != nullptr) {
      draw(data, slot, *pool, add ? held.quantity : 0 - held.quantity);
    }
  }
}

void fold(event_data& data, const hold_created& what, instant at) {
  check_new_hold(data, what, at);
  check_places(data, what);
  if (what.waitlist) {
    check_offer(data, what);
    data.offer_to(what.waitlist, what.hold);
  }
  const auto& slot = data.bookings.add(what, at);
  data.last_hold = what.hold.value();
  move_seats(data, slot, seat_status::available, seat_status::held);
  count_areas(data, slot, seat_status::held, true);
  data.places_held += static_cast<std::uint32_t>(slot.places());
  HF_CHECK(data.places_held + data.places_sold + data.places_blocked <= data.places,
           "no more is held and sold than there is");
  data.hash += slot.hash();
}

void fold(event_data& data, const hold_extended& what, instant at) {
  const auto& slot = held_slot(data, what.hold);
  HF_CHECK(!slot.extended(), "a hold is extended once");
  HF_CHECK(!slot.is_frozen(), "a hold that is being paid is not extended");
  HF_CHECK(at < slot.expires_at(), "a hold is extended before it expires");
  HF_CHECK(what.expires_at > slot.expires_at(), "an extension adds time");
  HF_CHECK(what.expires_at <= slot.cap_at(), "an extension keeps to the cap");
  data.hash -= slot.hash();
  data.bookings.extend(what.hold, what.expires_at);
  data.hash += slot.hash();
}

void fold(event_data& data, const hold_released& what, instant at) {
  end(data, held_slot(data, what.hold), ended_hold::how::released, at);
}

void fold(event_data& data, const hold_expired& what, instant at) {
  const auto& slot = held_slot(data, what.hold);
  HF_CHECK(at >= slot.expires_at(), "a hold expires at its deadline, not before");
  end(data, slot, ended_hold::how::expired, at);
}

/// What a buyer had bought counts still where a velocity rule looks, whatever becomes of it; what was never paid does not.
void remember_purchase(event_data& data, const booking_slot& order, const order_returned& what, std::uint64_t places,
                       instant at) {
  if (order.by().subject == subject_id{} || what.why == return_cause::uncaptured ||
      data.status == event_status::cancelled) {
    return;
  }
  data.given_back.add(
      {order.order()->confirmed_at, order.by().subject, order.card(), static_cast<std::uint32_t>(places)}, at);
}

/// Some tickets of an order go back; others stay.
void narrow(event_data& data, const booking_slot& slot, const order_returned& what, instant at) {
  const auto order = slot.as_booking();
  const auto part = part_of(order, what.tickets);
  HF_CHECK(part.has_value(), "what goes back is left of the order");
  HF_CHECK(part->seats == what.seats && part->areas == what.areas, "tickets go back as what they are");
  HF_CHECK(part->value == what.total && part->tax == what.tax, "what was paid is what goes back");
  const booking_slot gone{hold_created{.hold = what.hold,
                                       .by = order.by,
                                       .sold_by = {},
                                       .seats = part->seats,
                                       .prices = part->prices,
                                       .areas = part->areas,
                                       .expires_at = order.expires_at,
                                       .cap_at = order.cap_at,
                                       .allocation = order.allocation},
                          order.created_at};
  remember_purchase(data, slot, what, gone.places(), at);
  data.hash -= slot.hash();
  move_seats(data, gone, seat_status::sold, seat_status::available);
  count_areas(data, gone, seat_status::sold, false);
  data.count_sold(gone, false);
  data.places_sold -= static_cast<std::uint32_t>(gone.places());
  data.count_card(slot.card(), static_cast<std::uint32_t>(gone.places()), false);
  for (const auto ticket : what.tickets) {
    data.hash -= data.tickets.forget(ticket_number{what.hold, ticket});
    data.drop_offer({what.hold, ticket});
  }
  data.bookings.narrow(what.hold, what);
  data.hash += slot.hash();
}

void drop_offers(event_data& data, hold_number order) noexcept {
  auto at = data.offers.lower_bound(ticket_number{order, 0});
  while (at != data.offers.end() && at->first.order == order) {
    const auto ticket = (at++)->first;
    data.drop_offer(ticket);
  }
}

void fold(event_data& data, const order_returned& what, instant at) {
  const auto* const slot = data.bookings.find(what.hold);
  HF_CHECK(slot != nullptr && slot->is_order(), "what is taken back is an order");
  if (what.goes_on) {
    narrow(data, *slot, what, at);
    return;
  }
  HF_CHECK(std::ranges::equal(slot->seats(), what.seats), "an order is taken back whole");
  HF_CHECK(slot->area_count() == what.areas.size(), "an order is taken back whole");
  HF_CHECK(slot->order()->paid == what.total && what.tax == (what.total == 0 ? 0 : slot->taxes()),
           "what was paid is what goes back");
  remember_purchase(data, *slot, what, slot->places(), at);
  data.hash -= data.tickets.forget(what.hold);
  drop_offers(data, what.hold);
  end(data, *slot, ended_hold::how::returned, at);
}

void fold(event_data& data, const hold_frozen& what, instant at) {
  const auto& slot = held_slot(data, what.hold);
  HF_CHECK(!slot.is_frozen(), "a hold is paid by one payment at a time");
  HF_CHECK(static_cast<bool>(what.payment), "a hold is frozen for a payment");
  HF_CHECK(at < slot.expires_at(), "a hold is frozen before it expires");
  HF_CHECK(what.until >= slot.expires_at(), "a frozen hold lives no shorter");
  HF_CHECK(what.until <= slot.cap_at(), "a frozen hold keeps to the cap");
  data.hash -= slot.hash();
  data.bookings.freeze(what.hold, what);
  data.hash += slot.hash();
}

void fold(event_data& data, const hold_thawed& what, instant at) {
  const auto& slot = held_slot(data, what.hold);
  HF_CHECK(slot.is_frozen() && slot.payment() == what.payment, "a hold is thawed by its payment");
  HF_CHECK(at < what.expires_at, "a thawed hold lives");
  HF_CHECK(what.expires_at <= slot.cap_at(), "a thawed hold keeps to the cap");
  data.hash -= slot.hash();
  data.bookings.thaw(what.hold, what.expires_at);
  data.hash += slot.hash();
}

void fold(event_data& data, const order_confirmed& what, instant at) {
  const auto& slot = held_slot(data, what.hold);
  HF_CHECK(!slot.borrows(), "a resold ticket's place is the buyer's before it is an order's");
  HF_CHECK(slot.payment() == what.by_payment, "a hold that is being paid is confirmed by its payment");
  HF_CHECK((what.payment.by == payment_record::method::card) == static_cast<bool>(what.by_payment),
           "a card's order names its payment");
  HF_CHECK(what.card == 0 || what.by_payment, "a card pays by a payment");
  HF_CHECK(at < slot.expires_at(), "a hold is confirmed before it expires");
  HF_CHECK(data.status != event_status::cancelled, "nothing is sold of a cancelled event");
  HF_CHECK(what.total == (what.payment.by == payment_record::method::complimentary ? 0 : slot.total()),
           "what was due was paid");
  HF_CHECK(what.payment.reference.size() <= limits::payment_text_bytes_max, "a payment's reference is short");
  HF_CHECK(what.payment.reason.size() <= limits::payment_text_bytes_max, "a payment's reason is short");
  const auto places = static_cast<std::uint32_t>(slot.places());
  data.hash -= slot.hash();
  count_areas(data, slot, seat_status::held, false);
  data.bookings.confirm(what.hold, what, at);
  move_seats(data, slot, seat_status::held, seat_status::sold);
  count_areas(data, slot, seat_status::sold, true);
  data.count_sold(slot, true);
  data.count_card(what.card, places, true);
  data.places_held -= places;
  data.places_sold += places;
  data.hash += slot.hash();
  data.take_off_waitlist(data.waitlist.find(what.hold)); // they have what they waited for
}

} // namespace holdfast::domain

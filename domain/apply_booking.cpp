#include "domain/apply_booking.hpp"

#include "domain/check.hpp"
#include "domain/limits.hpp"
#include "domain/state_hash.hpp"

namespace holdfast::domain {
namespace {

auto element(const event_data& data, seat_index seat) noexcept -> std::uint64_t {
  // An available seat has no element; the factor keeps this free of a branch.
  const auto status = data.statuses[seat];
  return seat_hash(seat, status, data.holders[seat]) * static_cast<std::uint64_t>(status != seat_status::available);
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
  HF_CHECK(what.seats.size() + what.areas.size() > 0, "a hold holds something");
  HF_CHECK(what.seats.size() <= limits::places_per_hold_max, "a hold's seats are limited");
  HF_CHECK(what.areas.size() <= data.areas.size(), "each area is held once");
  HF_CHECK(what.expires_at > at, "a hold lives");
  HF_CHECK(what.cap_at >= what.expires_at, "a hold ends at its cap");
  check_owner(what);
}

void check_places(const event_data& data, const hold_created& what) noexcept {
  for (const auto seat : what.seats) {
    HF_CHECK(seat < data.statuses.size(), "a held seat is in the layout");
  }
  for (const auto& held : what.areas) {
    HF_CHECK(held.area < data.areas.size(), "a held area is in the layout");
    HF_CHECK(held.quantity > 0, "places are held in a held area");
  }
}

/// Ends a live hold: its places are free again.
void end(event_data& data, const booking_slot& slot, ended_hold::how how, instant at) {
  data.hash -= slot.hash();
  move_seats(data, slot, seat_status::held, seat_status::available);
  count_areas(data, slot, seat_status::held, false);
  data.places_held -= static_cast<std::uint32_t>(slot.places());
  data.bookings.end(hold_number{slot.number()}, how, at);
}

} // namespace

void move_seats(event_data& data, const booking_slot& slot, seat_status from, seat_status to) {
  const auto& seats = *data.seats;
  const auto holder_before = from == seat_status::available ? 0 : slot.number();
  const auto holder = to == seat_status::available ? 0 : slot.number();
  constexpr std::uint32_t no_row = 0xffff'ffff;
  std::uint32_t row = no_row;
  for (const auto seat : slot.seats()) {
    HF_CHECK(data.statuses[seat] == from, "a seat's status is its booking's");
    HF_CHECK(data.holders[seat] == holder_before, "a seat's holder is its booking");
    data.hash -= element(data, seat);
    data.statuses[seat] = to;
    data.holders[seat] = holder;
    data.hash += element(data, seat);
    const auto in = seats.row_of(seat);
    if (in != row && row != no_row) {
      data.runs.refresh(seats, row);
    }
    row = in;
    data.runs.set(seats, seat, row, to == seat_status::available);
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
    data.hash -= area_hash(held.area, counts);
    HF_CHECK(held.quantity <= (add ? data.free_places(held.area) : count), "an area's counts stay within its capacity");
    count = add ? count + held.quantity : count - held.quantity;
    data.hash += area_hash(held.area, counts);
  }
}

void fold(event_data& data, const hold_created& what, instant at) {
  check_new_hold(data, what, at);
  check_places(data, what);
  const auto& slot = data.bookings.add(what, at);
  data.last_hold = what.hold.value();
  move_seats(data, slot, seat_status::available, seat_status::held);
  count_areas(data, slot, seat_status::held, true);
  data.places_held += static_cast<std::uint32_t>(slot.places());
  HF_CHECK(data.places_held + data.places_sold <= data.places, "no more is held and sold than there is");
  data.hash += slot.hash();
}

void fold(event_data& data, const hold_extended& what, instant at) {
  const auto& slot = held_slot(data, what.hold);
  HF_CHECK(!slot.extended(), "a hold is extended once");
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

void fold(event_data& data, const order_confirmed& what, instant at) {
  const auto& slot = held_slot(data, what.hold);
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
  data.places_held -= places;
  data.places_sold += places;
  data.hash += slot.hash();
}

} // namespace holdfast::domain

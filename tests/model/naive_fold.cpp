#include "tests/model/naive_allocations.hpp"
#include "tests/model/naive_event.hpp"
#include "tests/model/naive_guards.hpp"
#include "tests/model/naive_payments.hpp"
#include "tests/model/naive_plan.hpp"
#include "tests/model/naive_resale.hpp"
#include "tests/model/naive_tickets.hpp"
#include "tests/model/naive_waitlist.hpp"

#include <algorithm>
#include <set>

namespace holdfast::model {
namespace {

using namespace domain;

/// Everything that owns a booking's places gives them back.
void vacate(naive_event& twin, hold_number number) {
  std::erase_if(twin.owners, [&](const auto& entry) { return entry.second == number; });
  end_offers(twin, number);
  end_waiting(twin, number);
  twin.bookings.erase(number);
}

auto end_hold(naive_event& twin, hold_number number, ended_hold::how how) -> complaint {
  const auto found = twin.bookings.find(number);
  if (found == twin.bookings.end() || found->second.status != booking_status::held) {
    return "it ends a hold that is not live";
  }
  if (how == ended_hold::how::expired && twin.time < found->second.expires_at) {
    return "a hold expires before its deadline";
  }
  if (how == ended_hold::how::released && is_its_payments(twin, found->second)) {
    return "a hold is released while it is being paid";
  }
  twin.ended[number] = {number, how, found->second.by, twin.time};
  vacate(twin, number);
  return {};
}

auto move_life(naive_event& twin, event_status from, event_status to) -> complaint {
  const bool right = twin.status == from;
  twin.status = to;
  return right ? complaint{} : "the event's life does not go this way";
}

auto check_seats(const naive_event& twin, const hold_created& made) -> complaint {
  if (made.prices.size() != made.seats.size()) {
    return "seats and prices differ in number";
  }
  std::set<seat_index> seen;
  for (std::size_t i = 0; i < made.seats.size(); ++i) {
    const auto seat = made.seats[i];
    if (seat >= twin.seats->seat_count()) {
      return "it holds a seat that does not exist";
    }
    if (twin.owners.contains(seat)) {
      return "a seat gets a second owner: " + twin.seats->label(seat);
    }
    if (!twin.open_to(seat, made.allocation)) {
      return "a seat that is set apart goes to somebody else: " + twin.seats->label(seat);
    }
    if (!seen.insert(seat).second) {
      return "it holds a seat twice";
    }
    if (made.prices[i] != twin.price(twin.seats->tier_of_seat(seat))) {
      return "a seat has the wrong price";
    }
  }
  if (made.fees != twin.fees_of_seats(made.seats) || made.tax != twin.config.tax) {
    return "a seat has the wrong fee, or a hold another tax than its event";
  }
  return {};
}

auto check_areas(const naive_event& twin, const hold_created& made) -> complaint {
  std::set<area_index> seen;
  for (const auto& part : made.areas) {
    if (part.area >= twin.seats->area_count() || part.quantity == 0 || !seen.insert(part.area).second) {
      return "it holds places of no area, no place of an area, or an area twice";
    }
    const auto taken = twin.area(part.area);
    const auto capacity = twin.seats->spec().areas[part.area].capacity;
    if (std::uint64_t{taken.held} + taken.sold + part.quantity > capacity) {
      return "an area goes above its capacity";
    }
    const auto left = made.allocation ? twin.apart(made.allocation, part.area) - twin.used(made.allocation, part.area)
                                      : capacity - taken.held - taken.sold - taken.blocked;
    if (part.quantity > left) {
      return "a hold has places of an area that are set apart, or more than were";
    }
    const auto tier = twin.seats->tier_of_area(part.area);
    if (part.price != twin.price(tier) || part.fee != twin.fee(tier)) {
      return "a standing place has the wrong price or fee";
    }
  }
  return {};
}

auto check_limits(const naive_event& twin, const hold_created& made, std::uint64_t places) -> complaint {
  if (places == 0 || places > limits::places_per_hold_max || places > twin.config.max_per_order) {
    return "a hold has no place, or more than an order may have";
  }
  const bool office = made.by.organisation != organisation_id{};
  if (office != (made.by.subject == subject_id{}) || office != (made.sold_by != key_id{})) {
    return "a hold's owner is neither a buyer nor a box office";
  }
  if (office && made.by.organisation != twin.organisation) {
    return "a foreign box office holds";
  }
  if (!office && twin.places_of(made.by) + places > twin.config.max_per_buyer) {
    return "a buyer has more places than allowed";
  }
  return {};
}

auto fold_created(naive_event& twin, const hold_created& made) -> complaint {
  booking added{};
  added.number = made.hold;
  added.by = made.by;
  added.sold_by = made.sold_by;
  added.allocation = made.allocation;
  added.created_at = twin.time;
  added.expires_at = made.expires_at;
  added.cap_at = made.cap_at;
  added.seats = made.seats;
  added.prices = made.prices;
  added.fees = made.fees;
  added.areas = made.areas;
  added.tax = made.tax;
  if (auto wrong = made.waitlist ? check_offered(twin, made) : complaint{}) {
    return wrong;
  }
  if (made.allocation && !twin.allocations.contains(made.allocation)) {
    return "it holds of an allocation that is not there";
  }
  const bool otherwise = twin.on_sale(twin.time) || of_the_house(twin, made.allocation, made.by, made.seats);
  if (made.phase.empty() ? !otherwise : otherwise || !phase_open(twin, made.phase, twin.time)) {
    return "it holds while the event is not on sale, or by a presale that is not open or not needed";
  }
  if (made.hold.value() != twin.last_hold.value() + 1) {
    return "hold numbers are not dense";
  }
  if (made.expires_at <= twin.time || made.expires_at > made.cap_at) {
    return "a hold's deadline is not between now and its cap";
  }
  for (const auto& fault :
       {check_seats(twin, made), check_areas(twin, made), check_limits(twin, made, places_in(added))}) {
    if (fault) {
      return fault;
    }
  }
  for (const auto seat : made.seats) {
    twin.owners[seat] = made.hold;
  }
  twin.bookings[made.hold] = std::move(added);
  twin.last_hold = made.hold;
  if (made.waitlist) {
    twin.waitlist.at(made.waitlist).offered = made.hold.value();
  }
  return {};
}

auto fold_extended(naive_event& twin, const hold_extended& what) -> complaint {
  const auto found = twin.bookings.find(what.hold);
  if (found == twin.bookings.end() || found->second.status != booking_status::held || found->second.extended ||
      found->second.frozen) {
    return "it extends what is not a live hold, or a second time";
  }
  auto& hold = found->second;
  if (hold.expires_at <= twin.time || what.expires_at <= hold.expires_at || what.expires_at > hold.cap_at) {
    return "an extension comes past the deadline, shortens the hold or goes beyond its cap";
  }
  hold.extended = true;
  hold.expires_at = what.expires_at;
  return {};
}

auto fold_confirmed(naive_event& twin, const order_confirmed& what) -> complaint {
  const auto found = twin.bookings.find(what.hold);
  if (found == twin.bookings.end() || found->second.status != booking_status::held) {
    return "it confirms what is not a live hold";
  }
  auto& order = found->second;
  if (order.expires_at <= twin.time) {
    return "it confirms a hold past its deadline";
  }
  if (is_borrowed(order)) {
    return "it confirms a hold whose place is another order's";
  }
  if (auto wrong = check_confirmed_by(order, what)) {
    return wrong;
  }
  const auto due = what.payment.by == payment_record::method::complimentary ? 0 : total_of(order);
  if (what.total != due) {
    return "an order's total is not the sum of its prices";
  }
  order.status = booking_status::confirmed;
  order.confirmed_by = what.confirmed_by;
  order.confirmed_at = twin.time;
  order.paid = what.total;
  order.payment = what.payment;
  order.paid_by = what.by_payment;
  order.card = what.card;
  order.frozen = false;
  order.ends_unpaid_at = {};
  make_tickets(twin, order);
  end_waiting(twin, what.hold);
  return {};
}

auto fold_returned(naive_event& twin, const order_returned& what) -> complaint {
  auto wrong = check_returned(twin, what);
  forget_unpaid(twin, what);
  if (!wrong && what.goes_on) {
    return_tickets(twin, what.hold, what.tickets);
  } else if (!wrong) {
    std::erase_if(twin.tickets, [&](const auto& entry) { return entry.first.order == what.hold; });
    twin.ended[what.hold] = {what.hold, ended_hold::how::returned, twin.bookings.at(what.hold).by, twin.time};
    vacate(twin, what.hold);
  }
  return wrong;
}

/// Folds one body. `twin.seq` and `twin.time` are the fact's already.
struct folder {
  naive_event& twin;

  auto operator()(const event_created& what) const -> complaint {
    if (twin.status != event_status::absent || !what.seats) {
      return "it creates an event a second time, or without a layout";
    }
    twin.status = event_status::draft;
    twin.id = what.event;
    twin.organisation = what.organisation;
    twin.config = what.config;
    twin.seats = what.seats;
    return configured();
  }
  auto operator()(const event_amended& what) const -> complaint {
    twin.config = what.config;
    return configured();
  }
  auto operator()(const layout_replaced& what) const -> complaint {
    if (twin.status != event_status::draft || !what.seats || !twin.allocations.empty()) {
      return "it replaces a layout that is frozen";
    }
    twin.seats = what.seats;
    return configured();
  }
  auto operator()(const event_published&) const -> complaint {
    return configured(move_life(twin, event_status::draft, event_status::published));
  }
  auto operator()(const event_paused&) const -> complaint {
    return configured(move_life(twin, event_status::published, event_status::paused));
  }
  auto operator()(const event_resumed&) const -> complaint {
    return configured(move_life(twin, event_status::paused, event_status::published));
  }
  auto operator()(const event_closed&) const -> complaint {
    if (twin.status != event_status::published && twin.status != event_status::paused) {
      return "it closes what is not open";
    }
    twin.status = event_status::closed;
    twin.waitlist.clear();
    return configured();
  }
  auto operator()(const event_cancelled&) const -> complaint {
    if (twin.status == event_status::absent || twin.status == event_status::cancelled) {
      return "it cancels what is not there or cancelled already";
    }
    twin.status = event_status::cancelled;
    twin.waitlist.clear();
    return configured();
  }
  auto operator()(const hold_created& what) const -> complaint { return fold_created(twin, what); }
  auto operator()(const hold_extended& what) const -> complaint { return fold_extended(twin, what); }
  auto operator()(const hold_released& what) const -> complaint {
    return end_hold(twin, what.hold, ended_hold::how::released);
  }
  auto operator()(const hold_expired& what) const -> complaint {
    return end_hold(twin, what.hold, ended_hold::how::expired);
  }
  auto operator()(const hold_frozen& what) const -> complaint { return fold_frozen(twin, what); }
  auto operator()(const hold_thawed& what) const -> complaint { return fold_thawed(twin, what); }
  auto operator()(const order_confirmed& what) const -> complaint { return fold_confirmed(twin, what); }
  auto operator()(const order_returned& what) const -> complaint { return fold_returned(twin, what); }
  auto operator()(const ticket_transferred& what) const -> complaint { return fold_ticket(twin, what); }
  auto operator()(const ticket_admitted& what) const -> complaint { return fold_ticket(twin, what); }
  auto operator()(const scan_turned_away& what) const -> complaint { return fold_ticket(twin, what); }
  auto operator()(const admission_undone& what) const -> complaint { return fold_ticket(twin, what); }
  auto operator()(const ticket_offered& what) const -> complaint { return fold_resale(twin, what); }
  auto operator()(const offer_withdrawn& what) const -> complaint { return fold_resale(twin, what); }
  auto operator()(const resale_held& what) const -> complaint { return fold_resale(twin, what); }
  auto operator()(const ticket_resold& what) const -> complaint { return fold_resale(twin, what); }
  auto operator()(const seats_allocated& what) const -> complaint { return fold_allocation(twin, what); }
  auto operator()(const allocation_changed& what) const -> complaint { return fold_allocation(twin, what); }
  auto operator()(const allocation_released& what) const -> complaint { return fold_allocation(twin, what); }
  auto operator()(const waitlist_joined& what) const -> complaint { return fold_waitlist(twin, what); }
  auto operator()(const waitlist_left& what) const -> complaint { return fold_waitlist(twin, what); }
  template <class Other>
  auto operator()(const Other&) const -> complaint {
    return "a fact of another stream";
  }

 private:
  [[nodiscard]] auto configured(complaint fault = {}) const -> complaint {
    twin.version = twin.seq;
    return fault;
  }
};

} // namespace

auto fold(naive_event& twin, const fact& what) -> complaint {
  if (what.time < twin.time) {
    return "time goes back";
  }
  if (twin.status == event_status::absent && !std::holds_alternative<event_created>(what.body)) {
    return "a fact before the event's creation";
  }
  ++twin.seq;
  twin.time = what.time;
  if (what.command.key != 0 && twin.remembered(what.command.key, what.time) == nullptr) {
    twin.keys[what.command.key] = {static_cast<std::uint32_t>(what.command.request), twin.seq, what.time};
  }
  return std::visit(folder{twin}, what.body);
}

} // namespace holdfast::model

#include "domain/state_image.hpp"

#include "domain/apply_booking.hpp"
#include "domain/config_check.hpp"
#include "domain/event_data.hpp"
#include "domain/limits.hpp"
#include "domain/state_hash.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>
#include <utility>

namespace holdfast::domain {
namespace {

auto same_layout(const std::shared_ptr<const layout>& a, const std::shared_ptr<const layout>& b) -> bool {
  return a == b || (a && b && a->spec() == b->spec());
}

auto scalars(const state_image& of) {
  return std::tie(of.id, of.organisation, of.status, of.seq, of.version, of.time, of.last_hold, of.last_allocation);
}

template <class Values>
auto has_repeats(Values values) -> bool {
  std::ranges::sort(values);
  return std::ranges::adjacent_find(values) != values.end();
}

auto areas_of(const booking& one) -> std::vector<area_index> {
  std::vector<area_index> areas;
  std::ranges::transform(one.areas, std::back_inserter(areas), &held_area::area);
  return areas;
}

auto is_tax(const event_tax& tax) -> bool {
  return (tax.rate.mode == tax_mode::inclusive || tax.rate.mode == tax_mode::exclusive) &&
         tax.rate.basis_points <= limits::tax_basis_points_max && !tax.name.empty() &&
         tax.name.size() <= limits::tax_name_bytes_max;
}

/// Whether no sum over the booking's places can overflow.
auto is_countable(const booking& one) -> bool {
  const auto is_price = [](minor_units price) { return price >= 0 && price <= limits::price_max; };
  std::uint64_t places = one.seats.size();
  for (const auto& held : one.areas) {
    places += held.quantity;
  }
  return places <= limits::places_per_hold_max && std::ranges::all_of(one.prices, is_price) &&
         std::ranges::all_of(one.fees, is_price) && std::ranges::all_of(one.areas, is_price, &held_area::price) &&
         std::ranges::all_of(one.areas, is_price, &held_area::fee) && (!one.tax || is_tax(*one.tax));
}

/// Places of an area that a booking could have.
auto places_left(const event_data& data, const booking& one, area_index area) -> std::uint32_t {
  const auto* const pool = data.find_allocation(one.allocation.value());
  const auto* const part = pool == nullptr ? nullptr : pool->find(area);
  return part == nullptr ? data.free_places(area) : part->quantity - part->used;
}

/// Whether its place is another order's, which offers it.
auto borrows(const booking& one) -> bool {
  return one.bought_from && !one.bought_from->is_swapped;
}

/// Whether a booking could be of an offered ticket. What its place is, is said by the order that offers it.
auto is_possible_resale(const event_data& data, const booking& one) -> bool {
  const auto& from = *one.bought_from;
  const bool seated = one.seats.size() == 1 && one.seats.front() < data.statuses.size() && one.areas.empty();
  const bool stands = one.seats.empty() && one.areas.size() == 1 && one.areas.front().quantity == 1 &&
                      one.areas.front().area < data.areas.size();
  return (seated || stands) && one.fees_total() == 0 && one.by.subject != subject_id{} && from.ticket.order &&
         from.ticket.order < one.number && from.ticket.index < limits::places_per_hold_max && from.seller &&
         from.kept >= 0 && (!one.tax || one.tax->rate.mode == tax_mode::inclusive) &&
         (from.is_swapped || (!one.allocation && one.status == booking_status::held)) &&
         (!from.is_swapped || one.paid_by);
}

/// Whether a booking could stand in this state as it has been rebuilt so far.
auto is_possible(const event_data& data, const booking& one, std::uint32_t after) -> bool {
  const auto number = one.number.value();
  const bool buyer = one.by.subject != subject_id{};
  const bool numbered = number > after && number <= data.last_hold;
  const bool owned = buyer != static_cast<bool>(one.by.organisation);
  const bool timed = one.created_at.unix_ms >= 0 && one.created_at <= data.time && one.created_at < one.expires_at &&
                     one.expires_at <= one.cap_at && one.cap_at - one.created_at <= limits::waitlist_offer_max;
  const bool sized = one.seats.size() == one.prices.size() &&
                     (one.fees.empty() || one.fees.size() == one.seats.size()) && is_countable(one) &&
                     one.areas.size() <= data.areas.size() && one.seats.size() + one.areas.size() > 0;
  if (!numbered || !owned || !timed || !sized || has_repeats(one.seats) || has_repeats(areas_of(one))) {
    return false;
  }
  if (one.bought_from && !is_possible_resale(data, one)) {
    return false;
  }
  if (borrows(one)) {
    return true;
  }
  const bool seats_free = std::ranges::all_of(one.seats, [&](seat_index seat) {
    return seat < data.statuses.size() && data.holders[seat] == 0 &&
           (data.pool_of(seat) == 0 || data.pool_of(seat) == one.allocation.value());
  });
  return seats_free && one.allocation.value() <= data.last_allocation &&
         std::ranges::all_of(one.areas, [&](const held_area& held) {
           return held.area < data.areas.size() && held.quantity > 0 &&
                  held.quantity <= places_left(data, one, held.area);
         });
}

auto is_possible_order(const booking& one) -> bool {
  const auto& payment = one.payment;
  const auto due = payment.by == payment_record::method::complimentary ? 0 : one.total();
  return one.paid == due && one.confirmed_at >= one.created_at && one.confirmed_at < one.expires_at &&
         payment.reference.size() <= limits::payment_text_bytes_max &&
         payment.reason.size() <= limits::payment_text_bytes_max && one.refunded == 0 &&
         (one.card == 0 || one.paid_by) && one.places() + one.returned.size() <= limits::places_per_hold_max &&
         std::ranges::is_sorted(one.returned) && !has_repeats(one.returned) &&
         (one.returned.empty() || one.returned.back() < one.places() + one.returned.size()) &&
         (payment.by == payment_record::method::card) == static_cast<bool>(one.paid_by) && !one.frozen &&
         one.ends_unpaid_at == instant{};
}

auto is_possible_hold(const booking& one) -> bool {
  const bool buyer = one.by.subject != subject_id{};
  const bool pinned = one.frozen ? buyer && one.created_at < one.ends_unpaid_at && one.ends_unpaid_at <= one.expires_at
                                 : one.ends_unpaid_at == instant{};
  return one.status == booking_status::held && one.payment == payment_record{} && pinned && one.returned.empty() &&
         one.refunded == 0 && one.card == 0 && one.frozen == static_cast<bool>(one.paid_by);
}

/// Puts a booking back; false when it contradicts what is there.
auto restore(event_data& data, const booking& one, std::uint32_t after) -> bool {
  const bool confirmed = one.status == booking_status::confirmed;
  if (!is_possible(data, one, after) || !(confirmed ? is_possible_order(one) : is_possible_hold(one))) {
    return false;
  }
  const auto& slot = data.bookings.add({one.number,
                                        one.by,
                                        one.sold_by,
                                        one.seats,
                                        one.prices,
                                        one.areas,
                                        one.expires_at,
                                        one.cap_at,
                                        one.allocation,
                                        one.fees,
                                        {},
                                        one.tax},
                                       one.created_at, one.bought_from ? &*one.bought_from : nullptr);
  if (one.extended) {
    data.bookings.extend(one.number, one.expires_at);
  }
  if (one.frozen) {
    data.bookings.freeze(one.number, {one.number, one.paid_by, one.expires_at});
    data.bookings.end_unpaid_at(one.number, one.ends_unpaid_at);
  }
  const auto status = confirmed ? seat_status::sold : seat_status::held;
  if (confirmed) {
    data.bookings.confirm(one.number, {one.number, one.payment, one.confirmed_by, one.paid, one.paid_by, one.card},
                          one.confirmed_at);
    if (!one.returned.empty()) {
      data.bookings.set_returned(one.number, one.returned);
    }
  }
  if (borrows(one)) {
    data.hash += slot.hash();
    return slot.as_booking() == one;
  }
  move_seats(data, slot, seat_status::available, status);
  count_areas(data, slot, status, true);
  if (confirmed) {
    data.count_sold(slot, true);
    data.count_card(one.card, static_cast<std::uint32_t>(slot.places()), true);
  }
  (confirmed ? data.places_sold : data.places_held) += static_cast<std::uint32_t>(slot.places());
  data.hash += slot.hash();
  return slot.as_booking() == one;
}

auto is_possible(const event_data& data, const allocation& one) -> bool {
  const bool named = one.number && one.number.value() > data.last_allocation &&
                     one.number.value() <= limits::allocation_number_max && !one.name.empty();
  const bool known = one.kind >= allocation_kind::house && one.kind <= allocation_kind::comp &&
                     one.code.has_value() == (one.kind == allocation_kind::presale);
  std::vector<area_index> areas;
  std::ranges::transform(one.areas, std::back_inserter(areas), &allocated_area::area);
  return named && known && !has_repeats(areas) && std::ranges::all_of(one.areas, [&](const allocated_area& part) {
           return part.area < data.areas.size() && part.quantity > 0 && part.quantity <= data.free_places(part.area);
         });
}

/// Sets everything apart, all of it free: bookings take theirs.
auto restore_allocations(event_data& data, const state_image& image) -> bool {
  for (const auto& one : image.allocations) {
    if (!is_possible(data, one)) {
      return false;
    }
    auto unused = one;
    for (auto& part : unused.areas) {
      part.used = 0;
    }
    add_allocation(data, std::move(unused));
  }
  if (image.last_allocation < data.last_allocation || image.last_allocation > limits::allocation_number_max ||
      image.pools.size() != (image.allocations.empty() ? 0 : data.statuses.size())) {
    return false;
  }
  data.last_allocation = image.last_allocation;
  std::vector<std::vector<seat_index>> seats(data.allocations.size());
  for (seat_index seat = 0; seat < image.pools.size(); ++seat) {
    const auto* const pool = data.find_allocation(image.pools[seat]);
    if (pool == nullptr && image.pools[seat] != 0) {
      return false;
    }
    if (pool != nullptr) {
      seats[static_cast<std::size_t>(pool - data.allocations.data())].push_back(seat);
    }
  }
  for (std::size_t i = 0; i < seats.size(); ++i) {
    set_apart(data, data.allocations[i].number.value(), seats[i]);
  }
  return true;
}

auto restore_bookings(event_data& data, const state_image& image) -> bool {
  std::uint32_t after = 0;
  for (const auto& one : image.bookings) {
    if (!restore(data, one, after)) {
      return false;
    }
    after = one.number.value();
  }
  const bool sellable = data.status >= event_status::published && data.status <= event_status::closed;
  return data.statuses == image.statuses && data.holders == image.holders && data.areas == image.areas &&
         data.allocations == image.allocations &&
         (sellable || data.status == event_status::cancelled || data.bookings.orders() == 0) &&
         (data.status > event_status::draft || data.last_hold == 0);
}

auto restore_tickets(event_data& data, const state_image& image) -> bool {
  std::optional<ticket_number> before;
  for (const auto& one : image.tickets) {
    const auto born = data.ticket_of(one.number);
    const bool buyer = one.holder.subject != subject_id{};
    const bool held = buyer != static_cast<bool>(one.holder.organisation);
    const bool changed = one.serial > 1 || (one.serial == 1 && one.used && born && born->holder == one.holder);
    const bool sound = !one.used || (one.used->nonce != 0 && !one.used->gate.empty() &&
                                     one.used->gate.size() <= limits::gate_bytes_max && one.used->at <= data.time);
    const bool closed = one.closed.empty() || (one.used && one.closed.size() <= limits::closed_scans_max &&
                                               !one.has_closed(0) && !one.has_closed(one.used->nonce));
    if (!born || !held || !changed || !sound || !closed || (before && *before >= one.number)) {
      return false;
    }
    before = one.number;
    data.hash += hash_of(one);
    data.tickets.put(one);
  }
  return true;
}

/// Whether an offer could stand in this state, and whoever has it in a hold.
auto is_possible(const event_data& data, const offer& one) -> bool {
  const auto its = data.ticket_of(one.ticket);
  const auto* const order = data.bookings.find(one.ticket.order);
  if (!its || its->is_admitted() || its->holder != order->by() || its->holder.subject == subject_id{} ||
      !order->payment() || one.price < 0 || one.price > limits::price_max) {
    return false;
  }
  const auto* const hold = data.bookings.find(one.held_by);
  return !one.held_by || (hold != nullptr && hold->borrows() && hold->bought_from()->ticket == one.ticket &&
                          hold->total() == one.price);
}

auto restore_offers(event_data& data, const state_image& image) -> bool {
  std::optional<ticket_number> before;
  for (const auto& one : image.offers) {
    if (!is_possible(data, one) || (before && *before >= one.ticket)) {
      return false;
    }
    before = one.ticket;
    data.put_offer(one);
  }
  return true;
}

auto restore_ended(event_data& data, const state_image& image) -> bool {
  if (image.ended.size() > limits::ended_holds_kept_max) {
    return false;
  }
  instant before;
  for (const auto& one : image.ended) {
    const bool fresh = one.number && one.number.value() <= data.last_hold &&
                       data.bookings.find(one.number) == nullptr &&
                       data.bookings.find_ended(one.number, data.time) == nullptr;
    if (!fresh || one.at < before || one.at > data.time || one.at + limits::ended_holds_kept <= data.time) {
      return false;
    }
    data.bookings.add_ended(one);
    before = one.at;
  }
  return true;
}

auto is_sound(const state_image& image) -> bool {
  if (image.status > event_status::cancelled || image.version > image.seq || !image.seats || !image.id ||
      !image.organisation) {
    return false;
  }
  auto faults = config_faults(image.config);
  append_tier_faults(image.config, *image.seats, faults);
  return faults.empty();
}

} // namespace

auto operator==(const state_image& a, const state_image& b) -> bool {
  return scalars(a) == scalars(b) && a.config == b.config && same_layout(a.seats, b.seats) &&
         a.statuses == b.statuses && a.holders == b.holders && a.areas == b.areas && a.allocations == b.allocations &&
         a.pools == b.pools && a.bookings == b.bookings && a.tickets == b.tickets && a.offers == b.offers &&
         a.ended == b.ended && a.given_back == b.given_back && a.last_waitlist == b.last_waitlist &&
         a.waitlist == b.waitlist && a.keys == b.keys;
}

auto event_state::image() const -> state_image {
  const auto& data = *data_;
  return {data.id,
          data.organisation,
          data.status,
          data.seq,
          data.version,
          data.time,
          hold_number{data.last_hold},
          data.config,
          data.seats,
          data.statuses,
          data.holders,
          data.areas,
          data.last_allocation,
          data.allocations,
          data.pools,
          data.bookings.bookings(),
          data.tickets.all(),
          offers(),
          data.bookings.ended(data.time),
          data.given_back.image(data.time),
          data.last_waitlist,
          data.waitlist.all(),
          data.keys.image(data.seq)};
}

auto event_state::from_image(state_image image) -> std::optional<event_state> {
  event_state state;
  if (image == state_image{}) {
    return state;
  }
  if (!is_sound(image) || image.status == event_status::absent) {
    return std::nullopt;
  }
  auto& data = *state.data_;
  data.id = image.id;
  data.organisation = image.organisation;
  data.status = image.status;
  data.seq = image.seq;
  data.version = image.version;
  data.time = image.time;
  data.last_hold = image.last_hold.value();
  data.take_layout(image.seats);
  data.take_config(std::move(image.config));
  if (!restore_allocations(data, image) || !restore_bookings(data, image) || !restore_tickets(data, image) ||
      !restore_offers(data, image) || !data.restore_waitlist(image.waitlist, image.last_waitlist) ||
      !restore_ended(data, image) || !data.given_back.restore(image.given_back, data.time) ||
      !data.keys.restore(image.keys, data.seq, data.time)) {
    return std::nullopt;
  }
  return state;
}

} // namespace holdfast::domain

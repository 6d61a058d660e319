#include "domain/state_image.hpp"

#include "domain/apply_booking.hpp"
#include "domain/config_check.hpp"
#include "domain/event_data.hpp"
#include "domain/limits.hpp"
#include "domain/state_hash.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace holdfast::domain {
namespace {

auto same_layout(const std::shared_ptr<const layout>& a, const std::shared_ptr<const layout>& b) -> bool {
  return a == b || (a && b && a->spec() == b->spec());
}

auto scalars(const state_image& of) {
  return std::tie(of.id, of.organisation, of.status, of.seq, of.version, of.time, of.last_hold);
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

/// Whether no sum over the booking's places can overflow.
auto is_countable(const booking& one) -> bool {
  const auto is_price = [](minor_units price) { return price >= 0 && price <= limits::price_max; };
  std::uint64_t places = one.seats.size();
  for (const auto& held : one.areas) {
    places += held.quantity;
  }
  return places <= limits::places_per_hold_max && std::ranges::all_of(one.prices, is_price) &&
         std::ranges::all_of(one.areas, is_price, &held_area::price);
}

/// Whether a booking could stand in this state as it has been rebuilt so far.
auto is_possible(const event_data& data, const booking& one, std::uint32_t after) -> bool {
  const auto number = one.number.value();
  const bool buyer = one.by.subject != subject_id{};
  const bool numbered = number > after && number <= data.last_hold;
  const bool owned = buyer != static_cast<bool>(one.by.organisation);
  const bool timed = one.created_at.unix_ms >= 0 && one.created_at <= data.time && one.created_at < one.expires_at &&
                     one.expires_at <= one.cap_at && one.cap_at - one.created_at <= limits::hold_cap_max;
  const bool sized = one.seats.size() == one.prices.size() && is_countable(one) &&
                     one.areas.size() <= data.areas.size() && one.seats.size() + one.areas.size() > 0;
  if (!numbered || !owned || !timed || !sized || has_repeats(one.seats) || has_repeats(areas_of(one))) {
    return false;
  }
  const bool seats_free = std::ranges::all_of(one.seats, [&](seat_index seat) {
    return seat < data.statuses.size() && data.statuses[seat] == seat_status::available;
  });
  return seats_free && std::ranges::all_of(one.areas, [&](const held_area& held) {
           return held.area < data.areas.size() && held.quantity > 0 && held.quantity <= data.free_places(held.area);
         });
}

auto is_possible_order(const booking& one) -> bool {
  const auto& payment = one.payment;
  const auto due = payment.by == payment_record::method::complimentary ? 0 : one.total();
  return one.paid == due && one.confirmed_at >= one.created_at && one.confirmed_at < one.expires_at &&
         payment.reference.size() <= limits::payment_text_bytes_max &&
         payment.reason.size() <= limits::payment_text_bytes_max;
}

/// Puts a booking back; false when it contradicts what is there.
auto restore(event_data& data, const booking& one, std::uint32_t after) -> bool {
  const bool confirmed = one.status == booking_status::confirmed;
  if (!is_possible(data, one, after) || (confirmed ? !is_possible_order(one) : one.payment != payment_record{})) {
    return false;
  }
  const auto& slot = data.bookings.add(
      {one.number, one.by, one.sold_by, one.seats, one.prices, one.areas, one.expires_at, one.cap_at}, one.created_at);
  if (one.extended) {
    data.bookings.extend(one.number, one.expires_at);
  }
  const auto status = confirmed ? seat_status::sold : seat_status::held;
  if (confirmed) {
    data.bookings.confirm(one.number, {one.number, one.payment, one.confirmed_by, one.paid}, one.confirmed_at);
  }
  move_seats(data, slot, seat_status::available, status);
  count_areas(data, slot, status, true);
  (confirmed ? data.places_sold : data.places_held) += static_cast<std::uint32_t>(slot.places());
  data.hash += slot.hash();
  return slot.as_booking() == one;
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
         (sellable || data.bookings.orders() == 0) && (data.status > event_status::draft || data.last_hold == 0);
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
         a.statuses == b.statuses && a.holders == b.holders && a.areas == b.areas && a.bookings == b.bookings &&
         a.ended == b.ended && a.keys == b.keys;
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
          data.bookings.bookings(),
          data.bookings.ended(data.time),
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
  data.take_config(image.config);
  if (!restore_bookings(data, image) || !restore_ended(data, image) ||
      !data.keys.restore(image.keys, data.seq, data.time)) {
    return std::nullopt;
  }
  return state;
}

} // namespace holdfast::domain

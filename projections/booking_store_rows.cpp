#include "projections/booking_store.hpp"
#include "projections/packed_booking.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::projections {

auto booking_store::row_of(event_slot event) const -> event_row {
  const auto& its = events_[event];
  return {its.id, its.seq, its.currency, its.layout};
}

auto booking_store::row_of(event_slot event, domain::hold_number number) const -> std::optional<booking_row> {
  const auto* entry = numbers_.find(number_policy::hash_of(event, number.value()), [&](const number_entry& each) {
    return each.event == event && each.number == number.value();
  });
  if (entry == nullptr)
    return std::nullopt;
  booking_row row;
  row.event = events_[event].id;
  const char* bytes = nullptr;
  if (entry->in == where::live) {
    const auto& its = live_[entry->at];
    bytes = its.bytes.get();
    row.seq = its.seq;
  } else if (entry->in == where::order) {
    const auto& its = orders_[entry->at];
    bytes = its.bytes;
    row.in = kept_in::orders;
    row.how = booking_line::kind::confirmed;
    row.seq = its.seq_and_event[0] | (std::uint64_t{its.seq_and_event[1]} << 32U);
    row.place = entry->at;
  } else {
    const auto index = entry->at - static_cast<std::uint32_t>(ended_first_);
    const auto& its = ended_[index];
    bytes = its.bytes.get();
    row.in = kept_in::ended;
    row.how = its.how;
    row.seq = its.seq;
    row.ended_at = its.at;
    row.place = ended_first_ + index;
  }
  pack_booking(unpack_booking(bytes), row.packed); // packed bytes do not know their length
  return row;
}

auto booking_store::restore(const event_row& what) -> bool {
  if (!what.event || find_event(what.event))
    return false;
  const auto slot = open_event(what.event);
  set_seq(slot, what.seq);
  set_currency(slot, what.currency);
  set_layout(slot, what.layout);
  return true;
}

auto booking_store::restore(const booking_row& what) -> bool {
  const auto slot = find_event(what.event);
  const auto booking = unpack_booking(what.packed.data());
  const auto number = booking.number.value();
  if (!slot || entry_of(*slot, booking.number) != nullptr)
    return false;
  switch (what.in) {
  case kept_in::live: add_live(*slot, number, what.packed, what.seq); return true;
  case kept_in::orders:
    if (what.place != orders_.size())
      return false;
    numbers_.insert({*slot, number, where::order, static_cast<std::uint32_t>(what.place)});
    add_order(*slot, booking.by, what.packed, what.seq);
    return true;
  case kept_in::ended:
    if (ended_.empty())
      ended_first_ = what.place;
    if (what.place != ended_first_ + ended_.size())
      return false;
    numbers_.insert({*slot, number, where::over, static_cast<std::uint32_t>(what.place)});
    ended_.push_back({own_bytes(what.packed), what.seq, what.ended_at, *slot, number, what.how});
    return true;
  }
  return false;
}

} // namespace holdfast::projections

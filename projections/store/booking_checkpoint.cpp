#include "projections/store/booking_checkpoint.hpp"

#include "projections/store/row_codec.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections {

namespace {

/// First byte of a key: rows are taken back in this order.
namespace row {
constexpr std::uint8_t event = 1;
constexpr std::uint8_t live = 2;
constexpr std::uint8_t ended = 3;
constexpr std::uint8_t order = 4;
} // namespace row

auto live_key(domain::event_id event, std::uint32_t number) -> std::string {
  return row_writer{}.byte(row::live).number(event.value()).number32(number).take();
}

auto place_key(std::uint8_t in, std::uint64_t place) -> std::string {
  return row_writer{}.byte(in).number(place).take();
}

void put_event(const booking_store::event_row& its, store_changes& to) {
  row_writer value;
  value.number(its.seq).text(its.currency.text());
  value.text(its.layout ? std::string_view{its.layout->hash} : std::string_view{});
  to.put(row_writer{}.byte(row::event).number(its.event.value()).take(), value.take());
}

void put_booking(const booking_store::booking_row& its, std::uint32_t number, store_changes& to) {
  row_writer value;
  switch (its.in) {
  case booking_store::kept_in::live:
    value.number(its.seq).rest(its.packed);
    to.put(live_key(its.event, number), value.take());
    return;
  case booking_store::kept_in::ended:
    value.number(its.event.value())
        .number(its.seq)
        .number(static_cast<std::uint64_t>(its.ended_at.unix_ms))
        .byte(static_cast<std::uint8_t>(its.how))
        .rest(its.packed);
    to.put(place_key(row::ended, its.place), value.take());
    return;
  case booking_store::kept_in::orders:
    value.number(its.event.value()).number(its.seq).rest(its.packed);
    to.put(place_key(row::order, its.place), value.take());
    return;
  }
}

auto take_event(std::uint64_t event, row_reader in, booking_store& to, layout_store& layouts) -> bool {
  booking_store::event_row its;
  its.event = domain::event_id{event};
  its.seq = in.number();
  const auto currency = in.text();
  if (currency.size() != its.currency.letters.size())
    return false;
  std::ranges::copy(currency, its.currency.letters.begin());
  // An event's own stream has its layout, whoever else had it before.
  if (const auto hash = in.text(); !hash.empty())
    its.layout = layouts.remember(std::string{hash}, {{journal::stream_kind::event, event}, 1});
  return in.sound() && to.restore(its);
}

} // namespace

void booking_checkpoint::before_change(const booking_store& store, booking_store::event_slot event,
                                       domain::hold_number number, bool is_new) {
  const auto key = key_of(event, number);
  if (pending_) {
    if (const auto found = pending_->find(key); found != pending_->end()) {
      encode_one(store, key, found->second);
      pending_->erase(found);
    }
  }
  dirty_.emplace(key, !is_new);
}

void booking_checkpoint::forgotten(booking_store::event_slot event, domain::hold_number number) {
  // Made and forgotten between two checkpoints: there was no row of it.
  const auto found = dirty_.find(key_of(event, number));
  if (found != dirty_.end() && !found->second)
    dirty_.erase(found);
}

void booking_checkpoint::begin(const booking_store& store, store_changes with) {
  pending_ = std::exchange(dirty_, {});
  changes_ = std::move(with);
  for (const auto event : std::exchange(events_, {}))
    put_event(store.row_of(event), changes_);
}

auto booking_checkpoint::encode(const booking_store& store, std::size_t rows) -> bool {
  for (; rows > 0 && !pending_->empty(); --rows) {
    const auto next = pending_->begin();
    encode_one(store, next->first, next->second);
    pending_->erase(next);
  }
  return pending_->empty();
}

void booking_checkpoint::encode_one(const booking_store& store, std::uint64_t key, bool stored) {
  const auto event = static_cast<booking_store::event_slot>(key >> 32U);
  const auto number = static_cast<std::uint32_t>(key);
  const auto row = store.row_of(event, domain::hold_number{number});
  if (row)
    put_booking(*row, number, changes_);
  if (stored && (!row || row->in != booking_store::kept_in::live))
    changes_.erase(live_key(store.row_of(event).event, number));
}

auto booking_checkpoint::take(const booking_store& store) -> store_changes {
  pending_.reset();
  for (const auto first = store.first_ended(); ended_saved_from_ < first; ++ended_saved_from_)
    changes_.erase(place_key(row::ended, ended_saved_from_));
  return std::exchange(changes_, {});
}

void visit_rows(const booking_store& store, const row_visitor& visit) {
  const auto hand_over = [&](const store_changes& rows) {
    for (const auto& row : rows.all())
      visit(row.key, *row.value);
  };
  for (booking_store::event_slot event = 0; event < store.event_count(); ++event) {
    store_changes row;
    put_event(store.row_of(event), row);
    hand_over(row);
  }
  store.visit([&](booking_store::event_slot event, domain::hold_number number) {
    store_changes row;
    put_booking(*store.row_of(event, number), number.value(), row);
    hand_over(row);
  });
}

auto take_row(std::string_view key, std::string_view value, booking_store& to, layout_store& layouts) -> bool {
  row_reader name{key};
  row_reader in{value};
  const auto kind = name.byte();
  if (kind == return_store::return_row)
    return to.returns().restore(key, value);
  if (kind == waitlist_store::order_row || kind == waitlist_store::ended_row)
    return to.waitlists().restore(key, value);
  if (kind == ticket_store::ticket_row || kind == ticket_store::revocation_row || kind == ticket_store::offer_row)
    return to.restore_tickets(key, value);
  if (kind == row::event)
    return take_event(name.number(), in, to, layouts);
  booking_store::booking_row its;
  if (kind == row::live) {
    its.event = domain::event_id{name.number()};
  } else {
    its.place = name.number();
    its.event = domain::event_id{in.number()};
  }
  its.seq = in.number();
  switch (kind) {
  case row::live: its.in = booking_store::kept_in::live; break;
  case row::order: its.in = booking_store::kept_in::orders; break;
  case row::ended:
    its.in = booking_store::kept_in::ended;
    its.ended_at = domain::instant{static_cast<std::int64_t>(in.number())};
    its.how = static_cast<booking_line::kind>(in.byte());
    break;
  default: return false;
  }
  its.packed = in.rest();
  return name.sound() && in.sound() && !its.packed.empty() && to.restore(its);
}

} // namespace holdfast::projections

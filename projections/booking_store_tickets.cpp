#include "domain/order_part.hpp"
#include "projections/booking_store.hpp"
#include "projections/packed_booking.hpp"

#include <algorithm>

/// Tickets: which order each is of, and whose it is.
namespace holdfast::projections {

namespace {

/// Those of an order that its buyer still has, by index.
auto kept_by_buyer(const booking_line& order) -> std::vector<std::uint32_t> {
  const auto& its = order.what;
  if (its.frozen || its.unpaid_because || its.status == domain::booking_status::resold)
    return {};
  auto kept = domain::tickets_left(its);
  std::erase_if(kept, [&](std::uint32_t index) {
    const auto changed =
        std::ranges::find_if(order.tickets, [&](const domain::ticket& one) { return one.number.index == index; });
    return changed != order.tickets.end() && changed->holder != its.by;
  });
  return kept;
}

} // namespace

auto booking_store::sale_of(event_slot event, const domain::ticket_number& ticket)
    -> std::optional<ticket_store::sale> {
  const auto* entry = entry_of(event, ticket.order);
  if (entry == nullptr || entry->in != where::order)
    return std::nullopt;
  const auto bought = unpack_booking(orders_[entry->at].bytes);
  const auto left = domain::tickets_left(bought);
  return std::ranges::binary_search(left, ticket.index) ? std::optional{ticket_store::sale{bought.by, entry->at + 1}}
                                                        : std::nullopt;
}

auto booking_store::transfer(event_slot event, std::uint64_t seq, const domain::ticket_transferred& what) -> bool {
  const auto of = sale_of(event, what.ticket);
  return of && tickets_.transfer(events_[event].id, seq, what, *of);
}

auto booking_store::admit(event_slot event, const domain::ticket_admitted& what) -> bool {
  const auto of = sale_of(event, what.ticket);
  return of && tickets_.admit(events_[event].id, what, *of);
}

auto booking_store::undo(event_slot event, const domain::admission_undone& what) -> bool {
  return tickets_.undo(events_[event].id, what);
}

auto booking_store::offer(event_slot event, const domain::ticket_offered& what) -> bool {
  return sale_of(event, what.ticket) && tickets_.offer(events_[event].id, what);
}

auto booking_store::withdraw(event_slot event, const domain::offer_withdrawn& what) -> bool {
  return tickets_.end_offer(events_[event].id, what.ticket);
}

auto booking_store::hold(event_slot event, std::uint64_t seq, const domain::resale_held& what, domain::instant at)
    -> bool {
  domain::hold_created one;
  one.hold = what.hold;
  one.by = what.by;
  one.expires_at = what.expires_at;
  one.cap_at = what.cap_at;
  one.tax = what.tax;
  if (what.place.standing) {
    one.areas.push_back({static_cast<domain::area_index>(what.place.index), 1, what.price, 0});
  } else {
    one.seats.push_back(what.place.index);
    one.prices.push_back(what.price);
  }
  return hold(event, seq, one, at) && tickets_.hold_offer(events_[event].id, what);
}

auto booking_store::resell(event_slot event, std::uint64_t seq, const domain::ticket_resold& what, domain::instant at)
    -> bool {
  const auto* entry = entry_of(event, what.ticket.order);
  if (entry == nullptr || entry->in != where::order)
    return false;
  auto& its = orders_[entry->at];
  auto booking = unpack_booking(its.bytes);
  const std::vector ticket{what.ticket.index};
  auto part = part_of(booking, ticket);
  if (!part || part->value != what.paid())
    return false;
  domain::order_returned gone{what.ticket.order,
                              domain::return_cause::refunded,
                              {},
                              std::move(part->seats),
                              std::move(part->prices),
                              std::move(part->fees),
                              std::move(part->areas),
                              what.allocation,
                              what.paid(),
                              ticket,
                              what.goes_on,
                              booking.payment.by,
                              part->tax};
  if (what.goes_on) {
    booking = without(std::move(booking), gone);
    booking.refunded -= what.kept();
  } else {
    booking.status = domain::booking_status::resold;
    booking.paid -= what.paid();
    booking.refunded += what.price;
  }
  booking.kept += what.kept();
  booking.resold.insert(std::ranges::lower_bound(booking.resold, what.ticket.index), what.ticket.index);
  scratch_.clear();
  pack_booking(booking, scratch_);
  its.bytes = keep(scratch_);
  its.seq_and_event[0] = static_cast<std::uint32_t>(seq);
  its.seq_and_event[1] = static_cast<std::uint32_t>(seq >> 32U);
  tickets_.give_back(events_[event].id, seq, what.ticket.order, ticket);
  gone.total = what.price; // what the seller gets of it
  returns_.add(events_[event].id, seq, at, gone);
  return change_live(event, seq, what.hold, [&](domain::booking& buyers) { buyers.allocation = what.allocation; });
}

auto booking_store::restore_tickets(std::string_view key, std::string_view value) -> bool {
  return tickets_.restore(key, value, [this](domain::event_id event, domain::hold_number number) -> std::uint32_t {
    const auto slot = find_event(event);
    const auto* entry = slot ? entry_of(*slot, number) : nullptr;
    return entry != nullptr && entry->in == where::order ? entry->at + 1 : 0;
  });
}

auto booking_store::tickets_of(const domain::owner& who, const std::optional<views::ticket_place>& from,
                               std::size_t limit) const -> ticket_list {
  ticket_list found;
  auto at = from.value_or(views::ticket_place{});
  if (!from || at.own != 0)
    at.own = position_of(who, at.own);
  const auto after = at.order == 0 ? std::nullopt : std::optional{ticket_store::handed_ticket{at.order, at.index}};
  auto handed = tickets_.handed_to(who, after, limit + 1);
  auto next = handed.begin();
  const auto pass = [&](std::uint32_t position, std::uint32_t index, bool shown) {
    if (shown)
      found.tickets.emplace_back(found.orders.size() - 1, index);
    at.order = position;
    at.index = index;
  };
  std::uint32_t handed_of = 0; // the order that was added last, when it is another's
  for (std::size_t looked_at = 0; at.own != 0 || next != handed.end(); ++looked_at) {
    if (found.tickets.size() == limit || looked_at == orders_looked_at_max) {
      found.next = at;
      return found;
    }
    if (next != handed.end() && next->order > at.own) {
      auto its = order_line(next->order - 1);
      const auto left = domain::tickets_left(its.line.what);
      const bool shown = std::ranges::binary_search(left, next->index); // or it went back
      if (shown && std::exchange(handed_of, next->order) != next->order)
        found.orders.push_back(std::move(its));
      pass(next->order, next->index, shown);
      if (++next == handed.end() && handed.size() > limit) {
        handed = tickets_.handed_to(who, handed.back(), limit + 1);
        next = handed.begin();
      }
      continue;
    }
    auto its = order_line(at.own - 1);
    auto kept = kept_by_buyer(its.line);
    if (at.order == at.own)
      std::erase_if(kept, [&](std::uint32_t index) { return index <= at.index; });
    const auto room = limit - found.tickets.size();
    const auto before = orders_[at.own - 1].before;
    handed_of = 0;
    if (!kept.empty())
      found.orders.push_back(std::move(its));
    for (std::size_t i = 0; i < std::min(kept.size(), room); ++i)
      pass(at.own, kept[i], true);
    if (kept.size() <= room)
      at.own = before;
  }
  return found;
}

} // namespace holdfast::projections

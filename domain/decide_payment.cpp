#include "domain/decide_parts.hpp"
#include "domain/gateway_name.hpp"
#include "domain/limits.hpp"
#include "domain/order_part.hpp"
#include "domain/velocity.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace holdfast::domain {
namespace {

/// The hold that a payment may do something with now, or why there is none.
auto payable(const question& ask, hold_number number) -> tl::expected<const booking_slot*, rejection> {
  const auto* const slot = ask.data.bookings.find(number);
  if (slot == nullptr) {
    const auto* const ended = ask.data.bookings.find_ended(number, ask.data.time);
    if (ended == nullptr) {
      return rejected(reason::not_found);
    }
    return rejected(ended->ended == ended_hold::how::expired ? reason::hold_expired : reason::hold_ended);
  }
  if (ask.data.status == event_status::cancelled) {
    return rejected(reason::wrong_status);
  }
  if (slot->is_due(ask.now)) {
    return rejected(reason::hold_expired);
  }
  return slot;
}

/// Why so many places more are too many for a card. Counts what it has paid for in this event, whosoever's it is.
auto card_limit(const question& ask, std::uint64_t card, std::uint64_t places) -> std::optional<rejection> {
  const auto most = ask.data.config.max_per_card;
  if (card == 0 || most == 0) {
    return std::nullopt;
  }
  const auto found = ask.data.places_of_card.find(card);
  const auto has = found == ask.data.places_of_card.end() ? 0 : found->second;
  if (has + places <= most) {
    return std::nullopt;
  }
  rejection no;
  no.why = reason::card_limit_exceeded;
  no.limit = most;
  no.current = has;
  return no;
}

/// Whose word it is that an order goes back.
auto may_return(const question& ask, const booking_slot& slot, const return_order& what) -> bool {
  switch (what.why) {
  case return_cause::uncaptured: return true;
  case return_cause::refunded: return what.organisation == ask.data.organisation;
  case return_cause::by_buyer: return slot.by() == owner{what.buyer, {}};
  case return_cause::cancelled: return ask.data.status == event_status::cancelled;
  }
  return false;
}

/// Why a buyer cannot give these tickets back: one is somebody else's now, or somebody was admitted with it.
auto buyers_no_more(const question& ask, const booking_slot& slot, const return_order& what) -> std::optional<reason> {
  const auto tickets = what.tickets.empty() ? tickets_left(slot.as_booking()) : what.tickets;
  for (const auto number : tickets) {
    const auto* const changed = ask.data.tickets.find({what.hold, number});
    if (changed != nullptr && changed->holder != slot.by()) {
      return reason::no_such_ticket;
    }
    if (changed != nullptr && changed->is_admitted()) {
      return reason::ticket_used;
    }
  }
  return std::nullopt;
}

/// What is taken back, and why.
struct giving_back {
  return_cause why = return_cause::refunded;
  key_id by;
  std::vector<std::uint32_t> tickets; ///< empty: all that is left
};

auto returned_whole(const booking_slot& slot, giving_back what) -> order_returned {
  auto order = slot.as_booking();
  const auto tax = order.paid == 0 ? 0 : order.taxes_total();
  return {slot.is_order() ? order.number : hold_number{},
          what.why,
          what.by,
          std::move(order.seats),
          std::move(order.prices),
          std::move(order.fees),
          std::move(order.areas),
          order.allocation,
          order.paid,
          std::move(what.tickets),
          false,
          order.payment.by,
          tax};
}

/// Sets apart what the fact makes the public's, for the allocation that gets what is given back; nothing when there is none. What never was
/// paid, and what is another allocation's, goes back to whose it was.
auto kept_apart(const question& ask, const booking_slot& slot, const order_returned& what)
    -> std::optional<allocation_changed> {
  const auto& data = ask.data;
  const auto* const keeps = data.find_allocation(data.config.returns_to_allocation.value());
  const bool given_back = what.why == return_cause::refunded || what.why == return_cause::by_buyer;
  if (keeps == nullptr || !given_back || data.status > event_status::paused) {
    return std::nullopt;
  }
  allocation_changed change;
  change.allocation = keeps->number;
  change.by = what.by;
  std::ranges::copy_if(what.seats, std::back_inserter(change.added),
                       [&](seat_index seat) { return data.pool_of(seat) == 0; });
  for (const auto& held : what.areas) {
    if (data.pool_behind(slot, held.area) == nullptr) {
      const auto* const part = keeps->find(held.area);
      change.areas.push_back({held.area, (part == nullptr ? 0 : part->quantity) + held.quantity});
    }
  }
  return change.added.empty() && change.areas.empty() ? std::nullopt : std::optional{std::move(change)};
}

auto returned(const question& ask, const booking_slot& slot, const order_returned& what) -> decision {
  auto kept = kept_apart(ask, slot, what);
  facts made;
  made.push_back({ask.now, ask.id, what});
  if (kept) {
    made.push_back({ask.now, ask.id, *std::move(kept)});
  }
  append_unoffered(ask, what.hold, what.tickets, made);
  return made;
}

auto taken_back(const question& ask, const booking_slot& slot, giving_back what) -> decision {
  std::ranges::sort(what.tickets);
  if (what.tickets.empty()) {
    return returned(ask, slot, returned_whole(slot, std::move(what)));
  }
  if (has_repeats(what.tickets)) {
    return rejected(reason::no_such_ticket);
  }
  const auto order = slot.as_booking();
  auto part = part_of(order, what.tickets);
  if (!part) {
    const auto is_gone = [&](std::uint32_t ticket) { return std::ranges::binary_search(order.returned, ticket); };
    return rejected(std::ranges::any_of(what.tickets, is_gone) ? reason::order_refunded : reason::no_such_ticket);
  }
  if (what.tickets.size() == order.places()) {
    return returned(ask, slot, returned_whole(slot, std::move(what)));
  }
  return returned(ask, slot,
                  order_returned{order.number, what.why, what.by, std::move(part->seats), std::move(part->prices),
                                 std::move(part->fees), std::move(part->areas), order.allocation, part->value,
                                 std::move(what.tickets), true, order.payment.by, part->tax});
}

} // namespace

void append_cancelled_orders(const question& ask, std::size_t at_most, facts& to) {
  for (const auto* slot : ask.data.bookings.orders_unpaid_by_card(at_most)) {
    to.push_back({ask.now, ask.id, returned_whole(*slot, {return_cause::cancelled, {}, {}})});
  }
}

auto decide_payment(const question& ask, const freeze_hold& what) -> decision {
  const auto* const theirs = ask.data.bookings.find(what.hold);
  const auto* const ended = ask.data.bookings.find_ended(what.hold, ask.data.time);
  const owner buyer{what.buyer, {}};
  const bool is_theirs = (theirs != nullptr && theirs->by() == buyer) || (ended != nullptr && ended->by == buyer);
  if (!is_theirs || !what.payment) {
    return rejected(reason::not_found);
  }
  const auto slot = payable(ask, what.hold);
  if (!slot) {
    return tl::unexpected{slot.error()};
  }
  if ((*slot)->is_order()) {
    return rejected(reason::hold_confirmed);
  }
  if ((*slot)->is_frozen()) {
    return (*slot)->payment() == what.payment ? decision{facts{}} : rejected(reason::payment_in_progress);
  }
  if (!is_still_offered(ask, **slot)) {
    return rejected(reason::hold_ended);
  }
  if (!names_all(what.attendees, (*slot)->places())) {
    return wrong_attendees();
  }
  if (auto beyond = buyer_velocity(ask, **slot)) {
    return tl::unexpected{*std::move(beyond)};
  }
  return decided(ask, hold_frozen{what.hold, what.payment, (*slot)->cap_at()});
}

auto decide_payment(const question& ask, const thaw_hold& what) -> decision {
  const auto slot = payable(ask, what.hold);
  if (!slot) {
    return tl::unexpected{slot.error()};
  }
  if (!(*slot)->is_frozen() || (*slot)->payment() != what.payment) {
    return rejected(reason::hold_ended);
  }
  // An event may allow no extension, and a hold that has outlived its own deadline must still have a moment left.
  const auto more = what.why == turn::unavailable
                        ? std::max(ask.data.config.hold_extension, limits::hold_after_decline_min)
                        : limits::hold_after_decline_min;
  const auto expires_at = std::min(std::max((*slot)->ends_unpaid_at(), ask.now + more), (*slot)->cap_at());
  return decided(ask, hold_thawed{what.hold, what.payment, expires_at, what.why});
}

auto decide_payment(const question& ask, const confirm_paid& what) -> decision {
  const auto slot = payable(ask, what.hold);
  if (!slot) {
    return tl::unexpected{slot.error()};
  }
  if (!what.payment || (*slot)->payment() != what.payment) {
    return rejected((*slot)->is_order() ? reason::hold_confirmed : reason::hold_ended);
  }
  if ((*slot)->is_order()) {
    return facts{};
  }
  if (!is_still_offered(ask, **slot)) {
    return rejected(reason::hold_ended);
  }
  if (what.amount != (*slot)->total() || (!what.gateway_payment.empty() && !is_gateway_name(what.gateway_payment))) {
    return rejected(reason::hold_ended);
  }
  if (auto beyond = card_limit(ask, what.card, (*slot)->places())) {
    return tl::unexpected{*std::move(beyond)};
  }
  if (auto beyond = card_velocity(ask, what.card, **slot)) {
    return tl::unexpected{*std::move(beyond)};
  }
  facts made;
  if ((*slot)->borrows()) {
    made.push_back({ask.now, ask.id, resold(ask, **slot)});
  }
  made.push_back({ask.now, ask.id,
                  order_confirmed{what.hold,
                                  {payment_record::method::card, what.gateway_payment, {}},
                                  {},
                                  what.amount,
                                  what.payment,
                                  what.card}});
  return made;
}

auto decide_payment(const question& ask, const return_order& what) -> decision {
  const auto* const slot = ask.data.bookings.find(what.hold);
  if (slot == nullptr && what.hold && what.hold.value() <= ask.data.last_hold) {
    // Orders go in no other way: it was taken back before.
    return ask.rehearsal ? decision{rejected(reason::order_refunded)} : decision{facts{}};
  }
  if (slot == nullptr || !may_return(ask, *slot, what)) {
    return rejected(reason::not_found);
  }
  if (!slot->is_order() || !what.payment || slot->payment() != what.payment) {
    return rejected(reason::hold_ended);
  }
  // Before or after which of the steps of its payment it is asked again: what went back went back by this very step.
  const bool before = !what.tickets.empty() && std::ranges::all_of(what.tickets, [&](std::uint32_t ticket) {
    return std::ranges::binary_search(slot->returned(), ticket);
  });
  if (before && !ask.rehearsal) {
    return facts{};
  }
  if (what.why == return_cause::by_buyer &&
      !(ask.data.config.refunds_until && ask.now < *ask.data.config.refunds_until)) {
    return rejected(reason::refund_closed);
  }
  if (const auto why = what.why == return_cause::by_buyer ? buyers_no_more(ask, *slot, what) : std::nullopt) {
    return rejected(*why);
  }
  return taken_back(ask, *slot, {what.why, what.by, what.tickets});
}

auto decide_payment(const question& ask, const take_back_order& what) -> decision {
  const auto* const slot = ask.data.bookings.find(what.hold);
  if (slot == nullptr || !slot->is_order()) {
    const auto* const ended = ask.data.bookings.find_ended(what.hold, ask.data.time);
    return rejected(ended != nullptr && ended->ended == ended_hold::how::returned ? reason::order_refunded
                                                                                  : reason::not_found);
  }
  if (slot->payment()) {
    return rejected(reason::payment_in_progress); // its checkout gives it back, with its money
  }
  return taken_back(ask, *slot, {return_cause::refunded, ask.by.key, what.tickets});
}

} // namespace holdfast::domain

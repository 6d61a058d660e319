#include "domain/decide_parts.hpp"
#include "domain/limits.hpp"

#include <algorithm>
#include <string>

namespace holdfast::domain {
namespace {

constexpr std::uint16_t serial_max = 0xffff;

/// Whether there ever was an order of that number, as far as the state knows: it may have been returned since.
auto was_sold(const question& ask, const ticket_number& number) noexcept -> bool {
  return number.order && number.order.value() <= ask.data.last_hold;
}

auto as_of_birth(const booking_slot& order, const ticket_number& number) -> ticket {
  ticket born;
  born.number = number;
  born.holder = order.by();
  return born;
}

auto no_such_nonce() -> decision {
  return invalid({{"/nonce", "a scan has a nonce"}});
}

/// The ticket's new code and holder, or why there is none.
auto decide_handover(const question& ask, const ticket& its, const owner& to) -> decision {
  if (ask.data.status == event_status::cancelled) {
    return rejected(reason::wrong_status);
  }
  if (const auto* const offered = ask.data.find_offer(its.number); offered != nullptr && offered->held_by) {
    return rejected(reason::offer_taken);
  }
  if (its.is_admitted()) {
    return rejected(reason::ticket_used);
  }
  if (its.serial == serial_max) {
    return rejected(reason::claim_void);
  }
  return decided(ask,
                 ticket_transferred{its.number, static_cast<std::uint16_t>(its.serial + 1), its.holder, to, ask.key()});
}

} // namespace

auto event_data::ticket_of(const ticket_number& number) const -> std::optional<ticket> {
  const auto* const order = bookings.find(number.order);
  if (order == nullptr || !order->is_order() || number.index >= order->places() + order->returned().size() ||
      std::ranges::binary_search(order->returned(), number.index)) {
    return std::nullopt;
  }
  const auto* const changed = tickets.find(number);
  return changed == nullptr ? as_of_birth(*order, number) : *changed;
}

auto decide_ticket(const question& ask, const claim_ticket& what) -> decision {
  const auto its = ask.data.ticket_of(what.ticket);
  if (!its) {
    return rejected(was_sold(ask, what.ticket) ? reason::claim_void : reason::not_found);
  }
  if (its->serial != what.serial || ask.now >= what.offered_until) {
    return rejected(reason::claim_void);
  }
  if (its->holder == ask.as_owner()) {
    return facts{}; // who opens their own link has the ticket as it is, and the link still works for somebody else
  }
  return decide_handover(ask, *its, ask.as_owner());
}

auto decide_ticket(const question& ask, const reissue_ticket& what) -> decision {
  const auto its = ask.data.ticket_of(what.ticket);
  if (!its || its->holder != ask.as_owner()) {
    return rejected(reason::not_found);
  }
  return decide_handover(ask, *its, its->holder);
}

auto decide_ticket(const question& ask, const admit_ticket& what) -> decision {
  if (what.nonce == 0) {
    return no_such_nonce();
  }
  if (what.gate.empty() || what.gate.size() > limits::gate_bytes_max) {
    return invalid({{"/gate", "a gate has a name of 1 to 32 bytes"}});
  }
  const auto its = ask.data.ticket_of(what.ticket);
  if (!its) {
    return rejected(was_sold(ask, what.ticket) ? reason::ticket_revoked : reason::not_found);
  }
  if (its->used && (its->used->nonce == what.nonce || its->has_closed(what.nonce))) {
    return facts{}; // the same scan again
  }
  if (its->serial != what.serial || ask.data.status == event_status::cancelled) {
    return rejected(reason::ticket_revoked);
  }
  if (its->is_admitted()) {
    return decided(ask, scan_turned_away{what.ticket, what.nonce, ask.by.key});
  }
  // A device whose clock is ahead does not admit in the future.
  const auto at = what.at ? std::clamp(*what.at, instant{}, ask.now) : ask.now;
  auto made = decided(ask, ticket_admitted{what.ticket, what.serial, what.gate, what.nonce, at, ask.by.key});
  append_unoffered(ask, what.ticket.order, {what.ticket.index}, *made);
  return made;
}

auto decide_ticket(const question& ask, const undo_admission& what) -> decision {
  if (what.nonce == 0) {
    return no_such_nonce();
  }
  const auto its = ask.data.ticket_of(what.ticket);
  if (!its) {
    return rejected(reason::not_found);
  }
  if (!its->used || its->used->nonce != what.nonce) {
    return rejected(reason::not_admitted);
  }
  if (its->used->undone) {
    return facts{};
  }
  return decided(ask, admission_undone{what.ticket, what.nonce, ask.by.key});
}

} // namespace holdfast::domain

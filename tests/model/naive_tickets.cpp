#include "tests/model/naive_tickets.hpp"

#include "tests/model/naive_guards.hpp"
#include "tests/model/naive_holds.hpp"
#include "tests/model/naive_resale.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::model {
namespace {

using namespace domain;

/// An order had that number once: it was given back since.
auto was_there(const naive_event& twin, const ticket_number& number) -> bool {
  return number.order.value() >= 1 && number.order <= twin.last_hold;
}

auto key_of(const caller& by) -> key_id {
  return by.as == caller::kind::box_office ? by.key : key_id{};
}

auto hand_on(const naive_event& twin, const caller& by, const ticket& its, const owner& to) -> expectation {
  if (twin.status == event_status::cancelled) {
    return refuse(reason::wrong_status);
  }
  if (holder_of_offer(twin, its.number)) {
    return refuse(reason::offer_taken);
  }
  if (its.used && !its.used->undone) {
    return refuse(reason::ticket_used);
  }
  if (its.serial == 65'535) {
    return refuse(reason::claim_void);
  }
  ticket_transferred made;
  made.ticket = its.number;
  made.serial = static_cast<std::uint16_t>(its.serial + 1U);
  made.from = its.holder;
  made.to = to;
  made.by = key_of(by);
  return effect_of(made);
}

/// That scan admits nobody any more; of many, the sixteen newest are known.
void close(ticket& its, std::uint64_t nonce) {
  its.closed.push_back(nonce);
  while (its.closed.size() > 16) {
    its.closed.erase(its.closed.begin());
  }
}

auto malformed() -> expectation {
  return refuse(reason::invalid);
}

} // namespace

auto ticket_now(const naive_event& twin, const ticket_number& number) -> std::optional<ticket> {
  const auto order = twin.bookings.find(number.order);
  if (order == twin.bookings.end() || order->second.status != booking_status::confirmed ||
      number.index >= twin.sold_tickets.at(number.order).size() ||
      twin.sold_tickets.at(number.order)[number.index].gone) {
    return std::nullopt;
  }
  const auto known = twin.tickets.find(number);
  if (known != twin.tickets.end()) {
    return known->second;
  }
  ticket plain;
  plain.number = number;
  plain.holder = order->second.by;
  return plain;
}

auto expect_ticket(const naive_event& twin, const caller& by, const claim_ticket& what, instant now) -> expectation {
  const auto its = ticket_now(twin, what.ticket);
  if (!its) {
    return refuse(was_there(twin, what.ticket) ? reason::claim_void : reason::not_found);
  }
  const bool holds = its->serial == what.serial && now < what.offered_until;
  if (holds && its->holder == owner_for(by)) {
    return {};
  }
  return holds ? hand_on(twin, by, *its, owner_for(by)) : refuse(reason::claim_void);
}

auto expect_ticket(const naive_event& twin, const caller& by, const reissue_ticket& what) -> expectation {
  const auto its = ticket_now(twin, what.ticket);
  return its && its->holder == owner_for(by) ? hand_on(twin, by, *its, its->holder) : refuse(reason::not_found);
}

auto expect_ticket(const naive_event& twin, const caller& by, const admit_ticket& what, instant now) -> expectation {
  if (what.nonce == 0 || what.gate.empty() || what.gate.size() > 32) {
    return malformed();
  }
  const auto its = ticket_now(twin, what.ticket);
  if (!its) {
    return refuse(was_there(twin, what.ticket) ? reason::ticket_revoked : reason::not_found);
  }
  if ((its->used && its->used->nonce == what.nonce) || std::ranges::count(its->closed, what.nonce) != 0) {
    return {};
  }
  if (its->serial != what.serial || twin.status == event_status::cancelled) {
    return refuse(reason::ticket_revoked);
  }
  if (its->used && !its->used->undone) {
    return effect_of(scan_turned_away{what.ticket, what.nonce, by.key});
  }
  auto at = what.at.value_or(now);
  at = at > now ? now : at < instant{} ? instant{} : at;
  return with_lost_offers(twin, effect_of(ticket_admitted{what.ticket, what.serial, what.gate, what.nonce, at, by.key}),
                          now);
}

auto expect_ticket(const naive_event& twin, const caller& by, const undo_admission& what) -> expectation {
  if (what.nonce == 0) {
    return malformed();
  }
  const auto its = ticket_now(twin, what.ticket);
  if (!its) {
    return refuse(reason::not_found);
  }
  if (!its->used || its->used->nonce != what.nonce) {
    return refuse(reason::not_admitted);
  }
  return its->used->undone ? expectation{} : effect_of(admission_undone{what.ticket, what.nonce, by.key});
}

auto fold_ticket(naive_event& twin, const ticket_transferred& what) -> complaint {
  auto its = ticket_now(twin, what.ticket);
  if (!its || its->holder != what.from || what.serial != its->serial + 1U || twin.status == event_status::cancelled) {
    return "a ticket goes from somebody who does not have it, to a code out of turn, or of a cancelled event";
  }
  if (its->used && !its->used->undone) {
    return "a ticket is handed on that was used";
  }
  if (holder_of_offer(twin, what.ticket)) {
    return "a ticket is handed on that a buyer has in a hold";
  }
  twin.offers.erase(what.ticket);
  its->serial = what.serial;
  its->holder = what.to;
  twin.tickets[what.ticket] = *std::move(its);
  return {};
}

auto fold_ticket(naive_event& twin, const ticket_admitted& what) -> complaint {
  auto its = ticket_now(twin, what.ticket);
  if (!its || its->serial != what.serial || twin.status == event_status::cancelled) {
    return "somebody is admitted with a code that does not hold";
  }
  if (its->used && (!its->used->undone || its->used->nonce == what.nonce)) {
    return "a ticket is used twice, or twice by one scan";
  }
  if (what.at > twin.time) {
    return "somebody is admitted in the future";
  }
  if (std::ranges::count(its->closed, what.nonce) != 0) {
    return "somebody is admitted by a scan that was turned away or undone";
  }
  twin.offers.erase(what.ticket);
  if (its->used) {
    close(*its, its->used->nonce);
  }
  its->used = admission{what.at, what.gate, what.nonce, false};
  twin.tickets[what.ticket] = *std::move(its);
  return {};
}

auto fold_ticket(naive_event& twin, const scan_turned_away& what) -> complaint {
  auto its = ticket_now(twin, what.ticket);
  if (!its || !its->used || its->used->undone || what.nonce == 0) {
    return "a scan is turned away from a ticket that nobody is in with";
  }
  if (its->used->nonce == what.nonce || std::ranges::count(its->closed, what.nonce) != 0) {
    return "a scan is turned away twice, or after it admitted somebody";
  }
  close(*its, what.nonce);
  twin.tickets[what.ticket] = *std::move(its);
  return {};
}

auto fold_ticket(naive_event& twin, const admission_undone& what) -> complaint {
  auto its = ticket_now(twin, what.ticket);
  if (!its || !its->used || its->used->undone || its->used->nonce != what.nonce) {
    return "it undoes an admission that was not there";
  }
  its->used->undone = true;
  twin.tickets[what.ticket] = *std::move(its);
  return {};
}

void make_tickets(naive_event& twin, const booking& order) {
  note_purchase(twin, order);
  auto& tickets = twin.sold_tickets[order.number];
  for (std::size_t i = 0; i < order.seats.size(); ++i) {
    const auto fee = order.fees.empty() ? 0 : order.fees[i];
    tickets.push_back({order.seats[i], 0, order.prices[i], fee, tax_on(order, order.prices[i] + fee)});
  }
  for (const auto& part : order.areas) {
    for (std::uint32_t place = 0; place < part.quantity; ++place) {
      tickets.push_back({{}, part.area, part.price, part.fee, tax_on(order, part.price + part.fee)});
    }
  }
}

} // namespace holdfast::model

#include "tests/model/naive_resale.hpp"

#include "tests/model/naive_holds.hpp"
#include "tests/model/naive_payments.hpp"
#include "tests/model/naive_tickets.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace holdfast::model {
namespace {

using namespace domain;

auto resells(const naive_event& twin, instant now) -> bool {
  const bool lives = twin.status == event_status::published || twin.status == event_status::paused ||
                     twin.status == event_status::closed;
  return lives && now < twin.config.starts_at && twin.config.resale_max_percent > 0;
}

auto sold(const naive_event& twin, const ticket_number& number) -> const naive_event::sold_ticket& {
  return twin.sold_tickets.at(number.order).at(number.index);
}

auto where(const naive_event::sold_ticket& one) -> ticket_place {
  return one.seat ? ticket_place{false, *one.seat} : ticket_place{true, one.area};
}

/// Whose order it is, if a card paid it and that buyer has the ticket still.
auto seller_of(const naive_event& twin, const ticket_number& number) -> std::optional<owner> {
  const auto its = ticket_now(twin, number);
  if (!its) {
    return std::nullopt;
  }
  const auto& order = twin.bookings.at(number.order);
  return order.paid_by && order.by == its->holder ? std::optional{order.by} : std::nullopt;
}

/// The event's tax, which is in what a buyer asks for a ticket even where it comes on top of the event's own prices.
auto tax_in_price(const naive_event& twin) -> std::optional<event_tax> {
  if (!twin.config.tax) {
    return {};
  }
  return event_tax{twin.config.tax->name, {tax_mode::inclusive, twin.config.tax->rate.basis_points}};
}

auto is_inside(const ticket& its) -> bool {
  return its.used && !its.used->undone;
}

auto same_swap(const ticket_resold& a, const ticket_resold& b) -> bool {
  return std::tie(a.ticket, a.hold, a.place, a.price_paid, a.fee_paid, a.tax_paid, a.price, a.allocation, a.payment,
                  a.goes_on) == std::tie(b.ticket, b.hold, b.place, b.price_paid, b.fee_paid, b.tax_paid, b.price,
                                         b.allocation, b.payment, b.goes_on);
}

} // namespace

auto holder_of_offer(const naive_event& twin, const ticket_number& ticket) -> hold_number {
  const auto found = twin.offers.find(ticket);
  return found == twin.offers.end() ? hold_number{} : found->second.held_by;
}

auto is_its_payments(const naive_event& twin, const booking& hold) -> bool {
  const bool unoffered = is_borrowed(hold) && holder_of_offer(twin, hold.bought_from->ticket) != hold.number;
  return hold.frozen && !unoffered && twin.status != event_status::cancelled;
}

void end_offers(naive_event& twin, hold_number number) {
  std::erase_if(twin.offers, [&](const auto& entry) { return entry.first.order == number; });
  for (auto& [ticket, offered] : twin.offers) {
    offered.held_by = offered.held_by == number ? hold_number{} : offered.held_by;
  }
}

auto with_lost_offers(const naive_event& twin, expectation made, instant now) -> expectation {
  if (made.effect.empty()) {
    return made;
  }
  const auto* admitted = std::get_if<ticket_admitted>(&made.effect.front());
  const auto* back = std::get_if<order_returned>(&made.effect.front());
  std::vector<hold_number> ended;
  for (const auto& [ticket, offered] : twin.offers) {
    const bool used = admitted != nullptr && admitted->ticket == ticket;
    const bool gone = back != nullptr && back->hold == ticket.order &&
                      (back->tickets.empty() || std::ranges::count(back->tickets, ticket.index) != 0);
    if (offered.held_by && (used || gone)) {
      ended.push_back(offered.held_by);
    }
  }
  for (const auto hold : ended) {
    if (twin.bookings.at(hold).expires_at > now) {
      made.effect.emplace_back(hold_released{hold, {}});
    } else {
      made.effect.emplace_back(hold_expired{hold});
    }
  }
  return made;
}

auto swap_of(const naive_event& twin, const booking& hold) -> fact_body {
  const auto number = hold.bought_from->ticket;
  const auto& order = twin.bookings.at(number.order);
  const auto& one = sold(twin, number);
  return ticket_resold{
      number,        hold.number,           where(one), one.price, one.fee, total_of(hold), order.allocation,
      order.paid_by, places_in(order) != 1, one.tax};
}

auto expect_resale(const naive_event& twin, const caller& by, const offer_ticket& what, instant now) -> expectation {
  const auto its = ticket_now(twin, what.ticket);
  const owner asks{by.subject, {}};
  if (!its || its->holder != asks) {
    return refuse(reason::not_found);
  }
  if (what.price < 0 || what.price > 1'000'000'000'000) {
    return refuse(reason::invalid);
  }
  if (!resells(twin, now) || !seller_of(twin, what.ticket)) {
    return refuse(reason::resale_closed);
  }
  const auto& one = sold(twin, what.ticket);
  if (what.price * 100 > one.cost() * static_cast<minor_units>(twin.config.resale_max_percent)) {
    return refuse(reason::invalid);
  }
  if (holder_of_offer(twin, what.ticket)) {
    return refuse(reason::offer_taken);
  }
  if (is_inside(*its)) {
    return refuse(reason::ticket_used);
  }
  const auto before = twin.offers.find(what.ticket);
  const bool same = before != twin.offers.end() && before->second.price == what.price;
  return same ? expectation{} : effect_of(ticket_offered{what.ticket, its->serial, what.price, asks});
}

auto expect_resale(const naive_event& twin, const caller& by, const withdraw_offer& what) -> expectation {
  const auto its = ticket_now(twin, what.ticket);
  if (!its || its->holder != owner{by.subject, {}}) {
    return refuse(reason::not_found);
  }
  if (holder_of_offer(twin, what.ticket)) {
    return refuse(reason::offer_taken);
  }
  return twin.offers.contains(what.ticket) ? effect_of(offer_withdrawn{what.ticket}) : expectation{};
}

auto expect_resale(const naive_event& twin, const caller& by, const hold_resale& what, instant now) -> expectation {
  const auto found = twin.offers.find(what.ticket);
  if (found == twin.offers.end()) {
    return refuse(reason::not_found);
  }
  if (twin.bookings.at(what.ticket.order).by == owner{by.subject, {}}) {
    return refuse(reason::invalid);
  }
  if (!resells(twin, now)) {
    return refuse(reason::resale_closed);
  }
  if (const auto held = found->second.held_by; held && twin.bookings.at(held).expires_at > now) {
    return refuse(reason::offer_taken);
  }
  if (auto no = limits_allow(twin, by, 1, now)) {
    return *no;
  }
  return effect_of(resale_held{hold_number{twin.last_hold.value() + 1}, what.ticket, where(sold(twin, what.ticket)),
                               owner{by.subject, {}}, found->second.price, now + twin.config.hold_time,
                               now + twin.config.hold_cap, tax_in_price(twin)});
}

auto fold_resale(naive_event& twin, const ticket_offered& what) -> complaint {
  const auto its = ticket_now(twin, what.ticket);
  if (seller_of(twin, what.ticket) != what.by || !resells(twin, twin.time)) {
    return "somebody offers what they did not buy by card, or while nothing is resold";
  }
  if (its->serial != what.serial || is_inside(*its)) {
    return "a ticket is offered by an old code, or after its use";
  }
  const auto& one = sold(twin, what.ticket);
  if (what.price < 0 || what.price * 100 > one.cost() * static_cast<minor_units>(twin.config.resale_max_percent)) {
    return "a ticket is offered for more than it may be";
  }
  if (holder_of_offer(twin, what.ticket)) {
    return "a price changes while a buyer has the ticket in a hold";
  }
  twin.offers[what.ticket] = {what.ticket, what.price, {}};
  return {};
}

auto fold_resale(naive_event& twin, const offer_withdrawn& what) -> complaint {
  if (holder_of_offer(twin, what.ticket)) {
    return "an offer is withdrawn that a buyer has in a hold";
  }
  return twin.offers.erase(what.ticket) == 1 ? complaint{} : "an offer is withdrawn that is none";
}

auto fold_resale(naive_event& twin, const resale_held& what) -> complaint {
  const auto found = twin.offers.find(what.ticket);
  if (found == twin.offers.end() || found->second.held_by || found->second.price != what.price) {
    return "it holds what is not offered, not at that price, or in a hold already";
  }
  if (!resells(twin, twin.time) || what.place != where(sold(twin, what.ticket))) {
    return "it holds another place than is offered, or while nothing is resold";
  }
  if (what.tax != tax_in_price(twin)) {
    return "what is resold has another tax than its event, or not in its price";
  }
  const auto& order = twin.bookings.at(what.ticket.order);
  if (what.by == order.by || what.by.subject == subject_id{} || what.by.organisation) {
    return "somebody buys their own ticket, or nobody does";
  }
  if (what.hold.value() != twin.last_hold.value() + 1 || what.expires_at <= twin.time ||
      what.expires_at > what.cap_at) {
    return "a hold's number is not the next, or its deadline not between now and its cap";
  }
  if (twin.places_of(what.by) + 1 > twin.config.max_per_buyer) {
    return "a buyer has more places than allowed";
  }
  booking added{};
  added.number = what.hold;
  added.by = what.by;
  added.created_at = twin.time;
  added.expires_at = what.expires_at;
  added.cap_at = what.cap_at;
  added.tax = what.tax;
  if (what.place.standing) {
    added.areas.push_back({static_cast<area_index>(what.place.index), 1, what.price, 0});
  } else {
    added.seats.push_back(what.place.index);
    added.prices.push_back(what.price);
  }
  const auto& one = sold(twin, what.ticket);
  added.bought_from = resale{what.ticket, order.paid_by, one.cost() - what.price, false};
  twin.bookings[what.hold] = std::move(added);
  twin.last_hold = what.hold;
  found->second.held_by = what.hold;
  return {};
}

auto fold_resale(naive_event& twin, const ticket_resold& what) -> complaint {
  const auto found = twin.bookings.find(what.hold);
  if (found == twin.bookings.end() || !is_borrowed(found->second) || !found->second.frozen) {
    return "a ticket is resold to what is no hold of it, or is not being paid";
  }
  auto& hold = found->second;
  if (holder_of_offer(twin, what.ticket) != what.hold || hold.bought_from->ticket != what.ticket) {
    return "a ticket is resold to a hold that does not have its offer";
  }
  if (!same_swap(what, std::get<ticket_resold>(swap_of(twin, hold)))) {
    return "a ticket is resold as another one, or for other sums";
  }
  if (twin.status == event_status::cancelled || hold.expires_at <= twin.time) {
    return "a ticket is resold of a cancelled event, or to a hold that is over";
  }
  twin.offers.erase(what.ticket);
  twin.tickets.erase(what.ticket);
  twin.sold_tickets.at(what.ticket.order).at(what.ticket.index).gone = true;
  if (what.goes_on) {
    count_left(twin, what.ticket.order);
  } else {
    twin.ended[what.ticket.order] = {what.ticket.order, ended_hold::how::returned,
                                     twin.bookings.at(what.ticket.order).by, twin.time};
    std::erase_if(twin.tickets, [&](const auto& entry) { return entry.first.order == what.ticket.order; });
    twin.bookings.erase(what.ticket.order);
  }
  hold.bought_from->is_swapped = true;
  hold.allocation = what.allocation;
  if (!what.place.standing) {
    twin.owners[what.place.index] = what.hold;
  }
  return {};
}

} // namespace holdfast::model

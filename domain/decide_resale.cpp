#include "domain/decide_parts.hpp"
#include "domain/ended_first.hpp"
#include "domain/limits.hpp"
#include "domain/order_part.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace holdfast::domain {
namespace {

/// Whether tickets of the event may be offered and bought of others now.
auto is_resale_open(const question& ask) noexcept -> bool {
  const auto& data = ask.data;
  const bool lives = data.status >= event_status::published && data.status <= event_status::closed;
  return lives && data.config.resale_max_percent != 0 && ask.now < data.config.starts_at;
}

/// The place of a ticket that its order has left, and what was paid for it.
auto part_of_ticket(const booking_slot& order, const ticket_number& ticket) -> order_part {
  return part_of(order.as_booking(), std::vector{ticket.index}).value_or(order_part{});
}

/// The most that a ticket may be offered for. No product overflows: a price and a fee are each within price_max, and a tax within both.
auto cap_of(const question& ask, const booking_slot& order, const ticket_number& ticket) -> minor_units {
  return part_of_ticket(order, ticket).value * ask.data.config.resale_max_percent / 100;
}

/// What is offered is offered whole: the event's tax is in it.
auto tax_in_price(const question& ask) -> std::optional<event_tax> {
  auto tax = ask.data.config.tax;
  if (tax) {
    tax->rate.mode = tax_mode::inclusive;
  }
  return tax;
}

} // namespace

auto is_still_offered(const question& ask, const booking_slot& hold) noexcept -> bool {
  if (!hold.borrows()) {
    return true;
  }
  const auto* const offered = ask.data.find_offer(hold.bought_from()->ticket);
  return offered != nullptr && offered->held_by == hold_number{hold.number()};
}

void append_unoffered(const question& ask, hold_number order, const std::vector<std::uint32_t>& tickets, facts& to) {
  const auto& offers = ask.data.offers;
  for (auto at = offers.lower_bound({order, 0}); at != offers.end() && at->first.order == order; ++at) {
    const bool ends = tickets.empty() || std::ranges::find(tickets, at->first.index) != tickets.end();
    if (to.size() == limits::facts_per_command_max) {
      return;
    }
    if (const auto hold = at->second.held_by; ends && hold) {
      const bool is_due = ask.data.bookings.find(hold)->is_due(ask.now);
      to.push_back({ask.now, ask.id, is_due ? fact_body{hold_expired{hold}} : fact_body{hold_released{hold, {}}}});
    }
  }
}

auto resold(const question& ask, const booking_slot& hold) -> ticket_resold {
  const auto from = *hold.bought_from();
  const auto& order = *ask.data.bookings.find(from.ticket.order);
  const auto part = part_of_ticket(order, from.ticket);
  ticket_resold fact;
  fact.ticket = from.ticket;
  fact.hold = hold_number{hold.number()};
  fact.place = place_of(part);
  fact.price_paid = part.areas.empty() ? part.prices.front() : part.areas.front().price;
  fact.fee_paid = part.value - part.tax - fact.price_paid;
  fact.price = hold.total();
  fact.allocation = order.allocation();
  fact.payment = order.payment();
  fact.goes_on = order.places() > 1;
  fact.tax_paid = part.tax;
  return fact;
}

auto decide_resale(const question& ask, const offer_ticket& what) -> decision {
  const auto its = ask.data.ticket_of(what.ticket);
  if (!its || its->holder != ask.as_owner()) {
    return rejected(reason::not_found);
  }
  if (what.price < 0 || what.price > limits::price_max) {
    return invalid({{"/price", "0 to 1,000,000,000,000 minor units"}});
  }
  const auto& order = *ask.data.bookings.find(what.ticket.order);
  const bool is_resold = is_resale_open(ask) && order.payment() && order.by() == its->holder;
  if (is_resold && what.price > cap_of(ask, order, what.ticket)) {
    return invalid({{"/price", "at most " + std::to_string(cap_of(ask, order, what.ticket)) + " minor units"}});
  }
  if (!is_resold) {
    return rejected(reason::resale_closed);
  }
  const auto* const before = ask.data.find_offer(what.ticket);
  if (before != nullptr && before->held_by) {
    return rejected(reason::offer_taken);
  }
  if (its->is_admitted()) {
    return rejected(reason::ticket_used);
  }
  if (before != nullptr && before->price == what.price) {
    return facts{};
  }
  return decided(ask, ticket_offered{what.ticket, its->serial, what.price, its->holder});
}

auto decide_resale(const question& ask, const withdraw_offer& what) -> decision {
  const auto its = ask.data.ticket_of(what.ticket);
  if (!its || its->holder != ask.as_owner()) {
    return rejected(reason::not_found);
  }
  const auto* const before = ask.data.find_offer(what.ticket);
  if (before == nullptr) {
    return facts{};
  }
  if (before->held_by) {
    return rejected(reason::offer_taken);
  }
  return decided(ask, offer_withdrawn{what.ticket});
}

auto decide_resale(const question& ask, const hold_resale& what) -> decision {
  const auto& data = ask.data;
  const auto* const offered = data.find_offer(what.ticket);
  if (offered == nullptr) {
    // What is not offered is nobody's business: no word of whether there is such a ticket.
    return rejected(reason::not_found);
  }
  const auto& order = *data.bookings.find(what.ticket.order);
  if (order.by() == ask.as_owner()) {
    return invalid({{"/resale", "somebody else's ticket"}});
  }
  if (!is_resale_open(ask)) {
    return rejected(reason::resale_closed);
  }
  ended_first ends{ask};
  if (offered->held_by) {
    if (!data.bookings.find(offered->held_by)->is_due(ask.now)) {
      return rejected(reason::offer_taken);
    }
    ends.add(offered->held_by.value());
  }
  if (auto no = limit_exceeded(ask, 1, ends)) {
    return tl::unexpected{*std::move(no)};
  }
  if (data.last_hold == limits::hold_number_max) {
    return rejected(reason::holds_exhausted);
  }
  auto made = ends.as_facts();
  made.push_back({ask.now, ask.id,
                  resale_held{hold_number{data.last_hold + 1}, what.ticket,
                              place_of(part_of_ticket(order, what.ticket)), ask.as_owner(), offered->price,
                              ask.now + data.config.hold_time, ask.now + data.config.hold_cap, tax_in_price(ask)}});
  return made;
}

} // namespace holdfast::domain

#include "journal/audit/event_check.hpp"

#include <algorithm>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint64_t percent_of = 100;

auto text(const ticket_name& name) -> std::string {
  return "ticket " + std::to_string(name.index) + " of order " + std::to_string(name.order);
}

} // namespace

void event_check::refuse_resale(const ticket_name& name, const char* why) {
  refuse(violation_kind::illegal_resale, text(name) + " " + why);
}

auto event_check::order_with(const ticket_name& name) -> booking* {
  const auto order = bookings_.find(name.order);
  const bool there = order != bookings_.end() && order->second.confirmed && name.index < order->second.sold.size() &&
                     !order->second.sold[static_cast<std::size_t>(name.index)].gone;
  return there ? &order->second : nullptr;
}

auto event_check::place_of(const booking& order, std::uint64_t index) -> ticket_place {
  const auto& one = order.sold[static_cast<std::size_t>(index)];
  return {!one.seated, one.place};
}

auto event_check::paid_for(const booking& order, const ticket_place& place) -> paid_sums {
  const auto with_tax = [&](std::int64_t price, std::int64_t fee) {
    const auto cost = static_cast<std::uint64_t>(price) + static_cast<std::uint64_t>(fee);
    return paid_sums{price, fee, static_cast<std::int64_t>(tax_on_top(order.tax, cost))};
  };
  if (place.standing) {
    const auto in = std::find_if(order.areas.begin(), order.areas.end(),
                                 [&](const area_places& its) { return its.area == place.index; });
    return with_tax(in->price, in->fee);
  }
  const auto at =
      static_cast<std::size_t>(std::find(order.seats.begin(), order.seats.end(), place.index) - order.seats.begin());
  return with_tax(static_cast<std::int64_t>(order.prices[at]),
                  order.fees.empty() ? 0 : static_cast<std::int64_t>(order.fees[at]));
}

auto event_check::is_resale_open() const -> bool {
  const bool lives = status_ == life::published || status_ == life::paused || status_ == life::closed;
  return lives && config_.resale_max_percent != 0 && time_ms_ < config_.starts_at;
}

/// A hold that comes to nothing leaves the ticket to other buyers, if it is offered still.
void event_check::reopen_offer(std::uint64_t number, const booking& hold) {
  const auto offered = offers_.find(hold.bought);
  if (offered != offers_.end() && offered->second.held_by == number)
    offered->second.held_by = 0;
}

auto event_check::has_lost_offer(std::uint64_t number, const booking& hold) const -> bool {
  const auto offered = offers_.find(hold.bought);
  return hold.borrows() && (offered == offers_.end() || offered->second.held_by != number);
}

/// Whoever bought it by card and has it still offers it, for no more than the event lets them, while nobody has it in a hold.
void event_check::on(const ticket_offered& what) {
  const auto* order = order_with(what.ticket);
  if (order == nullptr) {
    refuse_resale(what.ticket, "was offered, and is not there");
    return;
  }
  const auto changed = tickets_.find(what.ticket);
  ticket its;
  its.holder = order->by;
  if (changed != tickets_.end())
    its = changed->second;
  if (its.holder != what.by || order->by != what.by || !what.by.is_buyer() || order->payment == 0)
    refuse_resale(what.ticket, "was offered by somebody who did not buy it by card, or has it no longer");
  if (its.serial != what.serial || (its.scanned && !its.undone))
    refuse_resale(what.ticket, "was offered by a code that does not hold, or after its use");
  const auto paid = paid_for(*order, place_of(*order, what.ticket.index)).sum();
  const auto cap = static_cast<std::uint64_t>(paid) * config_.resale_max_percent / percent_of;
  if (!is_resale_open() || what.price < 0 || static_cast<std::uint64_t>(what.price) > cap)
    refuse_resale(what.ticket, "was offered when nothing is resold, or for more than it may be");
  auto& offered = offers_[what.ticket];
  if (offered.held_by != 0)
    refuse_resale(what.ticket, "was offered again while a buyer had it in a hold");
  offered.price = what.price;
}

void event_check::on(const offer_withdrawn& what) {
  const auto offered = offers_.find(what.ticket);
  if (offered == offers_.end() || offered->second.held_by != 0)
    refuse_resale(what.ticket, "was withdrawn, and is not offered or in a buyer's hold");
  offers_.erase(what.ticket);
}

void event_check::check_resale_hold(const resale_held& what, const booking& order) {
  if (!is_resale_open())
    refuse_resale(what.ticket, "was held when nothing is resold");
  if (what.place != place_of(order, what.ticket.index))
    refuse_resale(what.ticket, "was held as another place");
  auto tax_in_price = config_.tax;
  if (tax_in_price)
    tax_in_price->mode = 1;
  if (what.tax != tax_in_price)
    refuse(violation_kind::wrong_tax, text(what.ticket) + " was held with a tax that is not the event's, in its price");
  if (!what.by.is_buyer() || what.by.organisation != 0 || what.by == order.by)
    refuse(violation_kind::invalid_owner, text(what.ticket) + " was held by no buyer, or by whoever offers it");
  hold_created as_hold;
  as_hold.hold = what.hold;
  as_hold.by = what.by;
  as_hold.expires_at = what.expires_at;
  as_hold.cap_at = what.cap_at;
  check_limits(as_hold, 1);
  check_deadlines(as_hold);
}

void event_check::on(const resale_held& what) {
  if (what.hold != last_hold_ + 1)
    refuse(violation_kind::illegal_hold_number,
           "hold " + std::to_string(what.hold) + " follows hold " + std::to_string(last_hold_));
  last_hold_ = what.hold;
  const auto* order = order_with(what.ticket);
  const auto offered = offers_.find(what.ticket);
  if (order == nullptr || offered == offers_.end()) {
    refuse_resale(what.ticket, "was held, and is not offered");
    return;
  }
  if (offered->second.held_by != 0 || offered->second.price != what.price)
    refuse_resale(what.ticket, "was held by two buyers, or at another price than it is offered at");
  check_resale_hold(what, *order);
  booking hold;
  hold.by = what.by;
  hold.created_at = time_ms_;
  hold.expires_at = what.expires_at;
  hold.cap_at = what.cap_at;
  if (what.place.standing) {
    hold.areas.push_back({what.place.index, 1, what.price, 0});
  } else {
    hold.seats.push_back(what.place.index);
    hold.prices.push_back(static_cast<std::uint64_t>(what.price));
  }
  hold.bought = what.ticket;
  hold.seller = order->payment;
  hold.kept = paid_for(*order, place_of(*order, what.ticket.index)).sum() - what.price;
  hold.tax = what.tax;
  places_of_buyer_[what.by] += 1;
  offered->second.held_by = what.hold;
  bookings_[what.hold] = std::move(hold);
}

/// Takes the ticket out of its order, and its place off its hands.
void event_check::give_away(const ticket_resold& what, booking& order) {
  auto& one = order.sold[static_cast<std::size_t>(what.ticket.index)];
  one.gone = true;
  if (one.seated) {
    const auto at = std::find(order.seats.begin(), order.seats.end(), one.place) - order.seats.begin();
    order.seats.erase(order.seats.begin() + at);
    order.prices.erase(order.prices.begin() + at);
    if (!order.fees.empty())
      order.fees.erase(order.fees.begin() + at);
    if (std::all_of(order.fees.begin(), order.fees.end(), [](std::uint64_t fee) { return fee == 0; }))
      order.fees.clear();
  } else {
    const auto in = std::find_if(order.areas.begin(), order.areas.end(),
                                 [&](const area_places& its) { return its.area == one.place; });
    if (--in->quantity == 0)
      order.areas.erase(in);
  }
  order.total -= what.paid();
  count_card(order.card, 1, false);
  places_of_buyer_[order.by] -= 1;
  tickets_.erase(what.ticket);
  offers_.erase(what.ticket);
}

/// The place goes from the order to the hold whose payment is being booked: as it is, at the price that was offered, and never free in between.
void event_check::on(const ticket_resold& what) {
  auto* order = order_with(what.ticket);
  const auto found = bookings_.find(what.hold);
  if (order == nullptr || found == bookings_.end() || !found->second.borrows()) {
    refuse_resale(what.ticket, "was resold, and is not there or in no hold");
    return;
  }
  auto& hold = found->second;
  const auto offered = offers_.find(what.ticket);
  if (offered == offers_.end() || offered->second.held_by != what.hold || hold.bought != what.ticket || !hold.frozen)
    refuse_resale(what.ticket, "was resold to a hold that does not have it, or is not being paid");
  const auto place = place_of(*order, what.ticket.index);
  const auto paid = paid_for(*order, place);
  if (what.place != place || what.price_paid != paid.price || what.fee_paid != paid.fee || what.tax_paid != paid.tax ||
      what.price != hold.value() || what.price > paid.sum() || what.allocation != order->allocation ||
      what.payment != order->payment || what.goes_on != (order->places() > 1))
    refuse_resale(what.ticket, "was resold as another place, or for other sums than were paid and offered");
  if (status_ == life::cancelled)
    refuse(violation_kind::cancelled_with_sales, text(what.ticket) + " was resold after the cancellation");
  card_sales_[order->payment].resold.push_back({what.ticket, what.paid(), what.price, hold.payment, seq_});
  ++given_back_; // what the seller bought counts still within a time, as far as the event remembers it
  give_away(what, *order);
  hold.swapped = true;
  hold.allocation = what.allocation;
  if (!place.standing && place.index < seat_owner_.size())
    seat_owner_[static_cast<std::size_t>(place.index)] = what.hold;
  handed_over_ = what.hold;
  if (!what.goes_on)
    free(what.ticket.order);
}

} // namespace holdfast::journal::audit

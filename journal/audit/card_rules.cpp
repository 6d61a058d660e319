#include "journal/audit/event_check.hpp"

#include <algorithm>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint64_t turn_first = 2; // a refused payment never froze its hold
constexpr std::uint64_t turn_last = 7;
constexpr std::uint64_t turn_lost = 5;
constexpr std::uint64_t turn_over_limit = 9;
constexpr std::uint64_t turn_uncaptured = 6;
constexpr std::uint64_t return_uncaptured = 1;
constexpr std::uint64_t return_refunded = 2;
constexpr std::uint64_t return_by_buyer = 3;
constexpr std::uint64_t return_cancelled = 4;
constexpr std::uint64_t method_complimentary = 3;
constexpr std::uint64_t method_card = 4;

auto text(std::uint64_t number) -> std::string {
  return std::to_string(number);
}

/// Whether a payment that turned so gives its hold back: a lost one has none, and an uncaptured one has an order.
auto thaws(std::uint64_t why) -> bool {
  return why == turn_over_limit ||
         (why >= turn_first && why <= turn_last && why != turn_lost && why != turn_uncaptured);
}

} // namespace

void event_check::check_not_in_payment(std::uint64_t number, const booking& hold, const char* done) {
  if (hold.frozen)
    refuse(violation_kind::hold_in_payment,
           "hold " + text(number) + " was " + done + " while payment " + text(hold.payment) + " had it");
}

void event_check::end_card_sale(std::uint64_t payment, bool stands) {
  auto& sale = card_sales_[payment];
  sale.frozen = false;
  sale.stands = stands;
}

/// What one card has paid for stays within the event's limit at the moment of each sale.
void event_check::count_card(std::uint64_t card, std::uint64_t places, bool take) {
  if (card == 0)
    return;
  auto& has = places_of_card_[card];
  has = take ? has + places : has - places;
  if (take && config_.max_per_card != 0 && has > config_.max_per_card)
    refuse(violation_kind::buyer_limit_exceeded,
           "a card has paid for " + text(has) + " places; " + text(config_.max_per_card) + " are allowed");
  if (has == 0)
    places_of_card_.erase(card);
}

/// Only a live hold of a buyer's is frozen, by one payment at a time, within its cap; and by each payment once.
void event_check::on(const hold_frozen& what) {
  auto* hold = live_hold(what.hold, "froze");
  if (hold == nullptr)
    return;
  if (time_ms_ >= hold->expires_at)
    refuse(violation_kind::acted_after_deadline, "hold " + text(what.hold) + " was frozen after its deadline");
  const bool known = card_sales_.contains(what.payment);
  if (hold->frozen || known || what.payment == 0 || !hold->by.is_buyer() || status_ == life::cancelled)
    refuse(violation_kind::illegal_freeze, "hold " + text(what.hold) + " was frozen for payment " + text(what.payment) +
                                               " while another had it, of an event or an owner that nothing can be "
                                               "paid of, or for a payment that had a hold already");
  if (what.until < hold->expires_at || what.until > hold->cap_at)
    refuse(violation_kind::illegal_freeze, "hold " + text(what.hold) + " was frozen until " +
                                               std::to_string(what.until) + " ms; its cap is " +
                                               std::to_string(hold->cap_at) + " ms");
  check_buyer_velocity(what.hold, *hold);
  hold->payment = what.payment;
  hold->frozen = true;
  hold->ends_unpaid_at = hold->expires_at;
  hold->expires_at = what.until;
  auto& sale = card_sales_[what.payment];
  sale.hold = what.hold;
  sale.by = hold->by;
  sale.value = hold->value();
  sale.until = what.until;
  sale.seller = hold->seller;
  sale.frozen = true;
  sale.frozen_at = seq_;
}

void event_check::on(const hold_thawed& what) {
  auto* hold = live_hold(what.hold, "thawed");
  if (hold == nullptr)
    return;
  if (time_ms_ >= hold->expires_at)
    refuse(violation_kind::acted_after_deadline, "hold " + text(what.hold) + " was thawed after its deadline");
  if (!hold->frozen || hold->payment != what.payment || !thaws(what.why) || status_ == life::cancelled)
    refuse(violation_kind::illegal_thaw, "hold " + text(what.hold) + " was thawed by payment " + text(what.payment) +
                                             ", which does not have it, for no reason that thaws a hold, or after a "
                                             "cancellation");
  if (what.expires_at <= time_ms_ || what.expires_at > hold->cap_at || what.expires_at < hold->ends_unpaid_at)
    refuse(violation_kind::illegal_thaw, "hold " + text(what.hold) + " was thawed until " +
                                             std::to_string(what.expires_at) +
                                             " ms, which is past, beyond its cap, or before it would have ended");
  if (hold->payment != 0)
    end_card_sale(hold->payment, false);
  hold->payment = 0;
  hold->frozen = false;
  hold->ends_unpaid_at = 0;
  hold->expires_at = what.expires_at;
}

/// A payment by card confirms the hold that is frozen for it, without anybody's key.
void event_check::confirm_by_card(const order_confirmed& what, const booking& hold) {
  if (!hold.frozen || hold.payment != what.by_payment || what.confirmed_by != 0)
    refuse(violation_kind::hold_in_payment, "hold " + text(what.hold) + " was confirmed by payment " +
                                                text(what.by_payment) + ", which does not have it, or by a key");
  auto& sale = card_sales_[what.by_payment];
  sale.hold = what.hold;
  sale.by = hold.by;
  sale.value = hold.value();
  sale.reference = what.reference;
  sale.card = what.card;
  sale.frozen = false;
  sale.stands = true;
  sale.confirmed_at = seq_;
}

/// An order whose money cannot be had is taken back by the system, one that is refunded by a key, one of a cancelled event by nobody, and the
/// buyer's own only in time.
void event_check::check_cause(const order_returned& what, const booking& order) {
  const bool by_key = what.by != 0;
  bool right = false;
  switch (what.why) {
  case return_uncaptured: right = !by_key && order.payment != 0 && what.tickets.empty(); break;
  case return_refunded: right = by_key; break;
  case return_by_buyer:
    right = !by_key && order.payment != 0 && config_.refunds_until && time_ms_ < *config_.refunds_until;
    break;
  case return_cancelled: right = !by_key && status_ == life::cancelled && what.tickets.empty(); break;
  default: break;
  }
  if (!right)
    refuse(violation_kind::illegal_return, "order " + text(what.hold) + " was taken back for reason " + text(what.why) +
                                               ", which it had not, or not by whom it may be");
}

void event_check::on(const order_returned& what) {
  const auto found = bookings_.find(what.hold);
  if (found == bookings_.end() || !found->second.confirmed) {
    refuse(violation_kind::illegal_return, "order " + text(what.hold) + " was taken back, and is none");
    return;
  }
  auto& order = found->second;
  check_cause(what, order);
  if ((what.method == 0 ? method_card : what.method) != order.method)
    refuse(violation_kind::illegal_return, "order " + text(what.hold) + " was taken back as paid by another method");
  forget_purchase(what, order);
  expect_kept(what);
  const auto payment = order.payment;
  const bool by_ticket = !what.tickets.empty();
  if (by_ticket && payment != 0)
    card_sales_[payment].parts.push_back({what.tickets, what.total, seq_});
  if (by_ticket)
    return_part(what, order);
  if (what.goes_on)
    return;
  // The rest of it: what `return_part` has taken out is not in it any more.
  if (!by_ticket && (what.seats != order.seats || what.prices != order.prices || what.fees != order.fees ||
                     what.areas != order.areas || what.allocation != order.allocation || what.total != order.total ||
                     what.tax != (order.method == method_complimentary ? 0 : order.tax_sum())))
    refuse(violation_kind::illegal_return,
           "order " + text(what.hold) + " was taken back as one of other places, prices or another total");
  if (by_ticket && order.places() != 0)
    refuse(violation_kind::illegal_return, "order " + text(what.hold) + " was taken back whole, and has tickets left");
  if (payment != 0 && !by_ticket)
    card_sales_[payment].returned_at = seq_;
  free(what.hold);
}

/// Takes the tickets out of the order, and their places off its hands.
void event_check::return_part(const order_returned& what, booking& order) {
  const auto wrong = [&](const char* why) {
    refuse(violation_kind::illegal_return, "tickets of order " + text(what.hold) + " were taken back " + why);
  };
  booking gone;
  gone.allocation = order.allocation;
  gone.tax = order.tax;
  for (const auto index : what.tickets) {
    if (index >= order.sold.size() || order.sold[static_cast<std::size_t>(index)].gone) {
      wrong("that it had not, or not any more");
      continue;
    }
    auto& one = order.sold[static_cast<std::size_t>(index)];
    one.gone = true;
    tickets_.erase({what.hold, index});
    offers_.erase({what.hold, index});
    if (one.seated) {
      const auto at = std::find(order.seats.begin(), order.seats.end(), one.place) - order.seats.begin();
      gone.seats.push_back(one.place);
      gone.prices.push_back(order.prices[static_cast<std::size_t>(at)]);
      order.prices.erase(order.prices.begin() + at);
      order.seats.erase(order.seats.begin() + at);
      gone.fees.push_back(order.fees.empty() ? 0 : order.fees[static_cast<std::size_t>(at)]);
      if (!order.fees.empty())
        order.fees.erase(order.fees.begin() + at);
      continue;
    }
    const auto in = std::find_if(order.areas.begin(), order.areas.end(),
                                 [&](const area_places& its) { return its.area == one.place; });
    const auto to = std::find_if(gone.areas.begin(), gone.areas.end(),
                                 [&](const area_places& its) { return its.area == one.place; });
    if (to == gone.areas.end())
      gone.areas.push_back({in->area, 1, in->price, in->fee});
    else
      ++to->quantity;
    if (--in->quantity == 0)
      order.areas.erase(in);
  }
  const auto none = [](const std::vector<std::uint64_t>& fees) {
    return std::all_of(fees.begin(), fees.end(), [](std::uint64_t fee) { return fee == 0; });
  };
  for (auto* const fees : {&gone.fees, &order.fees})
    if (none(*fees))
      fees->clear();
  const auto [paid, tax] = order.method == method_complimentary ? std::pair<std::int64_t, std::int64_t>{}
                                                                : std::pair{gone.value(), gone.tax_sum()};
  if (what.seats != gone.seats || what.prices != gone.prices || what.fees != gone.fees || what.areas != gone.areas ||
      what.allocation != order.allocation || what.total != paid || what.tax != tax)
    wrong("as other places, at other prices, or for another sum");
  order.total -= what.total;
  for (const auto seat : gone.seats) {
    if (seat < seat_owner_.size() && seat_owner_[static_cast<std::size_t>(seat)] == what.hold)
      seat_owner_[static_cast<std::size_t>(seat)] = 0;
  }
  for (const auto& its : gone.areas)
    count(order, its, false);
  count_card(order.card, gone.places(), false);
  if (order.by.is_buyer())
    places_of_buyer_[order.by] -= gone.places();
}

} // namespace holdfast::journal::audit

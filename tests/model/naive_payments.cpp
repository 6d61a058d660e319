#include "tests/model/naive_payments.hpp"

#include "tests/model/naive_guards.hpp"
#include "tests/model/naive_holds.hpp"
#include "tests/model/naive_resale.hpp"

#include <algorithm>

namespace holdfast::model {
namespace {

using namespace domain;

/// Why a payment can do nothing with a hold or order of that number, whosoever it is; nothing when it can.
auto out_of_reach(const naive_event& twin, hold_number number, instant now) -> std::optional<expectation> {
  const auto found = twin.bookings.find(number);
  if (found == twin.bookings.end()) {
    const auto* ended = twin.ended_at(number, twin.time);
    if (ended == nullptr) {
      return refuse(reason::not_found);
    }
    return refuse(ended->ended == ended_hold::how::expired ? reason::hold_expired : reason::hold_ended);
  }
  if (twin.status == event_status::cancelled) {
    return refuse(reason::wrong_status);
  }
  const auto& what = found->second;
  return what.status == booking_status::held && what.expires_at <= now ? std::optional{refuse(reason::hold_expired)}
                                                                       : std::nullopt;
}

auto is_live(const naive_event& twin, hold_number number) -> bool {
  const auto found = twin.bookings.find(number);
  return found != twin.bookings.end() && found->second.status == booking_status::held;
}

} // namespace

auto expect_payment(const naive_event& twin, const freeze_hold& what, instant now) -> expectation {
  const auto found = twin.bookings.find(what.hold);
  const auto* ended = twin.ended_at(what.hold, twin.time);
  const owner buyer{what.buyer, {}};
  const bool theirs = found != twin.bookings.end() ? found->second.by == buyer : ended != nullptr && ended->by == buyer;
  if (!theirs || what.payment.value() == 0) {
    return refuse(reason::not_found);
  }
  if (auto why = out_of_reach(twin, what.hold, now)) {
    return *why;
  }
  const auto& hold = found->second;
  if (hold.status == booking_status::confirmed) {
    return refuse(reason::hold_confirmed);
  }
  if (hold.frozen) {
    return hold.paid_by == what.payment ? expectation{} : refuse(reason::payment_in_progress);
  }
  if (is_borrowed(hold) && holder_of_offer(twin, hold.bought_from->ticket) != what.hold) {
    return refuse(reason::hold_ended);
  }
  if (what.attendees != 0 && what.attendees != places_in(hold)) {
    return refuse(reason::invalid);
  }
  if (auto no = too_fast(twin, hold, now)) {
    return *std::move(no);
  }
  return effect_of(hold_frozen{what.hold, what.payment, hold.cap_at});
}

auto expect_payment(const naive_event& twin, const thaw_hold& what, instant now) -> expectation {
  if (auto why = out_of_reach(twin, what.hold, now)) {
    return *why;
  }
  const auto& hold = twin.bookings.at(what.hold);
  if (!hold.frozen || hold.paid_by != what.payment) {
    return refuse(reason::hold_ended);
  }
  // A minute, or the event's extension when nobody could help it; never less than it had, never beyond the cap.
  auto until = std::max(hold.ends_unpaid_at, now + minutes(1));
  if (what.why == turn::unavailable) {
    until = std::max(until, now + twin.config.hold_extension);
  }
  return effect_of(hold_thawed{what.hold, what.payment, std::min(until, hold.cap_at), what.why});
}

auto expect_payment(const naive_event& twin, const confirm_paid& what, instant now) -> expectation {
  if (auto why = out_of_reach(twin, what.hold, now)) {
    return *why;
  }
  const auto& hold = twin.bookings.at(what.hold);
  const bool order = hold.status == booking_status::confirmed;
  if (what.payment.value() == 0 || hold.paid_by != what.payment) {
    return refuse(order ? reason::hold_confirmed : reason::hold_ended);
  }
  if (order) {
    return {};
  }
  if (is_borrowed(hold) && holder_of_offer(twin, hold.bought_from->ticket) != what.hold) {
    return refuse(reason::hold_ended);
  }
  payment_record card;
  card.by = payment_record::method::card;
  card.reference = what.gateway_payment;
  const auto odd =
      what.gateway_payment.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
  if (what.amount != total_of(hold) || odd != std::string::npos || what.gateway_payment.size() > 64) {
    return refuse(reason::hold_ended);
  }
  std::uint64_t has = 0;
  for (const auto& [number, other] : twin.bookings) {
    has += what.card != 0 && other.card == what.card ? places_in(other) : 0;
  }
  if (what.card != 0 && twin.config.max_per_card != 0 && has + places_in(hold) > twin.config.max_per_card) {
    auto no = refuse(reason::card_limit_exceeded);
    no.refused->limit = twin.config.max_per_card;
    no.refused->current = has;
    return no;
  }
  if (auto no = too_fast(twin, what.card, hold, now)) {
    return *std::move(no);
  }
  auto sold = effect_of(order_confirmed{what.hold, card, {}, what.amount, what.payment, what.card});
  if (is_borrowed(hold)) {
    sold.effect.insert(sold.effect.begin(), swap_of(twin, hold));
  }
  return sold;
}

auto whole_order(const booking& order, return_cause why, key_id by) -> order_returned {
  order_returned back;
  back.hold = order.number;
  back.why = why;
  back.by = by;
  back.seats = order.seats;
  back.prices = order.prices;
  back.fees = order.fees;
  back.areas = order.areas;
  back.allocation = order.allocation;
  back.total = order.paid;
  back.tax = order.paid == 0 ? 0 : taxes_of(order);
  back.method = order.payment.by;
  return back;
}

namespace {

/// Places of some tickets, as a fact says them.
auto back_by_ticket(const naive_event& twin, const booking& order, std::vector<std::uint32_t> numbers, return_cause why,
                    key_id by) -> expectation {
  const auto& all = twin.sold_tickets.at(order.number);
  std::ranges::sort(numbers);
  order_returned back = whole_order(order, why, by);
  back.tickets = numbers;
  back.seats.clear();
  back.prices.clear();
  back.fees.clear();
  back.areas.clear();
  back.total = back.tax = 0;
  bool fees = false;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && numbers[i] == numbers[i - 1]) {
      return refuse(reason::no_such_ticket);
    }
  }
  for (const auto number : numbers) {
    if (number < all.size() && all[number].gone) {
      return refuse(reason::order_refunded);
    }
  }
  for (const auto number : numbers) {
    if (number >= all.size()) {
      return refuse(reason::no_such_ticket);
    }
    const auto& one = all[number];
    back.total += one.cost();
    back.tax += one.tax;
    if (one.seat) {
      back.seats.push_back(*one.seat);
      back.prices.push_back(one.price);
      back.fees.push_back(one.fee);
      fees = fees || one.fee != 0;
      continue;
    }
    const auto part = std::ranges::find(back.areas, one.area, &held_area::area);
    if (part == back.areas.end()) {
      back.areas.push_back({one.area, 1, one.price, one.fee});
    } else {
      ++part->quantity;
    }
  }
  if (!fees) {
    back.fees.clear();
  }
  // Areas are told in the order's own sequence, which is that of its tickets.
  const auto left = static_cast<std::size_t>(std::ranges::count(all, false, &naive_event::sold_ticket::gone));
  back.goes_on = numbers.size() < left;
  if (order.payment.by == payment_record::method::complimentary) {
    back.total = back.tax = 0;
  }
  if (!back.goes_on) {
    auto whole = whole_order(order, why, by);
    whole.tickets = numbers;
    return effect_of(std::move(whole));
  }
  return effect_of(std::move(back));
}

} // namespace

auto expect_payment(const naive_event& twin, const return_order& what, instant now) -> expectation {
  const auto found = twin.bookings.find(what.hold);
  if (found == twin.bookings.end()) {
    // What was an order can only have been taken back before.
    return what.hold && what.hold <= twin.last_hold ? expectation{} : refuse(reason::not_found);
  }
  const auto& order = found->second;
  const bool foreign = (what.why == return_cause::refunded && what.organisation != twin.organisation) ||
                       (what.why == return_cause::by_buyer && order.by != owner{what.buyer, {}}) ||
                       (what.why == return_cause::cancelled && twin.status != event_status::cancelled);
  if (foreign) {
    return refuse(reason::not_found);
  }
  if (order.status != booking_status::confirmed || what.payment.value() == 0 || order.paid_by != what.payment) {
    return refuse(reason::hold_ended);
  }
  const auto& all = twin.sold_tickets.at(what.hold);
  const bool before = !what.tickets.empty() && std::ranges::all_of(what.tickets, [&](std::uint32_t ticket) {
    return ticket < all.size() && all[ticket].gone;
  });
  if (before) {
    return {};
  }
  if (what.why == return_cause::by_buyer && (!twin.config.refunds_until || now >= *twin.config.refunds_until)) {
    return refuse(reason::refund_closed);
  }
  for (std::uint32_t i = 0; what.why == return_cause::by_buyer && i < all.size(); ++i) {
    const bool named = what.tickets.empty() || std::ranges::count(what.tickets, i) > 0;
    const auto its = twin.tickets.find({what.hold, i});
    if (!named || all[i].gone || its == twin.tickets.end()) {
      continue;
    }
    if (its->second.holder != order.by) {
      return refuse(reason::no_such_ticket);
    }
    if (its->second.used && !its->second.used->undone) {
      return refuse(reason::ticket_used);
    }
  }
  auto back = what.tickets.empty() ? effect_of(whole_order(order, what.why, what.by))
                                   : back_by_ticket(twin, order, what.tickets, what.why, what.by);
  return with_lost_offers(twin, with_kept(twin, std::move(back)), now);
}

auto expect_payment(const naive_event& twin, const caller& by, const take_back_order& what) -> expectation {
  const auto found = twin.bookings.find(what.hold);
  if (found == twin.bookings.end() || found->second.status != booking_status::confirmed) {
    const auto* ended = twin.ended_at(what.hold, twin.time);
    const bool returned = ended != nullptr && ended->ended == ended_hold::how::returned;
    return refuse(returned ? reason::order_refunded : reason::not_found);
  }
  if (found->second.paid_by) {
    return refuse(reason::payment_in_progress);
  }
  return with_kept(twin, what.tickets.empty()
                             ? effect_of(whole_order(found->second, return_cause::refunded, by.key))
                             : back_by_ticket(twin, found->second, what.tickets, return_cause::refunded, by.key));
}

void return_tickets(naive_event& twin, hold_number order, const std::vector<std::uint32_t>& tickets) {
  auto& all = twin.sold_tickets.at(order);
  for (const auto ticket : tickets) {
    all[ticket].gone = true;
    twin.tickets.erase({order, ticket});
    twin.offers.erase({order, ticket});
    if (all[ticket].seat) {
      twin.owners.erase(*all[ticket].seat);
    }
  }
  count_left(twin, order);
}

void count_left(naive_event& twin, hold_number order) {
  auto& its = twin.bookings.at(order);
  const auto& all = twin.sold_tickets.at(order);
  its.seats.clear();
  its.prices.clear();
  its.fees.clear();
  its.areas.clear();
  its.returned.clear();
  its.paid = 0;
  bool fees = false;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const auto& one = all[i];
    if (one.gone) {
      its.returned.push_back(i);
      continue;
    }
    its.paid += its.payment.by == payment_record::method::complimentary ? 0 : one.cost();
    if (one.seat) {
      its.seats.push_back(*one.seat);
      its.prices.push_back(one.price);
      its.fees.push_back(one.fee);
      fees = fees || one.fee != 0;
    } else if (!its.areas.empty() && its.areas.back().area == one.area) {
      ++its.areas.back().quantity;
    } else {
      its.areas.push_back({one.area, 1, one.price, one.fee});
    }
  }
  if (!fees) {
    its.fees.clear();
  }
}

auto orders_of_no_card(const naive_event& twin) -> std::vector<hold_number> {
  std::vector<hold_number> found;
  for (const auto& [number, what] : twin.bookings) {
    if (twin.status == event_status::cancelled && what.status == booking_status::confirmed && !what.paid_by) {
      found.push_back(number);
    }
  }
  return found;
}

auto fold_frozen(naive_event& twin, const hold_frozen& what) -> complaint {
  if (!is_live(twin, what.hold)) {
    return "it freezes what is not a live hold";
  }
  auto& hold = twin.bookings.at(what.hold);
  if (hold.frozen || !what.payment) {
    return "a hold is frozen twice, or for nothing";
  }
  if (hold.expires_at <= twin.time || what.until < hold.expires_at || what.until > hold.cap_at) {
    return "a hold is frozen past its deadline, for less time than it has, or beyond its cap";
  }
  if (hold.by.organisation) {
    return "a box office's hold is paid by a buyer";
  }
  hold.frozen = true;
  hold.paid_by = what.payment;
  hold.ends_unpaid_at = hold.expires_at;
  hold.expires_at = what.until;
  return {};
}

auto fold_thawed(naive_event& twin, const hold_thawed& what) -> complaint {
  if (!is_live(twin, what.hold)) {
    return "it thaws what is not a live hold";
  }
  auto& hold = twin.bookings.at(what.hold);
  if (!hold.frozen || hold.paid_by != what.payment) {
    return "a hold is thawed by a payment that does not have it";
  }
  if (hold.expires_at <= twin.time || what.expires_at <= twin.time || what.expires_at > hold.cap_at) {
    return "a hold is thawed past its deadline, for no time, or beyond its cap";
  }
  hold.frozen = false;
  hold.paid_by = {};
  hold.ends_unpaid_at = {};
  hold.expires_at = what.expires_at;
  return {};
}

auto check_confirmed_by(const booking& hold, const order_confirmed& what) -> complaint {
  if (hold.frozen ? what.by_payment != hold.paid_by : what.by_payment.value() != 0) {
    return "a hold that is being paid is confirmed by something else, or one that is not by a payment";
  }
  const bool card = what.payment.by == payment_record::method::card;
  return card == hold.frozen && !(card && what.confirmed_by) ? complaint{} : "an order by card is none, or has a key";
}

auto check_returned(const naive_event& twin, const order_returned& what) -> complaint {
  const auto found = twin.bookings.find(what.hold);
  if (found == twin.bookings.end() || found->second.status != booking_status::confirmed) {
    return "it takes back what is no order";
  }
  const auto& was = found->second;
  if (was.payment.by != what.method) {
    return "an order is taken back as paid otherwise";
  }
  if (what.goes_on) {
    const auto wanted = back_by_ticket(twin, was, what.tickets, what.why, what.by);
    const auto* const as = wanted.refused ? nullptr : std::get_if<order_returned>(&wanted.effect.front());
    const bool same = as != nullptr && as->goes_on && as->total == what.total && as->tax == what.tax &&
                      as->seats == what.seats && as->areas == what.areas;
    return same ? complaint{} : "tickets are taken back that the order has not, or as others";
  }
  const bool whole = was.seats == what.seats && was.prices == what.prices && was.fees == what.fees &&
                     was.areas == what.areas && was.allocation == what.allocation && was.paid == what.total &&
                     what.tax == (was.paid == 0 ? 0 : taxes_of(was));
  return whole ? complaint{} : "an order is taken back as another one";
}

} // namespace holdfast::model

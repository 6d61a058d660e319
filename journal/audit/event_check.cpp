#include "journal/audit/event_check.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

namespace holdfast::journal::audit {

auto event_check::booking::places() const -> std::uint64_t {
  std::uint64_t sum = seats.size();
  for (const auto& part : areas)
    sum += part.quantity;
  return sum;
}

auto event_check::booking::fee_sum() const -> std::int64_t {
  std::uint64_t sum = 0;
  for (const auto fee : fees)
    sum += fee;
  for (const auto& part : areas)
    sum += part.quantity * static_cast<std::uint64_t>(part.fee);
  return static_cast<std::int64_t>(sum);
}

auto event_check::booking::tax_sum() const -> std::int64_t {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < prices.size(); ++i)
    sum += tax_on_top(tax, prices[i] + (fees.empty() ? 0 : fees[i]));
  for (const auto& part : areas)
    sum +=
        part.quantity * tax_on_top(tax, static_cast<std::uint64_t>(part.price) + static_cast<std::uint64_t>(part.fee));
  return static_cast<std::int64_t>(sum);
}

auto event_check::booking::value() const -> std::int64_t {
  auto sum = static_cast<std::uint64_t>(fee_sum()) + static_cast<std::uint64_t>(tax_sum());
  for (const auto price : prices)
    sum += price;
  for (const auto& part : areas)
    sum += part.quantity * static_cast<std::uint64_t>(part.price);
  return static_cast<std::int64_t>(sum);
}

void event_check::refuse(violation_kind why, std::string detail) {
  to_.add(why, stream_, seq_, std::move(detail));
}

void event_check::take(const record& at, const fact& what) {
  seq_ = at.seq;
  time_ms_ = at.time_ms;
  if (status_ == life::absent && !std::holds_alternative<event_created>(what))
    refuse(violation_kind::illegal_creation, "a fact about an event that was not created");
  check_kept(what);
  if (what.index() <= 3)
    version_ = at.seq;
  const auto* confirmed = std::get_if<order_confirmed>(&what);
  if (const auto hold = std::exchange(handed_over_, 0); hold != 0 && (confirmed == nullptr || confirmed->hold != hold))
    refuse(violation_kind::illegal_resale, "hold " + std::to_string(hold) + " was given a ticket, and is no order");
  std::visit([this](const auto& known) { on(known); }, what);
}

void event_check::on(const event_created& what) {
  if (seq_ != 1 || status_ != life::absent || what.event != stream_.id || what.event == 0 || what.organisation == 0)
    refuse(violation_kind::illegal_creation,
           "an event is created once, by the first fact of its own stream, for an organisation");
  status_ = life::draft;
  organisation_ = what.organisation;
  check_config(what.config);
  config_ = what.config;
  seats_ = what.seats;
  seat_owner_.assign(seats_.seat_tier.size(), 0);
  area_taken_.assign(seats_.areas.size(), 0);
  area_apart_.assign(seats_.areas.size(), 0);
  seat_pool_.assign(seats_.seat_tier.size(), 0);
  check_seating();
}

void event_check::on(const event_amended& what) {
  if (status_ == life::closed || status_ == life::cancelled)
    refuse(violation_kind::illegal_life_change, "amended after its end");
  check_config(what.config);
  if (status_ != life::draft)
    check_frozen(what.config);
  check_made_rules(what.config);
  config_ = what.config;
  check_seating();
}

void event_check::on(const layout_replaced& what) {
  if (status_ != life::draft)
    refuse(violation_kind::frozen_field_changed, "the layout was replaced after publication");
  if (!pools_.empty())
    refuse(violation_kind::illegal_allocation, "the layout was replaced while places were set apart");
  seats_ = what.seats;
  seat_owner_.assign(seats_.seat_tier.size(), 0);
  area_taken_.assign(seats_.areas.size(), 0);
  area_apart_.assign(seats_.areas.size(), 0);
  seat_pool_.assign(seats_.seat_tier.size(), 0);
  check_seating();
}

void event_check::on(const life_changed& what) {
  const auto expect = [this](bool legal, const char* verb) {
    if (!legal)
      refuse(violation_kind::illegal_life_change,
             std::string{verb} + " in status " + std::to_string(static_cast<int>(status_)));
  };
  switch (what.what) {
  case life_changed::to::published:
    expect(status_ == life::draft, "published");
    status_ = life::published;
    break;
  case life_changed::to::paused:
    expect(status_ == life::published, "paused");
    status_ = life::paused;
    break;
  case life_changed::to::resumed:
    expect(status_ == life::paused, "resumed");
    status_ = life::published;
    break;
  case life_changed::to::closed:
    expect(status_ == life::published || status_ == life::paused, "closed");
    status_ = life::closed;
    waitlist_.end_all();
    break;
  case life_changed::to::cancelled:
    expect(status_ != life::cancelled, "cancelled");
    status_ = life::cancelled;
    waitlist_.end_all();
    break;
  }
}

void event_check::on(const hold_created& what) {
  booking hold{what.by,    what.sold_by, what.seats,      what.prices, what.fees,
               what.areas, time_ms_,     what.expires_at, what.cap_at};
  if (what.hold != last_hold_ + 1)
    refuse(violation_kind::illegal_hold_number,
           "hold " + std::to_string(what.hold) + " follows hold " + std::to_string(last_hold_));
  last_hold_ = what.hold;
  hold.allocation = what.allocation;
  hold.tax = what.tax;
  hold.waitlist = what.waitlist;
  if (what.tax != config_.tax)
    refuse(violation_kind::wrong_tax, "hold " + std::to_string(what.hold) + " was given a tax that is not the event's");
  check_sale_open(what);
  check_owner(what);
  check_allocation(what);
  check_seats(what);
  check_areas(what);
  check_limits(what, hold.places());
  check_deadlines(what);
  if (what.waitlist != 0)
    check_offer(what);
  else
    check_not_from_waiting(what);
  waitlist_.offer(what.waitlist, what.hold);

  for (const auto seat : what.seats) {
    if (seat < seat_owner_.size())
      seat_owner_[static_cast<std::size_t>(seat)] = what.hold;
  }
  for (const auto& part : what.areas)
    count(hold, part, true);
  if (what.by.is_buyer())
    places_of_buyer_[what.by] += hold.places();
  bookings_[what.hold] = std::move(hold);
}

auto event_check::live_hold(std::uint64_t number, const char* done) -> booking* {
  const auto found = bookings_.find(number);
  if (found != bookings_.end() && !found->second.confirmed)
    return &found->second;
  refuse(violation_kind::hold_not_live, std::string{done} + " hold " + std::to_string(number) + ", which is " +
                                            (found != bookings_.end()              ? "an order"
                                             : number != 0 && number <= last_hold_ ? "ended"
                                                                                   : "unknown"));
  return nullptr;
}

void event_check::free(std::uint64_t number) {
  const auto found = bookings_.find(number);
  const auto& hold = found->second;
  if (hold.payment != 0)
    end_card_sale(hold.payment, false);
  if (hold.borrows())
    reopen_offer(number, hold);
  waitlist_.end(hold.waitlist);
  for (const auto seat : hold.seats) {
    if (seat < seat_owner_.size() && seat_owner_[static_cast<std::size_t>(seat)] == number)
      seat_owner_[static_cast<std::size_t>(seat)] = 0;
  }
  for (const auto& part : hold.areas)
    if (!hold.borrows())
      count(hold, part, false);
  count_card(hold.card, hold.places(), false);
  if (hold.by.is_buyer()) {
    auto& places = places_of_buyer_[hold.by];
    places -= hold.places();
    if (places == 0)
      places_of_buyer_.erase(hold.by);
  }
  bookings_.erase(found);
  tickets_.erase(tickets_.lower_bound({number, 0}), tickets_.lower_bound({number + 1, 0}));
  offers_.erase(offers_.lower_bound({number, 0}), offers_.lower_bound({number + 1, 0}));
}

void event_check::on(const hold_extended& what) {
  auto* hold = live_hold(what.hold, "extended");
  if (hold == nullptr)
    return;
  if (time_ms_ >= hold->expires_at)
    refuse(violation_kind::acted_after_deadline,
           "hold " + std::to_string(what.hold) + " was extended after its deadline");
  check_not_in_payment(what.hold, *hold, "extended");
  const auto due = std::min(hold->expires_at + config_.hold_extension_ms, hold->cap_at);
  if (status_ == life::cancelled || hold->extended || what.expires_at <= hold->expires_at ||
      what.expires_at > hold->cap_at || what.expires_at != due)
    refuse(violation_kind::illegal_extension, "hold " + std::to_string(what.hold) + " was extended to " +
                                                  std::to_string(what.expires_at) + " ms; once, to " +
                                                  std::to_string(due) + " ms, was allowed");
  hold->extended = true;
  hold->expires_at = what.expires_at;
}

void event_check::on(const hold_released& what) {
  const auto* hold = live_hold(what.hold, "released");
  if (hold == nullptr)
    return;
  if (status_ != life::cancelled && !has_lost_offer(what.hold, *hold))
    check_not_in_payment(what.hold, *hold, "released");
  // Box offices name the key they release their own holds with; a buyer needs none, and neither does the end of a cancelled event.
  if (what.by != 0 ? hold->by.is_buyer() : !hold->by.is_buyer() && status_ != life::cancelled) {
    refuse(violation_kind::invalid_owner,
           "hold " + std::to_string(what.hold) + " was released by somebody who does not have it");
  }
  if (what.by != 0) {
    if (const auto why = keys_.why_not_sell(what.by, organisation_, time_ms_); !why.empty())
      refuse(violation_kind::key_without_right, "released hold " + std::to_string(what.hold) + ": " + why);
  }
  if (time_ms_ >= hold->expires_at && status_ != life::cancelled)
    refuse(violation_kind::acted_after_deadline,
           "hold " + std::to_string(what.hold) + " was released after its deadline");
  free(what.hold);
}

void event_check::on(const hold_expired& what) {
  const auto* hold = live_hold(what.hold, "expired");
  if (hold == nullptr)
    return;
  if (time_ms_ < hold->expires_at)
    refuse(violation_kind::expired_early, "hold " + std::to_string(what.hold) + " expired at " +
                                              std::to_string(time_ms_) + " ms, due at " +
                                              std::to_string(hold->expires_at) + " ms");
  free(what.hold);
}

void event_check::on(const order_confirmed& what) {
  auto* hold = live_hold(what.hold, "confirmed");
  if (hold == nullptr)
    return;
  if (time_ms_ >= hold->expires_at)
    refuse(violation_kind::confirmed_late, "hold " + std::to_string(what.hold) + " was confirmed at " +
                                               std::to_string(time_ms_) + " ms, past " +
                                               std::to_string(hold->expires_at) + " ms");
  if (what.by_payment != 0) {
    confirm_by_card(what, *hold);
  } else {
    check_not_in_payment(what.hold, *hold, "confirmed");
    if (const auto why = keys_.why_not_sell(what.confirmed_by, organisation_, time_ms_); !why.empty())
      refuse(violation_kind::key_without_right, "confirmed hold " + std::to_string(what.hold) + ": " + why);
  }
  if (hold->borrows())
    refuse(violation_kind::illegal_resale,
           "hold " + std::to_string(what.hold) + " was confirmed, and its place is another order's");
  if (status_ == life::cancelled) {
    refuse(violation_kind::cancelled_with_sales,
           "hold " + std::to_string(what.hold) + " was confirmed after the cancellation");
  }
  check_payment(what, *hold);
  hold->confirmed = true;
  hold->confirmed_by = what.confirmed_by;
  hold->confirmed_at = time_ms_;
  hold->method = what.method;
  hold->total = what.total;
  waitlist_.end(std::exchange(hold->waitlist, 0));
  hold->payment = what.by_payment;
  hold->card = what.card;
  count_card(what.card, hold->places(), true);
  check_card_velocity(what.card, *hold);
  remember_purchase(what.hold, *hold);
  hold->frozen = false;
  hold->ends_unpaid_at = 0;
  for (const auto seat : hold->seats)
    hold->sold.push_back({true, seat});
  for (const auto& part : hold->areas)
    hold->sold.insert(hold->sold.end(), static_cast<std::size_t>(part.quantity), {false, part.area});
}

} // namespace holdfast::journal::audit

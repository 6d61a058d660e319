#include "domain/card_number.hpp"
#include "domain/decide_parts.hpp"
#include "domain/limits.hpp"
#include "domain/sale_plan.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::domain {
namespace {

/// The caller's own hold or order, or why there is none.
auto owned(const question& ask, hold_number number) -> const booking_slot* {
  const auto* const slot = ask.data.bookings.find(number);
  return slot != nullptr && slot->by() == ask.as_owner() ? slot : nullptr;
}

auto owned_ended(const question& ask, hold_number number) -> const ended_hold* {
  const auto* const ended = ask.data.bookings.find_ended(number, ask.data.time);
  return ended != nullptr && ended->by == ask.as_owner() ? ended : nullptr;
}

/// Why a hold that has ended can no longer be used.
auto gone(const ended_hold& ended) -> reason {
  return ended.ended == ended_hold::how::expired ? reason::hold_expired : reason::hold_ended;
}

auto payment_faults(const payment_record& payment) -> std::vector<config_fault> {
  std::vector<config_fault> faults;
  constexpr const char* alphabet = "at most 64 of A-Z, a-z, 0-9, space, '.', '_' and '-', and no card number";
  if (!is_payment_text(payment.reference)) {
    faults.push_back({"/payment/reference", alphabet});
  }
  if (!is_payment_text(payment.reason)) {
    faults.push_back({"/payment/reason", alphabet});
  }
  if (faults.empty() && has_card_number(payment.reference, payment.reason)) {
    faults.push_back({"/payment/reason", "reference and reason together make up a card number"});
  }
  if (payment.by == payment_record::method::card) {
    faults.push_back({"/payment/method", "a box office takes cash or cards at its terminal"});
  }
  if (payment.by == payment_record::method::complimentary && payment.reason.empty()) {
    faults.push_back({"/payment/reason", "a complimentary order says why"});
  }
  return faults;
}

} // namespace

auto decide_booking(const question& ask, const extend_hold& what) -> decision {
  const auto* const slot = owned(ask, what.hold);
  const auto* const ended = owned_ended(ask, what.hold);
  if (slot == nullptr && ended == nullptr) {
    return rejected(reason::not_found);
  }
  if (ask.data.status == event_status::cancelled) {
    return rejected(reason::wrong_status);
  }
  if (slot == nullptr) {
    return rejected(gone(*ended));
  }
  if (slot->is_due(ask.now)) {
    return rejected(reason::hold_expired);
  }
  if (slot->is_order()) {
    return rejected(reason::hold_confirmed);
  }
  if (slot->is_frozen()) {
    return rejected(reason::payment_in_progress);
  }
  if (!is_still_offered(ask, *slot)) {
    return rejected(reason::hold_ended);
  }
  const auto expires_at = std::min(slot->expires_at() + ask.data.config.hold_extension, slot->cap_at());
  if (slot->extended() || expires_at <= slot->expires_at()) {
    return rejected(reason::already_extended);
  }
  return decided(ask, hold_extended{what.hold, expires_at});
}

auto decide_booking(const question& ask, const release_hold& what) -> decision {
  const auto* const slot = owned(ask, what.hold);
  if (slot == nullptr) {
    const auto* const ended = owned_ended(ask, what.hold);
    const auto why = ended == nullptr ? reason::not_found : gone(*ended);
    if (why == reason::hold_ended) {
      return facts{};
    }
    return rejected(why);
  }
  if (slot->is_due(ask.now)) {
    return rejected(reason::hold_expired);
  }
  if (slot->is_order()) {
    return rejected(reason::hold_confirmed);
  }
  if (slot->is_frozen()) {
    return rejected(reason::payment_in_progress);
  }
  return decided(ask, hold_released{what.hold, ask.key()});
}

auto decide_booking(const question& ask, const confirm_hold& what) -> decision {
  // A box office of the event's organisation, which is the only one that gets here, confirms anybody's hold.
  const auto* const slot = ask.is_box_office() ? ask.data.bookings.find(what.hold) : owned(ask, what.hold);
  const auto* const ended =
      ask.is_box_office() ? ask.data.bookings.find_ended(what.hold, ask.data.time) : owned_ended(ask, what.hold);
  if (slot == nullptr && ended == nullptr) {
    return rejected(reason::not_found);
  }
  if (what.payment) {
    if (auto faults = payment_faults(*what.payment); !faults.empty()) {
      return invalid(std::move(faults));
    }
  }
  if (ask.data.status == event_status::cancelled) {
    return rejected(reason::wrong_status);
  }
  if (slot == nullptr) {
    return rejected(gone(*ended));
  }
  if (slot->is_due(ask.now)) {
    return rejected(reason::hold_expired);
  }
  if (slot->is_order()) {
    return rejected(reason::hold_confirmed);
  }
  if (ask.is_box_office() && slot->borrows()) {
    return rejected(reason::resale_closed); // its seller's money goes back the way it came: by card
  }
  if (slot->is_frozen()) {
    return rejected(reason::payment_in_progress);
  }
  if (!names_all(what.attendees, slot->places())) {
    return wrong_attendees();
  }
  if (!ask.is_box_office() || !what.payment) {
    return rejected(reason::payments_not_configured);
  }
  const bool free_of_charge = what.payment->by == payment_record::method::complimentary;
  return decided(ask, order_confirmed{what.hold, *what.payment, ask.key(), free_of_charge ? 0 : slot->total()});
}

auto decide_due(const question& ask) -> decision {
  // All holds of a cancelled event are to end, whenever they would have expired.
  const bool cancelled = ask.data.status == event_status::cancelled;
  constexpr instant end_of_time{INT64_MAX};
  facts ended;
  if (auto config = repriced(ask.data, ask.now)) {
    ended.push_back({ask.now, ask.id, event_amended{*std::move(config)}});
  }
  const auto room = limits::facts_per_command_max - ended.size();
  for (const auto& due : ask.data.bookings.deadlines().first(room, cancelled ? end_of_time : ask.now)) {
    const hold_number hold{due.hold};
    ended.push_back({ask.now, ask.id, cancelled ? fact_body{hold_released{hold, {}}} : fact_body{hold_expired{hold}}});
  }
  if (cancelled) {
    append_cancelled_orders(ask, limits::facts_per_command_max - ended.size(), ended);
  }
  return ended;
}

} // namespace holdfast::domain

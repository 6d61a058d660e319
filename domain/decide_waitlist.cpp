#include "domain/decide_parts.hpp"
#include "domain/ended_first.hpp"
#include "domain/limits.hpp"
#include "domain/waitlist_check.hpp"
#include "domain/waitlist_match.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::domain {
namespace {

/// Whether a choice has more places than an order or the buyer may have, holds that are due left out of what they have.
auto too_many(const question& ask, const std::vector<waitlist_choice>& choices) -> std::optional<rejection> {
  std::uint64_t most = 0;
  for (const auto& choice : choices) {
    most = std::max(most, choice.places());
  }
  ended_first ends{ask};
  return limit_exceeded(ask, most, ends);
}

} // namespace

auto decide_waitlist(const question& ask, const join_waitlist& what) -> decision {
  const auto& data = ask.data;
  if (auto faults = choice_faults(*data.seats, what.choices); !faults.empty()) {
    return invalid(std::move(faults));
  }
  if (auto faults = house_faults(*data.seats, data.runs, what.choices); !faults.empty()) {
    return invalid(std::move(faults));
  }
  if (sale_status_at(data.status, data.config, ask.now) != sale_status::on_sale) {
    return rejected(reason::sale_not_open);
  }
  if (auto no = too_many(ask, what.choices)) {
    return tl::unexpected{*std::move(no)};
  }
  if (data.config.waitlist_offer == millis{0}) {
    return rejected(reason::waitlist_closed);
  }
  if (data.waitlist.size() >= limits::waitlist_orders_max) {
    return rejected(reason::waitlist_full);
  }
  if (data.waitlist.find(ask.by.subject) != nullptr) {
    return rejected(reason::already_waiting);
  }
  if (std::ranges::any_of(what.choices, [&](const waitlist_choice& choice) { return can_be_met(data, choice); })) {
    return rejected(reason::places_available);
  }
  return decided(ask, waitlist_joined{waitlist_number{data.last_waitlist + 1}, ask.by.subject,
                                      what.rank.value_or(data.waitlist.last_rank()), what.choices});
}

auto decide_waitlist(const question& ask, const leave_waitlist&) -> decision {
  const auto* const order = ask.data.waitlist.find(ask.by.subject);
  if (order == nullptr) {
    return rejected(reason::not_found);
  }
  if (order->offered == 0) {
    return decided(ask, waitlist_left{order->number});
  }
  const hold_number hold{order->offered};
  const auto& slot = *ask.data.bookings.find(hold);
  if (slot.is_due(ask.now)) {
    return decided(ask, hold_expired{hold});
  }
  if (slot.is_frozen()) {
    return rejected(reason::payment_in_progress);
  }
  return decided(ask, hold_released{hold, {}});
}

auto decide_waitlist(const question& ask, const match_waitlist&) -> decision {
  return look_over_waitlist(ask).offers;
}

} // namespace holdfast::domain

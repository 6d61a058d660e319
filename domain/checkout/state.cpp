#include "domain/checkout/state.hpp"

namespace holdfast::domain {

auto checkout_state::find(payment_number number) const noexcept -> const payment* {
  return number && number.value() <= payments.size() ? &payments[number.value() - 1] : nullptr;
}

auto checkout_state::find_newest(hold_number hold) const noexcept -> const payment* {
  const auto found = newest_of_hold.find(hold);
  return found == newest_of_hold.end() ? nullptr : find(found->second);
}

auto checkout_state::next_deadline() const noexcept -> std::optional<instant> {
  return open.empty() ? std::nullopt : std::optional{time};
}

auto payment::to_be_refunded() const noexcept -> minor_units {
  auto waiting = minor_units{0};
  for (std::size_t i = 1; i < resold.size(); ++i) {
    waiting += resold[i];
  }
  return refunded - waiting;
}

auto came_to_nothing(const payment& of) noexcept -> bool {
  return of.status == payment_status::failed && of.why == turn::unavailable;
}

auto id_now(const checkout_state& state, command_id asked) noexcept -> command_id {
  for (;;) {
    const auto known = state.keys_remembered.find(asked.key);
    if (asked == command_id{} || known == state.keys_remembered.end() || known->second.request != asked.request ||
        !came_to_nothing(*state.find(known->second.payment))) {
      return asked;
    }
    asked.key = mix64(asked.key ^ known->second.payment.value());
  }
}

auto next_step(const payment& of) noexcept -> step {
  // Nothing to pay: the gateway is not needed.
  const bool free_of_charge = of.amount == 0;
  switch (of.status) {
  case payment_status::requested: return step::freeze;
  case payment_status::intended:
    if (free_of_charge) {
      return step::book;
    }
    return of.risk.on_failure != risk_verdict::none && of.verdict == risk_verdict::none ? step::score : step::prepare;
  case payment_status::prepared: return step::authorise;
  case payment_status::authorised: return step::book;
  case payment_status::booked: return step::capture;
  case payment_status::turned:
    // The buyer first, who waits to try another card; the money's way back may take long.
    if (of.owes_event) {
      return of.why == turn::uncaptured || of.why == turn::refunded ? step::return_order : step::free_hold;
    }
    return step::void_money;
  case payment_status::captured:
    if (!of.resold.empty()) {
      return step::give_back;
    }
    if (!of.going_back) {
      return step::none;
    }
    return of.going_back->owed ? step::give_back : step::take_back;
  case payment_status::failed: return step::none;
  }
  return step::none;
}

} // namespace holdfast::domain

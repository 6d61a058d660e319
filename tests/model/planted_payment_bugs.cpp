#include "tests/model/planted_payment_bugs.hpp"

#include "tests/model/planting.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::model {
namespace {

using namespace domain;

auto dated(instant now, const command& asked, fact_body body) -> outcome {
  return facts{{now, asked.id, std::move(body)}};
}

/// The payment that has the hold or order, as the state knows it.
auto payment_of(const event_state& state, hold_number hold) -> payment_number {
  const auto* found = state.find(hold);
  return found == nullptr ? payment_number{} : found->paid_by;
}

auto releases_frozen(const event_state&, const command& asked, instant now, const outcome& got) -> outcome {
  const auto* what = std::get_if<release_hold>(&asked.body);
  return what != nullptr && refused_as(got, reason::payment_in_progress)
             ? dated(now, asked, hold_released{what->hold, asked.by.key})
             : got;
}

auto sells_frozen(const event_state& state, const command& asked, instant now, const outcome& got) -> outcome {
  const auto* what = std::get_if<confirm_hold>(&asked.body);
  return what != nullptr && what->payment && refused_as(got, reason::payment_in_progress)
             ? dated(now, asked,
                     order_confirmed{what->hold, *what->payment, asked.by.key, state.find(what->hold)->total(), {}})
             : got;
}

auto any_payment_confirms(const event_state& state, command asked, instant now, outcome got) -> outcome {
  auto* what = std::get_if<confirm_paid>(&asked.body);
  if (what == nullptr || !refused_as(got, reason::hold_ended)) {
    return got;
  }
  what->payment = payment_of(state, what->hold);
  return decide(state, asked, now);
}

auto any_amount_will_do(const event_state& state, command asked, instant now, outcome got) -> outcome {
  auto* what = std::get_if<confirm_paid>(&asked.body);
  const auto* hold = what == nullptr ? nullptr : state.find(what->hold);
  if (hold == nullptr || !refused_as(got, reason::hold_ended)) {
    return got;
  }
  what->amount = hold->total();
  return decide(state, asked, now);
}

auto anybody_pays(const event_state& state, command asked, instant now, outcome got) -> outcome {
  auto* what = std::get_if<freeze_hold>(&asked.body);
  const auto* hold = what == nullptr ? nullptr : state.find(what->hold);
  if (hold == nullptr || !refused_as(got, reason::not_found) || asked.by.as != caller::kind::system) {
    return got;
  }
  what->buyer = hold->by.subject;
  return decide(state, asked, now);
}

auto two_payments_at_once(const event_state& state, const command& asked, instant now, const outcome& got) -> outcome {
  const auto* what = std::get_if<freeze_hold>(&asked.body);
  return what != nullptr && refused_as(got, reason::payment_in_progress)
             ? dated(now, asked, hold_frozen{what->hold, what->payment, state.find(what->hold)->cap_at})
             : got;
}

/// With a change of the last fact, when it is one of these.
template <class Fact, class Change>
auto changing(const char* what, Change change) -> planted_bug {
  return deciding(what, [change](const event_state& state, const command&, instant now, outcome got) {
    if (got && !got->empty()) {
      if (auto* fact = std::get_if<Fact>(&got->back().body)) {
        change(state, now, *fact);
      }
    }
    return got;
  });
}

auto thaws_again(const event_state& state, const command& asked, instant now, const outcome& got) -> outcome {
  const auto* what = std::get_if<thaw_hold>(&asked.body);
  const auto* hold = what == nullptr ? nullptr : state.find(what->hold);
  return hold != nullptr && refused_as(got, reason::hold_ended) && hold->status == booking_status::held
             ? dated(now, asked, hold_thawed{what->hold, what->payment, hold->expires_at, what->why})
             : got;
}

auto any_payment_returns(const event_state& state, command asked, instant now, outcome got) -> outcome {
  auto* what = std::get_if<return_order>(&asked.body);
  if (what == nullptr || !refused_as(got, reason::hold_ended)) {
    return got;
  }
  what->payment = payment_of(state, what->hold);
  return decide(state, asked, now);
}

auto any_card_pays(const event_state& state, command asked, instant now, outcome got) -> outcome {
  auto* what = std::get_if<confirm_paid>(&asked.body);
  if (what == nullptr || !refused_as(got, reason::card_limit_exceeded)) {
    return got;
  }
  what->card = 0;
  return decide(state, asked, now);
}

auto buys_again(const event_state&, const command& asked, instant now, outcome got) -> outcome {
  const auto* what = std::get_if<freeze_hold>(&asked.body);
  return what != nullptr && refused_as(got, reason::velocity_exceeded)
             ? dated(now, asked, hold_frozen{what->hold, what->payment, now + hours(1)})
             : got;
}

auto card_buys_again(const event_state& state, command asked, instant now, outcome got) -> outcome {
  auto* what = std::get_if<confirm_paid>(&asked.body);
  if (what == nullptr || !refused_as(got, reason::velocity_exceeded)) {
    return got;
  }
  what->card = 0;
  return decide(state, asked, now);
}

/// Told also who can never buy so much at once.
auto waits_too_short(const event_state&, const command&, instant now, outcome got) -> outcome {
  if (refused_as(got, reason::velocity_exceeded)) {
    got.error().again_at = got.error().again_at.value_or(now) - millis{1};
  }
  return got;
}

/// What is given back is the public's, whatever the event says.
auto keeps_nothing(const event_state&, const command&, instant, outcome got) -> outcome {
  if (got && got->size() == 2 && std::holds_alternative<order_returned>(got->front().body)) {
    got->pop_back();
  }
  return got;
}

auto forgets_returned() -> planted_bug {
  auto guilty = the_domain();
  guilty.restore = [](state_image image) {
    image.given_back.clear();
    return event_state::from_image(std::move(image));
  };
  return {"a snapshot forgets what was bought and given back", std::move(guilty)};
}

/// Where it still lives a moment: an end that is past cannot be folded at all.
auto thaws_short() -> planted_bug {
  auto guilty = the_domain();
  guilty.apply = [](event_state& state, const fact& happened) {
    auto folded = happened;
    auto* const body = std::get_if<hold_thawed>(&folded.body);
    if (body != nullptr && body->expires_at > happened.time + millis{1}) {
      body->expires_at.unix_ms -= 1;
    }
    apply(state, folded);
  };
  return {"a thawed hold is folded a moment short", std::move(guilty)};
}

auto returns_twice(const event_state& state, command asked, instant now, outcome got) -> outcome {
  auto* what = std::get_if<take_back_order>(&asked.body);
  const auto* order = what == nullptr ? nullptr : state.find(what->hold);
  if (order == nullptr || !refused_as(got, reason::order_refunded)) {
    return got;
  }
  std::erase_if(what->tickets, [&](std::uint32_t ticket) {
    return std::ranges::find(order->returned, ticket) != order->returned.end();
  });
  return what->tickets.empty() ? got : decide(state, asked, now);
}

auto always_returns(const event_state& state, command asked, instant now, outcome got) -> outcome {
  auto* what = std::get_if<return_order>(&asked.body);
  if (what == nullptr || !refused_as(got, reason::refund_closed)) {
    return got;
  }
  what->why = return_cause::uncaptured;
  return decide(state, asked, now);
}

template <class Change>
auto restoring(const char* what, Change change) -> planted_bug {
  return restoring_image(what, [change](state_image& image) {
    for (auto& one : image.bookings) {
      change(one);
    }
  });
}

} // namespace

auto wrong_payments() -> std::vector<planted_bug> {
  return {deciding("a hold is released while it is being paid", releases_frozen),
          deciding("a hold is sold at the till while it is being paid", sells_frozen),
          deciding("any payment confirms a frozen hold", any_payment_confirms),
          deciding("any amount confirms a frozen hold", any_amount_will_do),
          deciding("anybody pays anybody's hold", anybody_pays),
          deciding("a hold is frozen for two payments at once", two_payments_at_once),
          deciding("a hold is thawed that no payment has", thaws_again),
          deciding("an order is taken back for another's payment", any_payment_returns),
          changing<hold_frozen>("a frozen hold keeps its deadline",
                                [](const event_state& state, instant, hold_frozen& what) {
                                  what.until = state.find(what.hold)->expires_at;
                                }),
          changing<hold_frozen>("a hold is pinned beyond its cap",
                                [](const event_state&, instant, hold_frozen& what) { what.until.unix_ms += 1; }),
          changing<hold_thawed>("a thawed hold is as long as a frozen one",
                                [](const event_state& state, instant, hold_thawed& what) {
                                  what.expires_at = state.find(what.hold)->cap_at;
                                }),
          changing<order_returned>("an order is taken back for nothing",
                                   [](const event_state&, instant, order_returned& what) { what.total += 1; }),
          folding<hold_frozen>("a hold is folded as another payment's",
                               [](hold_frozen& what) { what.payment = payment_number{what.payment.value() + 1}; }),
          thaws_short(),
          restoring("a snapshot forgets that holds are being paid",
                    [](booking& one) {
                      if (std::exchange(one.frozen, false)) {
                        one.paid_by = {};
                        one.ends_unpaid_at = {};
                      }
                    }),
          restoring("a snapshot forgets when a frozen hold would have ended",
                    [](booking& one) { one.ends_unpaid_at = one.frozen ? one.expires_at : instant{}; }),
          changing<order_returned>("a ticket goes back cheaper than it was",
                                   [](const event_state&, instant, order_returned& what) {
                                     what.total -= what.goes_on && what.total > 0 ? 1 : 0;
                                   }),
          changing<order_returned>("the last ticket leaves an empty order behind",
                                   [](const event_state&, instant, order_returned& what) { what.tickets.clear(); }),
          changing<order_returned>("a tax stays when its tickets go back",
                                   [](const event_state&, instant, order_returned& what) {
                                     what.total -= what.tax;
                                     what.tax = 0;
                                   }),
          deciding("a card pays for as many as it likes", any_card_pays),
          deciding("a ticket goes back twice", returns_twice),
          deciding("a buyer buys as fast as they like", buys_again),
          deciding("a card pays as fast as it likes", card_buys_again),
          deciding("whoever buys too fast is told to come back too soon", waits_too_short),
          deciding("what is given back is always the public's", keeps_nothing),
          forgets_returned(),
          deciding("buyers give back when they like", always_returns),
          restoring("a snapshot forgets which tickets went back", [](booking& one) { one.returned.clear(); }),
          restoring("a snapshot forgets which payment an order had", [](booking& one) {
            if (one.status == booking_status::confirmed && one.paid_by) {
              one.paid_by = payment_number{one.paid_by.value() + 1};
            }
          })};
}

} // namespace holdfast::model

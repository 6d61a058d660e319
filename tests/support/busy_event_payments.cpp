#include "domain/apply.hpp"
#include "domain/checkout/decide.hpp"
#include "domain/decide.hpp"
#include "tests/support/busy_event.hpp"

#include <iterator>
#include <string>
#include <utility>

namespace holdfast::testing {

using namespace domain;

namespace {

auto refusal_of(reason why) -> event_refusal {
  switch (why) {
  case reason::hold_expired: return event_refusal::hold_expired;
  case reason::hold_ended: return event_refusal::hold_ended;
  case reason::hold_confirmed: return event_refusal::hold_confirmed;
  case reason::payment_in_progress: return event_refusal::payment_in_progress;
  case reason::wrong_status: return event_refusal::wrong_status;
  case reason::card_limit_exceeded: return event_refusal::card_limit_exceeded;
  case reason::velocity_exceeded: return event_refusal::velocity_exceeded;
  default: return event_refusal::not_found;
  }
}

auto is_of_event(step what) -> bool {
  return what == step::freeze || what == step::book || what == step::free_hold || what == step::return_order ||
         what == step::take_back;
}

} // namespace

void busy_event::pay() {
  const auto open = static_cast<std::int64_t>(checkout_.open.size());
  if (open == 0 && !checkout_.payments.empty() && below(3) == 0) {
    const auto& some =
        checkout_.payments[static_cast<std::size_t>(below(static_cast<std::int64_t>(checkout_.payments.size())))];
    const caller organiser{caller::kind::organiser, {}, state_.organisation(), key_id{1}};
    if (some.is_under_review() && below(2) == 0) {
      tell({organiser, next_id(), close_review{some.hold, review_decision::accept}});
      return;
    }
    std::vector<std::uint32_t> tickets;
    if (below(3) != 0) {
      tickets.push_back(static_cast<std::uint32_t>(below(3)));
    }
    // The checkout asks the event first whether it would.
    const command would{
        {},
        {},
        return_order{some.hold, some.number, return_cause::refunded, state_.organisation(), key_id{1}, {}, tickets},
        true};
    if (decide(state_, would, now_)) {
      tell({organiser, next_id(), begin_refund{some.hold, std::move(tickets)}});
    }
    return;
  }
  if (open == 0 || below(3) == 0) {
    const auto hold = some_number();
    const auto* const theirs = state_.find(hold);
    const bool of_buyer = theirs != nullptr && theirs->by.subject != subject_id{};
    const caller buyer{caller::kind::buyer, of_buyer ? theirs->by.subject : subject_id{1, 1}, {}, {}};
    tell({buyer, next_id(), begin_payment{hold, "pm_card"}});
    return;
  }
  const auto of = *checkout_.find(*std::next(checkout_.open.begin(), below(open)));
  if (below(8) == 0) {
    tell({{}, {}, take_hint{of.number, "evt_" + std::to_string(below(5))}});
    return;
  }
  const auto what = next_step(of);
  if (what == step::score) {
    tell({{}, {}, score_told{of.number, static_cast<risk_verdict>(below(4)), "by chance"}});
    return;
  }
  tell({{}, {}, is_of_event(what) ? event_says(of, what) : gateway_says(of, what)});
}

void busy_event::resell() {
  const auto offers = state_.offers();
  const auto one_of = [this](const auto& all) {
    return all[static_cast<std::size_t>(below(static_cast<std::int64_t>(all.size())))];
  };
  if (!offers.empty() && below(2) == 0) {
    const auto number = static_cast<std::uint64_t>(1 + below(5));
    ask({{caller::kind::buyer, {1, number}, {}, {}}, next_id(), hold_resale{one_of(offers).ticket}});
    return;
  }
  if (checkout_.payments.empty()) {
    return;
  }
  const auto some = one_of(checkout_.payments);
  const auto* const order = state_.find(some.hold);
  if (order == nullptr) {
    return;
  }
  const ticket_number ticket{some.hold, static_cast<std::uint32_t>(below(3))};
  const caller by{caller::kind::buyer, some.buyer, {}, {}};
  if (below(8) == 0) {
    ask({by, {}, withdraw_offer{ticket}});
  } else {
    const auto each = order->total() / static_cast<minor_units>(order->places());
    ask({by, next_id(), offer_ticket{ticket, each * below(81) / 100}});
  }
}

auto busy_event::event_says(const payment& of, domain::step what) -> checkout_command_body {
  const auto said = [&] {
    switch (what) {
    case step::freeze: return ask({{}, {}, freeze_hold{of.hold, of.number, of.buyer}});
    case step::book: return ask({{}, {}, confirm_paid{of.hold, of.number, of.amount, of.gateway_payment, of.card}});
    case step::free_hold: return ask({{}, {}, thaw_hold{of.hold, of.number, of.why}});
    case step::take_back:
      return ask({{},
                  {},
                  return_order{of.hold, of.number, of.going_back->cause, of.going_back->organisation, of.going_back->by,
                               of.buyer, of.going_back->tickets}});
    default:
      return ask(
          {{},
           {},
           return_order{of.hold, of.number, of.why == turn::refunded ? of.refund_cause : return_cause::uncaptured,
                        of.refund_organisation, of.refund_by, of.buyer}});
    }
  }();
  event_told told{of.number, what, event_told::done{}};
  if (!said) {
    told.what = event_told::refused{refusal_of(said.error().why)};
  } else if (what == step::freeze) {
    const auto* const held = state_.find(of.hold);
    told.what = event_told::frozen{held->total(),
                                   state_.config().currency,
                                   held->expires_at,
                                   held->bought_from ? held->bought_from->seller : payment_number{},
                                   {state_.config().risk_on_failure, 0, 0}};
    auto& risk = std::get<event_told::frozen>(told.what).risk;
    if (risk.on_failure != risk_verdict::none) {
      risk.places = static_cast<std::uint32_t>(held->places());
      risk.buyer_places = static_cast<std::uint32_t>(state_.places_of(held->by));
    }
  } else if (const auto* const order = what == step::book ? state_.find(of.hold) : nullptr;
             order != nullptr && order->bought_from) {
    told.what = event_told::resold{order->bought_from->seller, order->bought_from->ticket, order->total(),
                                   order->bought_from->kept};
  } else if (what == step::take_back) {
    const auto* const left = state_.find(of.hold);
    told.what = event_told::taken_back{left == nullptr ? 0 : left->paid};
  }
  return told;
}

/// Mostly what it was asked for; now and then another amount, a decline, or nothing in time.
auto busy_event::gateway_says(const payment& of, domain::step what) -> checkout_command_body {
  using said = gateway_told::kind;
  gateway_told told;
  told.payment = of.number;
  told.about = what;
  told.amount = of.amount + (below(12) == 0 ? 1 : 0);
  told.currency = of.currency;
  told.card = static_cast<std::uint64_t>(below(6));
  const auto mood = below(10);
  switch (what) {
  case step::prepare:
    told.what = mood == 0 ? said::declined : mood == 1 ? said::unsent : said::made;
    told.gateway_payment = "pi_" + std::to_string(of.number.value());
    break;
  case step::authorise:
    if (mood == 0) {
      return give_up{of.number, millis{0}};
    }
    told.what = mood == 1 ? said::declined : mood == 2 ? said::unsent : said::reserved;
    break;
  case step::capture: told.what = mood < 2 ? said::declined : said::taken; break;
  default: told.what = said::nothing; break;
  }
  const std::string code = "card_declined";
  told.code = told.what == said::declined ? code : std::string{};
  return told;
}

void busy_event::tell(const checkout_command& what) {
  auto decided = decide(checkout_, what, now_);
  if (!decided || decided->empty()) {
    return;
  }
  for (const auto& each : *decided) {
    apply(checkout_, each);
  }
  payment_decisions_.push_back(*std::move(decided));
}

} // namespace holdfast::testing

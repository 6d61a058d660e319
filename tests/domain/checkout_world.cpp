#include "tests/domain/checkout_world.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <variant>

namespace holdfast::tests {

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
  case reason::ticket_used: return event_refusal::ticket_used;
  case reason::refund_closed: return event_refusal::refund_closed;
  case reason::order_refunded: return event_refusal::order_refunded;
  case reason::no_such_ticket: return event_refusal::no_such_ticket;
  default: return event_refusal::not_found;
  }
}

auto risk_of(const event_state& state, const booking& held) -> risk_terms {
  const auto on_failure = state.config().risk_on_failure;
  return on_failure == risk_verdict::none ? risk_terms{}
                                          : risk_terms{on_failure, static_cast<std::uint32_t>(held.places()),
                                                       static_cast<std::uint32_t>(state.places_of(held.by))};
}

auto gateway_name(payment_number of) -> std::string {
  return "pi_" + std::to_string(of.value());
}

} // namespace

auto checkout_world::tell(checkout_command_body what) -> bool {
  const auto made = decide(pay, {.by = {}, .id = {}, .body = std::move(what)}, on.now);
  REQUIRE(made.has_value());
  for (const auto& fact : *made) {
    apply(pay, fact);
    pay_history.push_back(fact);
  }
  return !made->empty();
}

auto checkout_world::begin(const caller& by, hold_number hold, command_id id) -> std::optional<payment_number> {
  const auto made = decide(pay, {.by = by, .id = id, .body = begin_payment{hold, "pm_card"}}, on.now);
  if (!made) {
    return std::nullopt;
  }
  for (const auto& fact : *made) {
    apply(pay, fact);
    pay_history.push_back(fact);
  }
  return std::get<payment_requested>(made->front().body).payment;
}

auto checkout_world::refund_cancelled(std::size_t at_most) -> std::size_t {
  const auto made = decide(pay, {.by = {}, .id = {}, .body = domain::refund_cancelled{at_most}}, on.now);
  REQUIRE(made.has_value());
  for (const auto& fact : *made) {
    apply(pay, fact);
    pay_history.push_back(fact);
  }
  return made->size();
}

auto checkout_world::refund(const caller& by, hold_number order, std::vector<std::uint32_t> tickets) -> std::string {
  const auto made = decide(pay, {.by = by, .id = {}, .body = begin_refund{order, std::move(tickets)}}, on.now);
  if (!made) {
    return name_of(made.error().why);
  }
  for (const auto& fact : *made) {
    apply(pay, fact);
    pay_history.push_back(fact);
  }
  return "ok";
}

auto checkout_world::review(const caller& by, hold_number order, review_decision what) -> std::string {
  const auto made = decide(pay, {.by = by, .id = {}, .body = close_review{order, what}}, on.now);
  if (!made) {
    return name_of(made.error().why);
  }
  for (const auto& fact : *made) {
    apply(pay, fact);
    pay_history.push_back(fact);
  }
  return "ok";
}

auto checkout_world::ask_event(const payment& of, step what) -> event_told {
  const caller system{};
  event_told told{.payment = of.number, .about = what, .what = event_told::done{}};
  const auto asked_of_event = [&]() -> tl::expected<facts, rejection> {
    switch (what) {
    case step::freeze: return on.act(system, freeze_hold{of.hold, of.number, of.buyer});
    case step::book: return on.act(system, confirm_paid{of.hold, of.number, of.amount, of.gateway_payment, of.card});
    case step::free_hold: return on.act(system, thaw_hold{of.hold, of.number, of.why});
    case step::take_back:
      return on.act(system, return_order{of.hold, of.number, of.going_back->cause, of.going_back->organisation,
                                         of.going_back->by, of.buyer, of.going_back->tickets});
    default:
      return on.act(system, return_order{of.hold, of.number,
                                         of.why == turn::refunded ? of.refund_cause : return_cause::uncaptured,
                                         of.refund_organisation, of.refund_by, of.buyer});
    }
  }();
  if (!asked_of_event) {
    told.what = event_told::refused{refusal_of(asked_of_event.error().why)};
  } else if (what == step::freeze) {
    const auto* const held = on.state.find(of.hold);
    told.what =
        event_told::frozen{held->total(), on.state.config().currency, held->expires_at,
                           held->bought_from ? held->bought_from->seller : payment_number{}, risk_of(on.state, *held)};
  } else if (const auto* const order = what == step::book ? on.state.find(of.hold) : nullptr;
             order != nullptr && order->bought_from) {
    told.what = event_told::resold{order->bought_from->seller, order->bought_from->ticket, order->total(),
                                   order->bought_from->kept};
  } else if (what == step::take_back) {
    const auto* const left = on.state.find(of.hold);
    told.what = event_told::taken_back{left == nullptr ? 0 : left->paid};
  }
  return told;
}

auto checkout_world::ask_gateway(const payment& of, step what, gateway_mood mood) -> std::optional<gateway_told> {
  gateway_told told{.payment = of.number, .about = what};
  if (mood == gateway_mood::silent) {
    asked.emplace(of.number.value(), what);
    return std::nullopt;
  }
  if (mood == gateway_mood::unreachable) {
    told.what = gateway_told::kind::unsent;
    // Only whoever knows that nothing was sent before may say that nothing was.
    return asked.contains({of.number.value(), what}) ? std::nullopt : std::optional{told};
  }
  asked.emplace(of.number.value(), what);
  auto& books = ledger[of.number.value()];
  if (what == step::prepare) {
    books.asked_for = of.amount;
    books.currency = of.currency;
  } else if (what == step::authorise && mood == gateway_mood::declines && books.reserved == 0) {
    told.what = gateway_told::kind::declined;
    told.code = "card_declined";
    return told;
  } else if (what == step::authorise && books.reserved == 0 && !books.is_void) {
    books.reserved = books.asked_for + (mood == gateway_mood::wrong_amount ? 1 : 0);
  } else if (what == step::capture && mood == gateway_mood::declines) {
    books.is_void = true;
    books.reserved = 0;
  } else if (what == step::capture && !books.is_void) {
    books.taken += std::exchange(books.reserved, 0);
  } else if (what == step::void_money) {
    books.is_void = true;
    books.reserved = 0;
    books.given_back = books.taken - of.kept;
  } else if (what == step::give_back) {
    if (mood == gateway_mood::declines) {
      return std::nullopt; // a refund is never declined for good: it is asked for again
    }
    books.given_back = of.to_be_refunded();
  }
  if (mood == gateway_mood::forgetful) {
    return std::nullopt;
  }
  using kind = gateway_told::kind;
  told.what = books.taken > 0 ? kind::taken : kind::reserved;
  if (books.is_void || what == step::give_back) {
    told.what = kind::nothing;
  } else if (what == step::prepare) {
    told.what = kind::made;
  }
  told.gateway_payment = gateway_name(of.number);
  told.card = what == step::authorise ? card : 0;
  told.amount = what == step::prepare ? books.asked_for : books.reserved + books.taken;
  told.currency = books.currency;
  return told;
}

auto checkout_world::advance(payment_number number, gateway_mood mood, crash when) -> step {
  const auto of = *pay.find(number);
  const auto what = next_step(of);
  if (when == crash::before || what == step::none) {
    if (when == crash::before) {
      restart();
    }
    return what;
  }
  const bool of_event = what == step::freeze || what == step::book || what == step::free_hold ||
                        what == step::return_order || what == step::take_back;
  std::optional<checkout_command_body> told;
  if (of_event) {
    told = ask_event(of, what);
  } else if (what == step::score) {
    told = score_told{number, hook, hook == risk_verdict::none ? "timed_out" : "as asked"};
  } else if (auto said = ask_gateway(of, what, mood)) {
    told = *std::move(said);
  }
  if (when == crash::after) {
    restart();
  } else if (told) {
    tell(*std::move(told));
  }
  return what;
}

auto checkout_world::finish(payment_number number) -> int {
  int steps = 0;
  while (!of(number).has_ended()) {
    advance(number);
    REQUIRE(++steps < 20);
  }
  return steps;
}

void checkout_world::restart() {
  const auto before = pay;
  pay = {};
  for (const auto& fact : pay_history) {
    apply(pay, fact);
  }
  CHECK(pay.payments == before.payments);
  CHECK(pay.open == before.open);
  CHECK(pay.for_review == before.for_review);
  for (const auto& one : pay.payments) {
    asked.emplace(one.number.value(), next_step(one));
  }
}

auto checkout_world::kept() const -> minor_units {
  minor_units sum = 0;
  for (const auto& [number, books] : ledger) {
    sum += books.reserved + books.taken - books.given_back;
  }
  return sum;
}

auto checkout_world::sold() const -> minor_units {
  minor_units sum = 0;
  for (std::uint32_t number = 1; number <= on.state.last_hold().value(); ++number) {
    const auto* const one = on.state.find(hold_number{number});
    sum += one != nullptr && one->status == booking_status::confirmed && one->paid_by ? one->paid : 0;
  }
  return sum;
}

void checkout_world::check_books() const {
  minor_units kept_of_resales = 0;
  for (const auto& one : pay.payments) {
    kept_of_resales += one.kept;
  }
  CHECK(kept() == sold() + kept_of_resales);
  for (const auto& one : pay.payments) {
    CHECK(one.has_ended());
    CHECK(one.pinned == 0);
  }
}

auto scored_world(risk_verdict on_failure, risk_verdict hook) -> checkout_world {
  checkout_world world;
  auto config = sound_config();
  config.risk_on_failure = on_failure;
  world.on = stage{event_status::published, std::move(config)};
  world.hook = hook;
  return world;
}

} // namespace holdfast::tests

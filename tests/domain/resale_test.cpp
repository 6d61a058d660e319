#include "domain/state_image.hpp"
#include "tests/domain/resale_market.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Tickets that their buyers offer to other buyers: who may, who gets them, and where the money goes.
using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE("a ticket is offered, held, paid, and swapped in one decision; its seat is never free in between") {
  market at;
  const auto order = at.bought(buyer(1), {0, 1});
  const ticket_number ticket{order, 1};
  CHECK(at.offered(buyer(1), ticket, 840) == "ok, offered 1");
  at.check_restored();
  const auto hold = at.held(buyer(2), ticket);
  const auto* mine = at.on.state.find(hold);
  CHECK(mine->total() == 840);
  CHECK(mine->seats == std::vector<seat_index>{1});
  CHECK(at.on.state.seat(1) == seat_status::sold);
  CHECK(at.on.state.counts().held == 0);
  CHECK(at.on.state.places_of({buyer(2).subject, {}}) == 1);
  at.check_restored();
  const auto payment = at.begin(buyer(2), hold).value();
  while (next_step(at.of(payment)) != step::book) {
    at.advance(payment);
  }
  at.check_restored();
  const auto swapped = at.on.ask({}, confirm_paid{hold, payment, 840, "pi_2", 0});
  CHECK(told(swapped) == "ok, resold 2, confirmed 2");
  // Between the two facts, which share one append, the place is the buyer's as well.
  at.on.apply({swapped->front()});
  CHECK(at.on.state.seat(1) == seat_status::held);
  at.check_restored();
  at.on.apply({swapped->back()});
  CHECK(at.on.state.seat(1) == seat_status::sold);
  CHECK_FALSE(at.on.state.find(ticket).has_value());
  CHECK(at.on.state.find(ticket_number{hold, 0})->serial == 1);
  CHECK(at.on.state.find(order)->paid == 1'050);
  CHECK(at.on.state.find(hold)->paid == 840);
  CHECK(at.on.state.offers().empty());
  at.check_restored();
  at.finish(payment);
  CHECK(at.of(payment_number{1}).kept == 210);
  at.finish(payment_number{1});
  CHECK(at.ledger.at(1).given_back == 840);
  CHECK(at.kept() == 2'100);
  at.check_books();
  CHECK(told(at.on.ask(organiser(), admit_ticket{ticket, 1, "north", 7, {}})) == "ticket_revoked");
  CHECK(told(at.on.ask(organiser(), admit_ticket{{hold, 0}, 1, "north", 7, {}})) == "ok, admitted 2");
}

TEST_CASE("who may offer what, for how much") {
  market at;
  const auto order = at.bought(buyer(1), {0, 1, 2});
  CHECK(at.offered(buyer(2), {order, 0}, 10) == "not_found");
  CHECK(at.offered(buyer(1), {order, 3}, 10) == "not_found");
  CHECK(told(at.on.ask(box_office(), offer_ticket{{order, 0}, 10})) == "not_found");
  CHECK(told(at.on.ask(organiser(), offer_ticket{{order, 0}, 10})) == "not_found");
  CHECK(at.offered(buyer(1), {order, 0}, -1) == "invalid /price");
  CHECK(at.offered(buyer(1), {order, 0}, limits::price_max + 1) == "invalid /price");
  CHECK(at.offered(buyer(1), {order, 0}, 841) == "invalid /price");
  CHECK(at.offered(buyer(1), {order, 0}, 0) == "ok, offered 1");
  CHECK(at.offered(buyer(1), {order, 0}, 0) == "ok");
  CHECK(at.offered(buyer(1), {order, 0}, 840) == "ok, offered 1");
  CHECK(at.on.state.find_offer({order, 0})->price == 840);
  REQUIRE(at.on.act(organiser(), admit_ticket{{order, 1}, 1, "north", 7, {}}).has_value());
  CHECK(at.offered(buyer(1), {order, 1}, 1) == "ticket_used");
  REQUIRE(at.on.act(buyer(3), claim_ticket{{order, 2}, 1, at.on.now + hours(1)}).has_value());
  CHECK(at.offered(buyer(1), {order, 2}, 1) == "not_found");
  CHECK(at.offered(buyer(3), {order, 2}, 1) == "resale_closed"); // who has it did not buy it
  const auto cash = at.on.hold(buyer(4), {5});
  REQUIRE(at.on.act(box_office(), paid(cash)).has_value());
  CHECK(at.offered(buyer(4), {cash, 0}, 1) == "resale_closed"); // no card to give it back to
}

TEST_CASE("an event resells from its publication until it begins, while its organiser lets it") {
  market at;
  const auto order = at.bought(buyer(1), {0, 1});
  REQUIRE(at.offered(buyer(1), {order, 0}, 840) == "ok, offered 1");
  const auto amend = [&](std::uint32_t most) {
    event_amendment changes;
    changes.resale_max_percent = most;
    return told(at.on.act(organiser(), amend_event{{}, std::move(changes)}));
  };
  CHECK(amend(101) == "invalid /resale/max_percent");
  REQUIRE(amend(0).starts_with("ok"));
  CHECK(at.offered(buyer(1), {order, 1}, 1) == "resale_closed");
  CHECK(told(at.on.ask(buyer(2), hold_resale{{order, 0}})) == "resale_closed");
  REQUIRE(amend(resale_percent).starts_with("ok"));
  for (const auto& what : {command_body{pause_event{}}, command_body{close_event{}}}) {
    REQUIRE(at.on.act(organiser(), what).has_value());
    CHECK(told(at.on.ask(buyer(2), hold_resale{{order, 0}})) == "ok, resale 2");
  }
  at.on.now = at.on.state.config().starts_at;
  CHECK(at.offered(buyer(1), {order, 1}, 1) == "resale_closed");
  CHECK(told(at.on.ask(buyer(2), hold_resale{{order, 0}})) == "resale_closed");
  REQUIRE(at.on.act(organiser(), cancel_event{}).has_value());
  CHECK(at.offered(buyer(1), {order, 1}, 1) == "resale_closed");
}

TEST_CASE("one buyer at a time has an offer; when their hold ends, it is open again") {
  market at;
  const auto order = at.bought(buyer(1), {0, 1});
  const ticket_number ticket{order, 0};
  CHECK(told(at.on.ask(buyer(2), hold_resale{ticket})) == "not_found");
  REQUIRE(at.offered(buyer(1), ticket, 500) == "ok, offered 1");
  CHECK(told(at.on.ask(buyer(1), hold_resale{ticket})) == "invalid /resale");
  CHECK(told(at.on.ask(box_office(), hold_resale{ticket})) == "not_found");
  const auto first = at.held(buyer(2), ticket);
  for (const auto& [by, what] :
       {std::pair{buyer(3), command_body{hold_resale{ticket}}}, std::pair{buyer(2), command_body{hold_resale{ticket}}},
        std::pair{buyer(1), command_body{offer_ticket{ticket, 400}}},
        std::pair{buyer(1), command_body{withdraw_offer{ticket}}},
        std::pair{buyer(1), command_body{reissue_ticket{ticket}}},
        std::pair{buyer(3), command_body{claim_ticket{ticket, 1, at.on.now + hours(1)}}}}) {
    CHECK(told(at.on.ask(by, what)) == "offer_taken");
  }
  CHECK(told(at.on.ask(box_office(), paid(first))) == "resale_closed"); // a till cannot give the seller's money back
  REQUIRE(at.on.act(buyer(2), release_hold{first}).has_value());
  const auto second = at.held(buyer(3), ticket);
  at.on.now = at.on.state.find(second)->expires_at;
  CHECK(told(at.on.act(buyer(2), hold_resale{ticket})) == "ok, expired 3, resale 4");
  at.on.now = at.on.state.find(hold_number{4})->expires_at;
  CHECK(told(at.on.act({}, end_due_holds{})) == "ok, expired 4");
  CHECK(told(at.on.act(buyer(1), withdraw_offer{ticket})) == "ok, withdrawn 1");
  CHECK(told(at.on.act(buyer(1), withdraw_offer{ticket})) == "ok");
  CHECK(at.on.state.offers().empty());
  at.check_restored();
}

TEST_CASE(
    "an offer ends with the ticket: handed on, used, or given back; whoever was paying for it has their money back") {
  for (const int how : {0, 1, 2}) {
    CAPTURE(how);
    market at;
    const auto order = at.bought(buyer(1), {0, 1});
    const ticket_number ticket{order, 0};
    REQUIRE(at.offered(buyer(1), ticket, 500) == "ok, offered 1");
    if (how == 0) {
      REQUIRE(at.on.act(buyer(1), reissue_ticket{ticket}).has_value());
      CHECK(at.on.state.offers().empty());
      continue;
    }
    const auto hold = at.held(buyer(2), ticket);
    const auto payment = at.begin(buyer(2), hold).value();
    if (how == 2) {
      REQUIRE(at.refund(organiser(), order, {0}) == "ok");
      at.advance(payment_number{1}); // the event has it back before the buyer's hold is frozen
      CHECK(at.on.state.seat(0) == seat_status::available);
      CHECK_FALSE(at.on.state.find(hold));
      at.finish(payment);
      CHECK(at.of(payment).why == turn::refused);
    } else {
      at.advance(payment);
      at.advance(payment);
      at.advance(payment);
      CHECK(at.refund(organiser(), order, {0}) == "payment_in_progress");
      CHECK(at.refund(organiser(), order) == "payment_in_progress");
      REQUIRE(at.on.act(organiser(), admit_ticket{ticket, 1, "north", 7, {}}).has_value());
      at.finish(payment);
      CHECK(at.of(payment).why == turn::lost);
      CHECK_FALSE(at.on.state.find(hold));
      CHECK(told(at.on.ask(buyer(2), release_hold{hold})) == "ok");
      CHECK(at.ledger.at(payment.value()).reserved == 0);
    }
    at.finish(payment_number{1});
    CHECK(at.on.state.offers().empty());
    at.check_books();
    at.check_restored();
  }
}

TEST_CASE("nobody buys of whom the gateway has not taken the money yet, or whose tickets are just going back") {
  market at;
  const auto order = at.on.hold(buyer(1), {0, 1});
  const auto first = at.begin(buyer(1), order).value();
  while (at.of(first).status != payment_status::booked) {
    at.advance(first);
  }
  REQUIRE(at.offered(buyer(1), {order, 0}, 500) == "ok, offered 1");
  const auto hold = at.held(buyer(2), {order, 0});
  const auto early = at.begin(buyer(2), hold).value();
  at.finish(early);
  CHECK(at.of(early).why == turn::unavailable);
  CHECK(at.of(early).code == "seller_unsettled");
  CHECK_FALSE(at.on.state.find(hold)->frozen);
  at.finish(first);
  REQUIRE(at.refund(organiser(), order, {1}) == "ok");
  const auto again = at.begin(buyer(2), hold).value();
  at.finish(again);
  CHECK(at.of(again).code == "seller_unsettled");
  at.finish(first);
  at.finish(at.begin(buyer(2), hold).value());
  at.finish(first);
  CHECK(at.on.state.find(hold)->status == booking_status::confirmed);
  CHECK_FALSE(at.on.state.find(order));
  at.check_books();
}

TEST_CASE("several tickets of one order are resold at once, and what is kept stays when the rest goes back") {
  market at;
  const auto order = at.bought(buyer(1), {0, 1, 2});
  std::vector<payment_number> payments;
  for (std::uint32_t index = 0; index < 2; ++index) {
    REQUIRE(at.offered(buyer(1), {order, index}, 800 - index) == "ok, offered 1");
    const auto by = buyer(2 + index);
    payments.push_back(at.begin(by, at.held(by, {order, index})).value());
  }
  for (const auto payment : payments) {
    while (at.of(payment).status != payment_status::booked) {
      at.advance(payment);
    }
  }
  CHECK(at.of(payment_number{1}).resold == std::vector<minor_units>{800, 799});
  CHECK(at.refund(organiser(), order) == "payment_in_progress");
  at.advance(payment_number{1}, gateway_mood::forgetful);
  CHECK(at.ledger.at(1).given_back == 800); // no more than what is due first
  at.restart();
  at.finish(payment_number{1});
  CHECK(at.ledger.at(1).given_back == 1'599);
  for (const auto payment : payments) {
    at.finish(payment);
  }
  at.check_books();
  REQUIRE(at.refund(organiser(), order) == "ok");
  at.finish(payment_number{1});
  CHECK(at.of(payment_number{1}).status == payment_status::failed);
  CHECK(at.ledger.at(1).taken - at.ledger.at(1).given_back == 250 + 251);
  at.check_books();
}

TEST_CASE("a seller keeps the money when the buyer's cannot be taken; the place is on public sale then") {
  market at;
  const auto order = at.bought(buyer(1), {0});
  REQUIRE(at.offered(buyer(1), {order, 0}, 600) == "ok, offered 1");
  const auto hold = at.held(buyer(2), {order, 0});
  const auto payment = at.begin(buyer(2), hold).value();
  while (next_step(at.of(payment)) != step::capture) {
    at.advance(payment);
  }
  at.advance(payment, gateway_mood::declines);
  at.finish(payment);
  at.finish(payment_number{1});
  CHECK(at.of(payment).why == turn::uncaptured);
  CHECK(at.on.state.seat(0) == seat_status::available);
  CHECK(at.ledger.at(1).given_back == 600);
  CHECK(at.kept() == 450);
  at.check_books();
}

TEST_CASE("a resold ticket is a ticket: resold again, given away for nothing, and counted against every limit") {
  market at;
  event_amendment changes;
  changes.max_per_buyer = 2;
  changes.max_per_card = 1;
  REQUIRE(at.on.act(organiser(), amend_event{{}, std::move(changes)}).has_value());
  at.card = 77;
  auto order = at.bought(buyer(1), {0});
  for (std::uint64_t next = 2; next < 5; ++next) {
    at.card = 77 + next;
    const ticket_number ticket{order, 0};
    REQUIRE(at.offered(buyer(next - 1), ticket, 0).starts_with("ok, offered"));
    order = at.held(buyer(next), ticket);
    at.finish(at.begin(buyer(next), order).value());
    CHECK(at.on.state.find(order)->status == booking_status::confirmed);
    at.check_restored();
  }
  at.check_books();
  at.card = 200;
  const auto theirs = at.bought(buyer(5), {4});
  REQUIRE(at.offered(buyer(5), {theirs, 0}, 500).starts_with("ok, offered"));
  const auto blocked = at.held(buyer(6), {theirs, 0});
  at.card = 201;
  at.bought(buyer(7), {5});
  const auto tried = at.begin(buyer(6), blocked).value();
  at.finish(tried);
  CHECK(at.of(tried).why == turn::over_limit); // the card has paid for its one place
  at.on.hold(buyer(8), {6, 7});
  REQUIRE(at.on.act(buyer(6), release_hold{blocked}).has_value());
  CHECK(told(at.on.ask(buyer(8), hold_resale{{theirs, 0}})).starts_with("buyer_limit_exceeded"));
}

TEST_CASE("a standing place is resold like a seat, and a cancelled event ends resale like everything") {
  market at;
  const auto order = at.on.hold_places(buyer(1), 0, 3);
  at.finish(at.begin(buyer(1), order).value());
  REQUIRE(at.offered(buyer(1), {order, 1}, 500) == "ok, offered 1");
  const auto hold = at.held(buyer(2), {order, 1});
  CHECK(at.on.state.area(0).sold == 3);
  CHECK(at.on.state.area(0).held == 0);
  at.finish(at.begin(buyer(2), hold).value());
  at.finish(payment_number{1});
  CHECK(at.on.state.area(0).sold == 3);
  CHECK(at.on.state.find(order)->areas.front().quantity == 2);
  at.check_restored();
  REQUIRE(at.offered(buyer(1), {order, 0}, 500) == "ok, offered 1");
  const auto late = at.held(buyer(3), {order, 0});
  const auto payment = at.begin(buyer(3), late).value();
  at.advance(payment);
  REQUIRE(at.on.act(organiser(), cancel_event{}).has_value());
  CHECK(at.refund_cancelled(10) == 1); // the seller's waits for the buyer's payment
  at.finish(payment);
  CHECK(at.of(payment).why == turn::lost);
  REQUIRE(at.on.act({}, end_due_holds{}).has_value());
  CHECK(at.refund_cancelled(10) == 1);
  for (const auto& one : at.pay.payments) {
    at.finish(one.number);
  }
  CHECK(at.on.state.orders() == 0);
  CHECK(at.kept() == 550);
  at.check_books();
}

TEST_CASE("every step of a resale survives a crash before it and after it") {
  const std::array steps{step::freeze, step::prepare, step::authorise, step::book, step::capture};
  for (std::size_t cut = 0; cut < 2 * steps.size(); ++cut) {
    CAPTURE(cut);
    market at;
    const auto order = at.bought(buyer(1), {0, 1});
    REQUIRE(at.offered(buyer(1), {order, 0}, 700) == "ok, offered 1");
    const auto hold = at.held(buyer(2), {order, 0});
    const auto payment = at.begin(buyer(2), hold).value();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (i == cut / 2) {
        at.advance(payment, gateway_mood::willing,
                   cut % 2 == 0 ? checkout_world::crash::before : checkout_world::crash::after);
      }
      CHECK(at.advance(payment) == steps[i]);
    }
    at.advance(payment_number{1}, gateway_mood::willing, checkout_world::crash::after);
    at.finish(payment_number{1});
    CHECK(at.ledger.at(1).given_back == 700);
    CHECK(at.on.state.find(order)->returned == std::vector<std::uint32_t>{0});
    at.check_books();
  }
}

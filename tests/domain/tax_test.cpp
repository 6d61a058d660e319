#include "domain/state_hash.hpp"
#include "domain/state_image.hpp"
#include "tests/domain/checkout_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What an event's tax is of a place, of an order and of its parts.
using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

auto vat(tax_mode mode, std::uint32_t basis_points) -> event_tax {
  return {"VAT", {mode, basis_points}};
}

auto taxed_config(tax_mode mode, std::uint32_t basis_points) -> event_config {
  auto config = sound_config();
  config.starts_at = noon + hours(48);
  config.refunds_until = noon + hours(47);
  config.resale_max_percent = 100;
  config.tiers.front().price = 1'003;
  config.tiers.front().fee = 2;
  config.tax = vat(mode, basis_points);
  return config;
}

/// An event whose seats cost 10.05 and 10 % on top: 1.005, rounded to 1.01.
struct taxed_world : checkout_world {
  explicit taxed_world(tax_mode mode = tax_mode::exclusive, std::uint32_t basis_points = 1'000) {
    on = stage{event_status::published, taxed_config(mode, basis_points)};
  }
  auto amend(std::optional<event_tax> tax) -> std::string {
    event_amendment changes;
    changes.tax = std::move(tax);
    return told(on.act(organiser(), amend_event{{}, changes}));
  }
  auto bought(const caller& by, hold_number hold) -> hold_number {
    finish(begin(by, hold).value());
    REQUIRE(on.state.find(hold)->status == booking_status::confirmed);
    return hold;
  }
  void check_restored() const {
    const auto again = event_state::from_image(on.state.image());
    REQUIRE(again.has_value());
    CHECK(again->hash() == on.state.hash());
    CHECK(again->image() == on.state.image());
  }
};

} // namespace

TEST_CASE("the tax of a place is rounded to the nearest unit, a half up, and is in the price or on top of it") {
  struct row {
    tax_mode mode;
    std::uint32_t basis_points;
    minor_units cost, tax;
  };
  constexpr auto inclusive = tax_mode::inclusive;
  constexpr auto exclusive = tax_mode::exclusive;
  const row rows[] = {
      {exclusive, 1'000, 0, 0},
      {exclusive, 1'000, 4, 0},
      {exclusive, 1'000, 5, 1}, // 0.5
      {exclusive, 1'000, 1'005, 101},
      {exclusive, 1'000, 1'004, 100},
      {exclusive, 0, 1'000'000, 0},
      {exclusive, 1, 4'999, 0},
      {exclusive, 1, 5'000, 1},
      {exclusive, 10'000, 7, 7},
      {exclusive, 10'000, 2 * limits::price_max, 2 * limits::price_max},
      {inclusive, 2'000, 120, 20},
      {inclusive, 10'000, 1, 1}, // half of it
      {inclusive, 10'000, 2 * limits::price_max, limits::price_max},
      {inclusive, 1'300, 8'900, 1'024}, // 1,023.89
      {inclusive, 0, 8'900, 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.basis_points);
    CAPTURE(row.cost);
    CHECK(tax_of_place({row.mode, row.basis_points}, row.cost) == row.tax);
    CHECK(tax_on_top(tax_rate{row.mode, row.basis_points}, row.cost) == (row.mode == exclusive ? row.tax : 0));
  }
  CHECK(tax_on_top(std::nullopt, 1'000) == 0);
}

TEST_CASE("a tax in the price is what is left when the price without it is taxed, for every rate and price") {
  std::uint64_t random = 7;
  for (int i = 0; i < 20'000; ++i) {
    random = mix64(random);
    const auto points = static_cast<std::uint32_t>(random % 10'001);
    const auto cost = static_cast<minor_units>((random >> 16) % 2'000'000);
    const auto within = tax_of_place({tax_mode::inclusive, points}, cost);
    const auto net = cost - within;
    // Exactly cost · points ÷ (10000 + points), to the nearest.
    CHECK(std::abs((10'000 + static_cast<minor_units>(points)) * 2 * within -
                   2 * cost * static_cast<minor_units>(points)) <= 10'000 + static_cast<minor_units>(points));
    CHECK(std::abs(tax_of_place({tax_mode::exclusive, points}, net) - within) <= 1);
  }
}

TEST_CASE("a tax has a short name, at most the whole price, and is in it or on top of it") {
  const auto fault_of = [](event_tax tax) {
    auto config = sound_config();
    config.tax = std::move(tax);
    const auto faults = config_faults(config);
    return faults.empty() ? std::string{} : faults.front().pointer;
  };
  CHECK(fault_of({std::string(40, 'x'), {tax_mode::exclusive, 10'000}}).empty());
  CHECK(fault_of({"x", {tax_mode::inclusive, 0}}).empty());
  CHECK(fault_of({"", {tax_mode::inclusive, 1}}) == "/tax/name");
  CHECK(fault_of({std::string(41, 'x'), {tax_mode::inclusive, 1}}) == "/tax/name");
  CHECK(fault_of({"VAT ", {tax_mode::inclusive, 1}}) == "/tax/name");
  CHECK(fault_of({"VAT", {tax_mode::inclusive, 10'001}}) == "/tax/basis_points");
  CHECK(fault_of({"VAT", {{}, 1}}) == "/tax/mode");
}

TEST_CASE("a tax on top is part of what is paid, place by place, and one in the price changes no sum") {
  taxed_world at;
  const auto hold = at.on.hold(buyer(1), {0, 1, 2});
  const auto floor = at.on.hold_places(buyer(2), 0, 3);
  const auto* seats = at.on.state.find(hold);
  CHECK(seats->tax == vat(tax_mode::exclusive, 1'000));
  CHECK(seats->taxes_total() == 303); // not 302, the tax of their sum
  CHECK(seats->total() == 3 * 1'005 + 303);
  CHECK(at.on.state.find(floor)->total() == 3 * 1'106);
  at.check_restored();
  at.bought(buyer(1), hold);
  CHECK(at.ledger.at(1).taken == 3'318);
  CHECK(at.on.state.find(hold)->paid == 3'318);
  at.check_books();

  taxed_world within{tax_mode::inclusive};
  const auto same = within.on.hold(buyer(1), {0});
  CHECK(within.on.state.find(same)->taxes_total() == 0);
  CHECK(within.on.state.find(same)->total() == 1'005);
  within.check_restored();
}

TEST_CASE("a hold keeps the tax of its moment; what comes later has the event's tax of then") {
  taxed_world at;
  const auto before = at.on.hold(buyer(1), {0});
  CHECK(at.amend(vat(tax_mode::exclusive, 2'000)) == "ok, amended");
  const auto after = at.on.hold(buyer(2), {1});
  CHECK(at.amend(vat(tax_mode::inclusive, 2'000)) == "ok, amended");
  const auto within = at.on.hold(buyer(3), {2});
  CHECK(at.amend(std::nullopt) == "ok, amended");
  const auto without = at.on.hold(buyer(4), {3});
  CHECK(at.on.state.find(before)->total() == 1'106);
  CHECK(at.on.state.find(after)->total() == 1'206);
  CHECK(at.on.state.find(within)->total() == 1'005);
  CHECK(at.on.state.find(within)->tax == vat(tax_mode::inclusive, 2'000));
  CHECK_FALSE(at.on.state.find(without)->tax.has_value());
  at.check_restored();
  at.bought(buyer(1), before);
  CHECK(at.ledger.at(1).taken == 1'106);
  CHECK(at.amend(vat(tax_mode::exclusive, 10'001)) == "invalid /tax/basis_points");
  CHECK(at.amend(event_tax{"", {tax_mode::exclusive, 1}}) == "invalid /tax/name");
}

TEST_CASE("seats that are offered instead cost what they will, with the tax of now") {
  taxed_world at;
  at.on.hold(buyer(1), {4, 5});
  CHECK(at.amend(vat(tax_mode::exclusive, 2'000)) == "ok, amended");
  const auto taken = at.on.ask(buyer(2), seats({4, 5}));
  REQUIRE_FALSE(taken);
  CHECK(taken.error().alternatives.front().total == 2 * 1'206);
}

TEST_CASE("what is given away bears no tax, whole or ticket by ticket") {
  taxed_world at;
  const auto hold = at.on.hold(box_office(), {0, 1});
  REQUIRE(
      at.on.act(box_office(), confirm_hold{hold, payment_record{payment_record::method::complimentary, "", "press"}}));
  CHECK(at.on.state.find(hold)->paid == 0);
  for (const std::vector<std::uint32_t>& tickets : {std::vector<std::uint32_t>{1}, std::vector<std::uint32_t>{}}) {
    const auto back = at.on.act(organiser(), take_back_order{hold, tickets});
    REQUIRE(back);
    CHECK(std::get<order_returned>(back->front().body).total == 0);
    CHECK(std::get<order_returned>(back->front().body).tax == 0);
  }
}

TEST_CASE("each ticket takes its own tax back, and all of them what was paid, whatever the rate and the prices are") {
  std::uint64_t random = 11;
  for (int round = 0; round < 300; ++round) {
    random = mix64(random);
    auto config = taxed_config(random % 4 == 0 ? tax_mode::inclusive : tax_mode::exclusive,
                               static_cast<std::uint32_t>((random >> 8) % 10'001));
    config.tiers.front().price = static_cast<minor_units>((random >> 24) % 5'000);
    config.tiers.front().fee = static_cast<minor_units>((random >> 40) % 90);
    stage on{event_status::published, config};
    REQUIRE(on.act(box_office(), round % 2 == 0 ? seats({0, 1, 2, 3, 4}) : places({{0, 5}})));
    const auto hold = on.state.last_hold();
    REQUIRE(on.act(box_office(), paid(hold)));
    const auto sold = *on.state.find(hold);
    CHECK(sold.paid == sold.total());
    minor_units given_back = 0;
    minor_units tax = 0;
    std::vector<std::uint32_t> left{0, 1, 2, 3, 4};
    while (!left.empty()) {
      random = mix64(random);
      const auto which = static_cast<std::size_t>(random % left.size());
      const auto back = on.act(organiser(), take_back_order{hold, {left[which]}});
      REQUIRE(back);
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(which));
      const auto& fact = std::get<order_returned>(back->front().body);
      given_back += fact.total;
      tax += fact.tax;
      CHECK(event_state::from_image(on.state.image())->hash() == on.state.hash());
      if (!left.empty()) {
        CHECK(on.state.find(hold)->paid == sold.paid - given_back);
        CHECK(on.state.find(hold)->total() == sold.paid - given_back);
      }
    }
    CHECK(given_back == sold.paid);
    CHECK(tax == sold.taxes_total());
  }
}

TEST_CASE("a card gets the tax back with its ticket, one by one and with the rest") {
  taxed_world at;
  const auto order = at.bought(buyer(1), at.on.hold(buyer(1), {0, 1, 2}));
  CHECK(at.refund(organiser(), order, {1}) == "ok");
  at.finish(payment_number{1});
  CHECK(at.ledger.at(1).given_back == 1'106);
  CHECK(at.refund(organiser(), order) == "ok");
  at.finish(payment_number{1});
  CHECK(at.ledger.at(1).given_back == 3 * 1'106);
  CHECK(at.kept() == 0);
  at.check_books();
}

TEST_CASE("a ticket is resold for up to what was paid with the tax, which is in the new price") {
  taxed_world at;
  const auto order = at.bought(buyer(1), at.on.hold(buyer(1), {0, 1}));
  const ticket_number ticket{order, 1};
  CHECK(told(at.on.act(buyer(1), offer_ticket{ticket, 1'107})) == "invalid /price");
  CHECK(told(at.on.act(buyer(1), offer_ticket{ticket, 1'106})) == "ok, offered 1");
  REQUIRE(at.on.act(buyer(2), hold_resale{ticket}));
  const auto hold = at.on.state.last_hold();
  CHECK(at.on.state.find(hold)->tax == vat(tax_mode::inclusive, 1'000));
  CHECK(at.on.state.find(hold)->total() == 1'106);
  at.check_restored();
  const auto payment = at.begin(buyer(2), hold).value();
  while (next_step(at.of(payment)) != step::book) {
    at.advance(payment);
  }
  const auto swapped = at.on.ask({}, confirm_paid{hold, payment, 1'106, "pi_2", 0});
  REQUIRE(swapped);
  const auto& fact = std::get<ticket_resold>(swapped->front().body);
  CHECK(fact.price_paid == 1'003);
  CHECK(fact.fee_paid == 2);
  CHECK(fact.tax_paid == 101);
  CHECK(fact.kept() == 0);
  at.finish(payment);
  at.finish(payment_number{1});
  at.check_restored();
  CHECK(at.ledger.at(1).given_back == 1'106);
  CHECK(at.on.state.find(order)->paid == 1'106);
  at.check_books();
}

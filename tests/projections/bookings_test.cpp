#include "projections/booking_store.hpp"
#include "projections/packed_booking.hpp"
#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections_test {

namespace {

using projections::booking_line;
using projections::booking_store;
using projections::read_outcome;

constexpr domain::event_id event{42};
constexpr domain::instant noon{1'795'000'000'000};

auto number(std::uint32_t value) -> domain::hold_number {
  return domain::hold_number{value};
}

auto random_booking(model::dice& dice) -> domain::booking {
  domain::booking what;
  what.number = number(static_cast<std::uint32_t>(dice.between(1, domain::limits::hold_number_max)));
  what.extended = dice.chance(50);
  if (dice.chance(70))
    what.by.subject = {dice.next(), dice.next()};
  else
    what.by.organisation = domain::organisation_id{dice.next()};
  if (dice.chance(30))
    what.sold_by = domain::key_id{dice.next()};
  what.created_at = {static_cast<std::int64_t>(dice.below(4'000'000'000'000))};
  what.expires_at = what.created_at + domain::millis{static_cast<std::int64_t>(dice.below(3'600'000))};
  what.cap_at = what.created_at + domain::hours(2);
  const auto seats = dice.below(6);
  for (std::uint64_t i = 0; i < seats; ++i) {
    what.seats.push_back(static_cast<domain::seat_index>(dice.below(100'000)));
    what.prices.push_back(dice.chance(60) ? 8'900 : static_cast<domain::minor_units>(dice.below(1'000'000'000'000)));
  }
  if (dice.chance(30))
    what.areas.push_back({static_cast<domain::area_index>(dice.below(65'536)), 3, 1'200});
  if (dice.chance(50)) {
    what.status = domain::booking_status::confirmed;
    what.confirmed_by = domain::key_id{dice.next()};
    what.confirmed_at = what.created_at + domain::seconds(7);
    what.paid = dice.chance(20) ? 0 : std::numeric_limits<std::int64_t>::max();
    what.payment = {domain::payment_record::method::complimentary, "till 3", "press"};
  }
  return what;
}

auto same(const domain::booking& a, const domain::booking& b) -> bool {
  return a.number == b.number && a.status == b.status && a.extended == b.extended && a.by == b.by &&
         a.sold_by == b.sold_by && a.confirmed_by == b.confirmed_by && a.created_at == b.created_at &&
         a.expires_at == b.expires_at && a.cap_at == b.cap_at && a.confirmed_at == b.confirmed_at &&
         a.seats == b.seats && a.prices == b.prices && a.areas == b.areas && a.paid == b.paid && a.payment == b.payment;
}

/// A store with one event, and bookings by number.
struct stored {
  explicit stored(booking_store::bounds within = {}) : store{within}, slot{store.open_event(event)} {}

  void hold(std::uint32_t hold, std::uint64_t subject, domain::instant at = noon) {
    domain::hold_created what;
    what.hold = number(hold);
    what.by.subject = {1, subject};
    what.seats = {hold, hold + 1};
    what.prices = {8'900, 8'900};
    what.expires_at = at + domain::minutes(10);
    what.cap_at = at + domain::minutes(120);
    REQUIRE(store.hold(slot, ++seq, what, at));
  }
  void confirm(std::uint32_t hold) {
    REQUIRE(store.confirm(
        slot, ++seq, {number(hold), {domain::payment_record::method::cash, "till 3", ""}, domain::key_id{4}, 17'800},
        noon));
  }
  void end(std::uint32_t hold, domain::instant at = noon) {
    REQUIRE(store.end(slot, ++seq, number(hold), booking_line::kind::expired, at));
    store.forget(at);
  }
  [[nodiscard]] auto order(std::uint32_t hold, std::uint64_t subject) -> std::uint32_t {
    this->hold(hold, subject);
    confirm(hold);
    return hold;
  }

  booking_store store;
  booking_store::event_slot slot;
  std::uint64_t seq = 0;
};

auto numbers(const booking_store::page& page) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> all;
  for (const auto& found : page.orders)
    all.push_back(found.line.what.number.value());
  return all;
}

auto subject(std::uint64_t low) -> domain::owner {
  return {{1, low}, {}};
}

} // namespace

TEST_CASE("what a hold was being paid by has come to nothing when it ends, whyever it does") {
  for (const auto how : {booking_line::kind::released, booking_line::kind::expired}) {
    stored at;
    at.hold(1, 7);
    REQUIRE(at.store.freeze(at.slot, ++at.seq, {number(1), domain::payment_number{3}, noon + domain::minutes(120)}));
    CHECK(at.store.find(at.slot, number(1))->line.what.frozen);
    REQUIRE(at.store.end(at.slot, ++at.seq, number(1), how, noon));
    const auto found = at.store.find(at.slot, number(1));
    CHECK(found->line.status == how);
    CHECK_FALSE(found->line.what.frozen);
    CHECK(found->line.what.unpaid_because == domain::turn::lost);
  }
}

TEST_CASE("a packed booking is what it was") {
  model::dice dice{5};
  for (int i = 0; i < 2'000; ++i) {
    const auto what = random_booking(dice);
    std::string packed;
    projections::pack_booking(what, packed);
    const auto bytes = projections::own_bytes(packed);
    REQUIRE(same(projections::unpack_booking(bytes.get()), what));
  }
}

TEST_CASE("an order costs less than 250 bytes, each of its own buyer") {
  stored given;
  constexpr std::uint32_t orders = 50'000;
  for (std::uint32_t i = 1; i <= orders; ++i)
    static_cast<void>(given.order(i, i * std::uint64_t{7}));
  CHECK(given.store.orders() == orders);
  MESSAGE("an order costs ", given.store.bytes() / orders, " bytes");
  CHECK(given.store.bytes() < orders * std::size_t{250});
}

TEST_CASE("an owner's orders come newest first, page by page, and nobody else's") {
  stored given;
  std::vector<std::uint32_t> mine;
  for (std::uint32_t i = 1; i <= 25; ++i) {
    mine.insert(mine.begin(), given.order(i * 2, 7));
    static_cast<void>(given.order(i * 2 + 1, 8));
  }
  std::vector<std::uint32_t> seen;
  std::uint64_t before = 0;
  do {
    const auto page = given.store.orders_of(subject(7), before, 4);
    CHECK(page.orders.size() <= 4);
    for (const auto each : numbers(page))
      seen.push_back(each);
    before = page.next;
  } while (before != 0);
  CHECK(seen == mine);
  CHECK(given.store.orders_of(subject(9), 0, 4).orders.empty());

  SUBCASE("an order that comes meanwhile moves no later page") {
    const auto first = given.store.orders_of(subject(7), 0, 10);
    static_cast<void>(given.order(1'000, 7));
    CHECK(numbers(given.store.orders_of(subject(7), first.next, 3)) == std::vector<std::uint32_t>{30, 28, 26});
  }
  SUBCASE("a position that is not one of the owner's shows nothing") {
    const auto others = given.store.orders_of(subject(8), 0, 10).next;
    CHECK(given.store.orders_of(subject(7), others, 10).orders.empty());
    CHECK(given.store.orders_of(subject(7), 1'000'000, 10).orders.empty());
  }
}

TEST_CASE("how a hold ended is remembered for an hour and no longer") {
  stored given;
  given.hold(1, 7);
  given.hold(2, 7);
  given.end(1);
  given.end(2, noon + domain::minutes(30));
  const auto found = given.store.find(given.slot, number(1));
  REQUIRE(found.has_value());
  CHECK(found->line.status == booking_line::kind::expired);
  CHECK(found->line.what.by == subject(7));
  given.store.forget(noon + domain::hours(1));
  CHECK(given.store.find(given.slot, number(1)).has_value());
  given.store.forget(noon + domain::hours(1) + domain::millis{1});
  CHECK_FALSE(given.store.find(given.slot, number(1)).has_value());
  CHECK(given.store.find(given.slot, number(2)).has_value());
  CHECK(given.store.ended_holds() == 1);
}

TEST_CASE("no more ended holds are remembered than the bound, the newest") {
  stored given{{10, domain::hours(1)}};
  for (std::uint32_t i = 1; i <= 30; ++i) {
    given.hold(i, 7);
    given.end(i);
  }
  for (std::uint32_t i = 1; i <= 30; ++i)
    CHECK(given.store.find(given.slot, number(i)).has_value() == (i > 20));
  CHECK(given.store.live_holds() == 0);
}

TEST_CASE("facts that do not fit a hold's life are not folded") {
  stored given;
  given.hold(1, 7);
  CHECK_FALSE(given.store.hold(given.slot, 2, {number(1), {}, {}, {}, {}, {}, noon, noon}, noon));
  CHECK_FALSE(given.store.extend(given.slot, 2, {number(2), noon}));
  CHECK_FALSE(given.store.end(given.slot, 2, number(2), booking_line::kind::released, noon));
  CHECK_FALSE(given.store.confirm(given.slot, 2, {number(2), {}, {}, 0}, noon));
  given.confirm(1);
  CHECK_FALSE(given.store.end(given.slot, 3, number(1), booking_line::kind::released, noon));
  CHECK_FALSE(given.store.confirm(given.slot, 3, {number(1), {}, {}, 0}, noon));
}

namespace {

struct booking_answer {
  std::optional<read_outcome> outcome;
  std::shared_ptr<const booking_line> line;
};

/// One event, open, and what is asked of it.
struct day {
  explicit day(projections::view_settings settings = {}) : world{settings} {
    for (const auto& made : from.open_event(event, test_layout(0), world.now()))
      world.append(made);
    world.settle();
  }

  auto do_it(domain::caller by, domain::command_body body) -> std::uint64_t {
    const auto made = from.decide(event, {by, {}, std::move(body)}, world.now());
    REQUIRE(made.has_value());
    world.append(*made);
    return made->last_seq();
  }
  auto hold(std::uint64_t who, domain::seat_index seat) -> std::uint64_t {
    domain::hold_seats what;
    what.seats = {seat};
    return do_it(buyer(who), what);
  }
  /// Buyer 3 holds the first free seat and the box office sells it to them.
  void order_next_seat(domain::event_id where) {
    const auto& state = from.state(where);
    domain::hold_seats what;
    what.seats = {static_cast<domain::seat_index>(state.orders())};
    const domain::confirm_hold sale{number(state.last_hold().value() + 1), domain::payment_record{}};
    for (const auto& command : {domain::command{buyer(3), {}, what}, domain::command{box_office(), {}, sale}}) {
      const auto made = from.decide(where, command, world.now());
      REQUIRE(made.has_value());
      world.append(*made);
    }
  }
  auto ask(std::uint32_t hold, std::uint64_t min_seq) -> std::shared_ptr<booking_answer> {
    auto answer = std::make_shared<booking_answer>();
    world.views().booking(event, number(hold), min_seq, [answer](read_outcome how, auto line) {
      CHECK_FALSE(answer->outcome.has_value());
      answer->outcome = how;
      answer->line = std::move(line);
    });
    return answer;
  }

  sales from{1, 0};
  pumped_world world;
};

} // namespace

TEST_CASE("a hold and the order it becomes are found with their seq, price and seats") {
  day given;
  const auto held = given.hold(3, 8);
  given.world.settle();
  const auto hold = given.ask(1, held);
  given.world.settle();
  REQUIRE(hold->outcome == read_outcome::ok);
  CHECK(hold->line->status == booking_line::kind::held);
  CHECK(hold->line->seq == held);
  CHECK(hold->line->what.by.subject == buyer(3).subject);
  CHECK(hold->line->what.total() == 1'000);
  CHECK(hold->line->seats->label(hold->line->what.seats[0]) == "A/1/9");
  CHECK(hold->line->currency.text() == "EUR");

  const auto sold = given.do_it(box_office(), domain::confirm_hold{number(1), domain::payment_record{}});
  given.world.settle();
  const auto order = given.ask(1, sold);
  given.world.settle();
  REQUIRE(order->outcome == read_outcome::ok);
  CHECK(order->line->status == booking_line::kind::confirmed);
  CHECK(order->line->seq == sold);
  CHECK(order->line->what.paid == 1'000);
  CHECK(given.world.views().metrics().orders == 1);
  CHECK(given.world.views().metrics().live_holds == 0);
}

TEST_CASE("a booking that is not committed yet is waited for, a second at most") {
  day given;
  const auto seq = given.hold(3, 8);
  const auto first = given.ask(1, seq);
  const auto never = given.ask(1, seq + 1);
  while (given.world.actors()[1].run_one()) {
  }
  CHECK_FALSE(first->outcome.has_value());
  given.world.settle();
  CHECK(first->outcome == read_outcome::ok);
  CHECK_FALSE(never->outcome.has_value());
  given.world.pass(domain::seconds(1));
  given.world.settle();
  CHECK(never->outcome == read_outcome::behind);
  CHECK(given.world.views().metrics().readers_waiting == 0);
}

TEST_CASE("a booking that nobody knows is not found, but only once the past has been folded") {
  day given;
  const auto unknown = given.ask(9, 0);
  given.world.settle();
  CHECK(unknown->outcome == read_outcome::not_found);
  given.world.restart();
  const auto early = given.ask(9, 0);
  CHECK_FALSE(early->outcome.has_value());
  std::optional<read_outcome> orders;
  given.world.views().orders_of({buyer(3).subject, {}}, 0, 10, [&](read_outcome how, auto) { orders = how; });
  CHECK(orders == read_outcome::behind);
  given.world.settle();
  given.world.pass(domain::seconds(1));
  given.world.settle();
  CHECK(early->outcome == read_outcome::behind);
}

TEST_CASE("a buyer's orders over several events come with the layouts of each, read back when they are not in memory") {
  projections::view_settings settings;
  settings.layouts.bytes_max = 1;
  day given{settings};
  const domain::event_id other{43};
  for (const auto& made : given.from.open_event(other, test_layout(1), given.world.now()))
    given.world.append(made);
  for (const auto where : {event, other, event})
    given.order_next_seat(where);
  given.world.settle();
  given.world.restart();
  given.world.settle();
  std::optional<read_outcome> outcome;
  projections::views::order_page page;
  given.world.views().orders_of({buyer(3).subject, {}}, 0, 10, [&](read_outcome how, auto found) {
    outcome = how;
    page = std::move(found);
  });
  given.world.settle();
  REQUIRE(outcome == read_outcome::ok);
  CHECK(page.next == 0);
  std::vector<std::string> labels;
  for (const auto& line : page.lines)
    labels.push_back(line->seats->label(line->what.seats[0]));
  CHECK(labels == std::vector<std::string>{"A/1/2", "a\"b\\c/Réihe 1/101", "A/1/1"});

  given.world.restart();
  given.world.settle();
  given.world.tamper().reads_fail = journal::failure{journal::failure_kind::io, "the disk does not answer"};
  given.world.views().orders_of({buyer(3).subject, {}}, 0, 10, [&](read_outcome how, auto) { outcome = how; });
  given.world.settle();
  CHECK(outcome == read_outcome::overloaded);
  given.world.tamper().reads_fail =
      journal::failure{journal::failure_kind::corrupt, "a record is not what was written"};
  given.world.views().orders_of({buyer(3).subject, {}}, 0, 10, [&](read_outcome how, auto) { outcome = how; });
  given.world.settle();
  CHECK(outcome == read_outcome::unreadable);
}

} // namespace holdfast::projections_test

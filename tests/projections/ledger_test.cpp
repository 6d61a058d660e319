#include "projections/seat_ledger.hpp"
#include "tests/projections/sales.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections_test::ledger {

namespace {

using domain::seat_status;
using projections::ledger_findings;
using projections::packed_statuses;
using projections::seat_ledger;

auto hold_of(std::uint32_t number, std::vector<domain::seat_index> seats, std::vector<domain::held_area> areas = {})
    -> domain::hold_created {
  domain::hold_created what;
  what.hold = domain::hold_number{number};
  what.seats = std::move(seats);
  what.prices.resize(what.seats.size());
  what.areas = std::move(areas);
  return what;
}

auto number(std::uint32_t value) -> domain::hold_number {
  return domain::hold_number{value};
}

/// A ledger and what it finds, fact by fact.
struct watched {
  seat_ledger ledger;
  ledger_findings found;

  auto hold(std::uint32_t hold, std::vector<domain::seat_index> seats, std::vector<domain::held_area> areas = {})
      -> watched& {
    ledger.hold(hold_of(hold, std::move(seats), std::move(areas)), found);
    return *this;
  }
  auto free(std::uint32_t hold) -> watched& {
    ledger.free(number(hold), found);
    return *this;
  }
  auto sell(std::uint32_t hold) -> watched& {
    ledger.sell(number(hold), found);
    return *this;
  }
};

auto complete(std::size_t layout = 0) -> watched {
  watched made;
  made.ledger.start(*test_layout(layout));
  return made;
}

} // namespace

TEST_CASE("two bits a seat keep every status and count any range of them") {
  model::dice dice{1};
  for (int round = 0; round < 50; ++round) {
    const auto size = static_cast<std::uint32_t>(dice.between(0, 200));
    packed_statuses packed;
    packed.resize(size);
    std::vector<seat_status> plain(size, seat_status::available);
    for (std::uint32_t i = 0; i < size * 2; ++i) {
      const auto seat = static_cast<std::uint32_t>(dice.below(size));
      plain[seat] = static_cast<seat_status>(dice.below(4));
      packed.set(seat, plain[seat]);
    }
    for (std::uint32_t seat = 0; seat < size; ++seat)
      REQUIRE(packed.get(seat) == plain[seat]);
    for (int i = 0; i < 20; ++i) {
      const auto first = static_cast<std::uint32_t>(dice.below(size + std::uint64_t{1}));
      const auto count = static_cast<std::uint32_t>(dice.below(size - first + std::uint64_t{1}));
      for (const auto status : {seat_status::available, seat_status::held, seat_status::sold, seat_status::blocked})
        REQUIRE(packed.count(status, first, count) ==
                static_cast<std::uint32_t>(std::count(plain.begin() + first, plain.begin() + first + count, status)));
    }
  }
}

TEST_CASE("an ordinary day has nothing to report") {
  auto day = complete();
  day.hold(1, {0, 1}).hold(2, {2}).free(1).hold(3, {1, 0}).sell(2).sell(3).hold(4, {}, {{0, 25, 100}}).sell(4);
  CHECK_FALSE(day.found.any());
  CHECK(day.ledger.counts() == domain::event_counts{57, 0, 28, 0});
  CHECK(day.ledger.live_holds() == 0);
}

TEST_CASE("facts that sell a seat twice are found, each kind of them") {
  struct line {
    const char* what;
    std::uint32_t double_sales;
    std::uint32_t contradictions;
    watched is;
  };
  const std::vector<line> lines{
      {"a hold on a held seat", 1, 0, complete().hold(1, {3}).hold(2, {3})},
      {"a hold on a sold seat", 1, 0, complete().hold(1, {3}).sell(1).hold(2, {3})},
      {"a hold on two taken seats", 2, 0, complete().hold(1, {3, 4}).hold(2, {4, 3, 5})},
      {"a hold that has a seat twice", 1, 0, complete().hold(1, {3, 3})},
      {"a confirmation of nothing", 1, 0, complete().sell(1)},
      {"a confirmation after a release", 1, 0, complete().hold(1, {3}).free(1).sell(1)},
      {"two confirmations", 1, 0, complete().hold(1, {3}).sell(1).sell(1)},
      {"a confirmation of what the first owner has", 2, 0, complete().hold(1, {3}).hold(2, {3}).sell(1).sell(2)},
      {"a confirmation of what the first owner gave back", 2, 0, complete().hold(1, {3}).hold(2, {3}).free(1).sell(2)},
      {"more places than an area has", 1, 0, complete().hold(1, {}, {{0, 20, 1}}).hold(2, {}, {{0, 6, 1}})},
      {"more places than are left after sales", 1, 0,
       complete().hold(1, {}, {{0, 25, 1}}).sell(1).hold(2, {}, {{0, 1, 1}})},
      {"the end of a hold that is not live", 0, 1, complete().free(1)},
      {"a hold number that is taken", 0, 1, complete().hold(1, {3}).hold(1, {4})},
      {"a seat that does not exist", 0, 1, complete().hold(1, {60})},
      {"an area that does not exist", 0, 1, complete().hold(1, {}, {{1, 1, 1}})},
  };
  for (const auto& line : lines) {
    CAPTURE(line.what);
    CHECK(line.is.found.double_sales == line.double_sales);
    CHECK(line.is.found.contradictions == line.contradictions);
    CHECK_FALSE(line.is.found.first.empty());
  }
}

TEST_CASE("after a double sale the first owner keeps the seat") {
  auto day = complete();
  day.hold(1, {3}).sell(1).hold(2, {3}).free(2);
  CHECK(day.ledger.statuses().get(3) == seat_status::sold);
}

TEST_CASE("a partial ledger finds what it has seen, and nothing that may be sound") {
  SUBCASE("a seat that is held twice while it looks") {
    watched day;
    CHECK(day.hold(7, {90'000}).hold(8, {90'000}).found.double_sales == 1);
  }
  SUBCASE("a seat that is held again after its sale") {
    watched day;
    CHECK(day.hold(7, {5}).sell(7).hold(8, {5}).found.double_sales == 1);
  }
  SUBCASE("ends of holds that began before it looked are sound") {
    watched day;
    CHECK_FALSE(day.free(1).sell(2).hold(3, {5}, {{4, 900'000, 1}}).free(3).hold(4, {5}).found.any());
  }
}

TEST_CASE(
    "whatever is decided, a ledger from the state and one that follows the facts agree with the state, and find nothing") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    sales from{seed, 1};
    const auto event = from.events().front();
    seat_ledger complete_one;
    seat_ledger partial;
    ledger_findings found;
    domain::instant now{1'795'000'000'000};
    for (int i = 0; i < 300; ++i) {
      now = now + domain::seconds(15);
      const auto made = from.random_command(now);
      if (!made)
        continue;
      for (const auto& fact : *made->facts) {
        if (const auto* created = std::get_if<domain::event_created>(&fact.body))
          complete_one.start(*created->seats);
        if (const auto* replaced = std::get_if<domain::layout_replaced>(&fact.body))
          complete_one.start(*replaced->seats);
        for (auto* ledger : {&complete_one, &partial}) {
          if (const auto* held = std::get_if<domain::hold_created>(&fact.body))
            ledger->hold(*held, found);
          if (const auto* released = std::get_if<domain::hold_released>(&fact.body))
            ledger->free(released->hold, found);
          if (const auto* expired = std::get_if<domain::hold_expired>(&fact.body))
            ledger->free(expired->hold, found);
          if (const auto* confirmed = std::get_if<domain::order_confirmed>(&fact.body))
            ledger->sell(confirmed->hold, found);
          if (const auto* apart = std::get_if<domain::seats_allocated>(&fact.body))
            ledger->allocate(*apart, found);
          if (const auto* moved = std::get_if<domain::allocation_changed>(&fact.body))
            ledger->change(*moved, found);
          if (const auto* back = std::get_if<domain::allocation_released>(&fact.body))
            ledger->release(back->allocation, found);
        }
      }
      CHECK_MESSAGE(!found.any(), found.first);
      const auto& state = from.state(event);
      const seat_ledger loaded{state.image()};
      CHECK(loaded.statuses() == complete_one.statuses());
      CHECK(loaded.areas() == complete_one.areas());
      CHECK(loaded.live_holds() == complete_one.live_holds());
      CHECK(complete_one.counts() == state.counts());
      CHECK(loaded.counts() == state.counts());
    }
  }
}

} // namespace holdfast::projections_test::ledger

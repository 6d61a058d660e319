#include "projections/seat_ledger.hpp"
#include "tests/support/sample_facts.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace holdfast;
using namespace holdfast::domain;
using projections::ledger_findings;
using projections::seat_ledger;

namespace {

auto apart(std::uint16_t number, std::vector<seat_index> seats, std::vector<allocated_area> areas = {})
    -> seats_allocated {
  return {{allocation_number{number}, allocation_kind::house, "Box", "guests", std::nullopt, std::move(areas)},
          std::move(seats),
          key_id{9}};
}

auto held(std::uint32_t number, std::vector<seat_index> seats, std::vector<held_area> areas, std::uint16_t of = 0)
    -> hold_created {
  hold_created hold;
  hold.hold = hold_number{number};
  hold.prices.assign(seats.size(), 1);
  hold.seats = std::move(seats);
  hold.areas = std::move(areas);
  hold.allocation = allocation_number{of};
  return hold;
}

} // namespace

TEST_CASE("a ledger blocks what is set apart until who may have it takes it, and gets it back") {
  seat_ledger ledger;
  ledger_findings found;
  ledger.start(*testing::sample_layout());
  ledger.allocate(apart(1, {1, 2}, {{0, 5, 0}}), found);
  CHECK(ledger.counts() == event_counts{55, 0, 0, 7});
  ledger.hold(held(1, {1}, {{0, 2, 1}}, 1), found);
  CHECK(ledger.counts() == event_counts{55, 3, 0, 4});
  ledger.hold(held(2, {2}, {}, 1), found);
  ledger.sell(hold_number{2}, found);
  CHECK(ledger.counts() == event_counts{55, 3, 1, 3});
  ledger.free(hold_number{1}, found);
  CHECK(ledger.statuses().get(1) == seat_status::blocked);
  CHECK(ledger.counts() == event_counts{55, 0, 1, 6});
  ledger.change({allocation_number{1}, {3}, {1}, {}}, found);
  CHECK(ledger.statuses().get(1) == seat_status::available);
  CHECK(ledger.statuses().get(3) == seat_status::blocked);
  ledger.release(allocation_number{1}, found);
  CHECK(ledger.counts() == event_counts{61, 0, 1, 0});
  CHECK(ledger.allocations().empty());
  CHECK(found.double_sales + found.contradictions == 0);
}

TEST_CASE("a ledger moves places between allocations, and never frees them on the way") {
  seat_ledger ledger;
  ledger_findings found;
  ledger.start(*testing::sample_layout());
  ledger.allocate(apart(1, {1, 2}, {{0, 5, 0}}), found);
  ledger.allocate(apart(2, {4}), found);
  const auto before = ledger.counts();
  ledger.change({allocation_number{2}, {1}, {}, {}, allocation_number{1}, {{0, 5}}}, found);
  CHECK(ledger.counts() == before);
  CHECK(ledger.pools()[1] == 2);
  CHECK(ledger.allocations()[0].areas.empty());
  CHECK(ledger.allocations()[1].areas == std::vector<allocated_area>{{0, 5, 0}});
  ledger.hold(held(1, {1}, {{0, 2, 1}}, 2), found);
  ledger.change({allocation_number{2}, {}, {}, {}, {}, {{0, 2}}}, found);
  CHECK(ledger.areas()[0].blocked == 0);
  ledger.change({allocation_number{1}, {}, {}, {}, {}, {{0, 7}}}, found);
  CHECK(ledger.areas()[0].blocked == 7);
  CHECK(found.double_sales + found.contradictions == 0);
}

TEST_CASE("a ledger finds what goes to who may not have it") {
  const auto findings_of = [](auto&& happen) {
    seat_ledger ledger;
    ledger_findings found;
    ledger.start(*testing::sample_layout());
    ledger.allocate(apart(1, {1, 2}, {{0, 45, 0}}), found);
    REQUIRE(found.double_sales + found.contradictions == 0);
    happen(ledger, found);
    return std::pair{found.double_sales, found.contradictions};
  };
  const std::pair<std::uint32_t, std::uint32_t> double_sale{1, 0};
  const std::pair<std::uint32_t, std::uint32_t> contradiction{0, 1};
  CHECK(findings_of([](auto& its, auto& to) { its.hold(held(1, {1}, {}), to); }) == double_sale);
  CHECK(findings_of([](auto& its, auto& to) { its.hold(held(1, {1}, {}, 2), to); }) == double_sale);
  CHECK(findings_of([](auto& its, auto& to) { its.hold(held(1, {}, {{0, 6, 1}}), to); }) == double_sale);
  CHECK(findings_of([](auto& its, auto& to) { its.hold(held(1, {}, {{0, 46, 1}}, 1), to); }) == double_sale);
  CHECK(findings_of([](auto& its, auto& to) { its.allocate(apart(2, {2}), to); }) == double_sale);
  CHECK(findings_of([](auto& its, auto& to) { its.allocate(apart(2, {}, {{0, 6, 0}}), to); }) == double_sale);
  CHECK(findings_of([](auto& its, auto& to) { its.allocate(apart(2, {99}), to); }) == contradiction);
  CHECK(findings_of([](auto& its, auto& to) { its.allocate(apart(2, {}, {{7, 1, 0}}), to); }) == contradiction);
  CHECK(findings_of([](auto& its, auto& to) { its.release(allocation_number{2}, to); }) == contradiction);
  CHECK(findings_of([](auto& its, auto& to) { its.change({allocation_number{1}, {}, {5}, {}}, to); }) == contradiction);
  const allocation_number other{2};
  const auto change_after = [&](const allocation_changed& what) {
    return findings_of([&](auto& its, auto& to) {
      its.allocate(apart(2, {3}), to);
      its.hold(held(1, {2}, {{0, 2, 1}}, 1), to);
      its.change(what, to);
    });
  };
  CHECK(change_after({other, {1}, {}, {}, allocation_number{1}}) == std::pair{0U, 0U});
  CHECK(change_after({other, {2}, {}, {}, allocation_number{1}}) == double_sale);
  CHECK(change_after({other, {5}, {}, {}, allocation_number{1}}) == double_sale);
  CHECK(change_after({other, {}, {}, {}, allocation_number{1}, {{0, 44}}}) == double_sale);
  CHECK(change_after({other, {}, {}, {}, {}, {{0, 6}}}) == double_sale);
  CHECK(change_after({allocation_number{1}, {}, {}, {}, {}, {{0, 1}}}) == contradiction);
  CHECK(change_after({other, {}, {}, {}, allocation_number{7}, {{0, 1}}}) == contradiction);
  CHECK(change_after({allocation_number{7}, {}, {}, {}, {}, {{0, 1}}}) == contradiction);
  CHECK(change_after({other, {}, {}, {}, {}, {{7, 1}}}) == contradiction);
}

TEST_CASE("a ledger that began late reports nothing about what was set apart before") {
  seat_ledger ledger;
  ledger_findings found;
  ledger.hold(held(4, {1}, {{0, 3, 1}}, 1), found);
  ledger.free(hold_number{4}, found);
  ledger.change({allocation_number{1}, {3}, {1}, {}}, found);
  ledger.hold(held(5, {3}, {}, 1), found);
  ledger.change({allocation_number{9}, {6}, {}, {}, allocation_number{1}, {{0, 4}}}, found);
  ledger.release(allocation_number{1}, found);
  ledger.free(hold_number{5}, found);
  ledger.hold(held(6, {1, 3}, {}), found);
  ledger.allocate(apart(2, {8}, {{0, 3, 0}}), found);
  ledger.hold(held(7, {8}, {{0, 3, 1}}, 2), found);
  CHECK(found.double_sales + found.contradictions == 0);
}

#include "projections/return_store.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace {

using namespace holdfast::domain;
using holdfast::projections::return_store;
using holdfast::projections::store_changes;

constexpr event_id opera{7};
constexpr event_id arena{8};
constexpr hold_number order{5};

auto some_of(hold_number of) -> order_returned {
  order_returned what;
  what.hold = of;
  what.seats = {3, 70'000};
  what.prices = {8'900, 4'500};
  what.fees = {0, 150};
  what.areas = {{2, 3, 2'500, 50}};
  what.tickets = {0, 4, 6, 7, 8};
  what.total = 21'200;
  what.goes_on = true;
  return what;
}

auto rest_of(hold_number of) -> order_returned {
  auto what = some_of(of);
  what.goes_on = false;
  what.total = 100;
  what.tickets.clear();
  return what;
}

auto rows_of(const return_store& from) -> std::map<std::string, std::string> {
  std::map<std::string, std::string> rows;
  from.visit_rows([&](std::string_view key, std::string_view value) { rows.emplace(key, value); });
  return rows;
}

auto busy() -> return_store {
  return_store store;
  store.add(opera, 10, {1'000}, some_of(order));
  store.add(opera, 12, {3'000}, rest_of(order));
  store.add(opera, 11, {2'000}, rest_of(hold_number{6}));
  store.add(arena, 9, {500}, some_of(order));
  return store;
}

} // namespace

TEST_CASE("what went back is told order by order, oldest first; of the rest of one the order itself says what it was") {
  const auto store = busy();
  const auto back = store.of_order(opera, order);
  REQUIRE(back.size() == 2);
  CHECK(back[0].seq == 10);
  CHECK(back[0].at.unix_ms == 1'000);
  CHECK(back[0].total == 21'200);
  CHECK(back[0].seats == some_of(order).seats);
  CHECK(back[0].prices == some_of(order).prices);
  CHECK(back[0].fees == some_of(order).fees);
  CHECK(back[0].areas == some_of(order).areas);
  CHECK(back[0].tickets == some_of(order).tickets);
  CHECK(back[1].seq == 12);
  CHECK(back[1].total == 100);
  CHECK(back[1].seats.empty());
  CHECK(back[1].tickets.empty());
  CHECK(store.of_order(arena, order).size() == 1);
  CHECK(store.of_order(arena, hold_number{6}).empty());
}

TEST_CASE("what went back is kept and taken back as it was, and a damaged row is refused") {
  auto store = busy();
  store_changes changes;
  CHECK(store.changes() == 4);
  store.take_changes(changes);
  CHECK(store.changes() == 0);
  const auto rows = rows_of(store);
  REQUIRE(changes.all().size() == rows.size());
  return_store again;
  for (const auto& row : changes.all()) {
    CHECK(rows.at(row.key) == *row.value);
    REQUIRE(again.restore(row.key, *row.value));
  }
  CHECK(rows_of(again) == rows);
  CHECK(again.of_order(opera, order) == store.of_order(opera, order));
  for (const auto& [key, value] : rows) {
    CHECK_FALSE(again.restore(key, std::string_view{value}.substr(0, value.size() - 1)));
    CHECK_FALSE(again.restore(key, value + "x"));
    CHECK_FALSE(again.restore(std::string_view{key}.substr(0, key.size() - 1), value));
  }
}

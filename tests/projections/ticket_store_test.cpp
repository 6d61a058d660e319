#include "projections/ticket_store.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace {

using namespace holdfast::domain;
using holdfast::projections::store_changes;
using holdfast::projections::ticket_store;
using holdfast::projections::views;

constexpr event_id opera{7};
constexpr event_id arena{8};
constexpr owner anna{{1, 2}, {}};
constexpr owner bert{{3, 4}, {}};
constexpr ticket_number first{hold_number{5}, 0};
constexpr ticket_number second{hold_number{5}, 1};

/// Orders of the arena came after those of the opera.
auto position_of(event_id event, hold_number) -> std::uint32_t {
  return event == arena ? 9 : 7;
}

auto hand(ticket_store& to, std::uint64_t seq, const ticket_number& which, std::uint16_t serial, const owner& from,
          const owner& whose, event_id event = opera) -> bool {
  return to.transfer(event, seq, {which, serial, from, whose, key_id{}}, {anna, position_of(event, which.order)});
}

auto rows_of(const ticket_store& from) -> std::map<std::string, std::string> {
  std::map<std::string, std::string> rows;
  from.visit_rows([&](std::string_view key, std::string_view value) { rows.emplace(key, value); });
  return rows;
}

/// Something of everything.
auto busy() -> ticket_store {
  ticket_store store;
  const std::string gate = "north";
  REQUIRE(hand(store, 10, first, 2, anna, bert));
  REQUIRE(hand(store, 11, second, 2, anna, bert));
  REQUIRE(store.admit(opera, {first, 2, gate, 9, {100}, key_id{3}}, {anna, 7}));
  REQUIRE(store.undo(opera, {first, 9, key_id{3}}));
  REQUIRE(hand(store, 5, {hold_number{1}, 3}, 2, anna, bert, arena));
  store.give_back(opera, 20, hold_number{6}, {0, 1, 2, 3});
  return store;
}

} // namespace

TEST_CASE("tickets are their order's, and listed with whoever they were handed to until they come back") {
  auto store = busy();
  const auto of_order = store.of_order(opera, hold_number{5});
  REQUIRE(of_order.size() == 2);
  CHECK(of_order[0].number == first);
  CHECK(of_order[0].holder == bert);
  CHECK(of_order[0].used->undone);
  CHECK(store.of_order(opera, hold_number{4}).empty());
  using handed = ticket_store::handed_ticket;
  CHECK(store.handed_to(bert, std::nullopt, 9) == std::vector<handed>{{9, 3}, {7, 0}, {7, 1}});
  CHECK(store.handed_to(bert, handed{9, 3}, 1) == std::vector<handed>{{7, 0}});
  CHECK(store.handed_to(bert, handed{8, 0}, 9) == std::vector<handed>{{7, 0}, {7, 1}});
  CHECK(store.handed_to(anna, std::nullopt, 9).empty());
  REQUIRE(hand(store, 30, first, 3, bert, anna));
  CHECK(store.handed_to(bert, std::nullopt, 9).size() == 2);
  CHECK(store.handed_to(anna, std::nullopt, 9).empty());
}

TEST_CASE("a fact that does not fit a ticket is refused") {
  auto store = busy();
  const std::string gate = "north";
  CHECK_FALSE(hand(store, 30, first, 3, anna, bert));
  CHECK_FALSE(hand(store, 30, first, 4, bert, anna));
  CHECK_FALSE(store.admit(opera, {first, 1, gate, 10, {100}, key_id{3}}, {anna, 7}));
  CHECK_FALSE(store.undo(opera, {first, 9, key_id{3}}));
  CHECK_FALSE(store.undo(opera, {{hold_number{5}, 2}, 9, key_id{3}}));
  REQUIRE(store.admit(opera, {first, 2, gate, 10, {100}, key_id{3}}, {anna, 7}));
  CHECK_FALSE(store.admit(opera, {first, 2, gate, 11, {100}, key_id{3}}, {anna, 7}));
  CHECK_FALSE(store.undo(opera, {first, 9, key_id{3}}));
}

TEST_CASE("revocations are told by seq, each event's own") {
  const auto store = busy();
  const auto all = store.revocations(opera, 0, 9);
  REQUIRE(all.size() == 3);
  CHECK(all[0].seq == 10);
  CHECK(all[0].below == 2);
  CHECK(all[0].tickets == std::vector<std::uint32_t>{0});
  CHECK(all[2].tickets == std::vector<std::uint32_t>{0, 1, 2, 3});
  CHECK(all[2].below == views::revocation::every_serial);
  CHECK(store.revocations(opera, 10, 1).front().seq == 11);
  CHECK(store.revocations(opera, 20, 9).empty());
  CHECK(store.revocations(arena, 0, 9).size() == 1);
}

TEST_CASE("what is kept is taken back as it was, and only what has changed is kept anew") {
  auto store = busy();
  store_changes changes;
  CHECK(store.changes() > 0);
  store.take_changes(changes);
  CHECK(store.changes() == 0);
  std::map<std::string, std::string> kept;
  for (const auto& row : changes.all()) {
    kept[row.key] = *row.value;
  }
  CHECK(kept == rows_of(store));
  ticket_store again;
  for (const auto& [key, value] : kept) {
    REQUIRE(again.restore(key, value, position_of));
  }
  CHECK(rows_of(again) == kept);
  CHECK(again.handed_to(bert, std::nullopt, 9) == store.handed_to(bert, std::nullopt, 9));
  CHECK(again.of_order(opera, hold_number{5}) == store.of_order(opera, hold_number{5}));
  REQUIRE(hand(store, 30, first, 3, bert, anna));
  store_changes later;
  store.take_changes(later);
  CHECK(later.all().size() == 2);
}

TEST_CASE("a row that is cut short is refused") {
  for (const auto& [key, value] : rows_of(busy())) {
    ticket_store store;
    CHECK_FALSE(store.restore(key, std::string_view{value}.substr(0, value.size() - 1), position_of));
    CHECK_FALSE(store.restore(std::string_view{key}.substr(0, key.size() - 1), value, position_of));
  }
}

TEST_CASE("a ticket's row without its order is refused") {
  ticket_store store;
  std::size_t refused = 0;
  for (const auto& [key, value] : rows_of(busy())) {
    refused += store.restore(key, value, [](event_id, hold_number) { return 0U; }) ? 0U : 1U;
  }
  CHECK(refused == 3); // of seven rows: the others are revocations
}

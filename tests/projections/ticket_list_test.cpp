#include "projections/booking_store.hpp"
#include "tests/model/dice.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

/// Whose tickets are listed, against a list of plain values.
namespace holdfast::projections_test::ticket_list {

namespace {

using projections::booking_store;
using ticket_place = projections::views::ticket_place;

constexpr domain::event_id event{42};
constexpr domain::instant noon{1'795'000'000'000};

auto person(std::uint64_t low) -> domain::owner {
  return {{1, low}, {}};
}

struct naive_ticket {
  std::uint32_t order = 0; ///< its number, which grows from order to order
  std::uint32_t index = 0;
  domain::seat_index seat = 0;
  domain::owner holder;
  std::uint16_t serial = 1;
  friend auto operator<(const naive_ticket& a, const naive_ticket& b) -> bool {
    return std::tuple{b.order, a.index} < std::tuple{a.order, b.index};
  }
};

/// Number of an order, and index in it.
using shown = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

class box_office_day {
 public:
  explicit box_office_day(std::uint64_t seed) : dice_{seed} {}

  void step() {
    if (tickets_.empty() || dice_.chance(30))
      sell();
    else if (dice_.chance(75))
      hand_on();
    else
      give_back();
  }

  [[nodiscard]] auto of(const domain::owner& who) const -> shown {
    shown all;
    for (const auto& each : tickets_) {
      if (each.holder == who)
        all.emplace_back(each.order, each.index);
    }
    return all;
  }

  [[nodiscard]] auto listed(const domain::owner& who, std::size_t limit) const -> shown {
    shown all;
    std::optional<ticket_place> from;
    do {
      const auto page = store_.tickets_of(who, from, limit);
      CHECK(page.tickets.size() <= limit);
      for (const auto& [order, index] : page.tickets)
        all.emplace_back(page.orders.at(order).line.what.number.value(), index);
      from = page.next;
    } while (from);
    return all;
  }

  [[nodiscard]] auto dice() -> model::dice& { return dice_; }

 private:
  void sell() {
    const auto by = person(dice_.between(1, 4));
    domain::hold_created held;
    held.hold = domain::hold_number{++orders_};
    held.by = by;
    held.expires_at = held.cap_at = noon;
    const auto places = static_cast<std::uint32_t>(dice_.between(1, 4));
    for (std::uint32_t i = 0; i < places; ++i) {
      held.seats.push_back(seats_++);
      held.prices.push_back(10);
      tickets_.push_back({orders_, i, held.seats.back(), by, 1});
    }
    REQUIRE(store_.hold(slot_, ++seq_, held, noon));
    REQUIRE(store_.confirm(slot_, ++seq_, {held.hold, {}, domain::key_id{4}, places * 10}, noon));
    std::sort(tickets_.begin(), tickets_.end());
  }

  void hand_on() {
    auto& what = tickets_[dice_.index(tickets_.size())];
    const auto to = person(dice_.between(1, 4));
    REQUIRE(store_.transfer(slot_, ++seq_,
                            {{domain::hold_number{what.order}, what.index},
                             static_cast<std::uint16_t>(what.serial + 1),
                             what.holder,
                             to,
                             {}}));
    what.holder = to;
    ++what.serial;
  }

  void give_back() {
    const auto gone = tickets_[dice_.index(tickets_.size())];
    domain::order_returned back;
    back.hold = domain::hold_number{gone.order};
    back.seats = {gone.seat};
    back.prices = {10};
    back.tickets = {gone.index};
    back.total = 10;
    back.goes_on = true;
    REQUIRE(store_.take_back(slot_, ++seq_, back, noon));
    std::erase_if(tickets_,
                  [&](const naive_ticket& one) { return one.order == gone.order && one.index == gone.index; });
  }

  model::dice dice_;
  booking_store store_;
  booking_store::event_slot slot_ = store_.open_event(event);
  std::uint64_t seq_ = 0;
  std::uint32_t orders_ = 0;
  domain::seat_index seats_ = 0;
  std::vector<naive_ticket> tickets_;
};

} // namespace

TEST_CASE("everybody's tickets are listed once each, the newest order's first, however long the pages are") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    box_office_day day{seed};
    for (int i = 0; i < 120; ++i) {
      day.step();
      const auto who = person(day.dice().between(1, 5)); // the fifth never has any
      const auto limit = static_cast<std::size_t>(day.dice().between(1, 9));
      CAPTURE(i);
      CAPTURE(limit);
      REQUIRE(day.listed(who, limit) == day.of(who));
    }
  }
}

TEST_CASE("a page of somebody who has handed on very many tickets ends early, and the next goes on") {
  booking_store store;
  const auto slot = store.open_event(event);
  std::uint64_t seq = 0;
  constexpr std::uint32_t orders = booking_store::orders_looked_at_max + 500;
  for (std::uint32_t i = 1; i <= orders; ++i) {
    domain::hold_created held;
    held.hold = domain::hold_number{i};
    held.by = person(1);
    held.expires_at = held.cap_at = noon;
    held.seats = {i};
    held.prices = {10};
    REQUIRE(store.hold(slot, ++seq, held, noon));
    REQUIRE(store.confirm(slot, ++seq, {held.hold, {}, domain::key_id{4}, 10}, noon));
    if (i > 1)
      REQUIRE(store.transfer(slot, ++seq, {{held.hold, 0}, 2, person(1), person(2), {}}));
  }
  const auto first = store.tickets_of(person(1), std::nullopt, 10);
  CHECK(first.tickets.empty());
  REQUIRE(first.next);
  const auto second = store.tickets_of(person(1), first.next, 10);
  REQUIRE(second.tickets.size() == 1);
  CHECK(second.orders.at(0).line.what.number.value() == 1);
  CHECK_FALSE(second.next);
  // So does one of somebody who was given many that went back.
  for (std::uint32_t i = 2; i < orders; ++i) {
    domain::order_returned back;
    back.hold = domain::hold_number{i};
    back.seats = {i};
    back.prices = {10};
    back.tickets = {0};
    back.total = 10;
    back.goes_on = true;
    REQUIRE(store.take_back(slot, ++seq, back, noon));
  }
  std::optional<ticket_place> from = ticket_place{0, orders, 0};
  std::size_t pages = 0;
  for (; from; ++pages) {
    const auto page = store.tickets_of(person(2), from, 10);
    CHECK(page.tickets.empty());
    from = page.next;
  }
  CHECK(pages == 2);
  CHECK(store.tickets_of(person(2), std::nullopt, 10).tickets.size() == 1);
  // A place among somebody else's orders is none.
  CHECK(store.tickets_of(person(2), ticket_place{orders, 0, 0}, 10).tickets.size() == 1);
  CHECK(store.tickets_of(person(3), ticket_place{orders, orders, 0}, 10).tickets.empty());
}

} // namespace holdfast::projections_test::ticket_list

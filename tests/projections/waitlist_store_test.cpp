#include "projections/waitlist_store.hpp"
#include "tests/projections/sales.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>

/// Orders on waitlists, and what became of them.
namespace holdfast::projections_test {

namespace {

using projections::waitlist_demand;
using projections::waitlist_status;
using projections::waitlist_store;

constexpr domain::event_id tosca{7};
constexpr domain::event_id aida{8};
constexpr domain::instant midday{1'795'000'000'000};

auto waiter(std::uint64_t low) -> domain::subject_id {
  return {3, low};
}

auto seats_of(std::uint32_t tier, std::uint32_t count) -> domain::waitlist_choice {
  domain::waitlist_choice made;
  made.groups = {count};
  made.tiers = {static_cast<domain::tier_index>(tier)};
  made.each_max = 9'000;
  return made;
}

auto any_seats(std::uint32_t count) -> domain::waitlist_choice {
  domain::waitlist_choice made;
  made.groups = {count, 1};
  made.accessible = 1;
  return made;
}

auto standing(std::uint32_t count) -> domain::waitlist_choice {
  domain::waitlist_choice made;
  made.areas = {{0, count}};
  made.each_max = 2'500;
  return made;
}

auto joined(std::uint32_t number, std::uint64_t who, std::uint32_t rank, std::vector<domain::waitlist_choice> choices)
    -> domain::waitlist_joined {
  return {domain::waitlist_number{number}, waiter(who), rank, std::move(choices)};
}

auto offered(std::uint32_t hold, std::uint32_t order, std::uint64_t who) -> domain::hold_created {
  domain::hold_created made;
  made.hold = domain::hold_number{hold};
  made.by.subject = waiter(who);
  made.waitlist = domain::waitlist_number{order};
  return made;
}

auto left(std::uint32_t number) -> domain::waitlist_left {
  return {domain::waitlist_number{number}};
}

constexpr auto hold_named(std::uint32_t number) -> domain::hold_number {
  return domain::hold_number{number};
}

auto status_of(const waitlist_store& in, std::uint64_t who) -> waitlist_status {
  const auto found = in.find(tosca, waiter(who));
  REQUIRE(found.has_value());
  return found->status;
}

auto rows_in(const waitlist_store& from) -> std::map<std::string, std::string> {
  std::map<std::string, std::string> rows;
  from.visit_rows([&](std::string_view key, std::string_view value) { rows.emplace(key, value); });
  return rows;
}

/// Somebody in every state, and a second event.
auto everybody() -> waitlist_store {
  waitlist_store store;
  for (std::uint32_t i = 1; i <= 7; ++i) {
    REQUIRE(store.join(tosca, joined(i, i, 5, {seats_of(0, i), standing(2)}), midday + domain::seconds(i)));
  }
  REQUIRE(store.join(tosca, joined(8, 8, 0, {any_seats(2)}), midday));
  REQUIRE(store.join(tosca, joined(9, 9, 6, {standing(3)}), midday));
  REQUIRE(store.join(aida, joined(1, 1, 1, {standing(1)}), midday));
  REQUIRE(store.leave(tosca, left(1)));
  for (std::uint32_t i = 2; i <= 5; ++i) {
    REQUIRE(store.offer(tosca, offered(10 + i, i, i)));
  }
  store.end(tosca, hold_named(12), waitlist_status::bought);
  store.end(tosca, hold_named(13), waitlist_status::lapsed);
  store.end(tosca, hold_named(14), waitlist_status::left);
  REQUIRE(store.join(tosca, joined(10, 1, 7, {any_seats(1)}), midday));
  return store;
}

} // namespace

TEST_CASE("each buyer's last order is found with what became of it, and who waits with how many before them") {
  const auto store = everybody();
  CHECK(status_of(store, 1) == waitlist_status::waiting);
  CHECK(status_of(store, 2) == waitlist_status::bought);
  CHECK(status_of(store, 3) == waitlist_status::lapsed);
  CHECK(status_of(store, 4) == waitlist_status::left);
  CHECK(status_of(store, 5) == waitlist_status::offered);
  // By rank, then by number; who has an offer counts no more.
  CHECK(store.find(tosca, waiter(8))->ahead == 0);
  CHECK(store.find(tosca, waiter(6))->ahead == 1);
  CHECK(store.find(tosca, waiter(7))->ahead == 2);
  CHECK(store.find(tosca, waiter(9))->ahead == 3);
  const auto again = store.find(tosca, waiter(1));
  CHECK(again->ahead == 4);
  CHECK(again->number == domain::waitlist_number{10});
  const auto sixth = store.find(tosca, waiter(6));
  CHECK(sixth->choices == std::vector{seats_of(0, 6), standing(2)});
  CHECK(sixth->joined_at == midday + domain::seconds(6));
  CHECK(store.find(tosca, waiter(5))->hold == hold_named(15));
  CHECK(store.offered_as(tosca, hold_named(15)) == domain::waitlist_number{5});
  CHECK_FALSE(store.offered_as(tosca, hold_named(12)));
  CHECK_FALSE(store.offered_as(aida, hold_named(15)));
  CHECK_FALSE(store.find(tosca, waiter(77)).has_value());
  CHECK(store.find(aida, waiter(1))->ahead == 0);
}

TEST_CASE("a summary counts every order once, and what those that wait want the most") {
  const auto store = everybody();
  const auto seats = test_layout(0);
  const auto sum = store.summary(tosca, *seats);
  CHECK(sum.waiting == 5);
  CHECK(sum.offered == 1);
  CHECK(sum.bought == 1);
  CHECK(sum.lapsed == 1);
  CHECK(sum.left == 2);
  CHECK(sum.over == 0);
  CHECK(sum.wanted == waitlist_demand{5, 6 + 7 + 3 + 3 + 2});
  CHECK(sum.by_tier.at(0) == waitlist_demand{2, 13});
  CHECK(sum.by_tier.at(seats->tier_of_area(0)) == waitlist_demand{1, 3});
  CHECK(sum.any_tier == waitlist_demand{2, 5});
  CHECK(store.summary(domain::event_id{99}, *seats).wanted == waitlist_demand{});
}

TEST_CASE(
    "when an event is closed nobody waits any more, and what is offered can be taken; when it is cancelled neither") {
  auto closed = everybody();
  closed.close(tosca);
  CHECK(status_of(closed, 6) == waitlist_status::over);
  CHECK(status_of(closed, 5) == waitlist_status::offered);
  CHECK(status_of(closed, 2) == waitlist_status::bought);
  CHECK(closed.find(aida, waiter(1))->status == waitlist_status::waiting);
  CHECK(closed.summary(tosca, *test_layout(0)).wanted == waitlist_demand{});
  CHECK(closed.summary(tosca, *test_layout(0)).over == 5);
  closed.end(tosca, hold_named(15), waitlist_status::bought);
  CHECK(status_of(closed, 5) == waitlist_status::bought);
  auto cancelled = everybody();
  cancelled.cancel(tosca);
  CHECK(status_of(cancelled, 5) == waitlist_status::over);
  cancelled.end(tosca, hold_named(15), waitlist_status::left);
  CHECK(status_of(cancelled, 5) == waitlist_status::over);
  CHECK(cancelled.summary(tosca, *test_layout(0)).over == 6);
  cancelled.cancel(domain::event_id{99});
  cancelled.close(domain::event_id{99});
}

TEST_CASE("facts that do not follow on what is there are not folded") {
  auto store = everybody();
  CHECK_FALSE(store.join(tosca, joined(6, 66, 1, {standing(1)}), midday)); // the number is taken
  CHECK_FALSE(store.join(tosca, joined(20, 6, 1, {standing(1)}), midday)); // waits already
  CHECK_FALSE(store.join(tosca, joined(20, 5, 1, {standing(1)}), midday)); // has an offer
  CHECK_FALSE(store.leave(tosca, left(5)));                                // does not wait
  CHECK_FALSE(store.leave(tosca, left(77)));
  CHECK_FALSE(store.offer(tosca, offered(30, 5, 5)));
  CHECK_FALSE(store.offer(tosca, offered(30, 6, 7))); // somebody else's
  CHECK_FALSE(store.offer(tosca, offered(30, 77, 7)));
  CHECK(store.offer(tosca, offered(30, 0, 7))); // for nobody on the waitlist
  CHECK(status_of(store, 7) == waitlist_status::waiting);
}

TEST_CASE("orders are kept and taken back as they were, change by change, and damaged rows are refused") {
  auto store = everybody();
  projections::store_changes changes;
  store.take_changes(changes);
  std::map<std::string, std::string> kept;
  const auto keep = [&kept](const projections::store_changes& of) {
    for (const auto& one : of.all()) {
      if (one.value) {
        kept[one.key] = *one.value;
      } else {
        kept.erase(one.key);
      }
    }
  };
  keep(changes);
  CHECK(kept == rows_in(store));
  REQUIRE(store.leave(tosca, left(6)));
  REQUIRE(store.join(tosca, joined(11, 6, 1, {standing(1)}), midday));
  projections::store_changes later;
  store.take_changes(later);
  CHECK(later.all().size() == 3); // one goes, one comes, one more has left
  keep(later);
  CHECK(kept == rows_in(store));
  waitlist_store back;
  for (const auto& [key, value] : kept) {
    REQUIRE(back.restore(key, value));
  }
  CHECK(rows_in(back) == kept);
  CHECK(back.summary(tosca, *test_layout(0)).wanted == store.summary(tosca, *test_layout(0)).wanted);
  CHECK(back.summary(tosca, *test_layout(0)).left == 3);
  for (std::uint64_t who = 1; who <= 9; ++who) {
    CHECK(back.find(tosca, waiter(who))->ahead == store.find(tosca, waiter(who))->ahead);
  }
  CHECK(back.offered_as(tosca, hold_named(15)) == domain::waitlist_number{5});
  CHECK(back.bytes() > 0);
  for (const auto& [key, value] : kept) {
    waitlist_store other;
    CHECK_FALSE(other.restore(key, value.substr(0, value.size() - 1)));
    CHECK_FALSE(other.restore(key, value + "x"));
    CHECK_FALSE(other.restore(key.substr(0, key.size() - 1), value));
  }
  const auto& [key, value] = *kept.begin();
  CHECK_FALSE(back.restore(key, value)); // it is there already
}

} // namespace holdfast::projections_test

#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

// The inventory is folded anew beside what is shown, and changed for it all at once.

namespace holdfast::projections_test {

namespace {

constexpr domain::event_id first{1'000};
constexpr domain::event_id second{1'007};

struct fixture {
  fixture() {
    for (const auto event : {first, second})
      for (const auto& made : from.open_event(event, test_layout(0), world.now()))
        world.append(made);
    world.settle();
  }

  auto ask(domain::event_id event, bool page = false, std::uint64_t min_seq = 0) -> std::shared_ptr<view_answer> {
    auto answer = std::make_shared<view_answer>();
    if (page)
      world.views().event_page(event, min_seq, into(answer));
    else
      world.views().seats(event, min_seq, into(answer));
    return answer;
  }

  auto read(domain::event_id event, bool page = false) -> std::shared_ptr<const projections::view_body> {
    const auto answer = ask(event, page);
    world.settle();
    REQUIRE(answer->outcome == projections::read_outcome::ok);
    return answer->body;
  }

  auto hold(domain::event_id event) -> std::uint64_t {
    domain::hold_seats what;
    what.best.emplace().quantity = 2;
    const auto made = from.decide(event, {buyer(3), {}, what}, world.now());
    REQUIRE(made.has_value());
    world.append(*made);
    return made->last_seq();
  }

  /// The inventory's turns, and nobody's else: what it reads of the journal does not come.
  void turns() {
    while (world.actors()[0].run_one()) {
    }
  }

  [[nodiscard]] auto rebuilding() -> bool {
    const auto all = world.views().status();
    return std::ranges::any_of(all, [](const auto& each) { return each.name == "inventory" && each.rebuilding; });
  }

  sales from{7, 0};
  pumped_world world{projections::view_settings{}, false};
};

} // namespace

TEST_CASE("a rebuild of the inventory shows what was there until everything is folded anew, and then the same bytes") {
  fixture given;
  const auto seats = given.read(first);
  const auto page = given.read(second, true);
  CHECK_FALSE(given.rebuilding());
  REQUIRE(given.world.views().rebuild("inventory"));
  CHECK(given.rebuilding());
  CHECK_FALSE(given.world.views().rebuild("inventory")); // one at a time
  given.turns();
  CHECK(given.rebuilding());
  // Nothing was loaded yet: whoever asks has what was there, at once.
  CHECK(given.ask(first)->body == seats);
  CHECK(given.ask(second, true)->body == page);
  const auto loads = given.world.views().metrics().event_loads.load();
  given.world.settle();
  CHECK_FALSE(given.rebuilding());
  CHECK(given.world.views().metrics().event_loads == loads); // the two that were begun
  const auto again = given.read(first);
  CHECK(again != seats);
  CHECK(again->bytes == seats->bytes);
  CHECK(again->etag == seats->etag);
  CHECK(given.read(second, true)->bytes == page->bytes);
  CHECK(given.world.views().rebuild("inventory"));
}

TEST_CASE("what is recorded while the inventory is rebuilt is in the old fold at once, and in the new one") {
  fixture given;
  static_cast<void>(given.read(first));
  REQUIRE(given.world.views().rebuild("inventory"));
  given.turns();
  const auto seq = given.hold(first);
  const auto later = given.ask(first, false, seq);
  given.world.settle();
  REQUIRE(later->outcome == projections::read_outcome::ok);
  CHECK(later->body->seq == seq);
  CHECK(faults_of_seats(given.from, first, *later->body) == "");
  CHECK_FALSE(given.rebuilding());
  given.world.pass(domain::seconds(2));
  CHECK(given.read(first)->bytes == later->body->bytes);
  const auto last = given.hold(first);
  given.world.settle();
  given.world.pass(domain::seconds(2));
  const auto shown = given.read(first);
  CHECK(shown->seq == last);
  CHECK(faults_of_seats(given.from, first, *shown) == "");
}

TEST_CASE("a rebuild of an inventory that has nothing in memory is done at once") {
  fixture given;
  given.world.pass(domain::minutes(2)); // nobody reads: everything is dropped
  given.world.settle();
  given.world.pass(domain::minutes(2));
  given.world.settle();
  REQUIRE(given.world.views().rebuild("inventory"));
  given.turns();
  CHECK_FALSE(given.rebuilding());
}

} // namespace holdfast::projections_test

#include "domain/state_image.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

auto both(hold_seats what, std::vector<area_quantity> areas) -> hold_seats {
  what.areas = std::move(areas);
  return what;
}

} // namespace

TEST_CASE("a hold takes exactly what was asked for, at the prices of the moment") {
  stage on;
  const auto made = on.act(box_office(), seats({3, 1}));
  REQUIRE(made);
  const auto& hold = std::get<hold_created>(made->at(0).body);
  CHECK(hold.hold == hold_number{1});
  CHECK(hold.by == owner{{}, ours});
  CHECK(hold.sold_by == key_id{5});
  CHECK(hold.seats == std::vector<seat_index>{3, 1});
  CHECK(hold.prices == std::vector<minor_units>{1'000, 1'000});
  CHECK(hold.expires_at == noon + minutes(10));
  CHECK(hold.cap_at == noon + minutes(120));
  CHECK(on.state.seat(1) == seat_status::held);
  CHECK(on.state.seat(2) == seat_status::available);
  CHECK(on.state.seat(3) == seat_status::held);
  CHECK(on.state.counts() == event_counts{18, 2, 0, 0});
  CHECK(on.state.places_of({{}, ours}) == 2);
  CHECK(on.state.next_deadline() == noon + minutes(10));

  REQUIRE(on.act(buyer(7), places({{0, 4}})));
  const auto* const standing = on.state.find(hold_number{2});
  REQUIRE(standing != nullptr);
  CHECK(standing->by == owner{{7, 8}, {}});
  CHECK(standing->sold_by == key_id{});
  CHECK(standing->areas == std::vector<held_area>{{0, 4, 1'000}});
  CHECK(standing->total() == 4'000);
  CHECK(on.state.area(0) == area_counts{4, 0});
  CHECK(on.state.places_of({{7, 8}, {}}) == 4);
}

TEST_CASE("a request that makes no sense is invalid before anything else is looked at") {
  struct row {
    std::string what;
    hold_seats request;
    std::string expected;
  };
  const row rows[] = {
      {"nothing", {}, "invalid "},
      {"seats and areas", both(seats({0}), {{0, 1}}), "invalid "},
      {"best and areas", both(best({1, {}, {}, 0, true}), {{0, 1}}), "invalid "},
      {"a seat twice", seats({1, 2, 1}), "invalid /seats"},
      {"no such seat", seats({0, 10}), "invalid /seats"},
      {"no such area", places({{1, 1}}), "invalid /areas"},
      {"no places", places({{0, 0}}), "invalid /areas"},
      {"an area twice", places({{0, 1}, {0, 1}}), "invalid /areas"},
      {"best of none", best({0, {}, {}, 0, true}), "invalid /best_available/quantity"},
      {"best of too many", best({101, {}, {}, 0, true}), "invalid /best_available/quantity"},
      {"more accessible than in all", best({1, {}, {}, 2, true}), "invalid /best_available/accessible"},
      {"no such tier", best({1, {0, 1}, {}, 0, true}), "invalid /best_available/tiers"},
      {"no such section", best({1, {}, {1}, 0, true}), "invalid /best_available/sections"},
      {"a section twice", best({1, {}, {0, 0}, 0, true}), "invalid /best_available/sections"},
      {"a tier twice", best({1, {0, 0}, {}, 0, true}), "invalid /best_available/tiers"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(told(stage{event_status::closed}.ask(buyer(1), row.request)) == row.expected);
  }
}

TEST_CASE("holds are made while the event is on sale only") {
  using enum event_status;
  for (const auto status : {draft, published, paused, closed, cancelled}) {
    CAPTURE(static_cast<int>(status));
    CHECK(told(stage{status}.ask(buyer(1), seats({0}))) == (status == published ? "ok, held 1" : "sale_not_open"));
  }
  auto config = sound_config();
  config.sale_opens_at = noon;
  config.sale_closes_at = noon + hours(1);
  stage on{published, config};
  struct row {
    millis after_noon;
    std::string expected;
  };
  for (const auto& row : {row{{-1}, "sale_not_open"}, row{{0}, "ok, held 1"}, row{{3'599'999}, "ok, held 1"},
                          row{{3'600'000}, "sale_not_open"}}) {
    on.now = noon + row.after_noon;
    CHECK(told(on.ask(buyer(1), seats({0}))) == row.expected);
  }
}

TEST_CASE("an order and a buyer have their limits, and a box office only an order's") {
  stage on; // 8 an order, 6 a buyer
  const std::vector<seat_index> seven{0, 1, 2, 3, 4, 5, 6};
  CHECK(told(on.ask(buyer(1), seats({0, 1, 2, 3, 4, 5, 6, 7, 8}))) == "order_limit_exceeded");
  CHECK(told(on.ask(buyer(1), seats(seven))) == "buyer_limit_exceeded");
  CHECK(told(on.ask(box_office(), seats(seven))) == "ok, held 1");
  CHECK(told(on.ask(box_office(), places({{0, 9}}))) == "order_limit_exceeded");
  CHECK(told(on.ask(box_office(), best({9, {}, {}, 0, true}))) == "order_limit_exceeded");

  on.hold(buyer(1), {0, 1, 2, 3});
  on.confirm(hold_number{1});
  CHECK(told(on.ask(buyer(1), seats({4, 5}))) == "ok, held 2");
  const auto refused = on.ask(buyer(1), places({{0, 3}}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why == reason::buyer_limit_exceeded);
  CHECK(refused.error().limit == 6);
  CHECK(refused.error().current == 4);
  CHECK(told(on.ask(buyer(2), places({{0, 3}}))) == "ok, held 2");
}

TEST_CASE("no hold is larger than a hold may be, whatever the order's limit") {
  stage on({{"."}}, 2);
  layout_spec spec;
  spec.areas = {{"floor", "t0", 5'000}};
  auto config = sound_config();
  config.max_per_order = config.max_per_buyer = 100'000;
  stage wide{event_status::absent};
  REQUIRE(wide.act(organiser(), create_event{the_event, ours, config, built(spec)}));
  REQUIRE(wide.act(organiser(), publish_event{}));
  CHECK(told(wide.ask(buyer(1), places({{0, 1'000}}))) == "ok, held 1");
  const auto refused = wide.ask(buyer(1), places({{0, 1'001}}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why == reason::order_limit_exceeded);
  CHECK(refused.error().limit == 1'000);
}

TEST_CASE("every seat that cannot be had is named, and nothing is held") {
  stage on;
  on.hold(buyer(1), {1, 3});
  on.confirm(on.hold(buyer(2), {5}));
  CHECK(told(on.act(buyer(3), seats({5, 4, 3, 2, 1}))) == "seat_unavailable 5s 3h 1h");
  CHECK(on.state.counts() == event_counts{17, 2, 1, 0});
  CHECK(on.state.seat(4) == seat_status::available);
}

TEST_CASE("every area that is too full is named with what is left") {
  stage on({{".."}}, 3);
  on.hold_places(buyer(1), 0, 8);
  on.confirm(on.hold_places(buyer(1), 2, 10));
  CHECK(told(on.act(buyer(2), places({{0, 3}, {1, 10}, {2, 1}}))) == "area_full 0:2 2:0");
  CHECK(told(on.act(buyer(2), places({{0, 2}, {1, 10}}))) == "ok, held 3");
  CHECK(on.state.area(0) == area_counts{10, 0});
  CHECK(on.state.area(2) == area_counts{0, 10});
}

TEST_CASE("best available holds what it chooses, or says that there is nothing") {
  stage on({{"..x..."}});
  const auto made = on.act(buyer(1), best({3, {}, {}, 0, true}));
  REQUIRE(made);
  CHECK(std::get<hold_created>(made->at(0).body).seats == std::vector<seat_index>{3, 4, 5});
  CHECK(told(on.act(buyer(1), best({3, {}, {}, 0, true}))) == "no_such_seats");
}

TEST_CASE("hold numbers end") {
  stage on;
  auto image = on.state.image();
  image.last_hold = hold_number{limits::hold_number_max};
  auto state = event_state::from_image(image);
  REQUIRE(state);
  on.state = std::move(*state);
  CHECK(told(on.ask(buyer(1), seats({0}))) == "holds_exhausted");
}

TEST_CASE("a hold past its deadline gives its seats to whoever asks next, and ends first") {
  stage on;
  const auto first = on.hold(buyer(1), {0, 1});
  on.now = on.now + minutes(10) - millis{1};
  CHECK(told(on.ask(buyer(2), seats({1, 2}))) == "seat_unavailable 1h");
  on.now = on.now + millis{1};
  CHECK(told(on.act(buyer(2), seats({1, 2}))) == "ok, expired 1, held 2");
  CHECK(on.state.find(first) == nullptr);
  CHECK(on.state.seat(0) == seat_status::available);
  CHECK(on.state.find_ended(first)->ended == ended_hold::how::expired);
}

TEST_CASE("expired holds that stand in the way end by number, each once") {
  stage on;
  on.hold(buyer(1), {4});
  on.hold(buyer(2), {2, 3});
  on.hold(buyer(3), {9});
  on.now = on.now + minutes(10);
  CHECK(told(on.act(buyer(4), seats({2, 3, 4}))) == "ok, expired 1, expired 2, held 4");
  CHECK(on.state.find(hold_number{3}) != nullptr);
}

TEST_CASE("a refusal ends no hold, not even one past its deadline") {
  stage on;
  on.hold(buyer(1), {0});
  on.now = on.now + minutes(9);
  on.hold(buyer(2), {1});
  on.now = on.now + minutes(1);
  CHECK(told(on.act(buyer(3), seats({0, 1}))) == "seat_unavailable 1h");
  CHECK(on.state.find(hold_number{1}) != nullptr);
}

TEST_CASE("a buyer's own expired holds do not count against the limit, and end first") {
  stage on; // 6 a buyer
  on.hold(buyer(1), {0, 1, 2});
  on.hold(buyer(2), {8});
  on.hold(buyer(1), {3, 4});
  on.now = on.now + minutes(10);
  CHECK(told(on.ask(buyer(1), seats({9}))) == "ok, held 4"); // within the limit as it is: nothing needs to end
  CHECK(told(on.act(buyer(1), seats({5, 6}))) == "ok, expired 1, expired 3, held 4");
  const auto refused = on.ask(buyer(1), seats({0, 1, 2, 3, 7}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why == reason::buyer_limit_exceeded);
  CHECK(refused.error().current == 2);
}

TEST_CASE("places of an area that expired holds have are free, the earliest first") {
  stage on({{"."}}, 2);
  for (int i = 0; i < 5; ++i) {
    on.hold_places(buyer(static_cast<std::uint64_t>(i) + 1), 0, 2);
    on.now = on.now + millis{1};
  }
  on.now = noon + minutes(10) + millis{2}; // three of the five are due
  CHECK(told(on.ask(buyer(9), places({{0, 1}}))) == "ok, expired 1, held 6");
  CHECK(told(on.ask(buyer(9), places({{0, 3}}))) == "ok, expired 1, expired 2, held 6");
  CHECK(told(on.ask(buyer(9), places({{0, 6}, {1, 10}}))) == "ok, expired 1, expired 2, expired 3, held 6");
  CHECK(told(on.ask(buyer(9), places({{0, 7}}))) == "area_full 0:6");
}

TEST_CASE("an expired hold of two areas frees places in both and ends once") {
  stage on({{"."}}, 2);
  REQUIRE(on.act(buyer(1), places({{0, 10}, {1, 10}})));
  on.now = on.now + minutes(10);
  CHECK(told(on.act(buyer(2), places({{1, 4}, {0, 4}}))) == "ok, expired 1, held 2");
}

TEST_CASE("no decision ends more holds than its facts allow") {
  std::vector<drawn_row> rows{{std::string_view{"................................................................"
                                                "................................................................"}}};
  stage on(rows, 1);
  std::vector<seat_index> all;
  for (seat_index seat = 0; seat < 64; ++seat) {
    on.hold(buyer(seat + 1), {seat});
    all.push_back(seat);
  }
  on.now = on.now + minutes(10);
  // 63 holds and the new one are 64 facts; the 64th seat counts as held.
  CHECK(told(on.ask(buyer(99), seats(all))) == "seat_unavailable 63h");
  all.pop_back();
  const auto made = on.act(buyer(99), seats(all));
  REQUIRE(made);
  CHECK(made->size() == 64);
}

TEST_CASE("best available takes seats of expired holds, and ends those holds first") {
  stage on({{"...."}});
  on.hold(buyer(1), {0, 1});
  on.hold(buyer(2), {3});
  CHECK(told(on.ask(buyer(3), best({2, {}, {}, 0, true}))) == "no_such_seats");
  on.now = on.now + minutes(10);
  const auto made = on.act(buyer(3), best({2, {}, {}, 0, true}));
  CHECK(told(made) == "ok, expired 1, held 3");
  CHECK(std::get<hold_created>(made->back().body).seats == std::vector<seat_index>{0, 1});
}

TEST_CASE("best available counts the first expired holds as ended, no more than one decision can end") {
  std::vector<drawn_row> rows{{std::string_view{"................................................................"}}};
  stage on(rows);
  for (seat_index seat = 0; seat < 64; ++seat) {
    on.hold(buyer(seat + 1), {seat});
  }
  on.now = on.now + minutes(10);
  CHECK(told(on.ask(buyer(99), best({64, {}, {}, 0, true}))) == "no_such_seats");
  const auto made = on.ask(buyer(99), best({63, {}, {}, 0, true}));
  REQUIRE(made);
  CHECK(made->size() == 64);
}

TEST_CASE("checks run in the order of the reasons") {
  // Everything is wrong with a request at once; taking the first fault away shows the next.
  auto config = sound_config();
  config.max_per_order = 4;
  config.max_per_buyer = 3;
  stage on{event_status::published, config};
  on.hold(buyer(2), {0});
  const command_id key{7, 8};
  on.hold(buyer(1), {9});
  REQUIRE(on.act(buyer(1), seats({8}), key));
  REQUIRE(on.act(organiser(), pause_event{}));
  const caller nobody{caller::kind::buyer, {}, {}, {}};
  CHECK(told(on.ask(nobody, seats({0, 0, 1, 2, 3}), key)) == "not_found");
  CHECK(told(on.ask(buyer(1), seats({0, 0, 1, 2, 3}), {7, 9})) == "key_reused");
  CHECK(told(on.ask(buyer(1), seats({0, 0, 1, 2, 3}))) == "invalid /seats");
  CHECK(told(on.ask(buyer(1), seats({0, 1, 2, 3, 4}))) == "sale_not_open");
  REQUIRE(on.act(organiser(), resume_event{}));
  CHECK(told(on.ask(buyer(1), seats({0, 1, 2, 3, 4}))) == "order_limit_exceeded");
  CHECK(told(on.ask(buyer(1), seats({0, 1}))) == "buyer_limit_exceeded");
  CHECK(told(on.ask(buyer(1), seats({0}))) == "seat_unavailable 0h");
}

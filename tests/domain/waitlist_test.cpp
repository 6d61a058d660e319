#include "domain/hold_wish.hpp"
#include "domain/state_image.hpp"
#include "tests/domain/stage.hpp"
#include "tests/domain/waiting.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

struct refusal {
  std::string what;
  std::vector<waitlist_choice> choices;
  std::string expected;
};

} // namespace

TEST_CASE("what nobody can wait for is invalid, with a pointer to each fault") {
  const auto on = sold_out();
  const auto ten = of_places({{0, 1}});
  const refusal rows[] = {
      {"nothing", {}, "invalid /choices"},
      {"too many", {ten, ten, ten, ten, ten}, "invalid /choices"},
      {"neither", {{}}, "invalid /choices/0"},
      {"both", {ten, {{1}, {}, 0, {{0, 1}}, 0}}, "invalid /choices/1"},
      {"five groups", {of_groups({1, 1, 1, 1, 1})}, "invalid /choices/0/seats"},
      {"a group of none", {of_groups({2, 0})}, "invalid /choices/0/seats/1"},
      {"a group too large", {of_groups({101})}, "invalid /choices/0/seats/0"},
      {"no such tier", {of_groups({1}, {1})}, "invalid /choices/0/tiers"},
      {"a tier twice", {of_groups({1}, {0, 0})}, "invalid /choices/0/tiers"},
      {"tiers of places", {{{}, {0}, 0, {{0, 1}}, 0}}, "invalid /choices/0/tiers"},
      {"more accessible than seats", {{{2, 4}, {}, 3, {}, 0}}, "invalid /choices/0/accessible"},
      {"accessible places", {{{}, {}, 1, {{0, 1}}, 0}}, "invalid /choices/0/accessible"},
      {"no such area", {of_places({{1, 1}})}, "invalid /choices/0/areas/0/area"},
      {"an area twice", {of_places({{0, 1}, {0, 1}})}, "invalid /choices/0/areas"},
      {"no places", {of_places({{0, 0}})}, "invalid /choices/0/areas/0/quantity"},
      {"a price below nothing", {of_groups({1}, {}, -1)}, "invalid /choices/0/max_each"},
      {"a price above all", {of_groups({1}, {}, limits::price_max + 1)}, "invalid /choices/0/max_each"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(told(on.ask(buyer(1), joins(row.choices))) == row.expected);
  }
}

TEST_CASE("a buyer alone goes on the waitlist and off it, and the system alone looks it over") {
  auto on = sold_out();
  const auto join = joins({of_groups({2})});
  CHECK(told(on.ask(box_office(), join)) == "not_found");
  CHECK(told(on.ask(organiser(), join)) == "not_found");
  CHECK(told(on.ask({}, join)) == "not_found");
  CHECK(told(on.ask(box_office(), leave_waitlist{})) == "not_found");
  CHECK(told(on.ask(buyer(1), match_waitlist{})) == "not_found");
  CHECK(told(on.ask(organiser(), match_waitlist{})) == "not_found");
  CHECK(told(stage{event_status::absent}.ask(buyer(1), join)) == "not_found");
  CHECK(told(on.act(buyer(1), join)) == "ok, waits 1");
  CHECK(told(on.ask(buyer(2), leave_waitlist{})) == "not_found");
  CHECK(told(on.act(buyer(1), leave_waitlist{})) == "ok, left 1");
  CHECK(told(on.ask(buyer(1), leave_waitlist{})) == "not_found");
  CHECK(told(on.act(buyer(1), join)) == "ok, waits 2");
}

TEST_CASE("going on the waitlist is remembered by its key") {
  auto on = sold_out();
  const auto join = joins({of_groups({2})});
  REQUIRE(on.act(buyer(1), join, {5, 6}));
  CHECK(told(on.ask(buyer(1), join, {5, 6})) == "already_remembered");
  CHECK(told(on.ask(buyer(1), join, {5, 7})) == "key_reused");
  CHECK(told(on.ask(buyer(1), join, {6, 6})) == "already_waiting");
}

TEST_CASE("who goes on the waitlist does so while the sale is open and nothing else is to be had") {
  using enum event_status;
  const auto join = joins({of_groups({2})});
  for (const auto status : {draft, paused, closed, cancelled}) {
    CAPTURE(static_cast<int>(status));
    CHECK(told(stage{status, waiting_config()}.ask(buyer(1), join)) == "sale_not_open");
  }
  auto later = waiting_config();
  later.sale_opens_at = noon + hours(1);
  CHECK(told(stage{published, later}.ask(buyer(1), join)) == "sale_not_open");

  auto none = waiting_config();
  none.waitlist_offer = millis{0};
  CHECK(told(sold_out(none).ask(buyer(1), join)) == "waitlist_closed");
  CHECK(told(stage{published, waiting_config()}.ask(buyer(1), join)) == "places_available");

  auto on = sold_out();
  CHECK(told(on.ask(buyer(1), joins({of_groups({2}), of_groups({4, 4, 4})}))) == "order_limit_exceeded");
  const auto refused = on.ask(buyer(1), joins({of_groups({4}), of_groups({4, 3})}));
  CHECK(told(refused) == "buyer_limit_exceeded");
  CHECK(refused.error().limit == 6);
  CHECK(told(on.ask(buyer(1), joins({of_places({{0, 7}})}))) == "buyer_limit_exceeded");
  // One thing that can be had is enough, whoever else waits for it.
  REQUIRE(on.act(buyer(2), joins({of_groups({2})})));
  REQUIRE(on.act(box_office(), release_hold{hold_number{2}}));
  CHECK(told(on.ask(buyer(1), joins({of_groups({2}), of_groups({1})}))) == "places_available");
  CHECK(told(on.ask(buyer(1), joins({of_groups({2}), of_groups({1}, {}, 999)}))) == "ok, waits 2");
  CHECK(told(on.ask(buyer(1), joins({of_groups({2, 1})}))) == "ok, waits 2");
}

TEST_CASE(
    "a hold that is past its deadline does not count against who goes on the waitlist, and is not to be had before it has ended") {
  auto config = waiting_config();
  stage on{event_status::published, config};
  on.hold(buyer(1), {0, 1, 2, 3, 4, 5});
  on.hold(buyer(2), {6, 7, 8, 9});
  CHECK(told(on.ask(buyer(1), joins({of_groups({2})}))) == "buyer_limit_exceeded");
  on.now = on.now + minutes(10);
  CHECK(told(on.ask(buyer(1), joins({of_groups({2})}))) == "ok, waits 1");
}

TEST_CASE("checks of somebody who goes on the waitlist follow the order of the reasons") {
  auto config = waiting_config();
  config.waitlist_offer = millis{0};
  auto on = sold_out(config);
  CHECK(told(on.ask(buyer(1), joins({of_groups({7})}))) == "buyer_limit_exceeded");
  CHECK(told(on.ask(buyer(1), joins({of_groups({2})}))) == "waitlist_closed");
  auto open = sold_out();
  REQUIRE(open.act(buyer(1), joins({of_groups({2})})));
  REQUIRE(open.act(box_office(), release_hold{hold_number{1}}));
  CHECK(told(open.ask(buyer(1), joins({of_groups({2})}))) == "already_waiting");
  CHECK(told(open.ask(buyer(1), joins({of_groups({7})}))) == "buyer_limit_exceeded");
}

TEST_CASE("who has no rank is behind everybody, and who is let in before them") {
  auto on = sold_out();
  const auto join = [&](std::uint64_t who, std::optional<std::uint32_t> rank) {
    REQUIRE(on.act(buyer(who), joins({of_groups({2})}, rank)));
  };
  join(1, std::nullopt);
  join(2, 40);
  join(3, 7);
  join(4, std::nullopt);
  join(5, 0);
  join(6, 40);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (const auto& one : on.state.waitlist()) {
    order.emplace_back(one.who.high, one.rank);
  }
  CHECK(order ==
        std::vector<std::pair<std::uint64_t, std::uint32_t>>{{1, 0}, {5, 0}, {3, 7}, {2, 40}, {4, 40}, {6, 40}});
  CHECK(on.state.waiting() == 6);
  CHECK(on.state.last_waitlist() == waitlist_number{6});
  REQUIRE(on.act(box_office(), release_hold{hold_number{1}}));
  CHECK(match_all(on) == ", held 4, held 5, held 6, held 7");
  for (const std::uint64_t who : {1U, 5U, 3U, 2U}) {
    CHECK(seats_of(on, who).size() == 2);
  }
  CHECK(offered_to(on, 4) == nullptr);
  CHECK(on.state.waiting() == 2);
  CHECK(on.state.waitlist().size() == 6);
}

TEST_CASE("names of what somebody waits for become the layout's, sorted, or are named") {
  const auto layout = built([] {
    auto spec = drawn_layout({{"..", "t1"}, {"..", "t0"}, {"..", "t2"}}, 2);
    return spec;
  }());
  hold_wish wish;
  wish.choices.push_back({{2, 1}, {"t2", "t0", "t1"}, 1, {}, 900});
  wish.choices.push_back({{}, {}, 0, {{"floor1", 3}, {"floor0", 4}}, 800});
  command_body body = join_waitlist{{}, 17};
  REQUIRE(resolve_into(body, wish, *layout));
  const auto& join = std::get<join_waitlist>(body);
  CHECK(join.rank == 17);
  REQUIRE(join.choices.size() == 2);
  CHECK(join.choices[0] == waitlist_choice{{2, 1}, {0, 1, 2}, 1, {}, 900});
  CHECK(join.choices[1] == waitlist_choice{{}, {}, 0, {{0, 4}, {1, 3}}, 800});

  wish.choices[0].tiers = {"t0", "stalls", "t0"};
  wish.choices[1].areas = {{"floor0", 1}, {"roof", 1}};
  const auto faults = resolve_into(body, wish, *layout);
  REQUIRE_FALSE(faults);
  REQUIRE(faults.error().size() == 2);
  CHECK(faults.error()[0].pointer == "/choices/0/tiers/1");
  CHECK(faults.error()[1].pointer == "/choices/1/areas/1/area");
}

namespace {

auto listed_stage() -> stage {
  auto on = sold_out();
  REQUIRE(on.act(buyer(1), joins({of_groups({2}), of_places({{0, 2}}, 500)}, 4), {31, 1}));
  REQUIRE(on.act(buyer(2), joins({of_groups({3, 1}, {0})}, 9)));
  REQUIRE(on.act(buyer(3), joins({of_groups({2})}, 1)));
  REQUIRE(on.act(buyer(4), joins({of_groups({1})})));
  REQUIRE(on.act(buyer(4), leave_waitlist{}));
  REQUIRE(on.act(box_office(), release_hold{hold_number{1}}));
  on.hold(box_office(), {0, 1, 2, 3, 4, 5});
  REQUIRE(match_all(on) == ", held 5");
  return on;
}

struct list_damage {
  std::string what;
  std::function<void(state_image&)> damage;
};

const list_damage list_damages[] = {
    {"a number beyond the last", [](auto& i) { i.last_waitlist = 2; }},
    {"an order without a number", [](auto& i) { i.waitlist[0].number = {}; }},
    {"an order of nobody", [](auto& i) { i.waitlist[1].who = {}; }},
    {"orders out of order", [](auto& i) { std::swap(i.waitlist[1], i.waitlist[2]); }},
    {"an order twice", [](auto& i) { i.waitlist.push_back(i.waitlist.back()); }},
    {"a number twice", [](auto& i) { i.waitlist[2].number = i.waitlist[1].number; }},
    {"a buyer twice", [](auto& i) { i.waitlist[2].who = i.waitlist[1].who; }},
    {"an order from the future", [](auto& i) { i.waitlist[1].joined_at = i.time + millis{1}; }},
    {"an order from before all time", [](auto& i) { i.waitlist[1].joined_at = instant{-1}; }},
    {"an order for nothing", [](auto& i) { i.waitlist[1].choices.clear(); }},
    {"a tier that is not there", [](auto& i) { i.waitlist[1].choices[0].tiers = {3}; }},
    {"an offer of no hold", [](auto& i) { i.waitlist[1].offered = 77; }},
    {"an offer of another's hold", [](auto& i) { i.waitlist[1].offered = 5; }},
    {"an offer of a hold before it",
     [](auto& i) {
       i.waitlist[0].joined_at = i.time;
       i.bookings.back().created_at = noon - millis{1};
     }},
    {"a waitlist of a closed event", [](auto& i) { i.status = event_status::closed; }},
    {"too many", [](auto& i) { i.waitlist.resize(limits::waitlist_orders_max + 1, i.waitlist.back()); }},
};

} // namespace

TEST_CASE("a waitlist is part of a state's image, and what contradicts itself restores nothing") {
  auto on = listed_stage();
  const auto sound = on.state.image();
  REQUIRE(sound.waitlist.size() == 3);
  CHECK(sound.last_waitlist == 4);
  CHECK(sound.waitlist[0].offered == 5);
  auto restored = event_state::from_image(sound);
  REQUIRE(restored);
  CHECK(restored->image() == sound);
  CHECK(restored->hash() == on.state.hash());
  CHECK(restored->waiting() == 2);
  event_state again;
  for (const auto& one : on.history) {
    apply(again, one);
  }
  CHECK(again.image() == sound);
  stage other{event_status::absent};
  other.state = std::move(*restored);
  other.now = on.now;
  for (auto* one : {&on, &other}) {
    REQUIRE(one->act(box_office(), release_hold{hold_number{4}}));
    CHECK(match_all(*one) == ", held 6, held 7");
  }
  CHECK(on.state.image() == other.state.image());
  CHECK(on.state.hash() == other.state.hash());
  for (const auto& row : list_damages) {
    CAPTURE(row.what);
    auto image = sound;
    row.damage(image);
    CHECK_FALSE(event_state::from_image(image));
  }
}

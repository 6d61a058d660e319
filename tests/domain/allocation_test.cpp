#include "domain/limits.hpp"
#include "tests/domain/apart.hpp"

#include <functional>
#include <numeric>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

struct spoilt {
  const char* what;
  std::function<void(allocate_seats&)> spoil;
  const char* said;
};
const spoilt spoilt_wishes[] = {
    {"nothing spoilt", [](auto&) {}, "ok, apart 2"},
    {"no name", [](auto& a) { a.name.clear(); }, "invalid /name"},
    {"a long name", [](auto& a) { a.name.assign(201, 'x'); }, "invalid /name"},
    {"no reason", [](auto& a) { a.reason.clear(); }, "invalid /reason"},
    {"a long reason", [](auto& a) { a.reason.assign(201, 'x'); }, "invalid /reason"},
    {"a code of no presale", [](auto& a) { a.code = code(1); }, "invalid /access_code"},
    {"a presale without a code", [](auto& a) { a.kind = allocation_kind::presale; }, "invalid /access_code"},
    {"a code of another presale",
     [](auto& a) {
       a.kind = allocation_kind::presale;
       a.code = code(7);
     },
     "invalid /access_code"},
    {"another code",
     [](auto& a) {
       a.kind = allocation_kind::presale;
       a.code = code(8);
     },
     "ok, apart 2"},
    {"nothing", [](auto& a) { a.seats.clear(); }, "invalid /seats"},
    {"a seat that is not there", [](auto& a) { a.seats = {10}; }, "invalid /seats"},
    {"a seat twice",
     [](auto& a) {
       a.seats = {4, 4};
     },
     "invalid /seats"},
    {"too many seats",
     [](auto& a) {
       a.seats.resize(10'001);
       std::iota(a.seats.begin(), a.seats.end(), 0U);
     },
     "invalid /seats /seats"},
    {"an area that is not there",
     [](auto& a) {
       a.areas = {{1, 1}};
     },
     "invalid /areas"},
    {"no places of an area",
     [](auto& a) {
       a.areas = {{0, 0}};
     },
     "invalid /areas"},
    {"an area twice",
     [](auto& a) {
       a.areas = {{0, 1}, {0, 1}};
     },
     "invalid /areas"},
    {"a seat that is held",
     [](auto& a) {
       a.seats = {5, 1};
     },
     "seat_unavailable 1h"},
    {"a seat that is set apart", [](auto& a) { a.seats = {9}; }, "seat_unavailable 9b"},
    {"more places than there are",
     [](auto& a) {
       a.areas = {{0, 11}};
     },
     "area_full 0:10"},
};

} // namespace

TEST_CASE("whatever is set apart says no card number") {
  stage on{{{".........."}}};
  auto named = apart({0});
  named.name = "4111 1111 1111 1111";
  CHECK(told(on.ask(organiser(), named)) == "invalid /name");
  auto reasoned = apart({0});
  reasoned.reason = "card 4111 1111 1111 1111";
  CHECK(told(on.ask(organiser(), reasoned)) == "invalid /reason");
}

TEST_CASE("places set apart are blocked: the public cannot have them, and they come back when they are released") {
  stage on;
  const auto version = on.state.version();
  REQUIRE(told(on.act(organiser(), apart({2, 3}))) == "ok, apart 1");
  REQUIRE(told(on.act(organiser(), places_apart({{0, 4}}))) == "ok, apart 2");
  CHECK(on.state.version() == version);
  CHECK(on.state.seat(2) == seat_status::blocked);
  CHECK(on.state.allocation_of(2) == first);
  CHECK(on.state.allocation_of(4) == allocation_number{});
  CHECK(on.state.area(0).blocked == 4);
  CHECK(on.state.counts() == event_counts{14, 0, 0, 6});
  CHECK(told(on.ask(buyer(1), seats({1, 2, 3}))) == "seat_unavailable 2b 3b");
  CHECK(told(on.ask(buyer(1), places({{0, 7}}))) != "ok, held 1");
  CHECK(told(on.ask(buyer(1), places({{0, 6}}))) == "ok, held 1");
  CHECK(told(on.ask(box_office(), places({{0, 7}}))) == "area_full 0:6");
  check_sound(on);
  REQUIRE(told(on.act(organiser(), release_allocation{second})) == "ok, back 2");
  CHECK(on.state.find(second) == nullptr);
  REQUIRE(on.state.allocations().size() == 1);
  REQUIRE(told(on.act(organiser(), release_allocation{first})) == "ok, back 1");
  CHECK(told(on.act(organiser(), release_allocation{first})) == "ok");
  CHECK(on.state.counts() == event_counts{20, 0, 0, 0});
  CHECK(on.state.seat(2) == seat_status::available);
  CHECK(told(on.ask(buyer(1), seats({2, 3}))) == "ok, held 1");
  REQUIRE(told(on.act(organiser(), apart({2}))) == "ok, apart 3");
  CHECK(on.state.last_allocation() == allocation_number{3});
  check_sound(on);
}

TEST_CASE("what cannot be set apart is refused") {
  stage on;
  on.hold(buyer(1), {1});
  REQUIRE(on.act(organiser(), apart({9}, allocation_kind::presale)));
  for (const auto& row : spoilt_wishes) {
    CAPTURE(row.what);
    auto what = apart({5});
    row.spoil(what);
    CHECK(told(on.ask(organiser(), what)) == row.said);
  }
}

TEST_CASE("an event has so many allocations at a time, and changes none once it is over") {
  stage on;
  for (std::size_t i = 0; i < limits::allocations_max; ++i) {
    auto one = places_apart({{0, 1}});
    REQUIRE(on.act(organiser(), one));
    REQUIRE(on.act(organiser(), release_allocation{on.state.last_allocation()}));
  }
  auto image = on.state.image();
  image.last_allocation = limits::allocation_number_max;
  on.state = *event_state::from_image(image);
  CHECK(told(on.ask(organiser(), apart({1}))) == "invalid ");

  stage many{std::vector<drawn_row>{{std::string_view{"................................................................"
                                                      "................................................................"
                                                      "................................................................"
                                                      "............"}}}};
  for (seat_index seat = 0; seat < limits::allocations_max; ++seat) {
    REQUIRE(many.act(organiser(), apart({seat})));
  }
  CHECK(told(many.ask(organiser(), apart({201}))) == "invalid ");
  CHECK(told(many.act(organiser(), release_allocation{first})) == "ok, back 1");
  CHECK(told(many.ask(organiser(), apart({201}))) == "ok, apart 201");

  for (const auto& last : {command_body{close_event{}}, command_body{cancel_event{}}}) {
    stage over;
    REQUIRE(over.act(organiser(), apart({1})));
    REQUIRE(over.act(organiser(), last));
    CHECK(told(over.ask(organiser(), apart({2}))) == "wrong_status");
    CHECK(told(over.ask(organiser(), change_allocation{first, {2}, {}})) == "wrong_status");
    CHECK(told(over.act(organiser(), release_allocation{first})) == "ok, back 1");
  }
}

TEST_CASE("allocations are the event's own organisers' business") {
  stage on;
  REQUIRE(on.act(organiser(), apart({1})));
  for (const auto& by : {buyer(1), box_office(), organiser(theirs), caller{}}) {
    CHECK(told(on.ask(by, apart({2}))) == "not_found");
    CHECK(told(on.ask(by, change_allocation{first, {2}, {}})) == "not_found");
    CHECK(told(on.ask(by, release_allocation{first})) == "not_found");
  }
  for (const auto number : {0, 2}) {
    const allocation_number none{static_cast<std::uint16_t>(number)};
    CHECK(told(on.ask(organiser(), change_allocation{none, {2}, {}})) == "not_found");
    CHECK(told(on.ask(organiser(), release_allocation{none})) == "not_found");
  }
  CHECK(told(on.act(organiser(), apart({4}), {9, 9})) == "ok, apart 2");
  CHECK(told(on.ask(organiser(), apart({4}), {9, 9})) == "already_remembered");
}

TEST_CASE("an allocation's seats are moved live, and what changes nothing is no fact") {
  stage on;
  REQUIRE(on.act(organiser(), apart({0, 1, 2}, allocation_kind::presale)));
  CHECK(told(on.act(organiser(), change_allocation{first, {4, 0}, {1, 7}})) == "ok, moved 1");
  CHECK(on.state.seat(1) == seat_status::available);
  CHECK(on.state.seat(4) == seat_status::blocked);
  CHECK(told(on.ask(organiser(), change_allocation{first, {4, 0}, {1, 7}})) == "ok");
  CHECK(told(on.ask(organiser(), change_allocation{first, {}, {}})) == "ok");
  CHECK(told(on.ask(organiser(), change_allocation{first, {10}, {}})) == "invalid /add_seats");
  CHECK(told(on.ask(organiser(), change_allocation{first, {}, {10}})) == "invalid /remove_seats");
  CHECK(told(on.ask(organiser(), change_allocation{first, {3}, {3}})) == "invalid ");
  CHECK(told(on.ask(organiser(), change_allocation{first, std::vector<seat_index>(10'001), {}})) == "invalid  ");
  REQUIRE(on.act(buyer(1), by_code(seats({0, 2}))));
  CHECK(told(on.ask(organiser(), change_allocation{first, {3, 5}, {}})) == "ok, moved 1");
  REQUIRE(on.act(buyer(2), seats({3})));
  CHECK(told(on.ask(organiser(), change_allocation{first, {3, 5}, {}})) == "seat_unavailable 3h");
  CHECK(told(on.act(organiser(), change_allocation{first, {}, {0}})) == "ok, moved 1");
  CHECK(on.state.seat(0) == seat_status::held);
  check_sound(on);
  REQUIRE(told(on.act(organiser(), release_allocation{first})) == "ok, back 1");
  CHECK(on.state.seat(2) == seat_status::held);
  check_sound(on);
  CHECK(told(on.act(buyer(1), release_hold{hold_number{1}})) == "ok, released 1");
  CHECK(on.state.seat(0) == seat_status::available);
  CHECK(on.state.seat(2) == seat_status::available);
  check_sound(on);
}

TEST_CASE("a layout is not replaced while places of it are set apart") {
  stage on{event_status::draft};
  REQUIRE(told(on.act(organiser(), apart({1}))) == "ok, apart 1");
  CHECK(told(on.ask(organiser(), replace_layout{{}, small_layout()})) == "layout_frozen");
  REQUIRE(on.act(organiser(), release_allocation{first}));
  CHECK(told(on.ask(organiser(), replace_layout{{}, small_layout()})) == "ok, layout");
}

TEST_CASE("an image whose allocations contradict it restores nothing") {
  stage on{{{".........."}}, 1};
  REQUIRE(on.act(organiser(), apart({0, 1}, allocation_kind::presale)));
  REQUIRE(on.act(organiser(), places_apart({{0, 4}})));
  REQUIRE(on.act(buyer(1), by_code(seats({0}))));
  REQUIRE(on.act(box_office(), of(places({{0, 2}}), second)));
  const auto sound = on.state.image();
  REQUIRE(event_state::from_image(sound));
  const std::pair<const char*, std::function<void(state_image&)>> damages[] = {
      {"a number twice", [](auto& i) { i.allocations[1].number = i.allocations[0].number; }},
      {"no number", [](auto& i) { i.allocations[0].number = {}; }},
      {"a number beyond the last", [](auto& i) { i.last_allocation = 1; }},
      {"a last one beyond all", [](auto& i) { i.last_allocation = 60'001; }},
      {"no kind", [](auto& i) { i.allocations[0].kind = allocation_kind{0}; }},
      {"an unknown kind", [](auto& i) { i.allocations[0].kind = allocation_kind{5}; }},
      {"no name", [](auto& i) { i.allocations[0].name.clear(); }},
      {"a presale without a code", [](auto& i) { i.allocations[0].code.reset(); }},
      {"a code of no presale", [](auto& i) { i.allocations[1].code = code(3); }},
      {"an area that is not there", [](auto& i) { i.allocations[1].areas[0].area = 1; }},
      {"an area twice", [](auto& i) { i.allocations[1].areas.push_back(i.allocations[1].areas[0]); }},
      {"no places", [](auto& i) { i.allocations[1].areas[0].quantity = 0; }},
      {"too many places", [](auto& i) { i.allocations[1].areas[0].quantity = 11; }},
      {"another use", [](auto& i) { ++i.allocations[1].areas[0].used; }},
      {"seats of none", [](auto& i) { i.pools[5] = 3; }},
      {"too few seats", [](auto& i) { i.pools.pop_back(); }},
      {"seats without an allocation", [](auto& i) { i.allocations.clear(); }},
      {"a seat that is not blocked", [](auto& i) { i.statuses[1] = seat_status::available; }},
      {"a hold of what it could not have", [](auto& i) { i.bookings[0].allocation = {}; }},
      {"a hold of what never was", [](auto& i) { i.bookings[0].allocation = allocation_number{3}; }},
      {"places that are not blocked", [](auto& i) { i.areas[0].blocked = 0; }},
  };
  for (const auto& [what, damage] : damages) {
    CAPTURE(what);
    auto image = sound;
    damage(image);
    CHECK_FALSE(event_state::from_image(image));
  }
}

TEST_CASE("a large hall with much set apart keeps to its memory") {
  layout_spec spec;
  for (std::uint32_t section = 0; section < 60; ++section) {
    section_spec one{"s" + std::to_string(section), "t0", {}};
    for (std::uint32_t row = 0; row < 25; ++row) {
      row_spec line;
      line.name = std::to_string(row);
      line.count = 40;
      line.origin = {static_cast<std::int32_t>(section) * 5'000, static_cast<std::int32_t>(row) * 100};
      one.rows.push_back(line);
    }
    spec.sections.push_back(one);
  }
  stage on{event_status::absent};
  const auto seats_of_all = built(spec);
  REQUIRE(on.act(organiser(), create_event{the_event, ours, sound_config(), seats_of_all}));
  REQUIRE(on.act(organiser(), publish_event{}));
  for (seat_index from = 0; from < 60'000; from += 10'000) {
    std::vector<seat_index> some(10'000);
    std::iota(some.begin(), some.end(), from);
    REQUIRE(on.act(organiser(), apart(some)));
  }
  CHECK(on.state.counts() == event_counts{0, 0, 0, 60'000});
  CHECK(on.state.bytes() - seats_of_all->bytes() < 4 * 1024 * 1024);
  CHECK(told(on.ask(box_office(), of(best_of(2), allocation_number{6}))) == "ok, held 1");
}

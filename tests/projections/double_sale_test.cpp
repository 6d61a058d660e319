#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// Facts that no decision makes, planted in the journal: the check of the viewing plane must count them, whether anybody reads
// the event or not, and whether they come live or after a lag.

namespace holdfast::projections_test::double_sale {

namespace {

constexpr domain::instant noon{1'795'000'000'000};
constexpr domain::event_id event{42};

auto planted(std::uint64_t seq, domain::fact_body body) -> decision {
  domain::fact fact;
  fact.time = noon;
  fact.body = std::move(body);
  return {event, seq, std::make_shared<const domain::facts>(domain::facts{std::move(fact)}), 1};
}

auto hold_of(std::uint32_t number, domain::seat_index seat) -> domain::hold_created {
  domain::hold_created what;
  what.hold = domain::hold_number{number};
  what.by.subject = {1, number};
  what.seats = {seat};
  what.prices = {100};
  what.expires_at = noon + domain::minutes(10);
  what.cap_at = noon + domain::minutes(20);
  return what;
}

auto sale_of(std::uint32_t number) -> domain::order_confirmed {
  return {domain::hold_number{number}, {}, domain::key_id{9}, 100};
}

/// The event, open, and its first hold sold.
void open(pumped_world& world, sales& from) {
  for (const auto& made : from.open_event(event, test_layout(0), noon))
    world.append(made);
  world.append(planted(3, hold_of(1, 7)));
  world.append(planted(4, sale_of(1)));
  world.settle();
}

auto double_sales(pumped_world& world) -> std::uint64_t {
  return world.views().metrics().double_sales_detected;
}

} // namespace

TEST_CASE("a seat that is held twice while nobody reads the event is counted") {
  pumped_world world;
  sales from{1, 0};
  open(world, from);
  world.append(planted(5, hold_of(2, 8)));
  world.append(planted(6, hold_of(3, 8)));
  world.settle();
  CHECK(double_sales(world) == 1);
}

TEST_CASE("a seat that was given back and is held again is sold once, also while nobody reads the event") {
  pumped_world world;
  sales from{1, 0};
  open(world, from);
  domain::order_returned back;
  back.hold = domain::hold_number{1};
  back.seats = {7};
  back.prices = {100};
  world.append(planted(5, back));
  world.append(planted(6, hold_of(2, 7)));
  world.settle();
  CHECK(world.views().metrics().events_complete == 0);
  CHECK(double_sales(world) == 0);
  world.append(planted(7, hold_of(3, 7)));
  world.settle();
  CHECK(double_sales(world) == 1);
}

TEST_CASE("a seat that was sold before the process started is known to the check once the event is loaded for it") {
  pumped_world world;
  sales from{1, 0};
  open(world, from);
  world.restart();
  world.settle();
  // The first fact about a hold has the event loaded in the background, without any reader.
  world.append(planted(5, hold_of(2, 8)));
  world.settle();
  CHECK(world.views().metrics().events_in_memory == 1);
  CHECK(world.views().metrics().events_complete == 0);
  world.pass({100});
  world.settle();
  CHECK(world.views().metrics().events_complete == 1);
  CHECK(double_sales(world) == 0);
  world.append(planted(6, hold_of(3, 7)));
  world.settle();
  CHECK(double_sales(world) == 1);
}

TEST_CASE("an event in which a seat was sold twice is not loaded any more, and what is in memory is shown") {
  pumped_world world;
  sales from{1, 0};
  open(world, from);
  SUBCASE("somebody reads it: he is refused, and the process lives") {
    world.append(planted(5, hold_of(2, 8)));
    world.append(planted(6, hold_of(3, 8)));
    world.settle();
    const auto answer = std::make_shared<view_answer>();
    world.views().event_page(event, 0, into(answer));
    for (int i = 0; i < 20; ++i) {
      world.pass({100});
      world.settle();
    }
    CHECK(answer->outcome == projections::read_outcome::unreadable);
    CHECK(world.views().metrics().event_loads == 0);
  }
  SUBCASE("it was in memory: the first owner is shown to have the seat") {
    world.pass({100});
    world.settle();
    world.append(planted(5, hold_of(2, 7)));
    world.settle();
    const auto answer = std::make_shared<view_answer>();
    world.views().seats(event, 5, into(answer));
    world.settle();
    REQUIRE(answer->outcome == projections::read_outcome::ok);
    CHECK(answer->body->bytes.find(R"({"seat":"A/1/8","status":"sold"})") != std::string::npos);
  }
  CHECK(double_sales(world) == 1);
}

TEST_CASE("an area that is filled beyond its capacity is counted") {
  pumped_world world;
  sales from{1, 0};
  open(world, from);
  world.pass({100});
  world.settle();
  auto what = hold_of(2, 0);
  what.seats.clear();
  what.prices.clear();
  what.areas = {{0, 26, 100}};
  world.append(planted(5, what));
  world.settle();
  CHECK(double_sales(world) == 1);
}

TEST_CASE("an event whose check has been idle for a minute costs nothing any more") {
  pumped_world world;
  sales from{1, 0};
  open(world, from);
  CHECK(world.views().metrics().events_in_memory == 1);
  world.pass({100});
  world.settle();
  for (int i = 0; i < 59; ++i)
    world.pass(domain::seconds(1));
  world.settle();
  CHECK(world.views().metrics().events_in_memory == 1);
  world.pass(domain::seconds(2));
  world.settle();
  CHECK(world.views().metrics().events_in_memory == 0);
  CHECK(world.views().metrics().events_complete == 0);
}

TEST_CASE("background loads keep to their rate") {
  projections::view_settings settings;
  settings.inventory.check_loads_per_s = 10;
  pumped_world world{settings};
  sales from{1, 0};
  for (std::uint64_t id = 1; id <= 40; ++id) {
    for (const auto& made : from.open_event(domain::event_id{id}, test_layout(0), noon))
      world.append(made);
    auto one = planted(3, hold_of(1, 7));
    one.event = domain::event_id{id};
    world.append(one);
  }
  world.settle();
  CHECK(world.views().metrics().events_in_memory == 40);
  for (int i = 0; i < 20; ++i) {
    world.pass({100});
    world.settle();
  }
  CHECK(world.views().metrics().event_loads >= 18);
  CHECK(world.views().metrics().event_loads <= 20);
}

} // namespace holdfast::projections_test::double_sale

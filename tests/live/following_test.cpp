#include "projections/view_settings.hpp"
#include "projections/views.hpp"
#include "tests/projections/pumped_world.hpp"
#include "tests/projections/sales.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <utility>

/// For how long an event is followed whose seats somebody watches, or has read.
namespace holdfast::live_test {

using namespace projections;
using projections_test::pumped_world;
using projections_test::sales;

TEST_CASE("an event is followed while somebody watches or may come back, and forgotten after") {
  view_settings settings;
  settings.inventory.kept_unread = domain::seconds(1);
  settings.inventory.live.ring.kept = domain::seconds(5);
  sales sold{1, 1};
  pumped_world world{settings};
  const domain::event_id event{77};
  for (const auto& each : sold.open_event(event, projections_test::test_layout(0), world.now())) {
    world.append(each);
  }
  world.settle();
  std::shared_ptr<live_place> place;
  world.views().watch(event, std::nullopt, [&](read_outcome outcome, live_start start) {
    CHECK(outcome == read_outcome::ok);
    place = std::move(start.place);
  });
  world.settle();
  REQUIRE(place);
  const auto& metrics = world.views().metrics();
  const auto pass = [&](int seconds) {
    for (int i = 0; i < seconds * 10; ++i) {
      world.pass(domain::millis{100});
      world.settle();
    }
  };
  pass(20);
  CHECK(metrics.live_viewers.load() == 1);
  CHECK(metrics.live_events.load() == 1);
  CHECK(metrics.events_in_memory.load() == 1);
  place.reset();
  world.settle();
  CHECK(metrics.live_viewers.load() == 0);
  pass(4);
  CHECK(metrics.live_events.load() == 1);
  pass(4);
  CHECK(metrics.live_events.load() == 0);
  CHECK(metrics.events_in_memory.load() == 0);
}

TEST_CASE(
    "an event whose seats were read is followed for as long as the reader may come to watch, and forgotten after") {
  view_settings settings;
  settings.inventory.kept_unread = domain::seconds(1);
  settings.inventory.live.ring.kept = domain::seconds(5);
  sales sold{1, 1};
  pumped_world world{settings};
  const domain::event_id event{77};
  for (const auto& each : sold.open_event(event, projections_test::test_layout(0), world.now())) {
    world.append(each);
  }
  world.settle();
  const auto& metrics = world.views().metrics();
  const auto pass = [&](int seconds) {
    for (int i = 0; i < seconds * 10; ++i) {
      world.pass(domain::millis{100});
      world.settle();
    }
  };
  const auto read = [&](auto how) {
    bool shown = false;
    how([&](read_outcome outcome, const auto&) { shown = outcome == read_outcome::ok; });
    world.settle();
    CHECK(shown);
  };
  read([&](view_done done) { world.views().event_page(event, 0, std::move(done)); });
  CHECK(metrics.live_events.load() == 0); // the page alone is nothing to go on from
  for (int again = 0; again < 2; ++again) {
    read([&](view_done done) { world.views().seats(event, 0, std::move(done)); });
    CHECK(metrics.live_events.load() == 1);
    pass(4);
  }
  CHECK(metrics.live_events.load() == 1);
  pass(4);
  CHECK(metrics.live_events.load() == 0);
  CHECK(metrics.events_in_memory.load() == 0);
}

} // namespace holdfast::live_test

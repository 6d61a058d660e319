#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

/// A store that fails takes a projection's checkpoints, and nothing else; whoever runs the server can see it.
namespace holdfast::projections_test {

namespace {

/// The projections that say that they have no more checkpoints.
auto without_checkpoints(pumped_world& world) -> std::set<std::string> {
  std::set<std::string> names;
  for (const auto& each : world.views().status()) {
    if (each.checkpoints_ended)
      names.emplace(each.name);
  }
  return names;
}

/// Something to keep, and time for the next checkpoint.
void go_on(sales& from, pumped_world& world, std::uint64_t event) {
  for (const auto& made : from.open_event(domain::event_id{event}, test_layout(0), world.now()))
    world.append(made);
  world.settle();
  for (int i = 0; i < 100; ++i) {
    world.pass(domain::seconds(1));
    world.settle();
  }
}

} // namespace

TEST_CASE("a projection whose checkpoints have ended says so until a rebuild or a restart, and is shown meanwhile") {
  for (const std::string name : {"bookings", "catalogue", "report"}) {
    for (const bool by_restart : {false, true}) {
      CAPTURE(name);
      CAPTURE(by_restart);
      sales from{7, 0};
      pumped_world world{projections::view_settings{}, true};
      go_on(from, world, 1'000);
      CHECK(without_checkpoints(world).empty());
      world.store_disk().failing = name;
      go_on(from, world, 1'001);
      CHECK(without_checkpoints(world) == std::set<std::string>{name});
      world.store_disk().failing.clear();
      go_on(from, world, 1'002);
      CHECK(without_checkpoints(world) == std::set<std::string>{name});
      CHECK(world.views().event(domain::event_id{1'002}).has_value());
      if (by_restart)
        world.restart();
      else
        REQUIRE(world.views().rebuild(name));
      go_on(from, world, 1'003);
      CHECK(without_checkpoints(world).empty());
      CHECK(world.views().event(domain::event_id{1'003}).has_value());
    }
  }
}

} // namespace holdfast::projections_test

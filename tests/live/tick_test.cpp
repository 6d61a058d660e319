#include "projections/live/live_hub.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace holdfast::live_test {

using namespace projections;

TEST_CASE("ticks widen with the number of viewers, up to a second") {
  const auto hub = std::make_shared<live_hub>(
      std::make_shared<view_metrics>(), [](const auto&) {}, live_hub::bounds{});
  struct row {
    std::size_t viewers;
    unsigned calls;
  };
  for (const auto& each : {row{0, 1}, row{1'000, 1}, row{1'001, 2}, row{10'000, 2}, row{10'001, 3}, row{15'000, 3},
                           row{15'001, 4}, row{50'000, 10}, row{1'000'000, 10}}) {
    CAPTURE(each.viewers);
    CHECK(hub->stride(each.viewers, false) == each.calls);
  }
  const auto finer = std::make_shared<live_hub>(
      std::make_shared<view_metrics>(), [](const auto&) {}, live_hub::bounds{.ring = {}, .calls_a_tick = 2});
  for (const auto& each :
       {row{0, 2}, row{1'000, 2}, row{1'001, 3}, row{10'000, 3}, row{10'001, 6}, row{1'000'000, 20}}) {
    CAPTURE(each.viewers);
    CHECK(finer->stride(each.viewers, false) == each.calls);
    CHECK(finer->stride(each.viewers, true) == std::max(each.calls, 4U));
  }
}

TEST_CASE("ticks last twice as long while the machine is busy, and are short again after") {
  const auto metrics = std::make_shared<view_metrics>();
  const auto hub = std::make_shared<live_hub>(
      metrics, [](const auto&) {}, live_hub::bounds{.ring = {}, .calls_a_tick = 2});
  const auto ticks_in = [&](unsigned calls) {
    const auto before = metrics->live_ticks.load();
    hub->request(domain::event_id{1}, std::nullopt, domain::instant{1'000'000}, [](read_outcome, const live_start&) {});
    for (unsigned i = 0; i < calls; ++i) {
      hub->tick(domain::instant{1}, [](domain::event_id) { return nullptr; });
    }
    return metrics->live_ticks.load() - before;
  };
  CHECK(ticks_in(12) == 6);
  metrics->giving_way = true;
  CHECK(ticks_in(12) == 3);
  metrics->giving_way = false;
  CHECK(ticks_in(12) == 6);
}

} // namespace holdfast::live_test

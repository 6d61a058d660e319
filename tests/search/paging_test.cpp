#include "tests/search/search_bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

namespace holdfast::search_test {

namespace {

using projections::search_order;

/// Goes through the pages of a query while other events come, sell and go; returns what was seen, in order.
auto read_while_changing(search_bench& bench, naive_events& events, projections::search_query query,
                         const std::set<domain::event_id>& untouched) -> std::vector<domain::event_id> {
  std::vector<domain::event_id> seen;
  auto& dice = events.dice();
  while (true) {
    const auto page = bench.search(query);
    const auto found = page.events();
    seen.insert(seen.end(), found.begin(), found.end());
    if (page.cursor().empty())
      return seen;
    query.after = projections::parse_cursor(page.cursor(), query.order_used());
    for (int i = 0; i < 3; ++i) {
      auto config = events.random_config();
      config.starts_at = concert("").starts_at;
      config.name = "Gala " + config.name;
      bench.append(events.publish_new(config));
    }
    const auto& any = *events.all()[dice.index(events.all().size())];
    if (!untouched.contains(any.event) && any.status == domain::event_status::published) {
      if (dice.chance(50))
        bench.append(events.with_facts(any.event, {domain::event_cancelled{}}));
      else if (any.available() > 0)
        bench.append(events.hold(any.event, 1));
    }
    bench.show();
  }
}

} // namespace

TEST_CASE("pages miss no event and repeat none that stayed as it was, while the index changes between them") {
  for (const auto order : {search_order::relevance, search_order::date, search_order::popularity,
                           search_order::distance, search_order::price}) {
    CAPTURE(to_text(order));
    search_bench bench;
    naive_events events{static_cast<std::uint64_t>(order) + 10};
    std::set<domain::event_id> untouched;
    for (int i = 0; i < 60; ++i) {
      auto config = events.random_config();
      config.starts_at = concert("").starts_at + domain::minutes(static_cast<std::int64_t>(events.dice().below(5)));
      config.sale_opens_at = config.sale_closes_at = std::nullopt;
      config.name = "Gala " + config.name;
      bench.append(events.publish_new(config));
      const auto made = events.all().back()->event;
      if (events.dice().chance(50))
        bench.append(events.hold(made, 1));
      if (events.dice().chance(60))
        untouched.insert(made);
    }
    bench.show();
    auto query = words("gala");
    query.order = order;
    query.near = projections::geo_point{47, 15};
    query.limit = 7;
    const auto seen = read_while_changing(bench, events, query, untouched);
    std::map<domain::event_id, int> times;
    for (const auto event : seen)
      ++times[event];
    for (const auto event : untouched)
      CHECK(times[event] == 1);
    if (order != search_order::popularity) {
      // Only a change of what decides the order could bring an event back.
      CHECK(std::ranges::all_of(times, [](const auto& each) { return each.second == 1; }));
    }
  }
}

} // namespace holdfast::search_test

#include "projections/inventory_bodies.hpp"
#include "tests/search/search_bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace holdfast::search_test {

namespace {

using projections::search_order;

/// Every page of a query, and what is odd about them.
auto all_pages(search_bench& bench, projections::search_query query) -> std::vector<domain::event_id> {
  std::vector<domain::event_id> all;
  const auto total = bench.search(query).json.at("total").get<std::size_t>();
  while (true) {
    const auto page = bench.search(query);
    CHECK(page.json.at("total").get<std::size_t>() == total);
    CHECK(page.json.at("did_you_mean").is_null());
    const auto events = page.events();
    CHECK(events.size() <= query.limit);
    all.insert(all.end(), events.begin(), events.end());
    if (page.cursor().empty())
      break;
    CHECK(events.size() == query.limit);
    query.after = projections::parse_cursor(page.cursor(), query.order_used());
    REQUIRE(query.after.has_value());
  }
  CHECK(all.size() == total);
  return all;
}

void compare(search_bench& bench, naive_events& events) {
  auto query = events.random_query();
  query.limit = events.dice().between(1, 12);
  INFO("text '" << query.text << "', order " << to_text(query.order_used()));
  const auto found = all_pages(bench, query);
  CHECK(sorted(found) == sorted(ids_of(events.matches(query))));
  if (query.order_used() != search_order::relevance)
    CHECK(found == ids_of(events.ranked(query)));
}

} // namespace

TEST_CASE("a search finds what judging every event one by one finds, in the same order, on pages of any size") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    search_bench bench;
    naive_events events{seed};
    for (int round = 0; round < 12; ++round) {
      for (int i = 0; i < 25; ++i)
        bench.append(events.step());
      bench.now() = events.now();
      bench.show();
      for (int i = 0; i < 12; ++i)
        compare(bench, events);
    }
  }
}

TEST_CASE("whatever is lost in crashes and restarts at any point, what is found afterwards is what the journal says") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    search_bench bench;
    naive_events events{seed * 1'000};
    auto& dice = events.dice();
    search_bench alone; // folds the same facts, and nothing happens to it
    for (int i = 0; i < 250; ++i) {
      const auto group = events.step();
      alone.append(group);
      bench.append(group);
      for (auto left = dice.below(6); left > 0 && bench.run_some(dice); --left) {
      }
      if (dice.chance(30))
        bench.tick();
      if (dice.chance(3)) {
        bench.commit(); // the naive events know nothing of what was never durable
        bench.crash();
      }
      if (dice.chance(2)) {
        bench.commit();
        bench.restart();
      }
      if (dice.chance(2))
        bench.rebuild(dice.chance(50) ? "search" : "search_text");
    }
    bench.now() = events.now();
    bench.show();
    bench.show();
    CHECK(bench.caught_up());
    for (int i = 0; i < 30; ++i)
      compare(bench, events);
    alone.show();
    for (const auto* name : {"search", "search_text"}) {
      CAPTURE(name);
      CHECK(bench.rows(name) == alone.rows(name)); // byte for byte
      CHECK(bench.rows(name).size() > 20);
    }
  }
}

TEST_CASE("facets count what judging every event one by one counts") {
  search_bench bench;
  naive_events events{77};
  for (int i = 0; i < 300; ++i)
    bench.append(events.step());
  bench.now() = events.now();
  bench.show();
  for (int i = 0; i < 40; ++i) {
    auto query = events.random_query();
    query.facets = {projections::search_facet::category,     projections::search_facet::city,
                    projections::search_facet::month,        projections::search_facet::price,
                    projections::search_facet::availability, projections::search_facet::status};
    std::map<std::string, std::map<std::string, std::uint64_t>> should;
    for (const auto* each : events.matches(query)) {
      ++should["category"][each->config.category];
      ++should["city"][each->config.venue.city];
      const auto price = each->config.tiers.front().price;
      ++should["price"][price == 0        ? "0"
                        : price <= 2'000  ? "0-20"
                        : price <= 5'000  ? "20-50"
                        : price <= 10'000 ? "50-100"
                                          : "100-"];
      const auto left = domain::availability_of(each->config.few, each->available(), each->capacity);
      ++should["availability"][std::string{projections::to_text(left)}];
      const auto status = domain::sale_status_at(each->status, each->config, events.now());
      ++should["status"][std::string{projections::to_text(status)}];
    }
    const auto answer = bench.search(query);
    CHECK(answer.json.at("facets_approximate") == false);
    const auto& facets = answer.json.at("facets");
    for (const auto* name : {"category", "city", "price", "availability", "status"}) {
      std::map<std::string, std::uint64_t> counts;
      for (const auto& one : facets.at(name))
        counts[one.at("value").get<std::string>()] = one.at("count").get<std::uint64_t>();
      CAPTURE(name);
      CHECK(counts == should[name]);
    }
    std::uint64_t in_months = 0;
    std::string last_month;
    for (const auto& one : facets.at("month")) {
      in_months += one.at("count").get<std::uint64_t>();
      CHECK(one.at("value").get<std::string>() > last_month);
      last_month = one.at("value").get<std::string>();
    }
    CHECK(in_months == answer.json.at("total").get<std::uint64_t>());
  }
}

} // namespace holdfast::search_test

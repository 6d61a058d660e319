#include "tests/search/search_bench.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace holdfast::search_test {

namespace {

/// "event Tosca", "city Graz" …
auto lines(const search_answer& answer) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (const auto& item : answer.json.at("items"))
    all.push_back(item.at("kind").get<std::string>() + " " + item.at("text").get<std::string>());
  return all;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("what is typed is completed to events, venues and cities with something to come") {
  search_bench bench;
  naive_events events{1};
  auto opera = concert("Grand Gala");
  opera.venue.name = "Grazer Opernhaus";
  bench.append(events.publish_new(opera));
  bench.append(events.publish_new(opera)); // one of each name
  auto past = concert("Graduation");
  past.venue.city = "Gratwein";
  past.starts_at = events.now() - domain::hours(1);
  bench.append(events.publish_new(past));
  auto far = concert("Tosca");
  far.venue.city = "Vienna";
  bench.append(events.publish_new(far));
  bench.now() = events.now();
  bench.show();
  CHECK(lines(bench.suggest("gra", 20)) == texts{"event Grand Gala", "venue Grazer Opernhaus", "city Graz"});
  CHECK(lines(bench.suggest("grand ga")) == texts{"event Grand Gala"});
  CHECK(lines(bench.suggest("opernh")) == texts{"event Grand Gala", "venue Grazer Opernhaus"});
  CHECK(lines(bench.suggest("vie")) == texts{"event Tosca", "city Vienna"});
  CHECK(lines(bench.suggest("gra", 1)) == texts{"event Grand Gala"});
  CHECK(lines(bench.suggest("zzz")).empty());
  CHECK(lines(bench.suggest("***")).empty());
  const auto item = bench.suggest("tosca").json.at("items").at(0);
  CHECK(item.at("event_id").get<std::string>().starts_with("evt_"));
  CHECK(item.at("city") == "Vienna");
}

} // namespace holdfast::search_test

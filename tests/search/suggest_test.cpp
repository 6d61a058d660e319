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

TEST_CASE("what is typed is completed to performers whose names have the words, one of each, in whole names") {
  search_bench bench;
  naive_events events{2};
  auto evening = concert("Evening");
  evening.performers = {{"Mara Winter", ""}, {"Earth, Wind & Fire", ""}, {"Winterreise Trio", ""}};
  bench.append(events.publish_new(evening));
  auto night = concert("Winter Night");
  night.performers = {{"MARA WINTER", ""}, {"Somebody", ""}};
  bench.append(events.publish_new(night));
  auto past = concert("Past");
  past.performers = {{"Mara Wintergreen", ""}};
  past.starts_at = events.now() - domain::hours(1);
  bench.append(events.publish_new(past));
  bench.now() = events.now();
  bench.show();
  CHECK(lines(bench.suggest("mara w", 20)) == texts{"event Winter Night", "event Evening", "performer MARA WINTER"});
  CHECK(lines(bench.suggest("wind fi")) == texts{"event Evening", "performer Earth, Wind & Fire"});
  CHECK(lines(bench.suggest("winter", 20)) ==
        texts{"event Winter Night", "event Evening", "performer MARA WINTER", "performer Winterreise Trio"});
  // Events have three of four places at least.
  CHECK(lines(bench.suggest("winter", 4)) == texts{"event Winter Night", "event Evening", "performer MARA WINTER"});
  CHECK(lines(bench.suggest("winter", 1)) == texts{"event Winter Night"});
  CHECK(lines(bench.suggest("nobody")).empty());
  // In a list of results their names have commas between them.
  projections::search_query query;
  query.text = "winterreise";
  CHECK(bench.search(query).json.at("items").at(0).at("highlights").at("performers") ==
        "Mara Winter, Earth, Wind &amp; Fire, <mark>Winterreise</mark> Trio");
}

TEST_CASE("umlauts are found as they are spelt out, and what is spelt out is found by umlauts") {
  search_bench bench;
  naive_events events{1};
  const auto open = [&](const std::string& name, const std::string& venue, const std::string& city) {
    auto config = concert(name);
    config.venue.name = venue;
    config.venue.city = city;
    config.performers = {{"Jörg Müller", ""}};
    bench.append(events.publish_new(config));
  };
  open("Tosca", "Tonhalle", "Zürich");
  open("Carmen", "Schauspielhaus", "Zuerich");
  open("Aida", "Stadthalle", "Duesseldorf");
  open("Norma", "Burg", "Neuenburg");
  open("Salome", "Burg", "Neunburg");
  bench.now() = events.now();
  bench.show();
  CHECK(lines(bench.suggest("zue")) == texts{"event Tosca", "event Carmen", "city Zürich"});
  CHECK(lines(bench.suggest("zü")) == texts{"event Tosca", "event Carmen", "city Zürich"});
  CHECK(lines(bench.suggest("düss")) == texts{"event Aida", "city Duesseldorf"});
  CHECK(lines(bench.suggest("joerg muel", 4)).back() == "performer Jörg Müller");
  const auto in_city = [&](const std::string& city) {
    projections::search_query query;
    query.city = city;
    query.facets = {projections::search_facet::city};
    return bench.search(query).json;
  };
  for (const auto* city : {"Zürich", "zürich", "Zuerich", "ZUERICH", "Zurich"}) {
    CAPTURE(city);
    const auto found = in_city(city);
    CHECK(found.at("total") == 2);
    CHECK(found.at("facets").at("city").size() == 1);
  }
  CHECK(in_city("Düsseldorf").at("total") == 1);
  CHECK(in_city("Neuenburg").at("total") == 1);
  CHECK(in_city("Neunburg").at("total") == 1);
  const auto facets = [&] { return in_city("zuerich").at("facets"); };
  const auto before = facets();
  bench.restart();
  bench.show();
  CHECK(facets() == before);
}

} // namespace holdfast::search_test

#include "projections/search/text_index.hpp"
#include "tests/search/own_inspection.hpp"
#include "tests/search/search_bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace holdfast::search_test {

namespace fs = std::filesystem;

namespace {

auto names(const search_answer& answer) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (const auto& item : answer.json.at("items"))
    all.push_back(item.at("name").get<std::string>());
  return all;
}

using texts = std::vector<std::string>;

/// Some concerts that are found.
void publish(search_bench& bench, naive_events& events, const texts& all) {
  for (const auto& name : all)
    bench.append(events.publish_new(concert(name)));
  bench.show();
}

} // namespace

TEST_CASE("all words must be there, in any field and form, and the last may be a beginning") {
  search_bench bench;
  naive_events events{1};
  publish(bench, events, {"Tosca", "Tosca Gala Night", "Carmen Nights", "Café Wien"});
  CHECK(names(bench.search(words("tosca night"))) == texts{"Tosca Gala Night"});
  CHECK(sorted(bench.search(words("nights")).events()).size() == 2);
  CHECK(names(bench.search(words("carm"))) == texts{"Carmen Nights"});
  CHECK(names(bench.search(words("carmen graz great"))) == texts{"Carmen Nights"}); // name, city, venue
  CHECK(names(bench.search(words("CAFE"))) == texts{"Café Wien"});
  CHECK(bench.search(words("tosca carmen")).json.at("total") == 0);
  CHECK(bench.search(words("concert")).json.at("total") == 4); // the category
}

TEST_CASE("performers are found, and words in the forms of the event's own language") {
  search_bench bench;
  naive_events events{1};
  auto evening = concert("Una sera");
  evening.description = "Arie e canzoni napoletane";
  evening.languages = {"it"};
  evening.performers = {{"Floria Tosca", ""}, {"Mario Cavaradossi", "https://mario.example/"}};
  bench.append(events.publish_new(evening));
  publish(bench, events, {"Carmen"});
  CHECK(names(bench.search(words("cavaradossi"))) == texts{"Una sera"});
  const auto stemmed = bench.search(words("canzone napoletana "));
  CHECK(names(stemmed) == texts{"Una sera"});
  CHECK(stemmed.json.at("did_you_mean").is_null());
  const auto found = bench.search(words("floria")).json;
  CHECK(found.at("items").at(0).at("highlights").at("performers") == "<mark>Floria</mark> Tosca, Mario Cavaradossi");
  evening.languages = {"en"};
  bench.append(events.with_facts(events.all().front()->event, {domain::event_amended{evening}}));
  bench.show();
  CHECK(bench.search(words("canzone ")).json.at("did_you_mean") == "canzoni"); // another word, in English
}

TEST_CASE("a changed price is shown, and no text is indexed again for it") {
  search_bench bench;
  naive_events events{1};
  publish(bench, events, {"Tosca"});
  const auto generation = bench.slots().texts.get().what->generation();
  auto dearer = concert("Tosca");
  dearer.tiers[0].price = 1'234;
  bench.append(events.with_facts(events.all().front()->event, {domain::event_amended{dearer}}));
  bench.show();
  CHECK(bench.search(words("tosca")).json.at("items").at(0).at("price_from") == 1'234);
  CHECK(bench.slots().texts.get().what->generation() == generation);
}

TEST_CASE("a word that was ended stands for itself alone") {
  search_bench bench;
  naive_events events{1};
  publish(bench, events, {"Star", "Starlight"});
  CHECK(bench.search(words("star")).json.at("total") == 2);
  CHECK(names(bench.search(words("star "))) == texts{"Star"});
  CHECK(names(bench.search(words("star, graz"))) == texts{"Star"});
}

TEST_CASE("a better place for the words comes first: the name before the description, a short name before a long one") {
  search_bench bench;
  naive_events events{1};
  auto told = concert("Evening");
  told.description = "With arias from Tosca";
  bench.append(events.publish_new(told));
  publish(bench, events, {"Grand Festival Gala with Tosca and Friends", "Tosca"});
  CHECK(names(bench.search(words("tosca"))) == texts{"Tosca", "Grand Festival Gala with Tosca and Friends", "Evening"});
}

TEST_CASE("a misspelt word is corrected, and what was meant is said and found") {
  search_bench bench;
  naive_events events{1};
  publish(bench, events, {"Tosca", "Philharmonic Orchestra"});
  const auto answer = bench.search(words("Toska"));
  CHECK(answer.json.at("did_you_mean") == "tosca");
  CHECK(names(answer) == texts{"Tosca"});
  const auto two = bench.search(words("The filharmonic  orchestra!"));
  CHECK(two.json.at("total") == 0); // nobody has "the", and it is too short to be corrected into something else
  CHECK(bench.search(words("filharmonic orchestra")).json.at("did_you_mean") == "philharmonic orchestra");
  CHECK(bench.metrics().corrected.load() >= 2);
  CHECK(bench.search(words("tosca")).json.at("did_you_mean").is_null());
  CHECK(bench.search(words("xqzzyqx")).json.at("did_you_mean").is_null());
}

TEST_CASE("nothing of a draft is found, proposed or suggested, nor of what was cancelled before it was published") {
  search_bench bench;
  naive_events events{1};
  publish(bench, events, {"Tosca"});
  auto secret = concert("Zauberland");
  secret.venue.name = "Geheimhaus";
  secret.venue.city = "Atlantis";
  auto group = events.publish_new(secret);
  auto facts = std::make_shared<domain::facts>(domain::facts{group.facts->front()});
  group.facts = facts; // created, and not published
  bench.append(group);
  bench.show();
  for (const auto* text : {"zauberland", "zauberlant", "zaub", "geheimhaus", "atlantis"}) {
    CAPTURE(text);
    const auto answer = bench.search(words(text));
    CHECK(answer.json.at("total") == 0);
    CHECK(answer.json.at("did_you_mean").is_null());
    CHECK(bench.suggest(text).json.at("items").empty());
  }
  auto query = projections::search_query{};
  query.statuses = {domain::sale_status::draft, domain::sale_status::cancelled, domain::sale_status::on_sale};
  query.facets = {projections::search_facet::city};
  auto answer = bench.search(query);
  CHECK(names(answer) == texts{"Tosca"});
  CHECK(answer.json.at("facets").at("city").size() == 1);
  bench.append({group.stream,
                2,
                std::make_shared<domain::facts>(domain::facts{{events.now(), {}, domain::event_cancelled{}}}),
                {},
                {},
                {},
                0});
  bench.show();
  CHECK(names(bench.search(query)) == texts{"Tosca"});
}

TEST_CASE("an amended event is found by what it is called now, and its old words are forgotten") {
  search_bench bench;
  naive_events events{1};
  publish(bench, events, {"Tosca"});
  const auto event = events.all().front()->event;
  bench.append(events.with_facts(event, {domain::event_amended{concert("Carmen")}}));
  bench.show();
  CHECK(bench.search(words("tosca")).json.at("total") == 0);
  CHECK(bench.search(words("toska")).json.at("did_you_mean").is_null());
  CHECK(names(bench.search(words("carmen"))) == texts{"Carmen"});
}

TEST_CASE("holds change what is shown at once, without a document being indexed again") {
  search_bench bench;
  naive_events events{1};
  publish(bench, events, {"Tosca"});
  const auto event = events.all().front()->event;
  const auto generation = bench.slots().texts.get().what->generation();
  CHECK(bench.search(words("tosca")).json.at("items").at(0).at("availability") == "many");
  bench.append(events.hold(event, 90));
  bench.settle();
  CHECK(bench.search(words("tosca")).json.at("items").at(0).at("availability") == "few");
  bench.append(events.hold(event, 10));
  bench.settle();
  CHECK(bench.search(words("tosca")).json.at("items").at(0).at("availability") == "none");
  auto query = words("tosca");
  query.available = true;
  CHECK(bench.search(query).json.at("total") == 0);
  bench.append(events.with_facts(event, {domain::hold_expired{domain::hold_number{2}}}));
  bench.settle();
  CHECK(bench.search(query).json.at("total") == 1);
  CHECK(bench.slots().texts.get().what->generation() == generation);
}

TEST_CASE("a description is found and shown as people read it, without its mark-up") {
  search_bench bench;
  naive_events events{1};
  auto config = concert("Tosca");
  config.description = "# The **great** Scarpia\n\nSee [the castle](https://elsewhere.example) <b>now</b>";
  bench.append(events.publish_new(config));
  bench.now() = events.now();
  bench.show();
  const auto found = bench.search(words("great"));
  REQUIRE(found.json.at("total") == 1);
  CHECK(found.json.at("items").at(0).at("highlights").at("description") ==
        "The <mark>great</mark> Scarpia See the castle &lt;b&gt;now&lt;/b&gt;");
  CHECK(bench.search(words("castle")).json.at("total") == 1);
  CHECK(bench.search(words("elsewhere")).json.at("total") == 0);
}

TEST_CASE("a directory that is missing, damaged, doubtful or of another journal is begun anew") {
  const scratch_directory scratch;
  const auto directory = scratch.path() / "texts";
  const auto build = [&](const std::string& journal) {
    auto index = projections::text_index::open(directory, journal, false, own_inspection());
    REQUIRE(index.has_value());
    return *std::move(index);
  };
  const auto fill = [&] {
    const auto index = build("one");
    index->created(domain::event_id{7}, 1, concert("Tosca"));
    index->listed(domain::event_id{7}, 2);
    index->commit(journal::cursor{"there"});
  };
  fill();
  CHECK(build("one")->position() == journal::cursor{"there"});
  CHECK(build("one")->place()->documents() == 1);
  CHECK(build("another")->position() == journal::cursor{});
  CHECK(build("another")->place()->documents() == 0);
  build("one");
  fill();
  build("one")->place()->doubt();
  CHECK(build("one")->position() == journal::cursor{});
  fill();
  for (const auto& each : fs::directory_iterator{directory}) {
    if (each.path().extension() == ".glass" || each.path().filename() == "iamglass")
      std::ofstream{each.path(), std::ios::trunc} << "not what it was";
  }
  CHECK(build("one")->position() == journal::cursor{});
  fill();
  fs::remove_all(directory);
  CHECK(build("one")->position() == journal::cursor{});
  {
    const auto first = build("one");
    const auto second = projections::text_index::open(directory, "one", false, own_inspection());
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().kind == journal::failure_kind::locked);
  }
  // A file where the directory should be cannot be used.
  fs::remove_all(directory);
  CHECK_FALSE(projections::text_index::open("/proc/no such place", "one", false, own_inspection()).has_value());
}

TEST_CASE("an event is counted when it can be shown, however far texts are behind what is known of it") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    search_bench bench;
    naive_events events{seed};
    model::dice dice{seed};
    publish(bench, events, {"Aida"});
    for (const auto* name : {"Tosca", "Carmen", "Lulu"})
      bench.append(events.publish_new(concert(name)));
    projections::search_query all;
    all.facets = {projections::search_facet::category};
    while (bench.run_some(dice)) {
      const auto found = bench.search(all).json;
      CHECK(found.at("total") == found.at("items").size());
      CHECK(found.at("facets").at("category").at(0).at("count") == found.at("items").size());
    }
    bench.show();
    CHECK(bench.search(all).json.at("total") == 4);
  }
}

TEST_CASE("what was not committed with its position is not there after a death") {
  const scratch_directory scratch;
  {
    const auto index = projections::text_index::open(scratch.path() / "texts", "one", false, own_inspection());
    REQUIRE(index.has_value());
    (*index)->created(domain::event_id{7}, 1, concert("Tosca"));
    (*index)->commit(journal::cursor{"first"});
    (*index)->created(domain::event_id{8}, 1, concert("Carmen"));
    CHECK((*index)->uncommitted() == 1);
  }
  const auto again = projections::text_index::open(scratch.path() / "texts", "one", false, own_inspection());
  REQUIRE(again.has_value());
  CHECK((*again)->position() == journal::cursor{"first"});
  CHECK((*again)->place()->documents() == 1);
}

TEST_CASE("facts that a document has already are passed over") {
  const scratch_directory scratch;
  const auto opened = projections::text_index::open(scratch.path() / "texts", "one", false, own_inspection());
  REQUIRE(opened.has_value());
  auto& index = **opened;
  index.created(domain::event_id{7}, 1, concert("Tosca"));
  index.listed(domain::event_id{7}, 2);
  index.amended(domain::event_id{7}, 3, concert("Carmen"));
  index.commit(journal::cursor{"first"});
  index.created(domain::event_id{7}, 1, concert("Tosca"));
  index.listed(domain::event_id{7}, 2);
  index.amended(domain::event_id{7}, 3, concert("Tosca"));
  CHECK(index.uncommitted() == 0);
  CHECK_THROWS(index.amended(domain::event_id{8}, 3, concert("Tosca")));
}

TEST_CASE("a rebuild goes on beside what people read, and takes over when it has caught up") {
  search_bench bench;
  naive_events events{1};
  publish(bench, events, {"Tosca", "Carmen", "Rusalka", "Jenufa", "Salome", "Elektra", "Aida", "Norma"});
  for (int i = 0; i < 40; ++i)
    publish(bench, events, {"Gala " + std::to_string(i)});
  const auto before = bench.slots().texts.get();
  for (const auto* name : {"search", "search_text"}) {
    bench.rebuild(name);
    model::dice dice{3};
    int steps = 0;
    while (bench.run_some(dice)) {
      CHECK(bench.search(words("tosca")).json.at("total") == 1);
      CHECK(bench.search({}).json.at("total") == 48);
      if (++steps % 4 == 0)
        bench.tick();
    }
    CHECK(steps > 3);
    bench.show();
  }
  CHECK(bench.search({}).json.at("total") == 48);
  CHECK(bench.slots().texts.get().serial == before.serial + 1);
  CHECK(bench.slots().texts.get().what->directory() != before.what->directory());
  const auto new_place = bench.slots().texts.get().what->directory();
  bench.restart();
  bench.show();
  CHECK(bench.slots().texts.get().what->directory() == new_place);
  CHECK(names(bench.search(words("tosca"))) == texts{"Tosca"});
}

TEST_CASE("the directory of an index that was replaced goes with its last reader") {
  search_bench bench;
  naive_events events{1};
  publish(bench, events, {"Tosca"});
  auto reader = bench.slots().texts.get().what;
  const auto directory = reader->directory();
  bench.rebuild("search_text");
  bench.show();
  CHECK(fs::exists(directory));
  reader.reset();
  CHECK_FALSE(fs::exists(directory));
}

TEST_CASE("an index that cannot be read answers nothing, and is begun anew at the next start") {
  search_bench bench;
  naive_events events{1};
  publish(bench, events, {"Tosca"});
  const auto directory = bench.slots().texts.get().what->directory();
  bench.restart();
  for (const auto& each : fs::directory_iterator{directory}) {
    if (each.path().extension() == ".glass")
      std::ofstream{each.path(), std::ios::binary | std::ios::in | std::ios::out}.write(
          std::string(20'000, '\x55').data(), 20'000);
  }
  const auto answer = bench.ask(words("tosca"));
  bench.settle();
  REQUIRE(answer->outcome.has_value());
  CHECK(*answer->outcome == projections::read_outcome::overloaded);
  bench.crash();
  bench.show();
  CHECK(names(bench.search(words("tosca"))) == texts{"Tosca"});
}

} // namespace holdfast::search_test

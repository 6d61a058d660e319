#include "projections/catalogue_projection.hpp"
#include "projections/layout_json.hpp"
#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections_test {

namespace {

using nlohmann::json;
using projections::read_outcome;

auto ids(const std::vector<projections::event_summary>& found) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> all;
  for (const auto& each : found)
    all.push_back(each.event.value());
  return all;
}

/// Appends a fact of an organisation's stream.
auto organisation_fact(std::uint64_t seq, domain::fact_body body) -> journal::append_group {
  domain::fact fact;
  fact.time = {1'795'000'000'000};
  fact.body = std::move(body);
  journal::append_group group;
  group.stream = {journal::stream_kind::organisation, organiser.value()};
  group.first_seq = seq;
  group.facts = std::make_shared<const domain::facts>(domain::facts{std::move(fact)});
  return group;
}

class ignore_outcome final : public journal::append_done {
 public:
  void complete(journal::append_outcome) noexcept override {}
};

auto ask_layout(pumped_world& world, const std::string& hash) -> std::shared_ptr<view_answer> {
  auto answer = std::make_shared<view_answer>();
  world.views().layout(hash, into(answer));
  return answer;
}

} // namespace

TEST_CASE("an organisation's events are listed in id order, page by page, as they are") {
  pumped_world world;
  sales from{1, 0};
  for (const auto id : {30U, 10U, 20U}) {
    for (const auto& made : from.open_event(domain::event_id{id}, test_layout(0), world.now()))
      world.append(made);
  }
  domain::caller by;
  by.as = domain::caller::kind::organiser;
  by.organisation = organiser;
  domain::amend_event change;
  change.changes.name = "Tosca";
  for (const domain::command_body& body : {domain::command_body{change}, domain::command_body{domain::pause_event{}}}) {
    const auto made = from.decide(domain::event_id{20}, {by, {}, body}, world.now());
    REQUIRE(made.has_value());
    world.append(*made);
  }
  world.settle();
  const auto check = [&] {
    auto& views = world.views();
    CHECK(ids(views.events_of(organiser, domain::event_id{}, 10)) == std::vector<std::uint64_t>{10, 20, 30});
    CHECK(ids(views.events_of(organiser, domain::event_id{}, 2)) == std::vector<std::uint64_t>{10, 20});
    CHECK(ids(views.events_of(organiser, domain::event_id{20}, 2)) == std::vector<std::uint64_t>{30});
    CHECK(views.events_of(domain::organisation_id{2}, domain::event_id{}, 10).empty());
    const auto tosca = views.events_of(organiser, domain::event_id{10}, 1).front();
    CHECK(tosca.name == "Tosca");
    CHECK(tosca.status == domain::event_status::paused);
    CHECK(tosca.slug == "an-event");
    CHECK(tosca.venue_name == "Opera");
    CHECK(tosca.city == "Graz");
    CHECK(tosca.starts_at == from.state(domain::event_id{20}).config().starts_at);
    CHECK(tosca.config.tiers == from.state(domain::event_id{20}).config().tiers);
  };
  check();
  SUBCASE("and again after a restart") {
    world.restart();
    CHECK_FALSE(world.views().caught_up());
    world.settle();
    CHECK(world.views().caught_up());
    check();
  }
  SUBCASE("and after a rebuild") {
    CHECK(world.views().rebuild("catalogue"));
    world.settle();
    check();
    CHECK_FALSE(world.views().rebuild("nothing"));
  }
}

TEST_CASE("keys and slugs are kept for a server that has nothing else, as they were when it was stopped") {
  pumped_world world{{}, true};
  sales from{1, 0};
  for (const auto& made : from.open_event(domain::event_id{5}, test_layout(0), world.now()))
    world.append(made);
  domain::key_created key;
  key.scopes = domain::key_scope::sell;
  key.secret_hash.fill(7);
  std::uint64_t seq = 0;
  for (const auto* name : {"till", "door"}) {
    key.key = domain::key_id{seq + 1};
    key.name = name;
    world.journal().append(organisation_fact(++seq, key), std::make_shared<ignore_outcome>());
  }
  world.settle();
  world.restart();
  world.settle();
  world.journal().append(organisation_fact(++seq, domain::key_revoked{domain::key_id{2}}),
                         std::make_shared<ignore_outcome>());
  world.settle();
  SUBCASE("") {}
  SUBCASE("and after a rebuild") {
    CHECK(world.views().rebuild("catalogue"));
    world.settle();
  }
  world.restart();
  testing::memory_projection_store store{std::shared_ptr<testing::projection_disk>{&world.store_disk(), [](auto*) {}}};
  auto keys = projections::catalogue_projection::kept_keys(store);
  REQUIRE(keys.size() == 2);
  std::ranges::sort(keys, {}, [](const auto& each) { return each.what.key; });
  CHECK(keys[0].organisation == organiser);
  CHECK(keys[0].what.name == "till");
  CHECK(keys[0].what.scopes == domain::key_scope::sell);
  CHECK(keys[0].what.secret_hash == key.secret_hash);
  CHECK(keys[0].created_at == domain::instant{1'795'000'000'000});
  CHECK_FALSE(keys[0].revoked_at.has_value());
  CHECK(keys[1].what.name == "door");
  CHECK(keys[1].revoked_at == domain::instant{1'795'000'000'000});
  const auto slugs = projections::catalogue_projection::kept_slugs(store);
  REQUIRE(slugs.size() == 1);
  CHECK(slugs.front() == std::pair<std::string, domain::event_id>{"an-event", domain::event_id{5}});
}

TEST_CASE("a layout has the form that the API takes, every field of it") {
  std::string text;
  projections::append_layout_json(test_layout(1)->spec(), text);
  const auto layout = json::parse(text);
  CHECK(layout["sections"].size() == 3);
  CHECK(layout["sections"][0]["name"] == "a\"b\\c");
  CHECK(layout["sections"][0]["tier"] == "stalls");
  CHECK(text.find(R"({"name":"Réihe 1","first":101,"count":3,"x":-10.5,"y":0.25,"pitch":1,"angle":-45.05})") !=
        std::string::npos);
  CHECK(layout["sections"][0]["rows"][1]["attributes"] ==
        json{{"0", {"accessible", "companion"}}, {"7", {"restricted_view"}}});
  CHECK(layout["sections"][1]["rows"] == json::array());
  CHECK(layout["areas"] == json::array());
  CHECK(text.find(R"("focal":{"x":1,"y":-0.07})") != std::string::npos);
  std::string areas;
  projections::append_layout_json(test_layout(2)->spec(), areas);
  CHECK(json::parse(areas)["areas"][1] == json{{"name", "right"}, {"tier", "standing"}, {"capacity", 1}});
  CHECK_FALSE(json::parse(areas).contains("focal"));
}

TEST_CASE("hundredths are the shortest decimals") {
  const std::vector<std::pair<std::int32_t, std::string>> lines{{0, "0"},
                                                                {1, "0.01"},
                                                                {-1, "-0.01"},
                                                                {10, "0.1"},
                                                                {100, "1"},
                                                                {-105, "-1.05"},
                                                                {1'050, "10.5"},
                                                                {1'000'000'000, "10000000"},
                                                                {INT32_MIN, "-21474836.48"}};
  for (const auto& [hundredths, text] : lines) {
    std::string out;
    projections::append_hundredths(hundredths, out);
    CHECK(out == text);
  }
}

TEST_CASE("layouts of events and venues are found by their hash, also when they must be read back") {
  projections::view_settings settings;
  settings.layouts.bytes_max = 1;
  pumped_world world{settings};
  sales from{1, 0};
  for (const auto& made : from.open_event(domain::event_id{5}, test_layout(0), world.now()))
    world.append(made);
  domain::venue venue;
  venue.seats = test_layout(1);
  for (const auto seq : {1U, 2U}) {
    venue.seats = test_layout(seq);
    const domain::fact_body body =
        seq == 1 ? domain::fact_body{domain::venue_created{venue}} : domain::fact_body{domain::venue_amended{venue}};
    world.journal().append(organisation_fact(seq, body), std::make_shared<ignore_outcome>());
  }
  world.settle();
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    if (restarted) {
      world.restart();
      CHECK(ask_layout(world, std::string(64, '0'))->outcome == read_outcome::behind);
      world.settle();
    }
    for (const auto which : {0U, 1U, 2U, 0U}) {
      const auto seats = test_layout(which);
      const auto hash = projections::layout_hash(seats);
      const auto answer = ask_layout(world, hash);
      world.settle();
      REQUIRE(answer->outcome == read_outcome::ok);
      std::string should;
      projections::append_layout_json(seats->spec(), should);
      CHECK(answer->body->bytes == should);
      CHECK(answer->body->layout_hash == hash);
      CHECK(answer->body->etag == "W/\"layout-" + hash.substr(0, 16) + "\"");
    }
    CHECK(ask_layout(world, std::string(64, '0'))->outcome == read_outcome::not_found);
  }
}

TEST_CASE("a layout that is asked for again is encoded once, and refused while the pool is full only before that") {
  pumped_world world;
  sales from{1, 0};
  const auto seats = test_layout(0);
  for (const auto& made : from.open_event(domain::event_id{5}, seats, world.now()))
    world.append(made);
  world.settle();
  const auto hash = projections::layout_hash(seats);
  world.tamper().refuse_jobs = true;
  CHECK(ask_layout(world, hash)->outcome == read_outcome::overloaded);
  world.tamper().refuse_jobs = false;
  const auto first = ask_layout(world, hash);
  world.settle();
  world.tamper().refuse_jobs = true;
  const auto second = ask_layout(world, hash);
  REQUIRE(second->outcome == read_outcome::ok);
  CHECK(second->body == first->body);
}

} // namespace holdfast::projections_test

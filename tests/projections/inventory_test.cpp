#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections_test::inventory {

namespace {

using nlohmann::json;
using projections::read_outcome;

constexpr domain::event_id event{42};

/// One published event in a world at rest.
struct fixture {
  explicit fixture(std::size_t layout = 0, projections::view_settings settings = {}) : world{std::move(settings)} {
    for (const auto& made : from.open_event(event, test_layout(layout), world.now()))
      world.append(made);
    world.settle();
  }

  auto do_it(domain::caller by, domain::command_body body) -> std::uint64_t {
    const auto made = from.decide(event, {by, {}, std::move(body)}, world.now());
    REQUIRE(made.has_value());
    world.append(*made);
    return made->last_seq();
  }
  auto hold(std::vector<domain::seat_index> seats) -> std::uint64_t {
    domain::hold_seats what;
    what.seats = std::move(seats);
    return do_it(buyer(1), what);
  }
  auto ask_seats(std::uint64_t min_seq = 0) -> std::shared_ptr<view_answer> {
    auto answer = std::make_shared<view_answer>();
    world.views().seats(event, min_seq, into(answer));
    return answer;
  }
  auto ask_page(std::uint64_t min_seq = 0) -> std::shared_ptr<view_answer> {
    auto answer = std::make_shared<view_answer>();
    world.views().event_page(event, min_seq, into(answer));
    return answer;
  }
  auto ask_section(std::string section) -> std::shared_ptr<view_answer> {
    auto answer = std::make_shared<view_answer>();
    world.views().seats_of_section(event, 0, std::move(section), into(answer));
    return answer;
  }
  void settled() { world.settle(); }

  sales from{1, 0};
  pumped_world world;
};

auto parsed(const view_answer& answer) -> json {
  REQUIRE(answer.outcome == read_outcome::ok);
  return json::parse(answer.body->bytes);
}

} // namespace

TEST_CASE("the seat status has the form that the API promises, and nothing else") {
  fixture given;
  given.hold({0, 58});
  given.world.settle();
  const auto answer = given.ask_seats();
  given.settled();
  const auto body = parsed(*answer);
  CHECK(body.size() == 5);
  CHECK(body["event_id"] == event_text(event));
  CHECK(body["seq"] == 3);
  CHECK(body["counts"] == json{{"available", 83}, {"held", 2}, {"sold", 0}, {"blocked", 0}});
  REQUIRE(body["seats"].size() == 60);
  CHECK(body["seats"][0] == json{{"seat", "A/1/1"}, {"status", "held"}});
  CHECK(body["seats"][9] == json{{"seat", "A/2/1"}, {"status", "available"}});
  CHECK(body["seats"][58] == json{{"seat", "B/1/43"}, {"status", "held"}});
  CHECK(body["areas"] == json::array({{{"area", "floor"}, {"capacity", 25}, {"available", 25}}}));
  CHECK(answer->body->etag == "W/\"3-seats\"");
  CHECK(answer->body->seq == 3);
  CHECK(answer->body->organisation == organiser);
  CHECK_FALSE(answer->body->draft);
  CHECK(answer->body->version == 2);
  CHECK(answer->body->layout_hash.size() == 64);
}

TEST_CASE("names with quotes, backslashes and accents come out as they went in") {
  fixture given{1};
  const auto answer = given.ask_seats();
  given.settled();
  const auto body = parsed(*answer);
  CHECK(body["seats"][0]["seat"] == "a\"b\\c/Réihe 1/101");
  CHECK(body["seats"][45]["seat"] == "Z/q/999999");
  CHECK(body["areas"].empty());
}

TEST_CASE("an event of areas only has no seats and all its places") {
  fixture given{2};
  domain::hold_seats what;
  what.areas = {{0, 2}};
  given.do_it(buyer(1), what);
  given.world.settle();
  const auto answer = given.ask_seats();
  given.settled();
  const auto body = parsed(*answer);
  CHECK(body["seats"] == json::array());
  CHECK(body["counts"]["available"] == 2);
  CHECK(body["counts"]["held"] == 2);
  CHECK(body["areas"][0]["available"] == 1);
}

TEST_CASE("a section's seats are those of the section, in order, and an unknown section is not found") {
  fixture given{1};
  const auto z = given.ask_section("Z");
  const auto empty = given.ask_section("empty");
  const auto none = given.ask_section("Y");
  given.settled();
  const auto body = parsed(*z);
  CHECK(body["seats"].size() == 10);
  CHECK(body["seats"][0]["seat"] == "Z/q/999990");
  CHECK(body["counts"]["available"] == 46);
  CHECK(body["areas"].empty());
  CHECK(parsed(*empty)["seats"] == json::array());
  CHECK(none->outcome == read_outcome::not_found);
  CHECK(z->body->etag != empty->body->etag);
}

TEST_CASE("the event page has what people and programs look for") {
  fixture given;
  given.hold({0, 20});
  given.world.settle();
  const auto answer = given.ask_page();
  given.settled();
  const auto body = parsed(*answer);
  CHECK(body["event_id"] == event_text(event));
  CHECK(body["slug"] == "an-event");
  CHECK(body["name"] == "Event 42");
  CHECK(body["description"] == "Three acts,\n\"two\" intervals");
  CHECK(body["category"] == "opera");
  CHECK(body["starts_at"] == "2027-03-01T19:00:00.000Z");
  CHECK(body["status"] == "on_sale");
  CHECK(body["sale"] == json{{"opens_at", nullptr}, {"closes_at", nullptr}, {"phases", json::array()}});
  CHECK(body["seq"] == 3);
  CHECK(body["version"] == 2);
  CHECK(body["venue"]["venue_id"].get<std::string>().starts_with("ven_"));
  CHECK(body["venue"]["name"] == "Opera");
  CHECK(body["venue"]["timezone"] == "Europe/Vienna");
  CHECK(answer->body->bytes.find("\"lat\":47.07,\"lon\":-15.000001") != std::string::npos);
  CHECK(body["currency"] == "EUR");
  CHECK(body["tiers"] == json::array({{{"id", "stalls"},
                                       {"name", "Tier stalls"},
                                       {"price", 1000},
                                       {"fee", 0},
                                       {"available", 19},
                                       {"availability", "many"}},
                                      {{"id", "circle"},
                                       {"name", "Tier circle"},
                                       {"price", 1100},
                                       {"fee", 0},
                                       {"available", 39},
                                       {"availability", "many"}},
                                      {{"id", "standing"},
                                       {"name", "Tier standing"},
                                       {"price", 1200},
                                       {"fee", 0},
                                       {"available", 25},
                                       {"availability", "many"}},
                                      {{"id", "unused"},
                                       {"name", "Nobody's"},
                                       {"price", 1},
                                       {"fee", 0},
                                       {"available", 0},
                                       {"availability", "none"}}}));
  CHECK(body["counts"] == json{{"available", 83}, {"held", 2}, {"sold", 0}, {"blocked", 0}});
  CHECK(body["hold_seconds"] == 600);
  CHECK(body["max_per_order"] == 50);
  CHECK(body["max_per_buyer"] == 100'000);
  CHECK(body["layout_hash"] == answer->body->layout_hash);
  CHECK(body["links"]["layout"] == "/v1/layouts/" + answer->body->layout_hash);
  CHECK(body["links"]["seats"] == "/v1/events/" + event_text(event) + "/seats");
  CHECK(body["waiting_room"] == json{{"mode", "off"}});
  CHECK(answer->body->etag == "W/\"3-page-on_sale\"");
  CHECK_FALSE(body.contains("organisation"));
}

TEST_CASE("a draft is marked as one, for its organisation alone") {
  sales from{1, 0};
  pumped_world world;
  world.append(from.open_event(event, test_layout(0), world.now()).front());
  world.settle();
  const auto answer = std::make_shared<view_answer>();
  world.views().event_page(event, 0, into(answer));
  world.settle();
  CHECK(parsed(*answer)["status"] == "draft");
  CHECK(answer->body->draft);
}

TEST_CASE("the event page changes when the sale opens and closes, without any fact") {
  fixture given;
  domain::amend_event change;
  change.changes.sale_opens_at = given.world.now() + domain::seconds(100);
  change.changes.sale_closes_at = given.world.now() + domain::seconds(200);
  domain::caller by;
  by.as = domain::caller::kind::organiser;
  by.organisation = organiser;
  given.do_it(by, change);
  given.world.settle();
  struct line {
    domain::millis later;
    const char* status;
  };
  std::string etag;
  for (const auto& line : {line{{0}, "published"}, line{{99'999}, "published"}, line{{1}, "on_sale"},
                           line{{99'999}, "on_sale"}, line{{1}, "published"}}) {
    given.world.pass(line.later);
    const auto answer = given.ask_page();
    given.settled();
    CHECK(parsed(*answer)["status"] == line.status);
    CHECK((answer->body->etag == etag) == (line.later.count != 1 && !etag.empty()));
    etag = answer->body->etag;
  }
}

TEST_CASE("a body that is the newest is shared by everybody, at once, on the caller's thread") {
  fixture given;
  const auto first = given.ask_seats();
  given.settled();
  const auto second = given.ask_seats();
  REQUIRE(second->outcome == read_outcome::ok); // nothing ran in between
  CHECK(second->body == first->body);
  given.world.pass(domain::seconds(30));
  CHECK(given.ask_seats()->body == first->body);
  const auto& reads = given.world.views().metrics().of(projections::read_view::seats);
  CHECK(reads.hits == 2);
  CHECK(reads.misses == 1);
  CHECK(given.world.views().metrics().bodies_encoded == 1);
}

TEST_CASE("while facts arrive a body is shown for a second and then made anew") {
  fixture given;
  const auto first = given.ask_seats();
  given.settled();
  given.hold({1});
  given.world.settle();
  given.world.pass(domain::seconds(1));
  given.settled();
  CHECK(given.ask_seats()->body == first->body);
  given.world.pass({1});
  given.settled();
  const auto later = given.ask_seats();
  CHECK_FALSE(later->outcome.has_value());
  given.settled();
  REQUIRE(later->outcome == read_outcome::ok);
  CHECK(later->body->seq == 3);
}

TEST_CASE("a read with min_seq waits until the projection is there, and no shown body is older than asked for") {
  fixture given;
  const auto before = given.ask_seats();
  given.settled();
  const auto seq = given.hold({1});
  const auto waiting = given.ask_seats(seq);
  while (given.world.actors()[0].run_one()) {
  }
  CHECK_FALSE(waiting->outcome.has_value()); // not committed yet
  given.world.settle();
  REQUIRE(waiting->outcome == read_outcome::ok);
  CHECK(waiting->body->seq == seq);
  // Others need not be told of it for a second, and are.
  CHECK(given.ask_seats()->body == waiting->body);
}

TEST_CASE("a read whose min_seq does not come within a second is told that the projection is behind") {
  fixture given;
  const auto waiting = given.ask_seats(99);
  given.settled();
  given.world.pass({999});
  given.settled();
  CHECK_FALSE(waiting->outcome.has_value());
  given.world.pass({1});
  given.settled();
  CHECK(waiting->outcome == read_outcome::behind);
  CHECK(given.world.views().metrics().reads_behind == 1);
  CHECK(given.world.views().metrics().readers_waiting == 0);
}

TEST_CASE("an event that does not exist is not found, and leaves nothing behind") {
  pumped_world world;
  const auto answer = std::make_shared<view_answer>();
  const auto page = std::make_shared<view_answer>();
  world.views().seats(event, 0, into(answer));
  world.views().event_page(event, 5, into(page));
  world.settle();
  CHECK(answer->outcome == read_outcome::not_found);
  CHECK(page->outcome == read_outcome::not_found);
  CHECK(world.views().metrics().events_in_memory == 0);
}

TEST_CASE("an event that is created while somebody asks for it is shown") {
  pumped_world world;
  sales from{1, 0};
  const auto answer = std::make_shared<view_answer>();
  world.views().event_page(event, 0, into(answer));
  while (world.actors()[0].run_one()) {
  }
  for (const auto& made : from.open_event(event, test_layout(0), world.now()))
    world.append(made);
  world.settle();
  REQUIRE(answer->outcome == read_outcome::ok);
  CHECK(faults_of_page(from, event, *answer->body) == "");
}

TEST_CASE("bodies and events that nobody reads for a minute are dropped, and loaded again when somebody does") {
  fixture given;
  given.ask_seats();
  given.settled();
  CHECK(given.world.views().metrics().events_in_memory == 1);
  for (int i = 0; i < 62; ++i)
    given.world.pass(domain::seconds(1));
  given.settled();
  CHECK(given.world.views().metrics().events_in_memory == 0);
  const auto again = given.ask_seats();
  CHECK_FALSE(again->outcome.has_value());
  given.settled();
  CHECK(again->outcome == read_outcome::ok);
  CHECK(given.world.views().metrics().event_loads == 2);
}

TEST_CASE("while the read pool is full a reader gets the last body if it will do, and is refused otherwise") {
  fixture given;
  const auto first = given.ask_seats();
  given.settled();
  const auto seq = given.hold({1});
  given.world.settle();
  given.world.pass(domain::seconds(2));
  given.settled();
  given.world.tamper().refuse_jobs = true;
  const auto anything = given.ask_seats();
  const auto newest = given.ask_seats(seq);
  given.settled();
  REQUIRE(anything->outcome == read_outcome::ok);
  CHECK(anything->body == first->body);
  CHECK(newest->outcome == read_outcome::overloaded);
  given.world.tamper().refuse_jobs = false;
  const auto later = given.ask_seats(seq);
  given.settled();
  CHECK(later->outcome == read_outcome::ok);
}

TEST_CASE("an event that cannot be loaded is refused for the moment, not unknown") {
  fixture given;
  given.world.tamper().reads_fail = journal::failure{journal::failure_kind::io, "the disk does not answer"};
  const auto refused = given.ask_seats();
  given.settled();
  CHECK(refused->outcome == read_outcome::overloaded);
  CHECK(given.world.views().metrics().event_load_failures == 1);
  given.world.tamper().reads_fail.reset();
  const auto later = given.ask_seats();
  given.settled();
  CHECK(later->outcome == read_outcome::ok);
}

TEST_CASE("large bodies are not encoded more often than their size allows, however many ask for the newest") {
  projections::view_settings settings;
  settings.inventory.paced_bytes_per_ms = 20; // 60 seats: some 2,600 bytes, 130 ms
  fixture given{0, settings};
  given.ask_seats();
  given.settled();
  std::vector<std::shared_ptr<view_answer>> readers;
  for (domain::seat_index seat = 0; seat < 10; ++seat) {
    readers.push_back(given.ask_seats(given.hold({seat})));
    given.settled();
  }
  CHECK(given.world.views().metrics().bodies_encoded == 1);
  given.world.pass({200});
  given.settled();
  CHECK(given.world.views().metrics().bodies_encoded == 2);
  for (const auto& reader : readers)
    CHECK(reader->outcome == read_outcome::ok);
}

TEST_CASE("more readers than may wait are refused at once") {
  projections::view_settings settings;
  settings.inventory.readers_waiting_max = 3;
  fixture given{0, settings};
  std::vector<std::shared_ptr<view_answer>> readers;
  for (int i = 0; i < 5; ++i)
    readers.push_back(given.ask_seats(50));
  CHECK_FALSE(readers[2]->outcome.has_value());
  CHECK(readers[3]->outcome == read_outcome::overloaded);
  CHECK(readers[4]->outcome == read_outcome::overloaded);
  CHECK(given.world.views().metrics().readers_waiting == 3);
  CHECK(given.world.views().metrics().reads_refused == 2);
}

} // namespace holdfast::projections_test::inventory

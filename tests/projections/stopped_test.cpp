#include "projections/views.hpp"
#include "tests/projections/pumped_world.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// A projection that meets a fact which cannot be: it stops and says so, what it showed last goes on being shown and says how old it is, and
// nothing else stops.

namespace holdfast::projections_test::stopped {

namespace {

using projections::read_outcome;
using projections::report_form;
using projections::runner_state;
using answer_ptr = std::shared_ptr<view_answer>;

constexpr domain::event_id struck{42};
constexpr domain::event_id other{43};

/// Two events at rest, with a hold in each.
struct fixture {
  fixture() {
    for (const auto event : {struck, other}) {
      for (const auto& made : from.open_event(event, test_layout(0), world.now()))
        world.append(made);
    }
    hold(struck, 0);
    hold(other, 0);
    world.settle();
  }

  auto hold(domain::event_id event, domain::seat_index seat) -> std::uint64_t {
    domain::hold_seats what;
    what.seats = {seat};
    const auto made = from.decide(event, {buyer(1), {}, what}, world.now());
    REQUIRE(made.has_value());
    last_hold = std::get<domain::hold_created>(made->facts->front().body).hold;
    world.append(*made);
    world.settle();
    return made->last_seq();
  }

  /// Records one more command of the event, which the rules would never have made.
  void strike(std::vector<domain::fact_body> bodies) {
    domain::facts all;
    for (auto& body : bodies)
      all.push_back({world.now(), {7, 7}, std::move(body)});
    const auto first = from.state(struck).seq() + 1;
    world.append({struck, first, std::make_shared<const domain::facts>(std::move(all)), 1});
    world.settle();
  }

  [[nodiscard]] auto stopped() -> std::set<std::string> {
    std::set<std::string> names;
    for (const auto& each : world.views().status()) {
      CHECK(each.reason.empty() == (each.state != runner_state::stopped));
      if (each.state == runner_state::stopped)
        names.emplace(each.name);
    }
    return names;
  }

  template <class Ask>
  auto ask(Ask how) -> answer_ptr {
    auto answer = std::make_shared<view_answer>();
    how(world.views(), into(answer));
    world.settle();
    return answer;
  }
  auto seats(domain::event_id event, std::uint64_t min_seq = 0) -> answer_ptr {
    return ask([&](auto& in, auto done) { in.seats(event, min_seq, std::move(done)); });
  }
  auto binary(domain::event_id event) -> answer_ptr {
    return ask([&](auto& in, auto done) { in.seats_binary(event, 0, std::move(done)); });
  }
  auto page(domain::event_id event) -> answer_ptr {
    return ask([&](auto& in, auto done) { in.event_page(event, 0, std::move(done)); });
  }
  auto report(domain::event_id event, report_form form = report_form::json) -> answer_ptr {
    return ask([&](auto& in, auto done) { in.report(event, 0, form, std::move(done)); });
  }
  void pass(domain::millis time) {
    world.pass(time);
    world.settle();
  }

  sales from{1, 0};
  pumped_world world;
  domain::hold_number last_hold;
};

/// A command that begins well and ends with what does not belong there.
auto half_sound() -> std::vector<domain::fact_body> {
  domain::hold_created held;
  held.hold = domain::hold_number{1'000'000};
  held.seats = {5};
  held.prices = {100};
  held.expires_at = {1'795'000'600'000};
  held.cap_at = held.expires_at;
  return {held, domain::organisation_created{}};
}

/// Seats, pages and reports have been read, and then comes what stops them.
struct struck_event : fixture {
  struck_event() : first_seats{seats(struck)}, first_page{page(struck)}, first_report{report(struck)} {
    REQUIRE(first_seats->outcome == read_outcome::ok);
    REQUIRE(first_page->outcome == read_outcome::ok);
    REQUIRE(first_report->outcome == read_outcome::ok);
    static_cast<void>(seats(other));
    pass(domain::seconds(3));
    strike(half_sound());
    CHECK(stopped() == std::set<std::string>{"inventory", "report"});
    stopped_at = world.now();
  }

  answer_ptr first_seats;
  answer_ptr first_page;
  answer_ptr first_report;
  domain::instant stopped_at;
};

} // namespace

TEST_CASE("an event at which seats and reports stopped is shown as it was, for as long as it takes") {
  struck_event given;
  for (int minutes = 0; minutes < 3; ++minutes) {
    for (int i = 0; i < 60; ++i)
      given.pass(domain::seconds(1));
    CHECK(given.seats(struck)->body == given.first_seats->body);
    CHECK(given.page(struck)->body == given.first_page->body);
    CHECK(given.report(struck)->body == given.first_report->body);
    // They were made before it stopped, when they were the newest.
    for (const auto& shown : {given.first_seats, given.first_page, given.first_report})
      CHECK(age_of(*shown->body, given.world.now()) == domain::minutes(minutes + 1));
  }
  // Nothing is made of half a command.
  CHECK(given.binary(struck)->outcome == read_outcome::unreadable);
  const auto csv = given.report(struck, report_form::csv);
  const auto newer = given.seats(struck, given.first_seats->body->seq + 1);
  CHECK_FALSE(csv->outcome.has_value());
  CHECK_FALSE(newer->outcome.has_value());
  given.pass({1'001});
  CHECK(csv->outcome == read_outcome::behind);
  CHECK(newer->outcome == read_outcome::behind);
}

TEST_CASE("what is shown is of no age while its projection follows the journal, however quiet the event is") {
  fixture given;
  const auto seats = given.seats(other)->body;
  const auto sold = given.report(other)->body;
  for (int i = 0; i < 50; ++i)
    given.pass(domain::seconds(1));
  for (const auto& body : {seats, sold, given.seats(other)->body, given.page(other)->body, given.report(other)->body})
    CHECK(age_of(*body, given.world.now()) == domain::millis{});
}

TEST_CASE("events beside the one at which a projection stopped say how old they are") {
  struck_event given;
  given.pass(domain::seconds(20));
  const auto binary = given.binary(other);
  REQUIRE(binary->outcome == read_outcome::ok);
  CHECK(binary->body->made_at == given.stopped_at);
  const auto sold = given.report(other);
  REQUIRE(sold->outcome == read_outcome::ok);
  CHECK(sold->body->made_at == given.stopped_at);
  const auto before = given.seats(other)->body;
  given.hold(other, 1);
  given.pass(domain::seconds(5));
  CHECK(given.seats(other)->body == before);
}

TEST_CASE("bookings and the catalogue go on while seats and reports have stopped") {
  struck_event given;
  const auto seq = given.hold(other, 1);
  const auto held = std::make_shared<std::optional<read_outcome>>();
  given.world.views().booking(other, given.last_hold, seq,
                              [held](read_outcome outcome, const auto&) { *held = outcome; });
  given.world.settle();
  CHECK(*held == read_outcome::ok);
  for (const auto& made : given.from.open_event(domain::event_id{44}, test_layout(0), given.world.now()))
    given.world.append(made);
  given.world.settle();
  CHECK(given.world.views().events_of(organiser, {}, 10).size() == 3);
}

TEST_CASE("a restart does not wait for a projection that stops again") {
  struck_event given;
  given.world.restart();
  given.world.settle();
  CHECK(given.stopped() == std::set<std::string>{"report"});
  CHECK(given.world.views().caught_up());
  CHECK(given.seats(other)->outcome == read_outcome::ok);
  const auto unknown = given.report(domain::event_id{45});
  CHECK_FALSE(unknown->outcome.has_value()); // it may be there: nobody has looked
  given.pass({1'001});
  CHECK(unknown->outcome == read_outcome::behind);
}

TEST_CASE("a rebuild follows the journal again, but for the event that cannot be loaded") {
  struck_event given;
  given.pass(domain::seconds(20));
  CHECK(age_of(*given.seats(other)->body, given.world.now()) == domain::seconds(20));
  given.hold(other, 1);
  CHECK(given.world.views().rebuild("inventory"));
  given.world.settle();
  CHECK(given.stopped() == std::set<std::string>{"report"});
  const auto now = given.seats(other);
  REQUIRE(now->outcome == read_outcome::ok);
  CHECK(faults_of_seats(given.from, other, *now->body) == "");
  CHECK(age_of(*now->body, given.world.now()) == domain::millis{});
  CHECK(given.seats(struck)->outcome == read_outcome::unreadable);
}

TEST_CASE("bookings that have stopped are still found, and seats go on") {
  fixture given;
  given.seats(struck);
  given.strike({domain::hold_released{.hold = domain::hold_number{1'000'000}, .by = {}}});
  CHECK(given.stopped() == std::set<std::string>{"bookings", "report"});
  const auto held = std::make_shared<std::optional<read_outcome>>();
  given.world.views().booking(other, given.last_hold, 0,
                              [held](read_outcome outcome, const auto&) { *held = outcome; });
  given.world.settle();
  CHECK(*held == read_outcome::ok);
  CHECK(given.world.views().metrics().contradictions_detected == 1);
  const auto seq = given.hold(other, 1);
  const auto seats = given.seats(other, seq);
  REQUIRE(seats->outcome == read_outcome::ok);
  CHECK(faults_of_seats(given.from, other, *seats->body) == "");
}

TEST_CASE("a catalogue that has stopped still lists what was there, and seats go on") {
  fixture given;
  // An event that was never created has its name changed.
  domain::facts all{{given.world.now(), {7, 7}, domain::event_amended{test_config(*test_layout(0), "Ghost")}}};
  given.world.append({domain::event_id{77}, 1, std::make_shared<const domain::facts>(std::move(all)), 1});
  given.world.settle();
  CHECK(given.stopped().contains("catalogue"));
  CHECK_FALSE(given.stopped().contains("inventory"));
  CHECK(given.world.views().events_of(organiser, {}, 10).size() == 2);
  const auto seq = given.hold(other, 1);
  CHECK(given.seats(other, seq)->outcome == read_outcome::ok);
}

} // namespace holdfast::projections_test::stopped

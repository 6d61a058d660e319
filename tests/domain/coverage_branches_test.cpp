// Branches of decide and apply that the tables of the other files and the model's random sequences do not reach.

#include "domain/organisation/decide.hpp"
#include "domain/seat_choice.hpp"
#include "tests/domain/picture.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE("a caller of no known kind may ask nothing") {
  auto stranger = organiser();
  stranger.as = static_cast<caller::kind>(9);
  const stage on;
  CHECK(told(on.ask(stranger, pause_event{})) == "not_found");
  CHECK(told(on.ask(stranger, end_due_holds{})) == "not_found");
  organisation_state office;
  CHECK(told(decide(office, {stranger, {}, create_organisation{ours, "Theatre"}}, noon)) == "not_found");
}

TEST_CASE("a box office's key makes no keys, and changes nothing that is its organisation's") {
  organisation_state office;
  apply(office, {noon, {}, organisation_created{ours, "Theatre"}});
  const auto asked = [&](organisation_command_body what) {
    return told(decide(office, {box_office(), {}, std::move(what)}, noon));
  };
  CHECK(asked(create_key{key_id{5}, "Mightier", key_scope::admin, {}}) == "not_found");
  CHECK(asked(reserve_slug{"tosca", the_event}) == "not_found");
}

TEST_CASE("an expired hold that a buyer's limit ends counts once for the area too") {
  stage on;
  on.hold_places(buyer(1), 0, 5);
  on.hold_places(buyer(2), 0, 5);
  on.now = on.now + on.state.config().hold_time;
  // The limit of 6 ends the buyer's own 5 places; the sixth comes from the other hold.
  CHECK(told(on.ask(buyer(1), hold_seats{{}, {}, {{0, 6}}})) == "ok, expired 1, expired 2, held 3");
}

TEST_CASE("best available may choose seats of a hold that the buyer's limit ends anyway") {
  stage on{rows_of({"......"})};
  on.hold(buyer(1), {0, 1, 2, 3, 4});
  on.now = on.now + on.state.config().hold_time;
  best_available two;
  two.quantity = 2;
  CHECK(told(on.ask(buyer(1), hold_seats{{}, two, {}})) == "ok, expired 1, held 2");
}

TEST_CASE(
    "a group that leaves nobody alone is better than a clear view, and is looked for in rows with a clear view first") {
  const auto rows = rows_of({"r..r"});
  const stage on{rows};
  best_available two;
  two.quantity = 2;
  const auto chosen = choose_best(on.state, two);
  REQUIRE(chosen);
  CHECK(marked(rows, *chosen) == "##.r");
}

TEST_CASE("facts of one command share its key, which keeps the first one's seq") {
  const command_id id{11, 22};
  organisation_state office;
  apply(office, {noon, id, organisation_created{ours, "Theatre"}});
  apply(office, {noon, id, slug_reserved{"tosca", the_event}});
  CHECK(office.keys_remembered.at(11).seq == 1);
  CHECK(office.seq == 2);
}

#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
namespace day = holdfast::testing::day;
namespace seq = holdfast::testing::day::seq;
using testing::body;
using testing::check;
using testing::hold;
using testing::kind;
using testing::paper_journal;

/// Has a fact be one that sets these places apart for the house, as allocation 1.
void apart(paper_journal& paper, std::uint64_t at, std::vector<seat_index> seats,
           std::vector<allocated_area> areas = {}) {
  paper.at(day::events, at).body =
      seats_allocated{{allocation_number{1}, allocation_kind::house, "Box", "guests", std::nullopt, std::move(areas)},
                      std::move(seats),
                      day::seller};
}

/// After the day, allocation 1 gets seat 7 and 3 places, allocation 2 seat 5, and then a change is made.
void change_afterwards(paper_journal& paper, allocation_changed change) {
  const auto at = paper.at(day::events, seq::late_hold).time;
  const auto house = [](std::uint16_t number) {
    return allocation{allocation_number{number}, allocation_kind::house, "Box", "guests", std::nullopt, {}};
  };
  auto one = house(1);
  one.areas = {{0, 3, 0}};
  paper.add(day::events, seats_allocated{one, {7}, day::seller}, at);
  paper.add(day::events, seats_allocated{house(2), {5}, day::seller}, at);
  change.by = day::seller;
  paper.add(day::events, std::move(change), at);
}

constexpr std::uint64_t changed = seq::late_hold + 3;
constexpr allocation_number first{1};
constexpr allocation_number second{2};

} // namespace

TEST_CASE("places that were moved between allocations are sound") {
  auto paper = day::facts();
  change_afterwards(paper, {second, {7}, {}, {}, first, {{0, 2}}});
  const auto at = paper.at(day::events, changed).time;
  paper.add(day::events, allocation_changed{second, {}, {5}, day::seller, {}, {{0, 1}}}, at);
  paper.add(day::events, allocation_changed{first, {}, {}, day::seller, {}, {{0, 40}}}, at);
  paper.add(day::events, allocation_released{second, day::seller}, at);
  paper.seal();
  CHECK(journal::audit::run_audit(paper).found.by_kind().empty());
}

TEST_CASE("every planted fault of places that are moved is found and named where it is") {
  check(
      {
          {"a seat moved from an allocation that has it not", kind::illegal_allocation, day::events, changed,
           [](paper_journal& paper) {
             change_afterwards(paper, {second, {6}, {}, {}, first});
           }},
          {"a seat moved that somebody has", kind::seat_owned_twice, day::events, changed,
           [](paper_journal& paper) {
             change_afterwards(paper, {second, {4}, {}, {}, first});
           }},
          {"a seat of another allocation added as if it were the public's", kind::seat_owned_twice, day::events,
           changed,
           [](paper_journal& paper) {
             change_afterwards(paper, {second, {7}, {}, {}});
           }},
          {"places moved from an allocation that is not there", kind::illegal_allocation, day::events, changed,
           [](paper_journal& paper) {
             change_afterwards(paper, {second, {6}, {}, {}, allocation_number{3}});
           }},
          {"places moved from where they go", kind::illegal_allocation, day::events, changed,
           [](paper_journal& paper) {
             change_afterwards(paper, {first, {7}, {}, {}, first});
           }},
          {"places of an area moved that the other has not", kind::area_over_capacity, day::events, changed,
           [](paper_journal& paper) {
             change_afterwards(paper, {second, {}, {}, {}, first, {{0, 4}}});
           }},
          {"an area raised beyond what there is", kind::area_over_capacity, day::events, changed,
           [](paper_journal& paper) {
             change_afterwards(paper, {first, {}, {}, {}, {}, {{0, 51}}});
           }},
          {"an area raised that does not exist", kind::unknown_area, day::events, changed,
           [](paper_journal& paper) {
             change_afterwards(paper, {first, {}, {}, {}, {}, {{4, 1}}});
           }},
      },
      true);
}

TEST_CASE("every planted fault of what is set apart is found and named where it is") {
  check(
      {
          {"a seat set apart that is sold", kind::seat_owned_twice, day::events, seq::paused,
           [](paper_journal& paper) { apart(paper, seq::paused, {0}); }},
          {"a seat set apart that does not exist", kind::unknown_seat, day::events, seq::paused,
           [](paper_journal& paper) { apart(paper, seq::paused, {12}); }},
          {"places set apart that are not there", kind::area_over_capacity, day::events, seq::paused,
           [](paper_journal& paper) {
             apart(paper, seq::paused, {}, {{0, 51, 0}});
           }},
          {"an area set apart that does not exist", kind::unknown_area, day::events, seq::paused,
           [](paper_journal& paper) {
             apart(paper, seq::paused, {}, {{1, 1, 0}});
           }},
          {"nothing set apart", kind::illegal_allocation, day::events, seq::paused,
           [](paper_journal& paper) { apart(paper, seq::paused, {}); }},
          {"an allocation's number left out", kind::illegal_allocation, day::events, seq::paused,
           [](paper_journal& paper) {
             apart(paper, seq::paused, {7});
             body<seats_allocated>(paper, seq::paused).what.number = allocation_number{2};
           }},
          {"a presale without a code", kind::illegal_allocation, day::events, seq::paused,
           [](paper_journal& paper) {
             apart(paper, seq::paused, {7});
             body<seats_allocated>(paper, seq::paused).what.kind = allocation_kind::presale;
           }},
          {"a hold of what is set apart", kind::seat_set_apart, day::events, seq::late_hold,
           [](paper_journal& paper) { apart(paper, seq::paused, {4}); }},
          {"a buyer's hold of a house's seats", kind::illegal_allocation, day::events, seq::late_hold,
           [](paper_journal& paper) {
             apart(paper, seq::paused, {4});
             hold(paper, seq::late_hold).allocation = allocation_number{1};
           }},
          {"a hold of an allocation that is not there", kind::illegal_allocation, day::events, seq::late_hold,
           [](paper_journal& paper) { hold(paper, seq::late_hold).allocation = allocation_number{1}; }},
          {"a change of an allocation that is not there", kind::illegal_allocation, day::events, seq::paused,
           [](paper_journal& paper) {
             paper.at(day::events, seq::paused).body = allocation_changed{allocation_number{1}, {7}, {}, day::seller};
           }},
          {"a release of an allocation that is not there", kind::illegal_allocation, day::events, seq::paused,
           [](paper_journal& paper) {
             paper.at(day::events, seq::paused).body = allocation_released{allocation_number{1}, day::seller};
           }},
          {"a seat given back that was not set apart", kind::illegal_allocation, day::events, seq::resumed,
           [](paper_journal& paper) {
             apart(paper, seq::paused, {7});
             paper.at(day::events, seq::resumed).body = allocation_changed{allocation_number{1}, {}, {5}, day::seller};
           }},
      },
      true);
}

#include "domain/alternatives.hpp"
#include "domain/limits.hpp"
#include "tests/domain/picture.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

/// The alternatives to some seats, each as a drawing.
auto offered(const stage& on, const std::vector<drawn_row>& rows, std::vector<seat_index> wanted)
    -> std::vector<std::string> {
  const auto refused = on.ask(buyer(1), seats(std::move(wanted)));
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().why == reason::seat_unavailable);
  std::vector<std::string> drawings;
  for (const auto& one : refused.error().alternatives) {
    drawings.push_back(marked(rows, one.seats));
  }
  return drawings;
}

} // namespace

TEST_CASE("alternatives are as many seats of the same kind, near those that were asked for") {
  struct row {
    std::string what;
    std::vector<std::string_view> rows;
    std::vector<seat_index> wanted;
    std::vector<std::string> expected;
  };
  const row cases[] = {
      {"beside them in the row", {"..xx...."}, {2, 3}, {"##xx...."}},
      {"the lower index of two as near", {"....xx.."}, {4, 5}, {"..##xx.."}},
      {"on the side where none is left alone", {"...xx...."}, {3, 4}, {"...xx##.."}},
      {"across a seat that is free", {"..x....."}, {1, 2}, {"##x....."}},
      {"one a row, the own row first, then outward",
       {"....", "....", "xx..", "....", "...."},
       {8, 9},
       {"....|....|xx##|....|....", "....|##..|xx..|....|....", "....|....|xx..|##..|...."}},
      {"rows without room are passed over",
       {"....", "x.x.", "xx.x", ".x.x", ".x..", "...."},
       {8, 9},
       {"##..|x.x.|xx.x|.x.x|.x..|....", "....|x.x.|xx.x|.x.x|.x##|....", "....|x.x.|xx.x|.x.x|.x..|##.."}},
      {"none", {"xx.x"}, {0, 1}, {}},
      {"accessible seats are not for others", {"xxaa", "cccc"}, {0, 1}, {}},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    const auto rows = rows_of(one.rows);
    const stage on(rows, 0, plan_point{0, 0});
    CHECK(offered(on, rows, one.wanted) == one.expected);
  }
}

TEST_CASE("who asks for accessible seats is offered as many") {
  const auto rows = rows_of({"..a.", "ca..", "....", ".aa.", "a..."});
  stage on(rows, 0, plan_point{0, 0});
  on.hold(buyer(5), {4, 5}); // the companion's and the accessible seat of the second row
  CHECK(offered(on, rows, {5, 6}) ==
        std::vector<std::string>{"..##|ca..|....|.aa.|a...", "..a.|ca..|....|##a.|a...", "..a.|ca..|....|.aa.|##.."});
  CHECK(offered(on, rows, {5}) ==
        std::vector<std::string>{"..#.|ca..|....|.aa.|a...", "..a.|ca..|....|.#a.|a...", "..a.|ca..|....|.aa.|#..."});
  // Seats of two rows, one of them accessible: the first names the row.
  CHECK(offered(on, rows, {8, 5}).front() == "..a.|ca..|....|##a.|a...");
}

TEST_CASE("accessible alternatives end where the rows do") {
  const auto rows = rows_of({"a...", "a..."});
  stage on(rows, 0, plan_point{0, 0});
  on.hold(buyer(5), {0});
  on.hold(buyer(5), {4});
  CHECK(offered(on, rows, {0, 1}).empty());
}

TEST_CASE("alternatives keep to the price tier, and there are none to seats of several tiers") {
  auto rows = rows_of({"xx..", "....", "...."});
  rows[1].tier = "t1";
  const stage on(rows, 0, plan_point{0, 0});
  CHECK(offered(on, rows, {0, 1}) == std::vector<std::string>{"xx##|....|....", "xx..|....|##.."});
  CHECK(offered(on, rows, {0, 4}).empty());
}

TEST_CASE("alternatives come with their price") {
  auto rows = rows_of({"xx.."});
  rows[0].tier = "t2";
  const stage on(rows);
  const auto refused = on.ask(buyer(1), seats({0, 1}));
  REQUIRE(refused.error().alternatives.size() == 1);
  CHECK(refused.error().alternatives[0] == alternative{{2, 3}, 6'000});
}

TEST_CASE("there are at most three alternatives") {
  std::vector<std::string_view> many(20, "....");
  many[10] = "xxxx";
  const auto rows = rows_of(many);
  const stage on(rows, 0, plan_point{0, 0});
  CHECK(offered(on, rows, {40, 41}).size() == limits::alternatives_max);
}

TEST_CASE("for groups beyond 64 no more than sixteen rows are looked at") {
  // Forty rows of 64 seats seem to have room for 65; the one that has is too far away.
  const std::string short_row(64, '.');
  const std::string long_row(70, '.');
  const std::string taken(70, 'x');
  std::vector<std::string_view> drawn{taken};
  drawn.insert(drawn.end(), 40, short_row);
  drawn.push_back(long_row);
  const auto far = rows_of(drawn);
  std::vector<seat_index> wanted(65);
  for (seat_index seat = 0; seat < 65; ++seat) {
    wanted[seat] = seat;
  }
  CHECK(offered(stage(far, 0, plan_point{0, 0}), far, wanted).empty());
  std::swap(drawn[5], drawn.back());
  const auto near = rows_of(drawn);
  CHECK(offered(stage(near, 0, plan_point{0, 0}), near, wanted).size() == 1);
}

TEST_CASE("no more than 16 rows with accessible seats are looked at, or 2,048 seats") {
  struct row {
    std::string what;
    std::size_t rows_between;
    std::size_t seats_a_row;
    std::size_t offers;
  };
  for (const auto& one : {row{"within 16 rows", 14, 8, 1}, row{"beyond 16 rows", 15, 8, 0},
                          row{"within 2,048 seats", 1, 1'000, 1}, row{"beyond 2,048 seats", 2, 1'000, 0}}) {
    CAPTURE(one.what);
    const std::string without_room = "a" + std::string(one.seats_a_row - 1, 'x');
    std::string wanted = without_room;
    wanted[1] = 'x';
    std::vector<std::string_view> drawn{wanted};
    drawn.insert(drawn.end(), one.rows_between, without_room);
    drawn.emplace_back("a.");
    const auto rows = rows_of(drawn);
    stage on(rows, 0, plan_point{0, 0});
    CHECK(offered(on, rows, {0, 1}).size() == one.offers);
  }
}

TEST_CASE("alternatives have nothing in common with each other and are all free") {
  const auto rows = rows_of({"..x...x..", "x...x....", ".........", "..xx..xx."});
  stage on(rows, 0, plan_point{0, 0});
  const auto refused = on.ask(buyer(1), seats({0, 2}));
  REQUIRE_FALSE(refused);
  std::vector<seat_index> all;
  for (const auto& one : refused.error().alternatives) {
    for (const auto seat : one.seats) {
      CHECK(on.state.seat(seat) == seat_status::available);
      all.push_back(seat);
    }
  }
  std::ranges::sort(all);
  CHECK(std::ranges::adjacent_find(all) == all.end());
  CHECK(all.size() == 6);
}

#include "domain/seat_choice.hpp"
#include "tests/domain/picture.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

struct choice_case {
  std::string what;
  std::vector<std::string_view> rows;
  std::uint32_t quantity;
  std::uint32_t accessible;
  bool adjacent;
  std::string expected; ///< the chosen seats as '#', or "none"
};

auto chosen(const stage& on, const std::vector<drawn_row>& rows, const best_available& wanted) -> std::string {
  const auto seats = choose_best(on.state, wanted);
  return seats ? marked(rows, *seats) : "none";
}

} // namespace

TEST_CASE("best available chooses as its rules say") {
  // The focal point is the middle of the front: x = 0 of the first row's y.
  const choice_case cases[] = {
      {"the middle of the front", {".......", "......."}, 3, 0, true, "..###..|......."},
      {"the lower of two middles", {"......"}, 2, 0, true, "..##.."},
      {"an end rather than one left alone", {"......"}, 3, 0, true, "###..."},
      {
          "the end of a run rather than one left alone in it",
          {"..x.....x.."},
          2,
          0,
          true,
          "..x##...x..",
      },
      {"nothing fits", {"..x..", ".x.x."}, 3, 0, true, "none"},
      {"the next row", {"..x..", "....."}, 3, 0, true, "..x..|###.."},
      {"one alone where every choice leaves one", {"....."}, 4, 0, true, "####."},
      {"one alone on the left is avoided", {".....x"}, 3, 0, true, "..###x"},
      {"one alone rather than none", {"...x"}, 2, 0, true, ".##x"},
      {"a row behind rather than one alone", {"x...x", "....."}, 2, 0, true, "x...x|##..."},
      {"a single seat rather in a row behind", {"x..x", "x...x"}, 1, 0, true, "x..x|x#..x"},
      {"a lone seat is taken for one", {"x.x.."}, 1, 0, true, "x#x.."},
      {"clear view before nearness", {"rrrr", "...."}, 2, 0, true, "rrrr|##.."},
      {"restricted view when nothing else is left", {"rrxxx", "xxxxx"}, 2, 0, true, "##xxx|xxxxx"},
      {"fewer restricted views", {"..rr..", "xrrrrx"}, 3, 0, true, "###r..|xrrrrx"},
      {"no lone seat before clear view", {"x...x", "rrxxx"}, 2, 0, true, "x...x|##xxx"},
      {"accessible seats are not for others", {"..a.."}, 3, 0, true, "none"},
      {"nor are companions' seats", {"..c.."}, 3, 0, true, "none"},
      {"an accessible seat with its companion's", {"....ca", "......"}, 2, 1, true, "....##|......"},
      {"an accessible seat beside an ordinary one", {"xa..", "...."}, 2, 1, true, "x##.|...."},
      {"exactly as many accessible seats", {"aa.ca."}, 3, 1, true, "a###a."},
      {"two accessible seats", {"aa.ca."}, 2, 2, true, "##.ca."},
      {"more accessible seats than there are", {"a.c.a"}, 2, 2, true, "none"},
      {"an accessible seat that is also a companion's", {"..b.."}, 1, 1, true, "..#.."},
      {"an accessible seat of clear view", {"A.a"}, 1, 1, true, "A.#"},
      {"accessible beside a taken seat", {"axca"}, 2, 1, true, "ax##"},
      {"together although apart is nearer", {"..x.x..", "......."}, 3, 0, false, "..x.x..|..###.."},
      {"apart when not together", {"..x.x..", "xxxxxxx"}, 3, 0, false, ".#x#x#.|xxxxxxx"},
      {"apart over rows", {"x.x", "..x"}, 3, 0, false, "x#x|##x"},
      {"too few even apart", {"..x.x..", "xxxxxxx"}, 6, 0, false, "none"},
      {"apart prefers clear views", {"rxrx.", "x.x.x"}, 3, 0, false, "rxrx#|x#x#x"},
      {"apart takes restricted views last", {"rxrx.", "x.xxx"}, 3, 0, false, "rx#x#|x#xxx"},
      {"apart leaves accessible and companions' seats", {"a.c.a"}, 3, 0, false, "none"},
      {"apart with an accessible seat takes companions' seats too", {"ax.xc"}, 3, 1, false, "#x#x#"},
      {"apart takes as many accessible seats as asked for", {"axaxa.x."}, 3, 2, false, "ax#x##x."},
      {"only accessible seats, apart", {"axaxa"}, 3, 3, false, "#x#x#"},
      {"too few accessible seats, even apart", {"axa."}, 3, 3, false, "none"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    const auto rows = rows_of(one.rows);
    const stage on(rows, 0, plan_point{0, 0});
    CHECK(chosen(on, rows, {one.quantity, {}, {}, one.accessible, one.adjacent}) == one.expected);
  }
}

TEST_CASE("tiers and sections narrow the choice") {
  // Sections s0 … s3, one a row; tiers t0, t1, t0, t1.
  auto rows = rows_of({"...", "...", "...", "..."});
  rows[1].tier = rows[3].tier = "t1";
  const stage on(rows);
  struct row {
    std::vector<tier_index> tiers;
    std::vector<std::uint32_t> sections;
    bool adjacent;
    std::uint32_t quantity;
    std::string expected;
  };
  const row cases[] = {
      {{}, {}, true, 3, "###|...|...|..."},
      {{1}, {}, true, 3, "...|###|...|..."},
      {{1, 0}, {}, true, 3, "###|...|...|..."},
      {{}, {3, 2}, true, 3, "...|...|###|..."},
      {{1}, {2, 3}, true, 3, "...|...|...|###"},
      {{1}, {0, 2}, true, 1, "none"},
      {{}, {1}, true, 4, "none"},
      {{}, {1, 2}, false, 5, "...|###|##.|..."},
      {{1}, {1, 2}, false, 4, "none"},
      {{1}, {}, false, 5, "...|###|...|##."},
      {{1}, {}, false, 7, "none"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.expected);
    CHECK(chosen(on, rows, {one.quantity, one.tiers, one.sections, 0, one.adjacent}) == one.expected);
  }
}

TEST_CASE("accessible seats are narrowed by sections too") {
  const auto rows = rows_of({"a..", "ca.", "..."});
  const stage on(rows);
  CHECK(chosen(on, rows, {2, {}, {1}, 1, true}) == "a..|c##|...");
  CHECK(chosen(on, rows, {2, {}, {2}, 1, true}) == "none");
  CHECK(chosen(on, rows, {2, {}, {1, 2}, 1, false}) == "a..|c##|...");
}

TEST_CASE("large groups are chosen exactly, though sizes beyond 64 share a mark") {
  const std::string sixty_four(64, '.');
  const std::string hundred(100, '.');
  const auto rows = rows_of({sixty_four, hundred});
  const stage on(rows);
  const auto seats = choose_best(on.state, {65, {}, {}, 0, true});
  REQUIRE(seats);
  CHECK(seats->size() == 65);
  CHECK(seats->front() == 64 + 17); // the middle of the second row
  CHECK(choose_best(on.state, {100, {}, {}, 0, true})->front() == 64);
  CHECK(choose_best(on.state, {64, {}, {}, 0, true})->front() == 0);
}

TEST_CASE("the focal point draws the choice, wherever it is") {
  struct row {
    plan_point focal;
    std::string expected;
  };
  for (const auto& one : {row{{-1'000, 0}, "##......|........"}, row{{1'000, 0}, "......##|........"},
                          row{{0, 1'000'000}, "........|...##..."}, row{{100, 100}, "....##..|........"}}) {
    const auto rows = rows_of({"........", "........"});
    const stage on(rows, 0, one.focal);
    CHECK(chosen(on, rows, {2, {}, {}, 0, true}) == one.expected);
  }
}

TEST_CASE("seats in one spot are told apart by their index") {
  std::vector<drawn_row> rows{{"....", "t0", {0, 0}, 0}, {"....", "t0", {0, 0}, 0}};
  const stage on(rows);
  CHECK(chosen(on, rows, {2, {}, {}, 0, true}) == "##..|....");
  CHECK(chosen(on, rows, {4, {}, {}, 0, true}) == "####|....");
}

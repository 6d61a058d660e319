#include "domain/layout.hpp"
#include "domain/layout_check.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

auto one_row() -> layout_spec {
  layout_spec spec;
  row_spec row;
  row.name = "12";
  row.first = 5;
  row.count = 10;
  spec.sections.push_back({"A", "stalls", {row}});
  return spec;
}

auto first_row(layout_spec& spec) -> row_spec& {
  return spec.sections[0].rows[0];
}

} // namespace

namespace {

struct faulty_layout {
  std::string what;
  std::function<void(layout_spec&)> spoil;
  std::string pointer;
};

const faulty_layout faulty_layouts[] = {
    {"no section name", [](auto& s) { s.sections[0].name = ""; }, "/sections/0/name"},
    {"a slash in a section's name", [](auto& s) { s.sections[0].name = "A/B"; }, "/sections/0/name"},
    {"a section's name twice", [](auto& s) { s.sections.push_back(s.sections[0]); }, "/sections/1/name"},
    {"a bad tier", [](auto& s) { s.sections[0].tier = "\n"; }, "/sections/0/tier"},
    {"no row name", [](auto& s) { first_row(s).name = ""; }, "/sections/0/rows/0/name"},
    {"a row's name twice", [](auto& s) { s.sections[0].rows.push_back(first_row(s)); }, "/sections/0/rows/1/name"},
    {"an empty row", [](auto& s) { first_row(s).count = 0; }, "/sections/0/rows/0/count"},
    {"a long row", [](auto& s) { first_row(s).count = 1'025; }, "/sections/0/rows/0/count"},
    {"high numbers", [](auto& s) { first_row(s).first = 999'991; }, "/sections/0/rows/0/first"},
    {"numbers beyond 32 bits", [](auto& s) { first_row(s).first = 4'294'967'295; }, "/sections/0/rows/0/first"},
    {"a far row", [](auto& s) { first_row(s).origin.x = 1'000'000'001; }, "/sections/0/rows/0/x"},
    {"a far row below", [](auto& s) { first_row(s).origin.y = -1'000'000'001; }, "/sections/0/rows/0/x"},
    {"a huge pitch", [](auto& s) { first_row(s).pitch = 1'000'000'001; }, "/sections/0/rows/0/x"},
    {"a row that leaves the plan", [](auto& s) { first_row(s).pitch = 500'000'000; }, "/sections/0/rows/0/pitch"},
    {"an angle", [](auto& s) { first_row(s).angle = 36'001; }, "/sections/0/rows/0/angle"},
    {"an angle below", [](auto& s) { first_row(s).angle = -36'001; }, "/sections/0/rows/0/angle"},
    {"an attribute before the row",
     [](auto& s) {
       first_row(s).attributes = {{4, 1}};
     },
     "/sections/0/rows/0/attributes/4"},
    {"an attribute behind the row",
     [](auto& s) {
       first_row(s).attributes = {{15, 1}};
     },
     "/sections/0/rows/0/attributes/15"},
    {"an attribute twice",
     [](auto& s) {
       first_row(s).attributes = {{5, 1}, {5, 2}};
     },
     "/sections/0/rows/0/attributes/5"},
    {"an unknown attribute",
     [](auto& s) {
       first_row(s).attributes = {{5, 8}};
     },
     "/sections/0/rows/0/attributes/5"},
    {"no area name",
     [](auto& s) {
       s.areas = {{"", "t", 1}};
     },
     "/areas/0/name"},
    {"an area's name twice",
     [](auto& s) {
       s.areas = {{"f", "t", 1}, {"f", "t", 1}};
     },
     "/areas/1/name"},
    {"an area's tier",
     [](auto& s) {
       s.areas = {{"f", "", 1}};
     },
     "/areas/0/tier"},
    {"an area without places",
     [](auto& s) {
       s.areas = {{"f", "t", 0}};
     },
     "/areas/0/capacity"},
    {"an area too big",
     [](auto& s) {
       s.areas = {{"f", "t", 1'000'001}};
     },
     "/areas/0/capacity"},
    {"a far focal point",
     [](auto& s) {
       s.focal = plan_point{0, 1'000'000'001};
     },
     "/focal"},
    {"nothing at all", [](auto& s) { s.sections.clear(); }, ""},
    {"only empty sections", [](auto& s) { s.sections[0].rows.clear(); }, ""},
};

} // namespace

TEST_CASE("a layout's faults are named with a pointer each") {
  REQUIRE(layout_faults(one_row()).empty());
  for (const auto& row : faulty_layouts) {
    CAPTURE(row.what);
    auto spec = one_row();
    row.spoil(spec);
    const auto made = layout::build(spec);
    REQUIRE_FALSE(made);
    // An empty row, which is a fault, leaves a layout without seats, which is another.
    REQUIRE(made.error().size() == (row.what == "an empty row" ? 2 : 1));
    CHECK(made.error()[0].pointer == row.pointer);
    CHECK_FALSE(made.error()[0].message.empty());
  }
}

namespace {

void sections(layout_spec& s, std::size_t count, std::size_t rows, std::uint32_t seats) {
  s.sections.clear();
  for (std::size_t i = 0; i < count; ++i) {
    section_spec section{std::to_string(i), "t", {}};
    for (std::size_t j = 0; j < rows; ++j) {
      row_spec line;
      line.name = std::to_string(j);
      line.count = seats;
      section.rows.push_back(line);
    }
    s.sections.push_back(section);
  }
}

} // namespace

TEST_CASE("limits of a whole layout are its own faults") {
  struct row {
    std::string what;
    std::function<void(layout_spec&)> spoil;
    std::string pointer;
  };
  const row rows[] = {
      {"sections", [&](auto& s) { sections(s, 2'001, 1, 1); }, "/sections"},
      {"seats", [&](auto& s) { sections(s, 100, 1, 1'001); }, "/sections"},
      {"areas",
       [](auto& s) {
         for (int i = 0; i < 257; ++i) {
           s.areas.push_back({std::to_string(i), "t", 1});
         }
       },
       "/areas"},
      {"tiers",
       [](auto& s) {
         for (int i = 0; i < 64; ++i) {
           s.areas.push_back({std::to_string(i), std::to_string(i), 1});
         }
       },
       "/sections"},
      {"stored bytes",
       [&](auto& s) {
         sections(s, 100, 200, 5);
         for (auto& section : s.sections) {
           for (auto& line : section.rows) {
             line.name.insert(0, 32 - line.name.size(), 'x');
           }
         }
       },
       ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto spec = one_row();
    row.spoil(spec);
    const auto faults = layout_faults(spec);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].pointer == row.pointer);
  }
  auto many_rows = one_row();
  sections(many_rows, 201, 100, 1);
  CHECK(
      std::ranges::any_of(layout_faults(many_rows), [](const auto& f) { return f.message == "at most 20,000 rows"; }));
}

TEST_CASE("a layout may have the most rows and the most seats at once") {
  auto whole = one_row();
  sections(whole, 100, 200, 5);
  CHECK(layout_faults(whole).empty());
}

TEST_CASE("no more than a hundred faults are named, and how many more there are") {
  layout_spec spec;
  for (int i = 0; i < 300; ++i) {
    spec.areas.push_back({"", "", 0});
  }
  const auto faults = layout_faults(spec);
  REQUIRE(faults.size() == 101);
  CHECK(faults.back().pointer.empty());
  CHECK(faults.back().message.starts_with("and "));
  spec.areas.erase(spec.areas.begin() + 1, spec.areas.end());
  CHECK(layout_faults(spec).back().message.find("more faults") == std::string::npos);
}

TEST_CASE("every seat has an index, a label, a row and a place, and its label leads back to it") {
  layout_spec spec;
  // Rows of 1, 2, 3 … seats, so that blocks of 64 begin anywhere in a row and rows are shorter and longer than a block.
  for (std::uint32_t i = 1; i <= 140; ++i) {
    row_spec row;
    row.name = std::to_string(i);
    row.first = i;
    row.count = i;
    row.origin = {static_cast<std::int32_t>(i), 0};
    spec.sections.push_back({"section " + std::to_string(i), i % 2 == 0 ? "even" : "odd", {row}});
  }
  const auto seats = built(spec);
  REQUIRE(seats->seat_count() == 140 * 141 / 2);
  seat_index seat = 0;
  for (std::uint32_t row = 0; row < 140; ++row) {
    CHECK(seats->rows()[row].first_seat == seat);
    for (std::uint32_t i = 0; i <= row; ++i, ++seat) {
      const auto label =
          "section " + std::to_string(row + 1) + "/" + std::to_string(row + 1) + "/" + std::to_string(row + 1 + i);
      REQUIRE(seats->row_of(seat) == row);
      REQUIRE(seats->label(seat) == label);
      REQUIRE(seats->find_seat(label) == seat);
      REQUIRE(seats->tier_of_seat(seat) == row % 2);
    }
  }
  CHECK(seats->tier_ids()[0] == "odd");
  CHECK(seats->tier_ids()[1] == "even");
}

TEST_CASE("labels that name no seat are not found") {
  const auto seats = built(one_row());
  CHECK(seats->find_seat("A/12/5") == 0);
  CHECK(seats->find_seat("A/12/14") == 9);
  for (const auto* label :
       {"",        "A",        "A/12",    "A/12/",   "/12/5",   "A//5",    "A/12/4",           "A/12/15",
        "A/12/05", "A/12/+5",  "A/12/-5", "A/12/5 ", "A/12/ 5", "A/12/5x", "A/12/99999999999", "A/13/5",
        "B/12/5",  "A/12/5/6", "A/1/2/5", "A/12/0"}) {
    CAPTURE(label);
    CHECK_FALSE(seats->find_seat(label));
  }
}

TEST_CASE("a row may begin with the number zero") {
  auto spec = one_row();
  first_row(spec).first = 0;
  const auto seats = built(spec);
  CHECK(seats->find_seat("A/12/0") == 0);
  CHECK_FALSE(seats->find_seat("A/12/00"));
}

TEST_CASE("sections, areas and tiers are found by name") {
  auto spec = one_row();
  spec.areas = {{"floor", "standing", 10}, {"gallery", "stalls", 20}};
  const auto seats = built(spec);
  CHECK(seats->find_section("A") == 0);
  CHECK_FALSE(seats->find_section("B"));
  CHECK(seats->find_area("gallery") == 1);
  CHECK_FALSE(seats->find_area("stage"));
  CHECK(seats->find_tier("stalls") == 0);
  CHECK(seats->find_tier("standing") == 1);
  CHECK_FALSE(seats->find_tier("balcony"));
  CHECK(seats->tier_of_area(0) == 1);
  CHECK(seats->tier_of_area(1) == 0);
  CHECK(seats->area_count() == 2);
}

TEST_CASE("attributes belong to the seat with their number") {
  auto spec = one_row();
  first_row(spec).attributes = {{7, seat_attribute::accessible}, {14, seat_attribute::restricted_view}};
  const auto seats = built(spec);
  CHECK(seats->attributes(2) == seat_attribute::accessible);
  CHECK(seats->attributes(9) == seat_attribute::restricted_view);
  CHECK(seats->attributes(0) == 0);
}

TEST_CASE("a seat's place is its row's origin and as many steps in its direction") {
  for (const std::int32_t angle :
       {0, 1, 3'000, 4'500, 6'000, 9'000, 12'345, 18'000, 27'000, 35'999, 36'000, -1, -9'000, -12'345, -36'000}) {
    for (const std::int32_t pitch : {0, 1, 50, 5'500, 1'000'000, -5'500}) {
      CAPTURE(angle);
      CAPTURE(pitch);
      auto spec = one_row();
      first_row(spec).origin = {-12'345, 67'890};
      first_row(spec).angle = angle;
      first_row(spec).pitch = pitch;
      const auto seats = built(spec);
      for (seat_index seat = 0; seat < 10; ++seat) {
        const double radians = angle * std::numbers::pi / 18'000;
        const auto at = seats->position(seat);
        // Half a hundredth for rounding, and a little for the fixed point.
        CHECK(std::abs(at.x - (-12'345 + pitch * std::cos(radians) * seat)) < 0.5001);
        CHECK(std::abs(at.y - (67'890 + pitch * std::sin(radians) * seat)) < 0.5001);
      }
    }
  }
}

TEST_CASE("right angles and multiples of 60 degrees are exact") {
  CHECK(row_step(100, 9'000).x == 0);
  CHECK(row_step(100, 9'000).y == 100 << 20);
  CHECK(row_step(100, 18'000).x == -(100 << 20));
  CHECK(row_step(100, 18'000).y == 0);
  CHECK(row_step(100, 6'000).x == 50 << 20);
  CHECK(row_step(100, 3'000).y == 50 << 20);
  CHECK(row_step(100, -9'000).y == -(100 << 20));
}

TEST_CASE("without a focal point the middle of the front edge is it") {
  layout_spec spec = drawn_layout({{"...", "t0", {0, 500}}, {"...", "t0", {-300, 200}}});
  CHECK(built(spec)->focal() == plan_point{-50, 200}); // from -300 to 200, and the smallest y
  spec.focal = plan_point{7, 8};
  CHECK(built(spec)->focal() == plan_point{7, 8});
  layout_spec standing;
  standing.areas = {{"floor", "t0", 10}};
  CHECK(built(standing)->focal() == plan_point{0, 0});
  standing.focal = plan_point{3, 4};
  CHECK(built(standing)->focal() == plan_point{3, 4});
}

TEST_CASE("the largest layout is built") {
  layout_spec spec;
  for (int i = 0; i < 100; ++i) {
    row_spec row;
    row.name = "1";
    row.count = 1'000;
    spec.sections.push_back({std::to_string(i), "t", {row}});
  }
  const auto seats = built(spec);
  CHECK(seats->seat_count() == 100'000);
  CHECK(seats->find_seat("99/1/1000") == 99'999);
  CHECK(seats->row_of(99'999) == 99);
}

#include "domain/layout.hpp"
#include "http/json_reader.hpp"
#include "http/layout_import/seating_plan.hpp"
#include "http/layout_reader.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::http {

namespace {

using nlohmann::json;

/// An id that no other seat has.
auto next_guid() -> std::string {
  static int guid = 0;
  return "g" + std::to_string(++guid);
}

/// A row of seats along `at(i)`, numbered from `first` on.
template <class Where>
auto row_of(const std::string& name, int first, int count, const std::string& category, Where at) -> json {
  json row{{"row_number", name}, {"row_number_position", "both"}, {"position", {{"x", 0}, {"y", 0}}}};
  row["seats"] = json::array();
  for (int i = 0; i < count; ++i) {
    const auto [x, y] = at(i);
    row["seats"].push_back({{"seat_guid", next_guid()},
                            {"seat_number", std::to_string(first + i)},
                            {"position", {{"x", x}, {"y", y}}},
                            {"category", category}});
  }
  return row;
}

auto straight(double x, double y, double dx, double dy) {
  return [=](int i) { return std::pair{x + dx * i, y + dy * i}; };
}

auto plan_of(json rows) -> json {
  return {
      {"name", "Hall"},
      {"size", {{"width", 1000}, {"height", 800}}},
      {"categories", json::array({{{"name", "Stalls"}, {"color", "#fff"}}, {{"name", "Circle"}}})},
      {"zones", json::array({{{"name", "Ground"}, {"position", {{"x", 100}, {"y", 50}}}, {"rows", std::move(rows)}}})}};
}

/// What a plan became, or where its faults are.
struct translated {
  domain::layout_spec spec;
  std::map<std::string, std::string> faults;
};

auto translate(const json& plan) -> translated {
  json_document document;
  REQUIRE(document.parse(plan.dump()));
  translated made;
  made.spec = read_layout(document.root_object()).spec;
  if (!document.finish())
    for (const auto& fault : document.faults())
      made.faults.emplace(fault.pointer, fault.message);
  return made;
}

auto places(const std::set<std::string>& expected, const translated& of) {
  std::set<std::string> found;
  for (const auto& [pointer, message] : of.faults)
    found.insert(pointer);
  std::string text;
  for (const auto& [pointer, message] : of.faults)
    text += pointer + ": " + message + "\n";
  INFO(text);
  CHECK(found == expected);
}

/// Every seat of the plan by its label, and its place in the plan.
auto seats_of(const json& plan) -> std::map<std::string, std::pair<double, double>> {
  std::map<std::string, std::pair<double, double>> all;
  for (const auto& zone : plan.at("zones"))
    for (const auto& row : zone.at("rows"))
      for (const auto& seat : row.at("seats")) {
        double x = 0;
        double y = 0;
        for (const auto* part : {&zone, &row, &seat}) {
          x += part->at("position").at("x").get<double>();
          y += part->at("position").at("y").get<double>();
        }
        all[row.at("row_number").get<std::string>() + "/" + seat.at("seat_number").get<std::string>()] = {x, y};
      }
  return all;
}

/// Every seat is where it was, within `tolerance`; pieces of a row count as the row.
void check_places(const json& plan, const domain::layout_spec& spec, double tolerance) {
  auto built = domain::layout::build(spec);
  REQUIRE(built.has_value());
  const auto wanted = seats_of(plan);
  CHECK((*built)->seat_count() == wanted.size());
  for (domain::seat_index seat = 0; seat < (*built)->seat_count(); ++seat) {
    auto label = (*built)->label(seat);
    label.erase(0, label.find('/') + 1);
    const auto piece = label.find(" (");
    if (piece != std::string::npos)
      label.erase(piece, label.find('/') - piece);
    CAPTURE(label);
    const auto found = wanted.find(label);
    REQUIRE(found != wanted.end());
    const auto at = (*built)->position(seat);
    CHECK(std::hypot(at.x / 100.0 - found->second.first, at.y / 100.0 - found->second.second) <= tolerance);
  }
}

} // namespace

TEST_CASE("a plan's rows become rows, at their places and in their directions") {
  const auto plan = plan_of(json::array(
      {row_of("1", 1, 12, "Stalls", straight(0, 0, 25, 0)), row_of("2", 1, 12, "Stalls", straight(275, 30, -25, 0)),
       row_of("3", 5, 9, "Stalls", straight(0, 60, 20, 11.5)), row_of("4", 0, 7, "Stalls", straight(3.5, 90, 0, -22)),
       row_of("5", 101, 1, "Stalls", straight(7, 200, 0, 0))}));
  const auto made = translate(plan);
  places({}, made);
  REQUIRE(made.spec.sections.size() == 1);
  CHECK(made.spec.sections[0].name == "Ground");
  CHECK(made.spec.sections[0].tier == "Stalls");
  REQUIRE(made.spec.sections[0].rows.size() == 5);
  CHECK(made.spec.sections[0].rows[0].origin == domain::plan_point{10'000, 5'000});
  CHECK(made.spec.sections[0].rows[0].pitch == 2'500);
  CHECK(made.spec.sections[0].rows[0].angle == 0);
  CHECK(std::abs(made.spec.sections[0].rows[1].angle) == 18'000);
  CHECK(made.spec.sections[0].rows[3].angle == -9'000);
  check_places(plan, made.spec, 0.3);
}

TEST_CASE("aisles, bends and blocks of numbers make pieces of a row, and no seat is lost") {
  const auto bend = [](int i) {
    const double turn = (i - 14.5) * 0.035;
    return std::pair{400 + 700 * std::sin(turn), 700 * std::cos(turn)};
  };
  const auto aisle = [](int i) { return std::pair{25.0 * i + (i >= 10 ? 60 : 0), 40.0}; };
  auto plan = plan_of(json::array({row_of("curved", 1, 30, "Stalls", bend), row_of("aisle", 1, 20, "Stalls", aisle)}));
  auto blocks = row_of("blocks", 1, 8, "Stalls", straight(0, 80, 25, 0));
  const auto more = row_of("blocks", 21, 8, "Stalls", straight(200, 80, 25, 0));
  for (const auto& seat : more.at("seats"))
    blocks["seats"].push_back(seat);
  plan["zones"][0]["rows"].push_back(blocks);
  const auto made = translate(plan);
  places({}, made);
  std::map<std::string, int> pieces;
  for (const auto& row : made.spec.sections.at(0).rows)
    ++pieces[row.name.substr(0, row.name.find(" ("))];
  CHECK(pieces.at("curved") > 1);
  CHECK(pieces.at("curved") <= 8);
  CHECK(pieces.at("aisle") == 2);
  CHECK(pieces.at("blocks") == 2);
  check_places(plan, made.spec, 25 * 0.26);
}

TEST_CASE("rows of one name left and right of an aisle are one row, and categories of a zone are sections") {
  auto plan = plan_of(json::array({row_of("1", 1, 5, "Stalls", straight(0, 0, 25, 0)),
                                   row_of("1", 6, 5, "Stalls", straight(200, 0, 25, 0)),
                                   row_of("1", 11, 5, "Circle", straight(400, 0, 25, 0))}));
  const auto made = translate(plan);
  places({}, made);
  REQUIRE(made.spec.sections.size() == 2);
  CHECK(made.spec.sections[0].name == "Ground Stalls");
  CHECK(made.spec.sections[1].name == "Ground Circle");
  CHECK(made.spec.sections[1].tier == "Circle");
  REQUIRE(made.spec.sections[0].rows.size() == 2);
  CHECK(made.spec.sections[0].rows[1].name == "1 (2)");
  CHECK(made.spec.sections[0].rows[1].first == 6);
  check_places(plan, made.spec, 0.3);
}

TEST_CASE("seats may be listed in any order, and a plan of the oldest form is read") {
  auto plan = plan_of(json::array({row_of("1", 1, 10, "Stalls", straight(0, 0, 25, 0))}));
  auto& seats = plan["zones"][0]["rows"][0]["seats"];
  std::reverse(seats.begin(), seats.end());
  plan["zones"][0].erase("name");
  plan["zones"][0]["rows"][0].erase("row_number_position");
  plan.erase("size");
  const auto made = translate(plan);
  places({}, made);
  CHECK(made.spec.sections.at(0).name == "Zone 1");
  CHECK(made.spec.sections.at(0).rows.at(0).count == 10);
}

TEST_CASE("an area is for standing when it says for how many, and a stage is where people look") {
  auto plan = plan_of(json::array({row_of("1", 1, 4, "Stalls", straight(0, 0, 25, 0))}));
  const json text_at{{"x", 0}, {"y", 0}};
  plan["zones"][0]["areas"] =
      json::array({{{"shape", "rectangle"},
                    {"position", {{"x", 200}, {"y", -40}}},
                    {"rectangle", {{"width", 100}, {"height", 20}}},
                    {"rotation", 12.5},
                    {"color", "#eee"},
                    {"text", {{"text", "B\xC3\xBChne"}, {"color", "#000"}, {"size", 20}, {"position", text_at}}}},
                   {{"shape", "polygon"}, {"polygon", {{"points", json::array({text_at, text_at})}}}},
                   {{"text", {{"text", "Floor"}, {"position", text_at}}}, {"capacity", 400}, {"category", "Circle"}}});
  const auto made = translate(plan);
  places({}, made);
  REQUIRE(made.spec.areas.size() == 1);
  CHECK(made.spec.areas[0] == domain::area_spec{"Floor", "Circle", 400});
  REQUIRE(made.spec.focal.has_value());
  CHECK(*made.spec.focal == domain::plan_point{30'000, 1'000});
  CHECK(domain::layout::build(made.spec).has_value());
}

TEST_CASE("a broken plan is told every fault, at its place") {
  auto plan = plan_of(json::array({row_of("1", 1, 4, "Stalls", straight(0, 0, 25, 0)),
                                   row_of("a/b", 1, 2, "Stalls", straight(0, 30, 25, 0)),
                                   row_of("1", 4, 2, "Stalls", straight(0, 60, 25, 0))}));
  plan["categories"].push_back({{"name", "Stalls"}});
  auto& seats = plan["zones"][0]["rows"][0]["seats"];
  seats[0]["seat_number"] = "1a";
  seats[1]["category"] = "Boxes";
  seats[2]["seat_guid"] = seats[1]["seat_guid"];
  seats[3]["position"].erase("y");
  plan["zones"][0]["rows"][1]["seats"][0]["colour"] = "red";
  const json no_name{{"text", ""}, {"position", {{"x", 0}, {"y", 0}}}};
  plan["zones"][0]["areas"] = json::array({{{"capacity", 0}, {"category", "Stalls"}, {"text", no_name}}});
  plan.erase("name");
  places({"/name", "/categories/2/name", "/zones/0/rows/0/seats/0/seat_number", "/zones/0/rows/0/seats/1/category",
          "/zones/0/rows/0/seats/2/seat_guid", "/zones/0/rows/0/seats/3/position/y", "/zones/0/rows/1/row_number",
          "/zones/0/rows/1/seats/0/colour", "/zones/0/rows/2/seats/0/seat_number", "/zones/0/areas/0/capacity",
          "/zones/0/areas/0/text"},
         translate(plan));
}

TEST_CASE("a row that is no line is refused with the seats that leave it") {
  auto odd = row_of("1", 1, 6, "Stalls", straight(0, 0, 25, 0));
  for (std::size_t i = 0; i < 6; ++i)
    odd["seats"][i]["seat_number"] = std::to_string(1 + 2 * i);
  places({"/zones/0/rows/0/seats/1/seat_number", "/zones/0/rows/0/seats/2/seat_number",
          "/zones/0/rows/0/seats/3/seat_number", "/zones/0/rows/0/seats/4/seat_number",
          "/zones/0/rows/0/seats/5/seat_number"},
         translate(plan_of(json::array({odd}))));
  const auto heap = row_of("1", 1, 4, "Stalls", straight(0, 0, 0, 0));
  places({"/zones/0/rows/0/seats/1/position", "/zones/0/rows/0/seats/2/position", "/zones/0/rows/0/seats/3/position"},
         translate(plan_of(json::array({heap}))));
  const auto zigzag = [](int i) { return std::pair{25.0 * i, i % 4 < 2 ? 0.0 : 60.0}; };
  CHECK(translate(plan_of(json::array({row_of("1", 1, 40, "Stalls", zigzag)}))).faults.size() == 8);
}

TEST_CASE("a plan without places, or with too many, is refused as a whole") {
  places({"/zones"}, translate(plan_of(json::array())));
  auto many = json::array();
  for (int i = 0; i < 101; ++i)
    many.push_back(row_of(std::to_string(i), 1, 1'000, "Stalls", straight(0, 10.0 * i, 5, 0)));
  const auto made = translate(plan_of(many));
  REQUIRE(made.faults.size() == 1);
  CHECK(made.faults.at("/zones/0/rows/100").starts_with("at most 100,000 seats"));
}

TEST_CASE("what only the translation shows is said where the plan has it") {
  // Each position is within the plan, their sum is not.
  auto far = plan_of(json::array(
      {row_of("1", 1, 2, "Stalls", straight(0, 0, 25, 0)), row_of("2", 1, 2, "Stalls", straight(9e6, 0, 25, 0))}));
  far["zones"][0]["position"]["x"] = 9e6;
  places({"/zones/0/rows/1"}, translate(far));
  // Zone and category together are a section's name.
  const std::string name(30, 'z');
  auto mixed = plan_of(json::array(
      {row_of("1", 1, 2, "Stalls", straight(0, 0, 25, 0)), row_of("2", 1, 2, "Circle", straight(0, 30, 25, 0))}));
  mixed["zones"][0]["name"] = name;
  for (const auto& [pointer, message] : translate(mixed).faults) {
    CAPTURE(message);
    CHECK(pointer == "/zones/0/name");
  }
  CHECK_FALSE(translate(mixed).faults.empty());
  // Rows without a seat have none, and areas that are too many have a first one.
  auto crowded = plan_of(json::array());
  crowded["zones"][0]["areas"] = json::array();
  for (int i = 0; i < 258; ++i)
    crowded["zones"][0]["areas"].push_back(
        {{"capacity", 1},
         {"category", "Stalls"},
         {"text", {{"text", "F" + std::to_string(i)}, {"position", {{"x", 0}, {"y", 0}}}}}});
  places({"/zones/0/areas/256"}, translate(crowded));
}

TEST_CASE("faults of shape do not hide what is wrong with names and totals, nor make up any") {
  const auto faults_of = [](const char* text) {
    json_document document;
    REQUIRE(document.parse(text));
    const auto read = read_layout(document.root_object());
    CHECK_FALSE(document.finish());
    std::set<std::string> found;
    for (const auto& fault : document.faults())
      found.insert(fault.pointer);
    for (const auto& fault : further_faults(read, "", document.faults()))
      CHECK_MESSAGE(found.insert(fault.pointer).second, fault.pointer << ": " << fault.message);
    return found;
  };
  using set = std::set<std::string>;
  CHECK(faults_of(R"({"sections":[
    {"name":"A","tier":"t","rows":[{"name":"1","count":"x"},{"name":"1","count":2}]},
    {"name":"A","tier":7,"rows":[{"name":"1","count":3,"colour":"red","attributes":{"9":["accessible"]}}]}],
    "areas":[{"name":"a/b","tier":"t","capacity":-1}]})") ==
        set{"/sections/0/rows/0/count", "/sections/0/rows/1/name", "/sections/1/name", "/sections/1/tier",
            "/sections/1/rows/0/colour", "/sections/1/rows/0/attributes/9", "/areas/0/name", "/areas/0/capacity"});
  // How many seats the row has is not known, so that nothing is said of its seats; nor of names that are none.
  CHECK(faults_of(R"({"sections":[{"tier":"t","rows":[{"name":5,"count":true,"attributes":{"9":["accessible"]}}]},
    {"tier":"t","rows":[{"name":6,"count":1}]}]})") == set{"/sections/0/name", "/sections/0/rows/0/name",
                                                           "/sections/0/rows/0/count", "/sections/1/name",
                                                           "/sections/1/rows/0/name"});
  CHECK(faults_of(R"({"sections":7})") == set{"/sections"});
  CHECK(faults_of(R"({"sections":[],"colour":1})") == set{"", "/colour"});
}

TEST_CASE("random halls come back seat by seat") {
  std::uint64_t state = 42;
  const auto below = [&state](std::uint64_t n) {
    state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    return static_cast<int>((state >> 33U) % n);
  };
  for (int hall = 0; hall < 200; ++hall) {
    CAPTURE(hall);
    json rows = json::array();
    const int count = 1 + below(8);
    for (int i = 0; i < count; ++i) {
      const double angle = below(360) * std::numbers::pi / 180;
      const double pitch = 18 + below(30);
      rows.push_back(row_of("r" + std::to_string(i), below(50), 1 + below(60), below(2) == 0 ? "Stalls" : "Circle",
                            straight(below(500), below(500), pitch * std::cos(angle), pitch * std::sin(angle))));
    }
    const auto plan = plan_of(rows);
    const auto made = translate(plan);
    places({}, made);
    check_places(plan, made.spec, 1.0);
  }
}

} // namespace holdfast::http

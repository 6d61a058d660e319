#include "tools/demo_venues.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <numbers>
#include <utility>

namespace holdfast::tools {

namespace {

using nlohmann::json;

constexpr double seat_pitch = 5;
constexpr double row_pitch = 9;

/// A block of straight rows, centred on `middle`, the first one `front` away from the stage. The two outermost seats of the first row are
/// accessible, with a companion seat beside each.
auto block(const std::string& name, const std::string& tier, int rows, int seats, double middle, double front) -> json {
  json made{{"name", name}, {"tier", tier}, {"rows", json::array()}};
  for (int row = 0; row < rows; ++row) {
    json line{{"name", std::to_string(row + 1)},
              {"first", 1},
              {"count", seats},
              {"x", middle - seat_pitch * (seats - 1) / 2},
              {"y", front + row_pitch * row},
              {"pitch", seat_pitch},
              {"angle", 0}};
    if (row == 0 && seats >= 8) {
      line["attributes"] = {{"1", {"accessible"}},
                            {"2", {"companion"}},
                            {std::to_string(seats - 1), {"companion"}},
                            {std::to_string(seats), {"accessible"}}};
    }
    made["rows"].push_back(std::move(line));
  }
  return made;
}

/// A ring of blocks around the centre: each stands on its own radius and faces it.
void add_ring(json& sections, const std::string& prefix, const std::string& tier, int blocks, int rows, int seats,
              double radius) {
  for (int index = 0; index < blocks; ++index) {
    const double turn = 360.0 * index / blocks;
    const double towards = turn * std::numbers::pi / 180;
    json made{{"name", prefix + std::to_string(index + 1)}, {"tier", tier}, {"rows", json::array()}};
    for (int row = 0; row < rows; ++row) {
      const double distance = radius + row_pitch * row;
      const double half = seat_pitch * (seats - 1) / 2;
      const auto rounded = [](double value) { return std::round(value * 100) / 100; };
      made["rows"].push_back({{"name", std::to_string(row + 1)},
                              {"first", 1},
                              {"count", seats},
                              {"x", rounded(std::sin(towards) * distance - std::cos(towards) * half)},
                              {"y", rounded(std::cos(towards) * distance + std::sin(towards) * half)},
                              {"pitch", seat_pitch},
                              {"angle", rounded(turn > 180 ? 360 - turn : -turn)}});
    }
    sections.push_back(std::move(made));
  }
}

auto tier(const char* id, const char* name, int price) -> json {
  return {{"id", id}, {"name", name}, {"price", price}};
}

auto venue(const char* name, const char* city, const char* country, const char* zone, double lat, double lon,
           json layout) -> std::string {
  return json{{"name", name}, {"city", city}, {"country", country},         {"timezone", zone},
              {"lat", lat},   {"lon", lon},   {"layout", std::move(layout)}}
      .dump();
}

auto theatre() -> demo_venue {
  json sections = json::array();
  sections.push_back(block("Stalls", "stalls", 10, 20, 0, 30));
  sections.push_back(block("Circle", "circle", 5, 20, 0, 150));
  return {"City Theatre", "theatre",
          venue("City Theatre", "Graz", "AT", "Europe/Vienna", 47.07, 15.44,
                {{"sections", sections}, {"areas", json::array()}, {"focal", {{"x", 0}, {"y", 0}}}}),
          json{tier("stalls", "Stalls", 8900), tier("circle", "Circle", 5400)}.dump()};
}

auto hall() -> demo_venue {
  json sections = json::array();
  sections.push_back(block("Front", "front", 20, 40, 0, 40));
  sections.push_back(block("Left", "side", 20, 25, -180, 60));
  sections.push_back(block("Right", "side", 20, 25, 180, 60));
  sections.push_back(block("Balcony", "balcony", 14, 50, 0, 260));
  return {"Concert Hall", "classical",
          venue("Concert Hall", "Leipzig", "DE", "Europe/Berlin", 51.338, 12.381,
                {{"sections", sections}, {"areas", json::array()}, {"focal", {{"x", 0}, {"y", 0}}}}),
          json{tier("front", "Front", 12000), tier("side", "Side", 7800), tier("balcony", "Balcony", 4200)}.dump()};
}

auto arena() -> demo_venue {
  json sections = json::array();
  add_ring(sections, "L", "lower", 20, 16, 25, 220);
  add_ring(sections, "U", "upper", 24, 20, 25, 420);
  return {"Harbour Arena", "pop",
          venue("Harbour Arena", "Rotterdam", "NL", "Europe/Amsterdam", 51.884, 4.488,
                {{"sections", sections}, {"areas", json::array()}, {"focal", {{"x", 0}, {"y", 0}}}}),
          json{tier("lower", "Lower tier", 9500), tier("upper", "Upper tier", 6500)}.dump()};
}

auto stadium() -> demo_venue {
  json sections = json::array();
  add_ring(sections, "1", "first", 40, 24, 25, 420);
  add_ring(sections, "2", "second", 40, 20, 25, 650);
  add_ring(sections, "3", "third", 40, 16, 25, 850);
  return {"National Stadium", "rock",
          venue("National Stadium", "Warsaw", "PL", "Europe/Warsaw", 52.239, 21.045,
                {{"sections", sections},
                 {"areas", {{{"name", "floor"}, {"tier", "standing"}, {"capacity", 8000}}}},
                 {"focal", {{"x", 0}, {"y", 0}}}}),
          json{tier("first", "First tier", 14000), tier("second", "Second tier", 9900),
               tier("third", "Third tier", 6400), tier("standing", "Standing", 8500)}
              .dump()};
}

} // namespace

auto demo_venues() -> std::vector<demo_venue> {
  return {theatre(), hall(), arena(), stadium()};
}

} // namespace holdfast::tools

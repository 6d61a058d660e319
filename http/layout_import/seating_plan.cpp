#include "http/layout_import/seating_plan.hpp"

#include "domain/layout_check.hpp"
#include "domain/limits.hpp"
#include "domain/text.hpp"
#include "http/layout_import/plan_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::http {

namespace {

namespace limits = domain::limits;

constexpr text_rule any_text{.bytes_min = 0, .bytes_max = 1'000, .lines = true};
constexpr double plan_unit_max = limits::plan_coordinate_max / 100.0;
constexpr double size_max = 1e7;
constexpr std::size_t seats_listed_max = limits::seats_per_event_max;
constexpr const char* bad_label =
    "1 to 32 bytes without '/', control and invisible characters, and no blank at an end: it becomes a part of seats' names";

struct point {
  double x = 0;
  double y = 0;
};

auto operator+(point a, point b) -> point {
  return {a.x + b.x, a.y + b.y};
}

/// A member that may be null, whose value is not taken over.
void pass_over_text(const json_object& from, std::string_view name) {
  if (!from.cleared(name))
    static_cast<void>(from.optional_text(name, any_text));
}

auto read_point(const json_object& from) -> point {
  return {from.number("x", -plan_unit_max, plan_unit_max), from.number("y", -plan_unit_max, plan_unit_max)};
}

auto read_position(const json_object& from) -> point {
  const auto position = from.optional_object("position");
  return position ? read_point(*position) : point{};
}

auto read_label(const json_object& from, std::string_view name) -> std::string {
  std::string text{from.text(name, any_text)};
  if (from.find(name) && from.find(name)->is_string() && !domain::is_label_part(text))
    from.fault(name, bad_label);
  return text;
}

auto lower(std::string_view text) -> std::string {
  std::string made{text};
  std::ranges::transform(made, made.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return made;
}

/// Whether a shape's text says that people look there.
auto names_a_stage(std::string_view text) -> bool {
  constexpr std::array<std::string_view, 9> words{"stage",  "b\xC3\xBChne", "buehne", "scene",   "sc\xC3\xA8ne",
                                                  "podium", "screen",       "palco",  "leinwand"};
  const auto found = lower(text);
  return std::ranges::any_of(words, [&](std::string_view word) { return found.find(word) != std::string::npos; });
}

/// Reads a whole plan.
class plan_reader {
 public:
  explicit plan_reader(const json_object& plan) : plan_{plan} {}

  auto read() -> domain::layout_spec {
    static_cast<void>(plan_.text("name", any_text));
    if (const auto size = plan_.optional_object("size")) {
      static_cast<void>(size->number("width", 0, size_max));
      static_cast<void>(size->number("height", 0, size_max));
    }
    for (const auto category : plan_.array("categories", 0, limits::tiers_per_event_max))
      read_category(category.object());
    for (const auto zone : plan_.array("zones", 0, limits::sections_per_event_max))
      read_zone(zone.object());
    spec_.sections = rows_.sections();
    if (rows_.sound() && sound_)
      check_totals();
    return std::move(spec_);
  }

 private:
  void read_category(const json_object& from) {
    pass_over_text(from, "color");
    if (!categories_.insert(read_label(from, "name")).second)
      from.fault("name", "another category has this name");
  }

  void read_zone(const json_object& from) {
    const auto at = read_position(from);
    ++zones_;
    auto name = "Zone " + std::to_string(zones_);
    if (const auto given = from.optional_text("name", any_text); given && !given->empty())
      name = read_label(from, "name");
    pass_over_text(from, "zone_id");
    pass_over_text(from, "uuid");
    for (const auto row : from.array("rows", 0, limits::rows_per_event_max))
      read_row(row.object(), {.zone = name, .row = {}, .category = {}, .zone_in = from, .row_in = from}, at);
    if (const auto areas = from.optional_array("areas", 0, limits::rows_per_event_max))
      for (const auto area : *areas)
        read_area(area.object(), at);
  }

  void read_row(const json_object& from, plan_rows::place where, point zone_at) {
    const auto at = zone_at + read_position(from);
    where.row = read_label(from, "row_number");
    where.row_in = from;
    for (const auto* passed : {"row_label", "seat_label", "uuid", "row_number_position"})
      pass_over_text(from, passed);
    for (const auto seat : from.array("seats", 0, seats_listed_max))
      read_seat(seat.object(), where, at);
  }

  void read_seat(const json_object& from, plan_rows::place& where, point row_at) {
    const auto at = row_at + (from.require("position") ? read_point(from.object("position")) : point{});
    pass_over_text(from, "uuid");
    pass_over_text(from, "start_direction");
    static_cast<void>(from.optional_number("radius", 0, size_max));
    const std::string guid{from.text("seat_guid", any_text)};
    if (!guid.empty() && !guids_.insert(guid).second)
      from.fault("seat_guid", "another seat has this id");
    where.category = read_category_name(from);
    rows_.add(where, from, from.text("seat_number", any_text), at.x, at.y);
  }

  /// The category that a seat or an area names.
  auto read_category_name(const json_object& from) -> std::string {
    std::string name{from.text("category", any_text)};
    if (from.find("category") && !categories_.contains(name)) {
      from.fault("category", "the plan has no such category");
      sound_ = false;
    }
    return name;
  }

  void read_area(const json_object& from, point zone_at) {
    for (const auto* passed : {"color", "border_color", "uuid", "shape"})
      pass_over_text(from, passed);
    static_cast<void>(from.optional_number("rotation", -size_max, size_max));
    const auto at = zone_at + read_position(from);
    read_shape(from);
    std::string text;
    if (const auto said = from.optional_object("text")) {
      text = said->text("text", any_text);
      pass_over_text(*said, "color");
      static_cast<void>(said->optional_number("size", 0, size_max));
      static_cast<void>(read_point(said->object("position")));
    }
    if (from.find("capacity") || from.find("category"))
      read_standing(from, std::move(text));
    else if (!spec_.focal && names_a_stage(text))
      spec_.focal = domain::plan_point{static_cast<std::int32_t>(std::lround(at.x * 100)),
                                       static_cast<std::int32_t>(std::lround(at.y * 100))};
  }

  /// Outlines are not taken over, but are read: a broken file is said to be.
  static void read_shape(const json_object& from) {
    if (const auto polygon = from.optional_object("polygon"))
      for (const auto corner : polygon->array("points", 0, limits::seats_per_event_max))
        static_cast<void>(read_point(corner.object()));
    if (const auto rectangle = from.optional_object("rectangle")) {
      static_cast<void>(rectangle->number("width", 0, size_max));
      static_cast<void>(rectangle->number("height", 0, size_max));
    }
    if (const auto ellipse = from.optional_object("ellipse"))
      static_cast<void>(read_point(ellipse->object("radius")));
    if (const auto circle = from.optional_object("circle"))
      static_cast<void>(circle->number("radius", 0, size_max));
  }

  /// Our own addition to the format: an area with a capacity and a category is for standing.
  void read_standing(const json_object& from, std::string text) {
    domain::area_spec area;
    area.tier = read_category_name(from);
    area.capacity = from.integer<std::uint32_t>("capacity", 1, limits::area_capacity_max);
    if (!domain::is_label_part(text)) {
      std::string why{"its text is the area's name: "};
      from.fault("text", why.append(bad_label));
    } else if (!area_names_.insert(text).second) {
      from.fault("text", "another area has this name");
    }
    area.name = std::move(text);
    spec_.areas.push_back(std::move(area));
    area_origins_.push_back(from);
  }

  /// What no single place of the plan shows, at the place where it is too much.
  void check_totals() {
    bool too_many = false;
    const auto beyond = [&](std::size_t before, std::size_t now, std::size_t max, const json_object& at,
                            const char* message) {
      if (before <= max && now > max) {
        at.fault({}, message);
        too_many = true;
      }
    };
    std::size_t rows = 0;
    std::size_t seats = 0;
    for (std::size_t i = 0; i < spec_.sections.size(); ++i) {
      beyond(i, i + 1, limits::sections_per_event_max, rows_.origin(i),
             "at most 2,000 sections: this zone's exceed them");
      for (std::size_t j = 0; j < spec_.sections[i].rows.size(); ++j) {
        const auto more = spec_.sections[i].rows[j].count;
        beyond(rows, rows + 1, limits::rows_per_event_max, rows_.origin(i, j),
               "at most 20,000 rows: this one exceeds them");
        beyond(seats, seats + more, limits::seats_per_event_max, rows_.origin(i, j),
               "at most 100,000 seats: this row's exceed them");
        ++rows;
        seats += more;
      }
    }
    for (const auto& fault : domain::layout_faults(spec_)) {
      if (const auto* at = origin_of(fault.pointer))
        at->fault({}, fault.message);
      else if (fault.pointer != "/sections" || !too_many)
        plan_.fault("zones", fault.message);
    }
  }

  /// What a place of the translation was made of; null for totals.
  [[nodiscard]] auto origin_of(std::string_view pointer) const -> const json_object* {
    const auto number_after = [&](std::string_view name) -> std::optional<std::size_t> {
      const auto named = pointer.find(name);
      std::size_t number = 0;
      const auto* const digits = named == std::string_view::npos ? nullptr : pointer.data() + named + name.size();
      const bool read =
          digits != nullptr && std::from_chars(digits, pointer.data() + pointer.size(), number).ec == std::errc{};
      return read ? std::optional{number} : std::nullopt;
    };
    if (pointer == "/areas")
      return &area_origins_.at(limits::areas_per_event_max);
    if (const auto area = number_after("/areas/"))
      return &area_origins_.at(*area);
    const auto section = number_after("/sections/");
    if (!section)
      return nullptr;
    const auto row = number_after("/rows/");
    return row ? &rows_.origin(*section, *row) : &rows_.origin(*section);
  }

  const json_object plan_;
  domain::layout_spec spec_;
  plan_rows rows_;
  std::set<std::string, std::less<>> categories_;
  std::set<std::string> guids_;
  std::set<std::string> area_names_;
  std::vector<json_object> area_origins_;
  std::size_t zones_ = 0;
  bool sound_ = true;
};

} // namespace

auto is_seating_plan(const json_object& from) -> bool {
  return from.find("zones").has_value();
}

auto read_seating_plan(const json_object& from) -> domain::layout_spec {
  return plan_reader{from}.read();
}

} // namespace holdfast::http

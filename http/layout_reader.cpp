#include "http/layout_reader.hpp"

#include "domain/layout_check.hpp"
#include "domain/limits.hpp"
#include "http/layout_import/seating_plan.hpp"
#include "http/problem.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::http {

namespace {

namespace limits = domain::limits;

constexpr text_rule label_rule{.bytes_min = 1, .bytes_max = limits::label_part_bytes_max};
constexpr text_rule layout_tier_rule{.bytes_min = 1, .bytes_max = limits::tier_id_bytes_max};
constexpr double hundredths_per_unit = 100;
constexpr double coordinate_max = limits::plan_coordinate_max / hundredths_per_unit;
constexpr double angle_max = 360;

constexpr std::array<std::pair<std::string_view, std::uint8_t>, 3> attribute_bits{{
    {"accessible", domain::seat_attribute::accessible},
    {"companion", domain::seat_attribute::companion},
    {"restricted_view", domain::seat_attribute::restricted_view},
}};

auto hundredths(double units) noexcept -> std::int32_t {
  return static_cast<std::int32_t>(std::lround(units * hundredths_per_unit));
}

auto coordinate(const json_object& from, std::string_view name, double usual) -> std::int32_t {
  return hundredths(from.optional_number(name, -coordinate_max, coordinate_max).value_or(usual));
}

/// A seat's number as a member's name: digits without leading zeros.
auto seat_number(std::string_view text) noexcept -> std::optional<std::uint32_t> {
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = failed == std::errc{} && end == text.data() + text.size();
  if (!whole || number > limits::seat_number_max || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  return number;
}

auto read_attribute(const json_value& from) -> std::uint8_t {
  const auto text = from.text({.bytes_min = 1, .bytes_max = 32});
  for (const auto& [name, bit] : attribute_bits) {
    if (name == text) {
      return bit;
    }
  }
  from.fault("accessible, companion or restricted_view");
  return 0;
}

auto read_attributes(const json_object& from) -> std::vector<domain::seat_attributes> {
  std::vector<domain::seat_attributes> read;
  for (const auto member : from.members()) {
    domain::seat_attributes seat;
    if (const auto number = seat_number(member.name())) {
      seat.number = *number;
    } else {
      member.fault("the name is a seat's number");
    }
    for (const auto item : member.array(0, attribute_bits.size())) {
      seat.bits = static_cast<std::uint8_t>(seat.bits | read_attribute(item));
    }
    if (seat.bits != 0) {
      read.push_back(seat);
    }
  }
  return read;
}

auto read_row(const json_object& from) -> domain::row_spec {
  domain::row_spec row;
  row.name = from.text("name", label_rule);
  row.first = from.optional_integer<std::uint32_t>("first", 0, limits::seat_number_max).value_or(1);
  row.count = from.integer<std::uint32_t>("count", 1, limits::seats_per_row_max);
  row.origin = {coordinate(from, "x", 0), coordinate(from, "y", 0)};
  row.pitch = coordinate(from, "pitch", 1);
  row.angle = hundredths(from.optional_number("angle", -angle_max, angle_max).value_or(0));
  if (const auto attributes = from.optional_object("attributes")) {
    row.attributes = read_attributes(*attributes);
  }
  return row;
}

auto read_section(const json_object& from) -> domain::section_spec {
  domain::section_spec section;
  section.name = from.text("name", label_rule);
  section.tier = from.text("tier", layout_tier_rule);
  const auto rows = from.array("rows", 0, limits::rows_per_event_max);
  section.rows.reserve(rows.size());
  for (const auto row : rows) {
    section.rows.push_back(read_row(row.object()));
  }
  return section;
}

auto read_area(const json_object& from) -> domain::area_spec {
  domain::area_spec area;
  area.name = from.text("name", label_rule);
  area.tier = from.text("tier", layout_tier_rule);
  area.capacity = from.integer<std::uint32_t>("capacity", 1, limits::area_capacity_max);
  return area;
}

/// Whether `inner` is the place that `outer` names, or one within it.
auto is_within(std::string_view inner, std::string_view outer) -> bool {
  return inner.starts_with(outer) && (inner.size() == outer.size() || inner[outer.size()] == '/');
}

/// What comes before the last name of a pointer.
auto parent_of(std::string_view pointer) -> std::string_view {
  return pointer.substr(0, pointer.rfind('/'));
}

/// Whether a value that could not be read, at `unread`, may be why there is a fault at `found`: it is there or around it, or is a number of
/// the same row, all of which say together how many seats there are and where.
auto explains(std::string_view unread, std::string_view found) -> bool {
  constexpr std::array<std::string_view, 6> numbers{"first", "count", "x", "y", "pitch", "angle"};
  if (is_within(found, unread)) {
    return true;
  }
  const auto row = parent_of(unread);
  const bool of_row = parent_of(row).ends_with("/rows") && is_within(found, row) && !found.ends_with("/name");
  return of_row && std::ranges::find(numbers, unread.substr(row.size() + 1)) != numbers.end();
}

/// Whether there may be places in what could not be read.
auto may_hold_places(std::string_view unread) -> bool {
  return unread.empty() || is_within(unread, "/sections") || is_within(unread, "/areas");
}

auto has_places(const domain::layout_spec& spec) -> bool {
  return !spec.areas.empty() || std::ranges::any_of(spec.sections, [](const auto& each) { return !each.rows.empty(); });
}

} // namespace

auto read_layout(const json_object& from) -> layout_reading {
  if (is_seating_plan(from)) {
    return {read_seating_plan(from), true};
  }
  domain::layout_spec spec;
  if (const auto sections = from.optional_array("sections", 0, limits::sections_per_event_max)) {
    spec.sections.reserve(sections->size());
    for (const auto section : *sections) {
      spec.sections.push_back(read_section(section.object()));
    }
  }
  if (const auto areas = from.optional_array("areas", 0, limits::areas_per_event_max)) {
    spec.areas.reserve(areas->size());
    for (const auto area : *areas) {
      spec.areas.push_back(read_area(area.object()));
    }
  }
  if (const auto focal = from.optional_object("focal")) {
    spec.focal = domain::plan_point{hundredths(focal->number("x", -coordinate_max, coordinate_max)),
                                    hundredths(focal->number("y", -coordinate_max, coordinate_max))};
  }
  return {std::move(spec), false};
}

auto further_faults(const layout_reading& of, std::string_view at, const std::vector<json_error>& known)
    -> std::vector<json_error> {
  std::vector<json_error> further;
  if (of.translated) {
    return further;
  }
  std::vector<std::string_view> unread;
  for (const auto& each : known) {
    if (is_within(each.pointer, at)) {
      unread.push_back(std::string_view{each.pointer}.substr(at.size()));
    }
  }
  for (auto& fault : domain::layout_faults(of.spec)) {
    const bool explained =
        fault.pointer.empty() ? !has_places(of.spec) && std::ranges::any_of(unread, may_hold_places)
                              : std::ranges::any_of(unread, [&](auto place) { return explains(place, fault.pointer); });
    if (!explained) {
      further.push_back({std::string{at} + fault.pointer, std::move(fault.message)});
    }
  }
  return further;
}

auto build_layout(exchange& of, json_document& document, layout_reading read, std::string_view at)
    -> std::shared_ptr<const domain::layout> {
  if (!document.finish()) {
    auto errors = document.faults();
    std::ranges::move(further_faults(read, at, document.faults()), std::back_inserter(errors));
    of.refuse(problem_kind::validation_failed, {.errors = errors});
    return nullptr;
  }
  auto built = domain::layout::build(std::move(read.spec));
  if (built) {
    return *std::move(built);
  }
  std::vector<json_error> errors;
  errors.reserve(built.error().size());
  for (auto& fault : built.error()) {
    errors.push_back({std::string{at} + fault.pointer, std::move(fault.message)});
  }
  of.refuse(problem_kind::validation_failed, {.errors = errors});
  return nullptr;
}

} // namespace holdfast::http

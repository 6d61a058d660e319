#include "domain/layout_check.hpp"

#include "domain/text.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_set>
#include <utility>

namespace holdfast::domain {
namespace {

class fault_list {
 public:
  /// Says where only when a fault is there: sound layouts, which are nearly all, cost no text.
  template <class Where>
  void check(bool sound, const Where& where, const char* message) {
    if (sound) {
      return;
    }
    if (faults_.size() < layout_faults_max) {
      faults_.push_back({where(), message});
    } else {
      ++left_off_;
    }
  }

  [[nodiscard]] auto taken() && -> std::vector<layout_fault> {
    if (left_off_ > 0) {
      faults_.push_back({"", "and " + std::to_string(left_off_) + " more faults, which are not listed"});
    }
    return std::move(faults_);
  }

 private:
  std::vector<layout_fault> faults_;
  std::size_t left_off_ = 0;
};

using names = std::unordered_set<std::string_view>;

auto within(std::int64_t coordinate) noexcept -> bool {
  return coordinate >= -limits::plan_coordinate_max && coordinate <= limits::plan_coordinate_max;
}

auto within(far_point at) noexcept -> bool {
  return within(at.x) && within(at.y);
}

constexpr const char* bad_label =
    "1 to 32 bytes of UTF-8 without '/', control, invisible and direction characters, no blank at an end";
constexpr const char* name_taken = "the name is taken";
constexpr const char* bad_tier =
    "the id of a price tier: 1 to 32 bytes of UTF-8 without '/', control, invisible and direction characters, no blank at an end";
constexpr std::uint8_t all_attributes =
    seat_attribute::accessible | seat_attribute::companion | seat_attribute::restricted_view;

void check_attributes(const row_spec& row, const std::string& at, fault_list& faults) {
  std::unordered_set<std::uint32_t> seen;
  for (const auto& seat : row.attributes) {
    const auto where = [&] { return at + "/attributes/" + std::to_string(seat.number); };
    faults.check(seat.number >= row.first && seat.number - row.first < row.count, where, "no such seat in the row");
    faults.check(seen.insert(seat.number).second, where, "the seat is listed twice");
    faults.check((seat.bits & ~all_attributes) == 0, where, "an attribute is unknown");
  }
}

void check_row(const row_spec& row, const std::string& at, names& taken, fault_list& faults) {
  const auto field = [&](const char* name) { return [&at, name] { return at + name; }; };
  faults.check(is_label_part(row.name), field("/name"), bad_label);
  faults.check(taken.insert(row.name).second, field("/name"), name_taken);
  const bool counted = row.count >= 1 && row.count <= limits::seats_per_row_max;
  faults.check(counted, field("/count"), "1 to 1,024 seats a row");
  const bool numbered = row.first <= limits::seat_number_max && row.first + row.count <= limits::seat_number_max + 1;
  faults.check(numbered, field("/first"), "seat numbers are 0 to 999,999");
  const bool placed = within(far_point{row.origin.x, row.origin.y}) && within(row.pitch);
  faults.check(placed, field("/x"), "coordinates and pitch are within 10,000,000 units");
  const bool turned = row.angle >= -36'000 && row.angle <= 36'000;
  faults.check(turned, field("/angle"), "angles are -360 to 360 degrees");
  if (counted && placed && turned) {
    const auto last = seat_point(row.origin, row_step(row.pitch, row.angle), row.count - 1);
    faults.check(within(last), field("/pitch"), "the row's last seat is outside the plan: 10,000,000 units at most");
  }
  check_attributes(row, at, faults);
}

auto varint_bytes(std::uint64_t value) noexcept -> std::size_t {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

auto zigzag_bytes(std::int64_t value) noexcept -> std::size_t {
  return varint_bytes((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

/// About what the journal's encoding takes: texts, and numbers as variable-length integers with a tag byte each.
auto stored_bytes(const layout_spec& spec) -> std::size_t {
  std::size_t sum = 0;
  for (const auto& area : spec.areas) {
    sum += area.name.size() + area.tier.size() + 8 + varint_bytes(area.capacity);
  }
  for (const auto& section : spec.sections) {
    sum += section.name.size() + section.tier.size() + 8;
    for (const auto& row : section.rows) {
      sum += row.name.size() + 10 + varint_bytes(row.first) + varint_bytes(row.count) + zigzag_bytes(row.origin.x) +
             zigzag_bytes(row.origin.y) + zigzag_bytes(row.pitch) + zigzag_bytes(row.angle);
      for (const auto& seat : row.attributes) {
        sum += 5 + varint_bytes(seat.number);
      }
    }
  }
  return sum;
}

void check_sections(const layout_spec& spec, std::unordered_set<std::string_view>& tiers, fault_list& faults) {
  names taken;
  for (std::size_t i = 0; i < spec.sections.size(); ++i) {
    const auto& section = spec.sections[i];
    const std::string at = "/sections/" + std::to_string(i);
    faults.check(
        is_label_part(section.name), [&] { return at + "/name"; }, bad_label);
    faults.check(
        taken.insert(section.name).second, [&] { return at + "/name"; }, name_taken);
    faults.check(
        is_label_part(section.tier), [&] { return at + "/tier"; }, bad_tier);
    if (!section.tier.empty()) {
      tiers.insert(section.tier);
    }
    names rows;
    for (std::size_t j = 0; j < section.rows.size(); ++j) {
      check_row(section.rows[j], at + "/rows/" + std::to_string(j), rows, faults);
    }
  }
}

void check_areas(const layout_spec& spec, std::unordered_set<std::string_view>& tiers, fault_list& faults) {
  names taken;
  for (std::size_t i = 0; i < spec.areas.size(); ++i) {
    const auto& area = spec.areas[i];
    const auto field = [&](const char* name) { return [i, name] { return "/areas/" + std::to_string(i) + name; }; };
    faults.check(is_label_part(area.name), field("/name"), bad_label);
    faults.check(taken.insert(area.name).second, field("/name"), name_taken);
    faults.check(is_label_part(area.tier), field("/tier"), bad_tier);
    faults.check(area.capacity >= 1 && area.capacity <= limits::area_capacity_max, field("/capacity"),
                 "1 to 1,000,000 places an area");
    if (!area.tier.empty()) {
      tiers.insert(area.tier);
    }
  }
}

void check_totals(const layout_spec& spec, std::size_t tiers, fault_list& faults) {
  const auto at = [](const char* where) { return [where] { return std::string{where}; }; };
  std::uint64_t rows = 0;
  std::uint64_t seats = 0;
  for (const auto& section : spec.sections) {
    rows += section.rows.size();
    for (const auto& row : section.rows) {
      seats += row.count;
    }
  }
  faults.check(spec.sections.size() <= limits::sections_per_event_max, at("/sections"), "at most 2,000 sections");
  faults.check(rows <= limits::rows_per_event_max, at("/sections"), "at most 20,000 rows");
  faults.check(seats <= limits::seats_per_event_max, at("/sections"), "at most 100,000 seats");
  faults.check(spec.areas.size() <= limits::areas_per_event_max, at("/areas"), "at most 256 areas");
  faults.check(tiers <= limits::tiers_per_event_max, at("/sections"), "at most 64 price tiers");
  faults.check(seats > 0 || !spec.areas.empty(), at(""), "a layout has at least one seat or area");
  faults.check(!spec.focal || within(far_point{spec.focal->x, spec.focal->y}), at("/focal"),
               "coordinates are within 10,000,000 units");
  faults.check(stored_bytes(spec) <= limits::layout_bytes_max, at(""), "the layout takes more than 768 KiB as stored");
}

} // namespace

auto layout_faults(const layout_spec& spec) -> std::vector<layout_fault> {
  fault_list faults;
  std::unordered_set<std::string_view> tiers;
  check_sections(spec, tiers, faults);
  check_areas(spec, tiers, faults);
  check_totals(spec, tiers.size(), faults);
  return std::move(faults).taken();
}

} // namespace holdfast::domain

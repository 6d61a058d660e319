#include "http/layout_import/plan_rows.hpp"

#include "domain/limits.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace holdfast::http {

namespace {

/// Digits without leading zeros, within what a label can say.
auto whole_number(std::string_view text) -> std::optional<std::uint32_t> {
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = failed == std::errc{} && end == text.data() + text.size() && !text.empty();
  if (!whole || number > domain::limits::seat_number_max || (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  return number;
}

} // namespace

void plan_rows::fault(const json_object& at, std::string_view member, std::string message) {
  sound_ = false;
  at.fault(member, std::move(message));
}

void plan_rows::add(const place& where, const json_object& seat, std::string_view number, double x, double y) {
  const auto parsed = whole_number(number);
  if (!parsed) {
    if (const auto given = seat.find("seat_number"); given && given->is_string())
      fault(seat, "seat_number", "a whole number from 0 to 999,999 without leading zeros: seats are numbered here");
    sound_ = false;
    return;
  }
  if (!taken_[{where.zone, where.row}].insert(*parsed).second) {
    fault(seat, "seat_number", "another seat of this zone's rows with this name has this number");
    return;
  }
  const auto [known, is_new] = by_zone_and_category_.try_emplace({where.zone, where.category}, sections_.size());
  if (is_new) {
    sections_.push_back({where.zone, where.category, where.zone_in, {}, {}, {}});
    ++categories_of_zone_[where.zone];
  }
  auto& its = sections_[known->second];
  const auto [row, first_of_row] = its.by_name.try_emplace(where.row, its.rows.size());
  if (first_of_row)
    its.rows.push_back({where.row, {}});
  its.rows[row->second].seats.push_back({{*parsed, x, y}, seat, where.row_in});
}

/// The zone's name, and the category's when the zone has several.
auto plan_rows::name_of(const section& of) const -> std::string {
  return categories_of_zone_.at(of.zone) == 1 ? of.zone : of.zone + " " + of.category;
}

auto plan_rows::sections() -> std::vector<domain::section_spec> {
  std::vector<domain::section_spec> made;
  std::set<std::string> names;
  for (auto& from : sections_) {
    auto& to = made.emplace_back();
    to.name = name_of(from);
    to.tier = from.category;
    if (to.name.size() > domain::limits::label_part_bytes_max)
      fault(from.in, "name",
            "a zone with seats of several categories becomes a section of each, named by both: '" + to.name +
                "' is longer than 32 bytes");
    else if (!names.insert(to.name).second)
      fault(from.in, "name", "two sections would have the name '" + to.name + "'");
    std::set<std::string> row_names;
    for (auto& row : from.rows) {
      std::ranges::sort(row.seats, {}, [](const listed_seat& seat) { return seat.what.number; });
      translate(row, from, to, row_names);
    }
  }
  return made;
}

void plan_rows::translate(const row_seats& from, section& its, domain::section_spec& to, std::set<std::string>& names) {
  std::vector<plan_seat> seats;
  seats.reserve(from.seats.size());
  for (const auto& seat : from.seats)
    seats.push_back(seat.what);
  auto runs = fit_rows(seats, pieces_max);
  const bool scattered = runs.size() > 2 && runs.size() * 2 > seats.size();
  if (runs.size() > pieces_max || scattered) {
    refuse_crooked(from, runs);
    return;
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto& row = to.rows.emplace_back(std::move(runs[i].row));
    its.origins.push_back(from.seats[runs[i].first].row_in);
    row.name = i == 0 ? from.name : from.name + " (" + std::to_string(i + 1) + ")";
    const bool is_new = names.insert(row.name).second;
    if (i > 0 && (!is_new || !domain::is_label_part(row.name)))
      fault(from.seats[runs[i].first].in, "",
            "a piece of a row begins with this seat, and its name '" + row.name + "' is too long or taken");
  }
}

/// Names the seats at which the row goes on elsewhere than where the seats before say.
void plan_rows::refuse_crooked(const row_seats& from, const std::vector<straight_run>& runs) {
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const auto& seat = from.seats[runs[i].first];
    const bool follows = seat.what.number == from.seats[runs[i].first - 1].what.number + 1;
    fault(
        seat.in, follows ? "position" : "seat_number",
        follows
            ? "the seat is not in line with those before it, and the row is in too many pieces: a row has up to 8 straight "
              "pieces of seats at equal distances"
            : "the number does not follow the one before it, and the row is in too many pieces: numbers go up one by one");
  }
}

} // namespace holdfast::http

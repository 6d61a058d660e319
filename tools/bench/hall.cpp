#include "tools/bench/hall.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace holdfast::tools::bench {

namespace {

void append_number(std::uint32_t number, std::string& to) {
  char digits[10];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  static_cast<void>(error);
  to.append(digits, end);
}

[[nodiscard]] auto number_of(std::string_view text) noexcept -> std::optional<std::uint32_t> {
  std::uint32_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || rest != text.data() + text.size() || number == 0) {
    return std::nullopt;
  }
  return number - 1;
}

} // namespace

void hall::append_label(std::uint32_t seat, std::string& to) const {
  const auto section = seat / seats_per_section + 1;
  to += section < 10 ? "S0" : "S";
  append_number(section, to);
  to += '/';
  append_number(seat % seats_per_section / seats_per_row + 1, to);
  to += '/';
  append_number(seat % seats_per_row + 1, to);
}

auto hall::find(std::string_view label) const noexcept -> std::optional<std::uint32_t> {
  const auto row_at = label.find('/');
  const auto seat_at = row_at == std::string_view::npos ? row_at : label.find('/', row_at + 1);
  if (seat_at == std::string_view::npos || label[0] != 'S') {
    return std::nullopt;
  }
  const auto section = number_of(label.substr(1, row_at - 1));
  const auto row = number_of(label.substr(row_at + 1, seat_at - row_at - 1));
  const auto place = number_of(label.substr(seat_at + 1));
  if (!section || !row || !place || *row >= rows_per_section || *place >= seats_per_row) {
    return std::nullopt;
  }
  const auto seat = std::uint64_t{*section} * seats_per_section + std::uint64_t{*row} * seats_per_row + *place;
  return seat < seats_ ? std::optional{static_cast<std::uint32_t>(seat)} : std::nullopt;
}

auto hall::layout() const -> nlohmann::json {
  // Distances in the layout's own unit: seats half a metre apart, rows a metre.
  constexpr int pitch = 5;
  constexpr int row_distance = 10;
  auto sections = nlohmann::json::array();
  for (std::uint32_t first = 0; first < seats_; first += seats_per_section) {
    const auto index = first / seats_per_section;
    auto rows = nlohmann::json::array();
    const auto section_end = std::min(seats_, first + seats_per_section);
    for (std::uint32_t row = first; row < section_end; row += seats_per_row) {
      const auto number = (row - first) / seats_per_row;
      rows.push_back({{"name", std::to_string(number + 1)},
                      {"first", 1},
                      {"count", std::min(seats_per_row, section_end - row)},
                      {"x", static_cast<int>(index % 8) * static_cast<int>(seats_per_row) * (pitch + 1)},
                      {"y", static_cast<int>(index / 8 * (rows_per_section + 4) + number) * row_distance},
                      {"pitch", pitch},
                      {"angle", 0}});
    }
    std::string name;
    append_label(first, name);
    name.resize(name.find('/'));
    sections.push_back({{"name", name}, {"tier", "seated"}, {"rows", std::move(rows)}});
  }
  return {{"sections", std::move(sections)}, {"areas", nlohmann::json::array()}};
}

} // namespace holdfast::tools::bench

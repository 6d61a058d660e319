#pragma once

#include "domain/event_state.hpp"
#include "tests/domain/stage.hpp"

#include <string>
#include <vector>

namespace holdfast::tests {

/// The rows of a drawing with the seats of an answer marked: "..##." for seats 2 and 3. Rows are parted by '|'.
[[nodiscard]] inline auto marked(const std::vector<drawn_row>& rows, const std::vector<domain::seat_index>& seats)
    -> std::string {
  std::string text;
  std::vector<std::size_t> at;
  for (const auto& row : rows) {
    text += text.empty() ? "" : "|";
    for (const char drawn : row.seats) {
      at.push_back(text.size());
      text += drawn;
    }
  }
  for (const auto seat : seats) {
    text[at.at(seat)] = '#';
  }
  return text;
}

/// Rows one behind the other, the middle of each at x = 0, the first at y = 100, all of tier t0.
[[nodiscard]] inline auto rows_of(const std::vector<std::string_view>& drawn) -> std::vector<drawn_row> {
  std::vector<drawn_row> rows;
  for (const auto seats : drawn) {
    const auto half_width = static_cast<std::int32_t>(seats.size() - 1) * 50;
    rows.push_back({seats, "t0", {-half_width, static_cast<std::int32_t>(rows.size() + 1) * 100}});
  }
  return rows;
}

} // namespace holdfast::tests

#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::tools::bench {

/// The plan that every subject sells: sections of 40 rows of 50 seats, the last row shorter where the number asks for it.
/// Seats count from 0 in the order in which a layout counts them.
class hall {
 public:
  explicit hall(std::uint32_t seats) noexcept : seats_{seats} {}

  [[nodiscard]] auto seats() const noexcept -> std::uint32_t { return seats_; }
  /// Appends "S01/12/7".
  void append_label(std::uint32_t seat, std::string& to) const;
  [[nodiscard]] auto find(std::string_view label) const noexcept -> std::optional<std::uint32_t>;
  /// Whether the next seat is the neighbour to the right, in the same row.
  [[nodiscard]] auto has_neighbour(std::uint32_t seat) const noexcept -> bool {
    return seat % seats_per_row != seats_per_row - 1 && seat + 1 < seats_;
  }
  /// The `layout` member of a venue.
  [[nodiscard]] auto layout() const -> nlohmann::json;

  static constexpr std::uint32_t seats_per_row = 50;
  static constexpr std::uint32_t rows_per_section = 40;
  static constexpr std::uint32_t seats_per_section = seats_per_row * rows_per_section;

 private:
  std::uint32_t seats_;
};

} // namespace holdfast::tools::bench

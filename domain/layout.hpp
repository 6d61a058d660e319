#pragma once

#include "domain/limits.hpp"
#include "domain/strong_id.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::domain {

/// Bits of a seat's attributes.
namespace seat_attribute {
inline constexpr std::uint8_t accessible = 1;
inline constexpr std::uint8_t companion = 2;
inline constexpr std::uint8_t restricted_view = 4;
} // namespace seat_attribute

/// A point of the plan in hundredths of the layout's own unit, x to the right, y away from the stage; within ±1,000,000,000.
struct plan_point {
  std::int32_t x = 0;
  std::int32_t y = 0;
  friend auto operator==(const plan_point&, const plan_point&) -> bool = default;
};

/// A seat of a row with attributes; seats without any are not listed.
struct seat_attributes {
  std::uint32_t number = 0; ///< the seat's number as printed
  std::uint8_t bits = 0;    ///< of `seat_attribute`
  friend auto operator==(const seat_attributes&, const seat_attributes&) -> bool = default;
};

/// Seats in a line: numbers `first` … `first + count - 1`, the first at `origin`, the next `pitch` further in direction `angle`.
struct row_spec {
  std::string name;
  std::uint32_t first = 1;
  std::uint32_t count = 0;
  plan_point origin;
  std::int32_t pitch = 100; ///< hundredths of the layout's unit
  std::int32_t angle = 0;   ///< hundredths of a degree, counter-clockwise from the x axis, -36,000 … 36,000
  std::vector<seat_attributes> attributes;
  friend auto operator==(const row_spec&, const row_spec&) -> bool = default;
};

struct section_spec {
  std::string name;
  std::string tier; ///< id of a price tier
  std::vector<row_spec> rows;
  friend auto operator==(const section_spec&, const section_spec&) -> bool = default;
};

/// A standing area: places without numbers.
struct area_spec {
  std::string name;
  std::string tier;
  std::uint32_t capacity = 0;
  friend auto operator==(const area_spec&, const area_spec&) -> bool = default;
};

/// A layout as people give it and as the journal keeps it. Order is meaning: seat indices follow sections, rows, numbers.
struct layout_spec {
  std::vector<section_spec> sections;
  std::vector<area_spec> areas;
  /// Where the best view is; best-available seats are near it. Absent: the middle of the edge with the smallest y.
  std::optional<plan_point> focal;
  friend auto operator==(const layout_spec&, const layout_spec&) -> bool = default;
};

/// One fault of a layout: where (a JSON Pointer into the layout document, such as "/sections/2/rows/0/count") and why.
struct layout_fault {
  std::string pointer;
  std::string message;
};

/// A validated, indexed, immutable layout. Safe to share between threads.
class layout {
 public:
  struct row {
    std::uint32_t section = 0;    ///< index into `spec().sections`
    std::uint32_t in_section = 0; ///< index into that section's rows
    seat_index first_seat = 0;
    std::uint32_t count = 0;
    std::uint32_t first_number = 1;
    tier_index tier = 0;
  };

  /// Checks everything and returns every fault at once (at most 100). Limits are those of `limits`.
  [[nodiscard]] static auto build(layout_spec spec)
      -> tl::expected<std::shared_ptr<const layout>, std::vector<layout_fault>>;

  [[nodiscard]] auto spec() const noexcept -> const layout_spec& { return spec_; }
  [[nodiscard]] auto seat_count() const noexcept -> std::uint32_t { return seat_count_; }
  [[nodiscard]] auto area_count() const noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>(spec_.areas.size());
  }
  [[nodiscard]] auto rows() const noexcept -> std::span<const row> { return rows_; }
  /// Index of the row that has the seat; the seat must exist. O(log rows).
  [[nodiscard]] auto row_of(seat_index seat) const noexcept -> std::uint32_t;
  [[nodiscard]] auto tier_of_seat(seat_index seat) const noexcept -> tier_index { return rows_[row_of(seat)].tier; }
  [[nodiscard]] auto tier_of_area(area_index area) const noexcept -> tier_index { return area_tiers_[area]; }
  [[nodiscard]] auto attributes(seat_index seat) const noexcept -> std::uint8_t { return attributes_[seat]; }
  /// Origin of the row plus as many steps as the seat is from the row's first, rounded to the nearest hundredth (halves upwards).
  [[nodiscard]] auto position(seat_index seat) const noexcept -> plan_point;
  /// From one seat of a row to the next, in 2^-20 hundredths of the layout's unit. Computed with integers, alike on every machine.
  struct step {
    std::int64_t x = 0;
    std::int64_t y = 0;
  };
  [[nodiscard]] auto step_of(std::uint32_t row_index) const noexcept -> step { return steps_[row_index]; }
  [[nodiscard]] auto origin_of(std::uint32_t row_index) const noexcept -> plan_point {
    return spec_.sections[rows_[row_index].section].rows[rows_[row_index].in_section].origin;
  }
  [[nodiscard]] auto focal() const noexcept -> plan_point { return focal_; }
  /// Ids of the price tiers that the layout uses, in order of first use.
  [[nodiscard]] auto tier_ids() const noexcept -> std::span<const std::string> { return tier_ids_; }
  [[nodiscard]] auto find_tier(std::string_view id) const noexcept -> std::optional<tier_index>;
  [[nodiscard]] auto find_section(std::string_view name) const noexcept -> std::optional<std::uint32_t>;
  /// "section/row/number" → index; nothing for an unknown or malformed label ("07", "+7" are malformed).
  [[nodiscard]] auto find_seat(std::string_view label) const noexcept -> std::optional<seat_index>;
  [[nodiscard]] auto find_area(std::string_view name) const noexcept -> std::optional<area_index>;
  /// Appends "section/row/number".
  void append_label(seat_index seat, std::string& to) const;
  [[nodiscard]] auto label(seat_index seat) const -> std::string;

  /// Bytes this layout occupies, heap included; an estimate within 10 %.
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  layout() = default;
  void index();
  void index_row(std::uint32_t section, std::uint32_t in_section);
  void index_labels();
  void place_focal();
  auto tier_named(const std::string& id) -> tier_index;

  struct text_hash {
    using is_transparent = void;
    auto operator()(std::string_view text) const noexcept -> std::size_t { return std::hash<std::string_view>{}(text); }
  };
  template <class Value>
  using text_map = std::unordered_map<std::string, Value, text_hash, std::equal_to<>>;

  layout_spec spec_;
  std::uint32_t seat_count_ = 0;
  std::vector<row> rows_;
  std::vector<step> steps_;              ///< one a row
  std::vector<std::uint32_t> row_hints_; ///< the row of every 64th seat, so that `row_of` searches few rows
  std::vector<std::uint8_t> attributes_;
  std::vector<std::string> tier_ids_;
  std::vector<tier_index> area_tiers_;
  plan_point focal_;
  std::vector<std::uint32_t> row_slots_; ///< open addressing by the hash of "section/row": row index + 1, or 0
  text_map<std::uint32_t> section_by_name_;
  text_map<area_index> area_by_name_;
};

} // namespace holdfast::domain

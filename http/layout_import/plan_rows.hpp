#pragma once

#include "domain/layout.hpp"
#include "http/json_reader.hpp"
#include "http/layout_import/row_fit.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace holdfast::http {

/// Gathers the seats of a seating plan by zone, row and category, and makes sections and rows of them. Rows of one zone with the same
/// name, such as those left and right of an aisle, are one row.
class plan_rows {
 public:
  /// A row in more pieces than this is refused.
  static constexpr std::size_t pieces_max = 8;

  struct place {
    std::string zone;
    std::string row;
    std::string category;
    json_object zone_in; ///< as they stand in the plan
    json_object row_in;
  };

  /// A seat as it stands in the plan; faults go to it.
  void add(const place& where, const json_object& seat, std::string_view number, double x, double y);
  /// Everything that was added, translated. Once.
  [[nodiscard]] auto sections() -> std::vector<domain::section_spec>;

  /// Where in the plan these come from: the zone of `sections()[made]`, and the row in which row `row` of it begins.
  [[nodiscard]] auto origin(std::size_t made) const -> const json_object& { return sections_.at(made).in; }
  [[nodiscard]] auto origin(std::size_t made, std::size_t row) const -> const json_object& {
    return sections_.at(made).origins.at(row);
  }

  [[nodiscard]] auto sound() const noexcept -> bool { return sound_; }

 private:
  struct listed_seat {
    plan_seat what;
    json_object in;
    json_object row_in;
  };

  /// Seats of one row and one category.
  struct row_seats {
    std::string name;
    std::vector<listed_seat> seats;
  };

  struct section {
    std::string zone;
    std::string category;
    json_object in;
    std::vector<row_seats> rows;
    std::map<std::string, std::size_t> by_name;
    std::vector<json_object> origins; ///< of each row made of it
  };

  void fault(const json_object& at, std::string_view member, std::string message);
  [[nodiscard]] auto name_of(const section& of) const -> std::string;
  void translate(const row_seats& from, section& its, domain::section_spec& to, std::set<std::string>& names);
  void refuse_crooked(const row_seats& from, const std::vector<straight_run>& runs);

  std::vector<section> sections_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_zone_and_category_;
  std::map<std::string, std::size_t> categories_of_zone_;                                  ///< how many
  std::map<std::pair<std::string, std::string>, std::unordered_set<std::uint32_t>> taken_; ///< numbers by zone and row
  bool sound_ = true;
};

} // namespace holdfast::http

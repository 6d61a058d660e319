#pragma once

#include "projections/search/columns.hpp"
#include "projections/search/query.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

/// Which rows a query is about, and in which order.
namespace holdfast::projections {

/// Great-circle distance in km, on a sphere of the earth's mean radius.
[[nodiscard]] auto distance_km(const geo_point& a, const geo_point& b) noexcept -> double;
/// Nothing for an event whose venue has no place on the map.
[[nodiscard]] auto distance_of(const event_row& row, const geo_point& from) noexcept -> std::optional<double>;

/// A query's filters, its names looked up once. Making one may block on I/O.
class row_filter {
 public:
  row_filter(const search_query& query, const search_columns& columns, std::int64_t now_ms);

  /// A name that no event has: nothing passes.
  [[nodiscard]] auto hopeless() const noexcept -> bool { return hopeless_; }

  [[nodiscard]] auto passes(const event_row& row) const noexcept -> bool;

 private:
  /// A moment that events start before or not.
  struct time_bound {
    std::int64_t ms = 0;
    bool is_local = false; ///< as the clocks show it where an event takes place
  };

  [[nodiscard]] auto starts_before(const event_row& row, const time_bound& at) const noexcept -> bool;
  [[nodiscard]] auto status_passes(const event_row& row) const noexcept -> bool;
  [[nodiscard]] auto place_passes(const event_row& row) const noexcept -> bool;

  bool hopeless_ = false;
  std::int64_t now_ms_;
  time_bound from_;
  time_bound to_;
  std::vector<std::shared_ptr<const zone_rules>> zones_; ///< by number; none when all is UTC
  std::optional<std::uint32_t> city_, country_;
  std::vector<std::uint32_t> categories_; ///< sorted
  std::uint32_t statuses_ = 0;            ///< bits by sale_status
  std::optional<std::int64_t> price_max_;
  bool available_;
  std::optional<geo_point> near_; ///< with a radius
  double radius_km_ = 0;
  double latitude_reach_ = 0; ///< degrees; what is further north or south is too far
};

/// A row that the query is about.
struct found_row {
  std::uint32_t row = 0;
  double score = 0; ///< of the text
};

/// Where a row stands in an order. Best first: ascending. The rest of the place decides between equals: who starts sooner, then the id.
[[nodiscard]] auto place_of(const found_row& found, const event_row& row, const search_query& query) -> search_place;

struct ranked_page {
  std::vector<std::pair<search_place, found_row>> items; ///< at most the query's limit, in order
  bool more = false;
};

/// The page of the found rows that comes after the query's place.
[[nodiscard]] auto page_of(const std::vector<found_row>& found, const search_columns& columns,
                           const search_query& query) -> ranked_page;

} // namespace holdfast::projections

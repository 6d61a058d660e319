#pragma once

#include "domain/event_state.hpp"
#include "domain/instant.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What can be asked of the search, and its limits. Nothing here is text of a query language: words are words.
namespace holdfast::projections {

namespace search_limits {
inline constexpr std::size_t text_characters_max = 200;
inline constexpr std::size_t words_max = 16;
inline constexpr std::size_t names_max = 16; ///< categories, statuses
inline constexpr std::size_t name_bytes_max = 200;
inline constexpr double radius_km_max = 20'100; ///< half-way round the world
inline constexpr std::size_t items_usual = 20;
inline constexpr std::size_t items_max = 200;
inline constexpr std::size_t suggestions_max = 20;
/// Facets are counted exactly up to so many matches; of more, an even sample is counted and scaled up.
inline constexpr std::size_t facet_matches_exact_max = 10'000;
inline constexpr std::size_t facet_values_max = 50;
} // namespace search_limits

enum class search_order : std::uint8_t { relevance = 0, date, popularity, distance, price };
enum class search_facet : std::uint8_t { category = 0, city, month, price, availability, status };
inline constexpr std::size_t search_facet_count = 6;

struct geo_point {
  double latitude = 0; ///< degrees
  double longitude = 0;
  friend auto operator==(const geo_point&, const geo_point&) -> bool = default;
};

/// Where a page begins: after this place in the order. Ascending numbers, whatever the order.
struct search_place {
  std::uint64_t key = 0;
  std::uint64_t starts_at = 0;
  std::uint64_t event = 0;
  friend auto operator<=>(const search_place&, const search_place&) = default;
};

struct search_query {
  std::string text; ///< empty: every event
  std::optional<std::string> city, country;
  std::vector<std::string> categories; ///< any of them; empty: all
  std::optional<geo_point> near;
  std::optional<double> radius_km;
  std::optional<domain::instant> from;       ///< absent: from now on
  std::optional<domain::instant> to;         ///< events that start before
  bool from_local = false, to_local = false; ///< it is what the clocks show where an event takes place, and not UTC
  std::vector<domain::sale_status> statuses; ///< any of them; empty: all but cancelled
  std::optional<std::int64_t> price_max;     ///< of the cheapest tier, in the minor unit of the event's own currency
  bool available = false;                    ///< on sale with a place left
  std::optional<search_order> order;         ///< absent: relevance with a text, else date
  std::optional<search_place> after;
  std::size_t limit = search_limits::items_usual;
  std::vector<search_facet> facets;

  [[nodiscard]] auto order_used() const noexcept -> search_order {
    return order.value_or(text.empty() ? search_order::date : search_order::relevance);
  }
};

/// The same text for the same question, and for no other: what answers are kept under.
[[nodiscard]] auto canonical(const search_query& query) -> std::string;

/// A cursor as people see it: the order and the place. They hold no secret, and a made-up one does no more than begin elsewhere.
[[nodiscard]] auto cursor_text(search_order order, const search_place& place) -> std::string;
/// Nothing for what is no cursor, or one of another order.
[[nodiscard]] auto parse_cursor(std::string_view text, search_order order) -> std::optional<search_place>;

[[nodiscard]] auto to_text(search_order order) noexcept -> std::string_view;
[[nodiscard]] auto to_text(search_facet facet) noexcept -> std::string_view;

} // namespace holdfast::projections

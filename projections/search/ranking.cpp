#include "projections/search/ranking.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace holdfast::projections {

namespace {

constexpr double earth_radius_km = 6371.0088;
constexpr double degree_km = earth_radius_km * std::numbers::pi / 180;
constexpr double e6 = 1e6;

auto radians(double degrees) noexcept -> double {
  return degrees * std::numbers::pi / 180;
}

/// Numbers that sort as the doubles do.
auto ascending(double value) noexcept -> std::uint64_t {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63U;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

auto ascending(std::int64_t value) noexcept -> std::uint64_t {
  return static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63U);
}

auto descending(double value) noexcept -> std::uint64_t {
  return ~ascending(value);
}

auto sorted_ids(const std::vector<std::string>& names, const name_table& known) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> ids;
  for (const auto& name : names) {
    if (const auto id = known.find(name))
      ids.push_back(*id);
  }
  std::ranges::sort(ids);
  return ids;
}

} // namespace

auto distance_km(const geo_point& a, const geo_point& b) noexcept -> double {
  const auto north = std::sin(radians(b.latitude - a.latitude) / 2);
  const auto east = std::sin(radians(b.longitude - a.longitude) / 2);
  const auto chord = north * north + std::cos(radians(a.latitude)) * std::cos(radians(b.latitude)) * east * east;
  return 2 * earth_radius_km * std::asin(std::min(1.0, std::sqrt(chord)));
}

auto distance_of(const event_row& row, const geo_point& from) noexcept -> std::optional<double> {
  const auto latitude = row.latitude_e6.get();
  const auto longitude = row.longitude_e6.get();
  if (latitude == event_row::nowhere || longitude == event_row::nowhere)
    return std::nullopt;
  return distance_km(from, {latitude / e6, longitude / e6});
}

row_filter::row_filter(const search_query& query, const search_columns& columns, std::int64_t now_ms)
    : now_ms_{now_ms},
      from_{query.from ? query.from->unix_ms : now_ms, query.from && query.from_local},
      to_{query.to ? query.to->unix_ms : event_row::never, query.to && query.to_local},
      categories_{sorted_ids(query.categories, columns.categories)},
      price_max_{query.price_max},
      available_{query.available} {
  if (from_.is_local || to_.is_local)
    zones_ = columns.zones.rules();
  if (query.city)
    city_ = columns.cities.find(*query.city);
  if (query.country)
    country_ = columns.countries.find(*query.country);
  hopeless_ =
      (query.city && !city_) || (query.country && !country_) || (!query.categories.empty() && categories_.empty());
  for (const auto status : query.statuses)
    statuses_ |= 1U << static_cast<unsigned>(status);
  if (query.statuses.empty())
    statuses_ = ~(1U << static_cast<unsigned>(domain::sale_status::cancelled));
  if (query.near && query.radius_km) {
    near_ = query.near;
    radius_km_ = *query.radius_km;
    latitude_reach_ = radius_km_ / degree_km;
  }
}

auto row_filter::passes(const event_row& row) const noexcept -> bool {
  if (!row.listed.get())
    return false;
  if (starts_before(row, from_) || !starts_before(row, to_))
    return false;
  if ((city_ && row.city.get() != *city_) || (country_ && row.country.get() != *country_) ||
      (price_max_ && row.price_from.get() > *price_max_))
    return false;
  if (!categories_.empty() && !std::ranges::binary_search(categories_, row.category.get()))
    return false;
  return status_passes(row) && place_passes(row);
}

auto row_filter::starts_before(const event_row& row, const time_bound& at) const noexcept -> bool {
  // No clock is a day ahead of UTC, or behind it.
  constexpr std::int64_t day_ms = 24LL * 3'600 * 1'000;
  const auto starts_at = row.starts_at.get();
  const auto zone = row.zone.get();
  const bool may_differ = at.is_local && zone < zones_.size() && std::abs(starts_at - at.ms) < day_ms;
  return (may_differ ? zones_[zone]->local_ms(starts_at) : starts_at) < at.ms;
}

auto row_filter::status_passes(const event_row& row) const noexcept -> bool {
  const auto status = row.status_at(now_ms_);
  if (((statuses_ >> static_cast<unsigned>(status)) & 1U) == 0)
    return false;
  return !available_ || (status == domain::sale_status::on_sale && row.available.get() > 0);
}

auto row_filter::place_passes(const event_row& row) const noexcept -> bool {
  if (!near_)
    return true;
  const auto latitude = row.latitude_e6.get();
  if (latitude == event_row::nowhere || std::abs(latitude / e6 - near_->latitude) > latitude_reach_)
    return false;
  const auto distance = distance_of(row, *near_);
  return distance && *distance <= radius_km_;
}

auto place_of(const found_row& found, const event_row& row, const search_query& query) -> search_place {
  search_place place{0, ascending(row.starts_at.get()), row.event.get()};
  switch (query.order_used()) {
  case search_order::relevance: place.key = descending(found.score); break;
  case search_order::date: break;
  case search_order::popularity: place.key = descending(row.popularity.get()); break;
  case search_order::distance: {
    const auto distance = distance_of(row, query.near.value_or(geo_point{}));
    place.key = distance ? ascending(*distance) : ~std::uint64_t{0};
    break;
  }
  case search_order::price: place.key = ascending(row.price_from.get()); break;
  }
  return place;
}

auto page_of(const std::vector<found_row>& found, const search_columns& columns, const search_query& query)
    -> ranked_page {
  ranked_page page;
  page.items.reserve(found.size());
  for (const auto& each : found) {
    const auto place = place_of(each, columns.row(each.row), query);
    if (!query.after || place > *query.after)
      page.items.emplace_back(place, each);
  }
  const auto by_place = [](const auto& a, const auto& b) { return a.first < b.first; };
  page.more = page.items.size() > query.limit;
  if (page.more) {
    const auto end = page.items.begin() + static_cast<std::ptrdiff_t>(query.limit);
    std::partial_sort(page.items.begin(), end, page.items.end(), by_place);
    page.items.erase(end, page.items.end());
  } else {
    std::sort(page.items.begin(), page.items.end(), by_place);
  }
  return page;
}

} // namespace holdfast::projections

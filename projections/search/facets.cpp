#include "projections/search/facets.hpp"

#include "domain/money.hpp"
#include "projections/inventory_bodies.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <string_view>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr std::array<std::string_view, 5> price_bands{"0", "0-20", "20-50", "50-100", "100-"};
/// Where all but the first and the last band end, in whole units.
constexpr std::array<std::int64_t, 3> band_ends{20, 50, 100};

constexpr std::size_t availabilities = static_cast<std::size_t>(domain::availability::many) + 1;
constexpr std::size_t statuses = static_cast<std::size_t>(domain::sale_status::cancelled) + 1;

auto whole_unit(std::uint32_t packed_currency) -> std::int64_t {
  constexpr std::uint8_t usual_digits = 2;
  domain::currency_code currency;
  for (std::size_t i = 0; i < currency.letters.size(); ++i)
    currency.letters[i] = static_cast<char>(packed_currency >> (8 * (currency.letters.size() - 1 - i)));
  std::int64_t unit = 1;
  for (auto digits = domain::minor_unit_digits(currency).value_or(usual_digits); digits > 0; --digits)
    unit *= 10;
  return unit;
}

auto band_of(const event_row& row) -> std::size_t {
  const auto price = row.price_from.get();
  if (price == 0)
    return 0;
  const auto unit = whole_unit(row.currency.get());
  std::size_t band = 1;
  for (const auto end : band_ends)
    band += price > end * unit ? 1U : 0U;
  return band;
}

/// Months since year 0, as people there count them.
auto month_of(const event_row& row, const zone_rules& there) -> std::int32_t {
  const std::chrono::sys_time<std::chrono::milliseconds> at{
      std::chrono::milliseconds{there.local_ms(row.starts_at.get())}};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
  return static_cast<int>(day.year()) * 12 + static_cast<std::int32_t>(static_cast<unsigned>(day.month())) - 1;
}

/// `2027-03`.
auto month_text(std::int32_t month) -> std::string {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d", month / 12, month % 12 + 1);
  return text.data();
}

/// Counts of names of a table, the most frequent first.
auto named(const std::vector<std::uint64_t>& counts, const name_table& table) -> facet_counts {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (std::size_t id = 0; id < counts.size(); ++id) {
    if (counts[id] > 0)
      order.emplace_back(counts[id], static_cast<std::uint32_t>(id));
  }
  const auto shown = std::min(order.size(), search_limits::facet_values_max);
  std::ranges::partial_sort(
      order, order.begin() + static_cast<std::ptrdiff_t>(shown),
      [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  facet_counts made;
  for (std::size_t i = 0; i < shown; ++i) {
    if (auto name = table.at(order[i].second).name; !name.empty())
      made.values.emplace_back(std::move(name), order[i].first);
  }
  return made;
}

/// Goes over the sample, `step` matches for each that is looked at.
class counter {
 public:
  counter(const std::vector<found_row>& found, const search_columns& columns, std::int64_t now_ms)
      : found_{found},
        columns_{columns},
        now_ms_{now_ms},
        step_{(found.size() + search_limits::facet_matches_exact_max - 1) / search_limits::facet_matches_exact_max} {}

  [[nodiscard]] auto approximate() const noexcept -> bool { return step_ > 1; }

  [[nodiscard]] auto count(search_facet which) const -> facet_counts {
    switch (which) {
    case search_facet::category:
      return count_names(columns_.categories, [](const event_row& row) { return row.category.get(); });
    case search_facet::city: return count_names(columns_.cities, [](const event_row& row) { return row.city.get(); });
    case search_facet::month: return count_months();
    case search_facet::price:
      return count_values<price_bands.size()>(band_of, [](auto band) { return price_bands[band]; });
    case search_facet::availability:
      return count_values<availabilities>([](const event_row& row) { return row.availability(); },
                                          [](auto value) { return to_text(static_cast<domain::availability>(value)); });
    case search_facet::status: break;
    }
    return count_values<statuses>([this](const event_row& row) { return row.status_at(now_ms_); },
                                  [](auto value) { return to_text(static_cast<domain::sale_status>(value)); });
  }

 private:
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t i = 0; i < found_.size(); i += step_)
      visit(columns_.row(found_[i].row));
  }

  template <class IdOf>
  [[nodiscard]] auto count_names(const name_table& table, IdOf id_of) const -> facet_counts {
    std::vector<std::uint64_t> counts(table.size());
    each([&](const event_row& row) {
      // A name that came after the table was measured waits for the next query.
      if (const auto id = id_of(row); id < counts.size())
        counts[id] += step_;
    });
    return named(counts, table);
  }

  [[nodiscard]] auto count_months() const -> facet_counts {
    std::map<std::int32_t, std::uint64_t> counts;
    const auto zones = columns_.zones.rules();
    each([&](const event_row& row) {
      // A zone that came after the others were read waits for the next query.
      if (const auto zone = row.zone.get(); zone < zones.size())
        counts[month_of(row, *zones[zone])] += step_;
    });
    facet_counts made;
    for (const auto& [month, count] : counts) {
      if (made.values.size() < search_limits::facet_values_max)
        made.values.emplace_back(month_text(month), count);
    }
    return made;
  }

  /// Of one of `Count` values, in their order.
  template <std::size_t Count, class ValueOf, class TextOf>
  [[nodiscard]] auto count_values(ValueOf value_of, TextOf text_of) const -> facet_counts {
    std::array<std::uint64_t, Count> counts{};
    each([&](const event_row& row) { counts[static_cast<std::size_t>(value_of(row))] += step_; });
    facet_counts made;
    for (std::size_t i = 0; i < Count; ++i) {
      if (counts[i] > 0)
        made.values.emplace_back(text_of(i), counts[i]);
    }
    return made;
  }

  const std::vector<found_row>& found_;
  const search_columns& columns_;
  std::int64_t now_ms_;
  std::size_t step_;
};

} // namespace

auto count_facets(const std::vector<found_row>& found, const search_columns& columns, const search_query& query,
                  std::int64_t now_ms) -> all_facets {
  all_facets all;
  const counter counts{found, columns, now_ms};
  all.approximate = !query.facets.empty() && counts.approximate();
  for (const auto facet : query.facets)
    all.facets.emplace_back(facet, counts.count(facet));
  return all;
}

} // namespace holdfast::projections

#pragma once

#include "projections/search/columns.hpp"
#include "projections/search/query.hpp"
#include "projections/search/ranking.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// How many of the found events have each value: the most frequent values first; months, price bands, availabilities and statuses in
/// their own order.
struct facet_counts {
  std::vector<std::pair<std::string, std::uint64_t>> values;
};

struct all_facets {
  std::vector<std::pair<search_facet, facet_counts>> facets;
  bool approximate = false; ///< counted from a sample
};

/// Counts the facets that the query asks for. Exact up to `facet_matches_exact_max` found events; of more, every n-th is counted n times.
/// Months are of UTC, `2027-03`. Price bands are of the cheapest tier in whole units of its currency: `0`, `0-20`, `20-50`, `50-100`, `100-`,
/// from (over) … to, where the first is what costs nothing. Statuses are those of `now_ms`.
[[nodiscard]] auto count_facets(const std::vector<found_row>& found, const search_columns& columns,
                                const search_query& query, std::int64_t now_ms) -> all_facets;

} // namespace holdfast::projections

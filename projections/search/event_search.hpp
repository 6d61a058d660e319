#pragma once

#include "projections/search/columns.hpp"
#include "projections/search/query.hpp"
#include "projections/search/text_place.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace holdfast::projections {

/// What one search reads.
struct search_view {
  std::shared_ptr<const search_columns> columns; ///< never null
  std::shared_ptr<text_place> texts;             ///< never null
  std::int64_t now_ms = 0;
  /// When no more events are looked at: what was found by then is the answer, and says that it is a part.
  std::chrono::steady_clock::time_point give_up_at = std::chrono::steady_clock::time_point::max();
};

struct search_body {
  std::string json;
  bool corrected = false; ///< a word was looked for in another spelling
  bool partial = false;   ///< the time was up before every event was looked at
};

/// Answers a search, as `GET /v1/search` does; blocks on I/O. Nothing when the index cannot be read.
///
/// Names and descriptions come from the texts as of their last commit, everything else from the columns as it is. An event that only one of
/// the two has yet is not shown.
[[nodiscard]] auto answer_search(const search_query& query, const search_view& from) -> std::optional<search_body>;

/// Answers a suggestion, as `GET /v1/suggest` does: events, performers, venues and cities whose names have the words, the last of which may be a beginning.
[[nodiscard]] auto answer_suggest(const std::string& text, std::size_t limit, const search_view& from)
    -> std::optional<search_body>;

} // namespace holdfast::projections

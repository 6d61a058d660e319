#pragma once

#include "journal/journal.hpp"
#include "projections/ports.hpp"
#include "projections/search/event_search.hpp"
#include "projections/search/query.hpp"
#include "projections/search/result_cache.hpp"
#include "projections/search/search_metrics.hpp"
#include "projections/search/search_settings.hpp"
#include "projections/search/search_slots.hpp"
#include "projections/views.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace holdfast::projections {

/// Answers searches and suggestions: from the cache at once, else on the journal's read pool. Thread-safe. The journal outlives it.
class search_service : public std::enable_shared_from_this<search_service> {
 public:
  search_service(journal::journal& pool, clock_function clock, std::shared_ptr<search_slots> slots,
                 std::shared_ptr<search_metrics> metrics, const search_settings& settings);

  /// Outcomes: ok; behind while there is no index to read; overloaded.
  void search(search_query what, view_done done);
  void suggest(std::string text, std::size_t limit, view_done done);

 private:
  using work = std::function<std::optional<search_body>(const search_view&)>;

  /// Has it worked out on the read pool, and answers whoever waits for it.
  void work_out(const std::string& key, work how);
  void run(const std::string& key, const work& how);
  [[nodiscard]] auto stamp_of_now() const -> result_cache::stamp;

  journal::journal& pool_;
  const clock_function clock_;
  const std::optional<domain::instant> shown_since_; ///< nothing is followed: answers are as old as this
  const std::shared_ptr<search_slots> slots_;
  const std::shared_ptr<search_metrics> metrics_;
  const std::chrono::milliseconds question_time_max_;
  result_cache cache_;
};

} // namespace holdfast::projections

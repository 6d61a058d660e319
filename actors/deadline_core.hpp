#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdfast::actors {

/// When which event has something due: one entry an event, the earliest asked for. A binary heap whose superseded entries are passed over.
/// One thread at a time.
class deadline_core {
 public:
  /// Remembers the earlier of what is known and `at`.
  void schedule(domain::event_id event, domain::instant at);
  /// Events whose deadline is at or before `now`, in deadline order; they are forgotten.
  [[nodiscard]] auto take_due(domain::instant now) -> std::vector<domain::event_id>;
  /// The earliest deadline.
  [[nodiscard]] auto next() -> std::optional<domain::instant>;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return due_.size(); }

 private:
  void drop_superseded();

  using entry = std::pair<domain::instant, domain::event_id>;
  std::vector<entry> heap_; ///< min-heap by std::greater
  std::unordered_map<domain::event_id, domain::instant> due_;
};

} // namespace holdfast::actors

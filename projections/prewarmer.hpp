#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "journal/journal.hpp"
#include "projections/inventory_projection.hpp"
#include "projections/layout_store.hpp"
#include "projections/metrics.hpp"
#include "projections/views.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace holdfast::projections {

/// Has everything made beforehand that the first of many readers will ask for: page, seats and layout of events whose sale is about to
/// open or that were published just now, as JSON and binary, as they are and compressed. Looks again every second, so that nothing of
/// it is dropped as unread, or older than a second when facts come. What it reads counts neither as a hit nor as a miss.
///
/// Runs on one thread (the catalogue's actor). The journal outlives it.
class prewarmer {
 public:
  struct bounds {
    domain::millis ahead = domain::minutes(10);     ///< how long before a sale opens
    domain::millis afterwards = domain::minutes(1); ///< how long after a publication, or an opening
    domain::millis every = domain::seconds(1);
    /// Those that open first. The largest layouts take some 5 MB each with their seats; a common one some 100 KB.
    std::size_t events_max = 64;
  };

  prewarmer(journal::journal& pool, std::shared_ptr<inventory_projection> inventory,
            std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics, bounds within);

  /// Whether it is time for another look.
  [[nodiscard]] auto is_due(domain::instant now) const noexcept -> bool {
    return now < looked_at_ || now - looked_at_ >= within_.every;
  }
  [[nodiscard]] auto within() const noexcept -> const bounds& { return within_; }
  /// Has these events made.
  void look(domain::instant now, const std::vector<domain::event_id>& events);

 private:
  journal::journal& pool_;
  const std::shared_ptr<inventory_projection> inventory_;
  const std::shared_ptr<layout_store> layouts_;
  const std::shared_ptr<view_metrics> metrics_;
  const bounds within_;
  domain::instant looked_at_;
};

} // namespace holdfast::projections

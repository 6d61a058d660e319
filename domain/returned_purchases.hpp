#pragma once

#include "domain/event_state.hpp"
#include "domain/instant.hpp"

#include <cstddef>
#include <deque>
#include <vector>

namespace holdfast::domain {

/// Purchases that were given back, for as long as a velocity rule could count them: at most limits::velocity_seconds_max from when they were
/// bought, and the newest limits::returned_purchases_max of them. A plain fold; not thread-safe.
class returned_purchases {
 public:
  /// What was given back at `now`. Amortised O(1) until the most are kept, then O(most) once in so many.
  void add(const returned_purchase& what, instant now);
  /// In the order in which they were given back, oldest first; of what expired some may still be among them.
  [[nodiscard]] auto all() const noexcept -> const std::deque<returned_purchase>& { return all_; }
  /// The same without what no rule counts any more.
  [[nodiscard]] auto image(instant now) const -> std::vector<returned_purchase>;
  /// Takes what `image` gave; false when that cannot be.
  [[nodiscard]] auto restore(const std::vector<returned_purchase>& image, instant now) -> bool;
  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return all_.size() * sizeof(returned_purchase); }

 private:
  std::deque<returned_purchase> all_;
};

} // namespace holdfast::domain

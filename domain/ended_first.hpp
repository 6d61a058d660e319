#pragma once

#include "domain/allocation.hpp"
#include "domain/deadline_heap.hpp"
#include "domain/decide_parts.hpp"
#include "domain/limits.hpp"
#include "domain/rejection.hpp"
#include "domain/strong_id.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace holdfast::domain {

/// Holds that are past their deadline and stand in the way: they are ended first, in the same decision, as far as its facts go.
class ended_first {
 public:
  explicit ended_first(const question& ask) : ask_{ask} {}

  [[nodiscard]] auto has(std::uint32_t hold) const -> bool { return std::ranges::find(holds_, hold) != holds_.end(); }

  /// Adds a hold that is due; false when no more fit.
  auto add(std::uint32_t hold) -> bool {
    if (has(hold)) {
      return true;
    }
    if (holds_.size() + 1 == limits::facts_per_command_max) {
      return false;
    }
    holds_.push_back(hold);
    return true;
  }

  /// The first holds that are due, in the order in which they end; no more than one decision can end.
  [[nodiscard]] auto due() -> const std::vector<deadline>& {
    if (!due_) {
      due_ = ask_.data.bookings.deadlines().first(limits::facts_per_command_max - 1, ask_.now);
    }
    return *due_;
  }

  /// The holds to be ended, which are among the first that are due, and those others.
  [[nodiscard]] auto endable() -> std::vector<std::uint32_t> {
    auto all = holds_;
    for (const auto& one : due()) {
      if (!has(one.hold)) {
        all.push_back(one.hold);
      }
    }
    return all;
  }

  /// Places of an area that are an allocation's again, or the public's, once the holds to be ended are.
  [[nodiscard]] auto places_in(area_index area, const allocation* pool) const -> std::uint32_t {
    std::uint32_t places = 0;
    for (const auto hold : holds_) {
      places += places_of(hold, area, pool);
    }
    return places;
  }

  /// The same of one hold.
  [[nodiscard]] auto places_of(std::uint32_t hold, area_index area, const allocation* pool) const -> std::uint32_t {
    const auto& slot = *ask_.data.bookings.find(hold_number{hold});
    return !slot.borrows() && ask_.data.pool_behind(slot, area) == pool ? slot.places_in(area) : 0;
  }

  /// The facts that end them, by number.
  [[nodiscard]] auto as_facts() -> facts {
    std::ranges::sort(holds_);
    facts made;
    made.reserve(holds_.size() + 1);
    for (const auto hold : holds_) {
      made.push_back({ask_.now, ask_.id, hold_expired{hold_number{hold}}});
    }
    return made;
  }

 private:
  const question& ask_;
  std::vector<std::uint32_t> holds_;
  std::optional<std::vector<deadline>> due_;
};

/// Whether the places asked for exceed a limit, holds that are due left out of what a buyer has.
[[nodiscard]] auto limit_exceeded(const question& ask, std::uint64_t places, ended_first& ends)
    -> std::optional<rejection>;

} // namespace holdfast::domain

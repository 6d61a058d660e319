#pragma once

#include "domain/event_state.hpp"
#include "tools/onsale/simulation.hpp"

#include <cstdint>
#include <optional>

namespace holdfast::onsale {

/// The event of a simulated sale: a hall of rows of 50, decided by the rules of selling.
class venue {
 public:
  /// Sells from `opens` on.
  venue(const sale_plan& plan, domain::instant opens, const decided& told);

  /// Seats together if there are, or apart; nothing when there are not enough.
  [[nodiscard]] auto hold(const domain::subject_id& who, std::uint32_t places, domain::instant now)
      -> std::optional<domain::hold_number>;
  /// Whether the hold was still there to be paid.
  [[nodiscard]] auto pay(const domain::subject_id& who, domain::hold_number hold, domain::instant now) -> bool;
  void release(const domain::subject_id& who, domain::hold_number hold, domain::instant now);
  /// Ends holds that are due.
  void end_due(domain::instant now);

  [[nodiscard]] auto counts() const -> domain::event_counts { return state_.counts(); }
  [[nodiscard]] auto next_deadline() const -> std::optional<domain::instant> { return state_.next_deadline(); }

 private:
  auto act(const domain::caller& by, domain::command_body what, domain::instant now) -> bool;

  const decided& told_;
  domain::event_state state_;
  std::uint32_t payments_ = 0;
};

} // namespace holdfast::onsale

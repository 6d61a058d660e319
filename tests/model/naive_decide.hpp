#pragma once

#include "domain/command.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/rejection.hpp"
#include "tests/model/naive_event.hpp"

#include <optional>
#include <vector>

namespace holdfast::model {

/// What must come of a command, as far as the contracts say it.
struct expectation {
  /// Set: the command is refused, for this reason and with these limits, conflicts and versions. Alternatives and the words
  /// of faults are left open.
  std::optional<domain::rejection> refused;
  /// Else: these facts, in this order. For a hold the last one; endings of overdue holds may come before it.
  std::vector<domain::fact_body> effect;
  /// The hold's seats are chosen by `best_available`, and `effect` leaves them out.
  std::optional<domain::best_available> choice;
  domain::allocation_number grant; ///< of a hold: whose places it may have; zero: nobody's
  /// Any due holds, but as many as one command may end.
  bool ends_due_holds = false;
};

/// The naive twin of `domain::decide`. Checks in the order of `domain::reason`.
[[nodiscard]] auto expect(const naive_event& twin, const domain::command& what, domain::instant now) -> expectation;

/// The seat as a command sees it whose caller may have an allocation's (zero: nobody's): a hold past its deadline has ended.
[[nodiscard]] auto seat_now(const naive_event& twin, domain::seat_index seat, domain::allocation_number grant,
                            domain::instant now) -> domain::seat_status;

} // namespace holdfast::model

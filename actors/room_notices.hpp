#pragma once

#include "domain/instant.hpp"
#include "domain/sale_plan.hpp"
#include "domain/strong_id.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace holdfast::actors {

/// What became of somebody's hold in an event's past.
struct past_outcome {
  domain::subject_id who;
  domain::instant at;
  bool bought = false; ///< otherwise it ran out
};

/// What an event tells its waiting room, once it is durable.
struct room_notice {
  std::vector<domain::subject_id> bought;
  std::vector<domain::subject_id> gave_up; ///< their holds ran out, which were not offers to the waitlist
  /// Whether the line may go on: something is available, of a sale that goes on, that nobody on the waitlist is offered; false once nothing is held either.
  /// Absent: as it was.
  std::optional<bool> seats_left;
  std::vector<past_outcome>
      lately{}; ///< told when an event was loaded: the room may not have heard of it before the server ended
  /// When the event sells: nobody is let in while it does not. Null: as it was.
  std::shared_ptr<const domain::sale_hours> sale{};
};

/// The way from events to their waiting rooms. Thread-safe; nothing blocks.
class room_notices {
 public:
  virtual ~room_notices() = default;
  /// Whether there is a room that would hear.
  [[nodiscard]] virtual auto listens(domain::event_id event) const noexcept -> bool = 0;
  virtual void told(domain::event_id event, room_notice&& what) noexcept = 0;
  /// A buyer is at the event's own door, which no waiting room closes.
  virtual void arrived(domain::event_id event) noexcept = 0;
};

} // namespace holdfast::actors

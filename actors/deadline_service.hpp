#pragma once

#include "actors/event_core.hpp"

#include <functional>
#include <memory>

namespace caf {
class actor_system;
} // namespace caf

namespace holdfast::actors {

/// The one deadline actor: a heap over all events, loaded or not, and one timer for the nearest. Thread-safe.
class deadline_service final : public deadline_port {
 public:
  /// `due` wakes an event; called on the actor's thread.
  deadline_service(caf::actor_system& system, const clock_port& clock, std::function<void(domain::event_id)> due);
  ~deadline_service() override;
  deadline_service(const deadline_service&) = delete;
  auto operator=(const deadline_service&) -> deadline_service& = delete;

  void schedule(domain::event_id event, domain::instant at) noexcept override;
  /// Ends the actor; what is scheduled later is dropped.
  void stop() noexcept;

 private:
  struct handle;
  std::unique_ptr<handle> handle_;
};

} // namespace holdfast::actors

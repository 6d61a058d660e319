#pragma once

#include "actors/event_table.hpp"
#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>

namespace holdfast::actors {

/// What an event actor is made of.
struct event_actor_setup {
  domain::event_id event;
  const event_services* services = nullptr;
  std::shared_ptr<inflight_limiter> credits;
  domain::millis passivate_after;
  /// Called on the actor's thread when it has closed its credits, or has died: it takes no more messages.
  std::function<void()> left;
};

/// Starts an event's actor, which begins to load at once.
[[nodiscard]] auto spawn_event_actor(caf::actor_system& system, std::shared_ptr<const event_actor_setup> setup)
    -> event_actor;

} // namespace holdfast::actors

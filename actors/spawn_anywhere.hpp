#pragma once

#include <caf/actor_system.hpp>
#include <caf/logger.hpp>

#include <utility>

namespace holdfast::actors {

/// Starts an actor from whatever thread. CAF (0.17.6) notes its logger for the thread that spawns, in actor_system::spawn_impl, and the system waits at its
/// end until no thread has it any more: one of the read pool, which outlives the system, would be waited for for ever. So the thread forgets it.
template <class... Arguments>
auto spawn_anywhere(caf::actor_system& system, Arguments&&... arguments) {
  auto made = system.spawn(std::forward<Arguments>(arguments)...);
  caf::logger::set_current_actor_system(nullptr);
  return made;
}

} // namespace holdfast::actors

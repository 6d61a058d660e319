#include "actors/projection_host.hpp"

#include "actors/interfaces.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace holdfast::actors {

namespace {

auto projection_behavior(projection_actor::pointer, int) -> projection_actor::behavior_type {
  return {[](const messages::run& message) { (*message.job)(); }};
}

} // namespace

struct projection_host::handle {
  projection_actor actor;
};

projection_host::projection_host(caf::actor_system& system) : handle_{std::make_unique<handle>()} {
  handle_->actor = system.spawn(projection_behavior, 0); // CAF's zero-argument spawn binds a null reference
}

projection_host::~projection_host() = default;

void projection_host::post(std::function<void()> job) noexcept {
  caf::anon_send(handle_->actor, messages::run{std::make_shared<std::function<void()>>(std::move(job))});
}

void projection_host::stop() noexcept {
  caf::anon_send_exit(handle_->actor, caf::exit_reason::user_shutdown);
}

} // namespace holdfast::actors

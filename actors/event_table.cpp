#include "actors/event_table.hpp"

#include "actors/event_actor.hpp"
#include "domain/rejection.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <mutex>
#include <utility>
#include <variant>

namespace holdfast::actors {

struct event_table::slot {
  std::shared_ptr<inflight_limiter> credits;
  event_actor actor;
};

event_table::event_table(caf::actor_system& system, const event_services& services, event_table_options options)
    : system_{system}, services_{services}, options_{options} {}

event_table::~event_table() = default;

auto event_table::exists(domain::event_id event) const -> bool {
  const auto head = services_.journal.head({journal::stream_kind::event, event.value()});
  // When the journal cannot say, the actor finds out and answers for it.
  return !head || head->seq > 0;
}

auto event_table::find(domain::event_id event) -> std::shared_ptr<slot> {
  auto& in = shard_of(event);
  const std::shared_lock lock{in.mutex};
  const auto found = in.slots.find(event);
  return found == in.slots.end() ? nullptr : found->second;
}

auto event_table::find_or_open(domain::event_id event) -> std::shared_ptr<slot> {
  auto& in = shard_of(event);
  const std::unique_lock lock{in.mutex};
  auto& found = in.slots[event];
  if (!found) {
    auto setup = std::make_shared<event_actor_setup>();
    setup->event = event;
    setup->services = &services_;
    setup->credits = std::make_shared<inflight_limiter>(options_.inflight_per_event_max);
    setup->passivate_after = options_.passivate_after;
    setup->left = [this, event, credits = setup->credits.get()] { left(event, credits); };
    auto made = std::make_shared<slot>();
    made->credits = setup->credits;
    made->actor = spawn_event_actor(system_, std::move(setup));
    found = std::move(made);
    live_.fetch_add(1, std::memory_order_relaxed);
  }
  return found;
}

void event_table::left(domain::event_id event, const inflight_limiter* credits) {
  auto& in = shard_of(event);
  const std::unique_lock lock{in.mutex};
  const auto found = in.slots.find(event);
  if (found != in.slots.end() && found->second->credits.get() == credits) {
    in.slots.erase(found);
  }
  live_.fetch_sub(1, std::memory_order_relaxed);
  services_.metrics.events_passivated.fetch_add(1, std::memory_order_relaxed);
}

void event_table::submit(domain::event_id event, event_request&& request) noexcept {
  auto at = find(event);
  if (!at) {
    if (!std::holds_alternative<domain::create_event>(request.what.body) && !exists(event)) {
      static const domain::event_state nothing;
      domain::rejection unknown;
      unknown.why = domain::reason::not_found;
      request.reply.send(
          services_.encoder.rejected(nothing, request.what, unknown, request.meta, services_.clock.now()));
      return;
    }
    at = find_or_open(event);
  }
  while (true) {
    switch (at->credits->enter()) {
    case inflight_limiter::entry::entered:
      request.reply.carry(at->credits);
      caf::anon_send(at->actor, messages::deliver{std::make_shared<event_request>(std::move(request))});
      return;
    case inflight_limiter::entry::full:
      services_.metrics.refused_overload.fetch_add(1, std::memory_order_relaxed);
      request.reply.send(services_.encoder.refused(refusal::overloaded, request.meta));
      return;
    case inflight_limiter::entry::closed:
      left_behind(event, at);
      at = find_or_open(event);
      break;
    }
  }
}

void event_table::expire(domain::event_id event) noexcept {
  while (true) {
    const auto at = find_or_open(event);
    if (at->credits->enter_always() == inflight_limiter::entry::entered) {
      caf::anon_send(at->actor, messages::expire{std::make_shared<held_credit>(at->credits)});
      return;
    }
    left_behind(event, at);
  }
}

void event_table::probe(domain::event_id event, bool wakes, std::function<void()> answered) noexcept {
  auto probing = std::make_shared<event_probe>(std::move(answered));
  if (const auto at = wakes ? find_or_open(event) : find(event)) {
    // The message is destroyed with an actor that has left, and what it carries with it.
    caf::anon_send(at->actor, messages::probe{std::move(probing)});
  }
}

void event_table::left_behind(domain::event_id event, const std::shared_ptr<slot>& closed) {
  auto& in = shard_of(event);
  const std::unique_lock lock{in.mutex};
  const auto found = in.slots.find(event);
  if (found != in.slots.end() && found->second == closed) {
    in.slots.erase(found);
  }
}

void event_table::passivate_all() {
  for (auto& in : shards_) {
    const std::shared_lock lock{in.mutex};
    for (const auto& [event, at] : in.slots) {
      caf::anon_send(at->actor, messages::passivate{});
    }
  }
}

void event_table::kill_all() {
  for (auto& in : shards_) {
    const std::shared_lock lock{in.mutex};
    for (const auto& [event, at] : in.slots) {
      caf::anon_send_exit(at->actor, caf::exit_reason::kill);
    }
  }
}

auto event_table::in_flight() const -> std::size_t {
  std::size_t sum = 0;
  for (const auto& in : shards_) {
    const std::shared_lock lock{in.mutex};
    for (const auto& [event, at] : in.slots) {
      sum += static_cast<std::size_t>(at->credits->in_flight());
    }
  }
  return sum;
}

} // namespace holdfast::actors

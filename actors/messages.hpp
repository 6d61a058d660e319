#pragma once

#include "actors/event_core.hpp"
#include "actors/organisation_core.hpp"
#include "domain/instant.hpp"
#include "domain/strong_id.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/config.hpp>

#include <functional>
#include <memory>

static_assert(CAF_VERSION == 1706, "the actors are written against CAF 0.17.6; later manuals describe another library");

namespace holdfast::actors {
class checkout_core;
class queue_core;
} // namespace holdfast::actors

/// What actors send each other. Local to the process: never serialized. Whatever is larger than a few words is shared.
namespace holdfast::actors::messages {

// To an event.
struct deliver {
  std::shared_ptr<event_request> request;
};

struct loaded {
  std::shared_ptr<fold_result> result;
};

struct expire {
  std::shared_ptr<held_credit> credit;
};

struct probe {
  std::shared_ptr<event_probe> probing;
};

struct idle_check {};

struct passivate {};

// To an organisation.
struct deliver_to_organisation {
  std::shared_ptr<organisation_request> request;
};

// To the deadline actor.
struct schedule {
  domain::event_id event;
  domain::instant at;
};

struct deadline_tick {};

// To a projection.
struct run {
  std::shared_ptr<std::function<void()>> job;
};

// To an event's checkout.
struct checkout_job {
  std::shared_ptr<std::function<void(checkout_core&)>> job;
};

// To an event's waiting room.
struct queue_job {
  std::shared_ptr<std::function<void(queue_core&)>> job;
};

} // namespace holdfast::actors::messages

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::deliver)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::expire)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::probe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::idle_check)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::passivate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::deliver_to_organisation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::schedule)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::deadline_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::run)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::checkout_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(holdfast::actors::messages::queue_job)

#pragma once

#include "actors/messages.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

/// What each actor understands, a line a handler. None answers its sender: answers leave through reply ports.
namespace holdfast::actors {

using event_actor =
    caf::typed_actor<caf::reacts_to<messages::deliver>,    // decide, apply, append; the answer leaves when durable
                     caf::reacts_to<messages::loaded>,     // the fold of its journal has ended
                     caf::reacts_to<messages::expire>,     // end holds that are due
                     caf::reacts_to<messages::probe>,      // say when all of it so far is durable
                     caf::reacts_to<messages::idle_check>, // periodic: leave memory when unused
                     caf::reacts_to<messages::passivate>>; // shutdown: snapshot and end

using organisation_actor = caf::typed_actor<caf::reacts_to<messages::deliver_to_organisation>>;

using deadline_actor = caf::typed_actor<caf::reacts_to<messages::schedule>,       // remember an event's next deadline
                                        caf::reacts_to<messages::deadline_tick>>; // wake the events that are due

using checkout_actor = caf::typed_actor<caf::reacts_to<messages::checkout_job>>; // a step of a payment, or a request

using queue_actor = caf::typed_actor<caf::reacts_to<messages::queue_job>>; // a turn of a waiting room

using projection_actor =
    caf::typed_actor<caf::reacts_to<messages::run>>; // fold what is durable, publish, answer waiting readers

} // namespace holdfast::actors

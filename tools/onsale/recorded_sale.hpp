#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "journal/failure.hpp"
#include "journal/journal.hpp"
#include "tools/onsale/demand.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <vector>

namespace holdfast::onsale {

/// When people joined an event's waiting room, as its journal has it: of the time between two switches to off in which most of them came. Somebody who joined
/// twice came twice.
struct recorded_sale {
  std::vector<domain::millis> arrivals; ///< ascending, from the whole second on in which the first one came
  domain::millis pre_queue;             ///< from then to the start
};

/// Blocking. `not_found` when the journal has no such event, `invalid` when nobody ever waited for it.
[[nodiscard]] auto read_recorded(journal::journal& from, domain::event_id event)
    -> tl::expected<recorded_sale, journal::failure>;

/// Whom the door refused is in no journal. Adds so many people, who come when one of the recorded ones did, by chance.
void add_rejected(std::vector<domain::millis>& arrivals, std::uint32_t people, random_stream& random);

} // namespace holdfast::onsale

#pragma once

#include "domain/fact.hpp"
#include "domain/queue/estimate.hpp"
#include "domain/queue/state.hpp"
#include "tools/onsale/demand.hpp"
#include "tools/onsale/estimate_study.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace holdfast::onsale {

/// How it stood at one moment; times from the start of the sale, so that those of the pre-queue are below 0.
struct moment {
  domain::millis at;
  std::uint64_t waiting = 0;
  std::uint64_t active = 0;   ///< let in and not done
  std::uint64_t admitted = 0; ///< so far
  std::uint64_t held = 0;     ///< places
  std::uint64_t sold = 0;     ///< places
};

/// Milliseconds below or at which so many of a thousand waited; 0 when nobody did.
struct waits {
  std::size_t people = 0;
  std::int64_t p50 = 0, p90 = 0, p99 = 0, longest = 0;
};

struct outcome {
  std::uint64_t people = 0, bots = 0;
  std::uint64_t buyers = 0, bots_that_bought = 0;
  std::uint64_t places_sold = 0, places_of_bots = 0;
  std::optional<domain::millis> sold_out_after; ///< of the start; absent: places were left at the end
  domain::millis lasted;                        ///< from the opening of the pre-queue to the end
  std::uint64_t left = 0;                       ///< said that they do not wait any longer
  std::uint64_t silent = 0;                     ///< stopped waiting and said nothing
  std::uint64_t unclaimed = 0;                  ///< turns of people who were no longer there
  std::uint64_t undecided = 0;                  ///< were let in and did not buy
  std::uint64_t refused = 0;                    ///< asked for places that were not there
  std::uint64_t ran_out = 0;                    ///< took too long to choose, or to pay
  std::uint64_t never_let_in = 0;               ///< were still waiting at the end
  std::uint64_t active_most = 0;                ///< at any moment
  waits of_admitted; ///< from joining, or from the start for whoever came before it, to being let in
  waits of_buyers;   ///< of those of them who bought
  std::optional<double>
      first_tenth; ///< mean place in the line, 0 first and 1 last, of those who came first before the start: 0.5 is a fair draw
  std::optional<double> last_tenth;      ///< and of those who came last before it
  domain::queue::eta_accuracy estimates; ///< as the room measures it
  std::vector<estimate_row> estimates_by_distance;
  std::uint64_t estimates_unknown = 0; ///< people who were asked and could be told none
  std::uint32_t pace_least = 1'000;    ///< thousandths of the rate, at any moment
  std::vector<moment> series;
};

/// What a run decides, as it would stand in the journals of the event and of its waiting room.
struct decided {
  std::function<void(const domain::fact&)> by_event; ///< empty: not asked for
  std::function<void(const domain::fact&)> by_room;
};

/// Plays a sale to its end: until everything is sold and paid for, or nobody is left who wants anything, or a day after the start. The same arguments give
/// the same outcome on every machine with the same C library. `arrivals` are counted from the opening of the pre-queue, ascending, one a person.
[[nodiscard]] auto play(const demand& who, const sale_plan& plan, const std::vector<domain::millis>& arrivals,
                        const decided& told = {}) -> outcome;
/// The same with arrivals of the model.
[[nodiscard]] auto play(const demand& who, const sale_plan& plan, const decided& told = {}) -> outcome;

} // namespace holdfast::onsale

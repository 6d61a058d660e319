#pragma once

#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "domain/money.hpp"
#include "domain/strong_id.hpp"
#include "domain/waitlist.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace holdfast::projections {

struct booking_line;

/// What became of an order on a waitlist.
enum class waitlist_status : std::uint8_t {
  waiting = 1,
  offered, ///< places are held for whoever waited
  bought,  ///< what was offered is an order now
  lapsed,  ///< what was offered was not taken in time
  left,    ///< its buyer went, or gave back what was offered
  over     ///< the event was closed or cancelled
};

/// The last order that a buyer has, or had, on an event's waitlist.
struct waitlist_line {
  domain::event_id event;
  domain::waitlist_number number;
  waitlist_status status = waitlist_status::waiting;
  domain::instant joined_at;
  std::vector<domain::waitlist_choice> choices;
  std::uint32_t ahead = 0;                   ///< of one that waits: how many that wait come before it
  domain::hold_number hold;                  ///< that is, or was, offered; zero: none was
  std::shared_ptr<const booking_line> offer; ///< of one that is offered: that hold
  std::shared_ptr<const domain::layout> seats;
  domain::currency_code currency;
  std::uint64_t seq = 0; ///< of the event, that it is as of
};

/// Orders that wait, and the places of their first choices.
struct waitlist_demand {
  std::uint64_t orders = 0;
  std::uint64_t places = 0;
  friend auto operator==(const waitlist_demand&, const waitlist_demand&) -> bool = default;
};

/// How an event's waitlist is doing. Orders that were ever on it are in one of the six counts.
struct waitlist_summary {
  std::uint64_t waiting = 0, offered = 0, bought = 0, lapsed = 0, left = 0, over = 0;
  waitlist_demand wanted; ///< of all that wait
  std::vector<waitlist_demand>
      by_tier;              ///< of those whose first choice names the tier, or an area of it: in each that it names
  waitlist_demand any_tier; ///< of those whose first choice names none
  std::shared_ptr<const domain::layout> seats;
  std::uint64_t seq = 0; ///< of the event, that it is as of
};

} // namespace holdfast::projections

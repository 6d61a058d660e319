#pragma once

#include "domain/state_image.hpp"
#include "tests/domain/checkout_world.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::tests {

inline constexpr std::uint32_t resale_percent = 80;

inline auto resale_config() -> domain::event_config {
  auto config = sound_config();
  config.starts_at = noon + domain::hours(48);
  config.resale_max_percent = resale_percent;
  config.tiers.front().fee = 50;
  return config;
}

/// An event that lets tickets be resold for 80 % of what was paid: 840 of the 1,050 of a seat.
struct market : checkout_world {
  market() { on = stage{domain::event_status::published, resale_config()}; }

  /// An order by card, whose payment has ended.
  auto bought(const domain::caller& by, std::vector<domain::seat_index> which) -> domain::hold_number {
    const auto hold = on.hold(by, std::move(which));
    finish(begin(by, hold).value());
    REQUIRE(on.state.find(hold)->status == domain::booking_status::confirmed);
    return hold;
  }
  auto offered(const domain::caller& by, domain::ticket_number ticket, domain::minor_units price) -> std::string {
    return told(on.act(by, domain::offer_ticket{ticket, price}));
  }
  /// The hold of an offered ticket; it must work.
  auto held(const domain::caller& by, domain::ticket_number ticket) -> domain::hold_number {
    REQUIRE(on.act(by, domain::hold_resale{ticket}).has_value());
    return on.state.last_hold();
  }
  /// A restored copy of the event is the event.
  void check_restored() const {
    const auto again = domain::event_state::from_image(on.state.image());
    REQUIRE(again.has_value());
    CHECK(again->hash() == on.state.hash());
    CHECK(again->image() == on.state.image());
  }
};

} // namespace holdfast::tests

#pragma once

#include "domain/limits.hpp"
#include "domain/state_image.hpp"
#include "domain/strong_id.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// People on a waitlist, and what they wait for.
namespace holdfast::tests {

using domain::area_quantity;
using domain::booking;
using domain::event_config;
using domain::event_status;
using domain::hold_number;
using domain::join_waitlist;
using domain::match_waitlist;
using domain::minor_units;
using domain::seat_index;
using domain::tier_index;
using domain::waitlist_choice;

inline constexpr domain::minor_units any_price = domain::limits::price_max;

[[nodiscard]] inline auto of_groups(std::vector<std::uint32_t> groups, std::vector<tier_index> tiers = {},
                                    minor_units each_max = any_price) -> waitlist_choice {
  return {std::move(groups), std::move(tiers), 0, {}, each_max};
}

[[nodiscard]] inline auto of_places(std::vector<area_quantity> areas, minor_units each_max = any_price)
    -> waitlist_choice {
  return {{}, {}, 0, std::move(areas), each_max};
}

[[nodiscard]] inline auto joins(std::vector<waitlist_choice> choices, std::optional<std::uint32_t> rank = std::nullopt)
    -> join_waitlist {
  return {std::move(choices), rank};
}

[[nodiscard]] inline auto waiting_config() -> event_config {
  auto config = sound_config();
  config.waitlist_offer = domain::hours(1);
  return config;
}

/// A row of ten seats and an area of ten places of tier t0, all of them a box office's: nine seats with hold 1, the seat beside them and the area with 2 and 3.
[[nodiscard]] inline auto sold_out(event_config config = waiting_config()) -> stage {
  config.max_per_order = 10;
  stage on{event_status::published, std::move(config)};
  on.hold(box_office(), {0, 1, 2, 3, 4, 5, 6, 7, 8});
  on.hold(box_office(), {9});
  on.hold_places(box_office(), 0, 10);
  return on;
}

/// Everything that the waitlist can be offered now.
inline auto match_all(stage& on) -> std::string {
  std::string all;
  for (;;) {
    const auto made = on.act({}, match_waitlist{});
    REQUIRE(made);
    if (made->empty()) {
      return all;
    }
    all += told(made).substr(2);
  }
}

[[nodiscard]] inline auto offered_to(const stage& on, std::uint64_t who) -> const booking* {
  const auto* const order = on.state.find_waiting(buyer(who).subject);
  return order == nullptr || order->offered == 0 ? nullptr : on.state.find(hold_number{order->offered});
}

[[nodiscard]] inline auto seats_of(const stage& on, std::uint64_t who) -> std::vector<seat_index> {
  const auto* const hold = offered_to(on, who);
  return hold == nullptr ? std::vector<seat_index>{} : hold->seats;
}

/// As if the first hold of all had never had these seats of its.
inline void free_up(stage& on, const std::vector<seat_index>& which) {
  auto image = on.state.image();
  auto& hold = image.bookings.front();
  for (const auto seat : which) {
    const auto at = std::ranges::find(hold.seats, seat) - hold.seats.begin();
    hold.seats.erase(hold.seats.begin() + at);
    hold.prices.erase(hold.prices.begin() + at);
    image.statuses[seat] = domain::seat_status::available;
    image.holders[seat] = 0;
  }
  auto freed = domain::event_state::from_image(std::move(image));
  REQUIRE(freed);
  on.state = *std::move(freed);
}

/// Numbers that repeat themselves.
class numbers {
 public:
  explicit numbers(std::uint64_t seed) : state_{seed} {}
  auto below(std::uint64_t n) -> std::uint64_t {
    state_ = domain::mix64(state_);
    return (state_ >> 16) % n;
  }
  auto chance(unsigned percent) -> bool { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

} // namespace holdfast::tests

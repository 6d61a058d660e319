#pragma once

#include "domain/booking_table.hpp"
#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/free_runs.hpp"
#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "domain/remembered_keys.hpp"
#include "domain/row_choice.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace holdfast::domain {

/// What an event_state is made of; only the files that decide, apply and store states see it.
struct event_data {
  event_id id;
  organisation_id organisation;
  event_status status = event_status::absent;
  std::uint64_t seq = 0;
  std::uint64_t version = 0;
  instant time;
  std::uint32_t last_hold = 0;
  event_config config;
  std::shared_ptr<const layout> seats;
  std::vector<minor_units> tier_prices; ///< by tier of the layout
  std::vector<seat_status> statuses;    ///< by seat
  std::vector<std::uint32_t> holders;   ///< by seat: hold number, or 0
  std::vector<area_counts> areas;
  std::uint32_t places = 0; ///< seats and standing places in all
  std::uint32_t places_held = 0;
  std::uint32_t places_sold = 0;
  booking_table bookings;
  remembered_keys keys;
  free_runs runs;
  std::uint64_t hash = 0; ///< sum of the elements of seats, areas and bookings
  /// What `event_state::find` has handed out since the last apply.
  std::unordered_map<std::uint32_t, std::unique_ptr<const booking>> found;

  /// Takes a layout, all of it free.
  void take_layout(std::shared_ptr<const layout> what);
  /// Takes a configuration; the layout must be there, and priced by it.
  void take_config(event_config what);
  void price_tiers();
  [[nodiscard]] auto view() const noexcept -> seat_view { return {*seats, runs, statuses}; }
  [[nodiscard]] auto free_places(area_index area) const noexcept -> std::uint32_t {
    return seats->spec().areas[area].capacity - areas[area].held - areas[area].sold;
  }
};

/// The way from a state to its data, for decide, apply, seat choice and snapshots.
struct state_access {
  [[nodiscard]] static auto of(const event_state& state) noexcept -> const event_data& { return *state.data_; }
  [[nodiscard]] static auto of(event_state& state) noexcept -> event_data& { return *state.data_; }
};

} // namespace holdfast::domain

#pragma once

#include "domain/booking_table.hpp"
#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/free_runs.hpp"
#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "domain/remembered_keys.hpp"
#include "domain/returned_purchases.hpp"
#include "domain/row_choice.hpp"
#include "domain/strong_id.hpp"
#include "domain/ticket_table.hpp"
#include "domain/waitlist_table.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace holdfast::domain {

/// A row in which an allocation has seats, and how many.
struct row_share {
  std::uint32_t row = 0;
  std::uint32_t seats = 0;
  friend auto operator==(const row_share&, const row_share&) -> bool = default;
};

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
  std::vector<minor_units> tier_prices;   ///< by tier of the layout
  std::vector<minor_units> tier_fees;     ///< the same
  std::vector<std::uint32_t> tier_places; ///< the same: seats and standing places
  std::vector<std::uint32_t> tier_sold;   ///< of them
  std::vector<seat_status> statuses;      ///< by seat
  std::vector<std::uint32_t> holders;     ///< by seat: hold number, or 0
  std::vector<std::uint16_t> pools;    ///< by seat: number of its allocation, or 0; empty while there is no allocation
  std::vector<allocation> allocations; ///< by number
  std::vector<std::vector<row_share>> pool_rows; ///< as `allocations`: where the seats of each are, by row
  std::uint32_t last_allocation = 0;
  std::vector<area_counts> areas;
  std::uint32_t places = 0; ///< seats and standing places in all
  std::uint32_t places_held = 0;
  std::uint32_t places_sold = 0;
  std::uint32_t places_blocked = 0;
  booking_table bookings;
  ticket_table tickets;
  std::map<ticket_number, offer> offers;
  waitlist_table waitlist;
  std::uint32_t last_waitlist = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> places_of_card; ///< that a card has paid for, of orders
  returned_purchases given_back;
  remembered_keys keys;
  free_runs runs;
  std::uint64_t hash = 0; ///< sum of the elements of seats, areas, bookings, tickets, offers and the waitlist
  /// What `event_state::find` has handed out since the last apply.
  std::unordered_map<std::uint32_t, std::unique_ptr<const booking>> found;
  /// What `event_state::waitlist` has listed since the last apply.
  std::vector<waitlist_order> listed;

  /// Takes a layout, all of it free.
  void take_layout(std::shared_ptr<const layout> what);
  /// Takes a configuration; the layout must be there, and priced by it.
  void take_config(event_config what);
  void price_tiers();
  /// Adds the places of an order to what is sold of each tier, or takes them away.
  void count_sold(const booking_slot& order, bool add) noexcept;
  /// Counts places that a card has paid for, or that go back; nothing for no card.
  void count_card(std::uint64_t card, std::uint32_t count, bool add);
  [[nodiscard]] auto view() const noexcept -> seat_view { return {*seats, runs, statuses}; }
  [[nodiscard]] auto free_places(area_index area) const noexcept -> std::uint32_t {
    return seats->spec().areas[area].capacity - areas[area].held - areas[area].sold - areas[area].blocked;
  }
  /// Null when the ticket is not offered.
  [[nodiscard]] auto find_offer(const ticket_number& number) const noexcept -> const offer*;
  /// Puts an offer in place of what is known of it, or takes it away; the hash follows.
  void put_offer(const offer& what);
  void drop_offer(const ticket_number& number) noexcept;
  /// Puts an order on the waitlist, marks it as one that a hold is offered for, takes it off (null: nothing), or all of them; the hash follows.
  void put_on_waitlist(waitlist_order what);
  void offer_to(waitlist_number order, hold_number hold);
  void take_off_waitlist(const waitlist_order* what);
  void clear_waitlist();
  /// Puts the waitlist of an image back, once its bookings are; false when it contradicts what is there.
  [[nodiscard]] auto restore_waitlist(const std::vector<waitlist_order>& orders, std::uint32_t last) -> bool;
  /// A ticket as it is now; nothing when no order has it.
  [[nodiscard]] auto ticket_of(const ticket_number& number) const -> std::optional<ticket>;
  /// The number of the allocation that a seat is of, or 0.
  [[nodiscard]] auto pool_of(seat_index seat) const noexcept -> std::uint32_t {
    return pools.empty() ? 0 : pools[seat];
  }
  /// What a seat is when nobody has it.
  [[nodiscard]] auto free_status(seat_index seat) const noexcept -> seat_status {
    return pool_of(seat) == 0 ? seat_status::available : seat_status::blocked;
  }
  [[nodiscard]] auto find_allocation(std::uint32_t number) const noexcept -> const allocation*;
  /// Where the seats of an allocation are, which is one of `allocations`.
  [[nodiscard]] auto rows_of(const allocation& what) const noexcept -> const std::vector<row_share>& {
    return pool_rows[static_cast<std::size_t>(&what - allocations.data())];
  }
  /// The allocation whose places of an area a booking has; null: it has the public's.
  [[nodiscard]] auto pool_behind(const booking_slot& slot, area_index area) const noexcept -> const allocation*;
};

/// The way from a state to its data, for decide, apply, seat choice and snapshots.
struct state_access {
  [[nodiscard]] static auto of(const event_state& state) noexcept -> const event_data& { return *state.data_; }
  [[nodiscard]] static auto of(event_state& state) noexcept -> event_data& { return *state.data_; }
};

} // namespace holdfast::domain
